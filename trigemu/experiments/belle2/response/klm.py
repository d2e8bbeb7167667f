"""Hits of the muon detector (KLM): muons until they stop, hadrons that punch through or decay, noise."""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.arrays import F64, I32, I64, U8, U16
from trigemu.collider.response.helix import perigees, track_at
from trigemu.experiments.belle2.klm.geometry import exists
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.detector import FIELD_T
from trigemu.experiments.belle2.response.stopping import HITS, KlmNumbers, particle_hits, settings
from trigemu.frames.columns import Array, grown
from trigemu.jit import kernel
from trigemu.physics.constants import MUON
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, poisson, uniform2

_ELECTRON, _K_LONG, _NEUTRON = 11, 130, 2112

_NOISE = int(Belle2Purpose.KLM_NOISE)
_COUNT = int(Belle2Purpose.KLM_NOISE_COUNT)


@kernel
def _hits(
    offsets: I64,
    tracks: F64,
    pdg: I32,
    mass: F64,
    momentum: F64,
    numbers: tuple[float, ...],
    noise: float,
    planes: I64,
    seed: Int,
    frame: Int,
    out: I64,
    layers: U8,
    channels: U16,
) -> int:
    n = 0
    klm = KlmNumbers(*numbers)
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            kind = abs(pdg[i])
            layers[i] = 0
            if kind == _ELECTRON or (tracks[i, 2] == 0.0 and kind != _K_LONG and kind != _NEUTRON):
                continue
            address = (seed, frame, event, (i - offsets[event]) * 64)
            n, seen = particle_hits(
                track_at(tracks, i), kind, mass[i], momentum[i], klm, address, channels, n
            )
            layers[i] = seen
        count = poisson(seed, frame, _COUNT, event, noise) if noise > 0.0 else 0
        for k in range(count):
            u, _ = uniform2(seed, frame, _NOISE, event, k)
            if n < len(channels):
                channels[n] = planes[int(u * len(planes))]
            n += 1
    out[len(offsets) - 1] = n
    return n


@cache
def _planes() -> I64:
    return np.flatnonzero(exists())


def simulate(particles: Particles, config: Response, seed: int, frame: int) -> tuple[dict[str, Array], U8]:
    """Return the hits of a frame's events (see `klm_hits`) and uint8[m], layers with a hit of every particle."""
    momentum = np.maximum(np.sqrt(particles.px**2 + particles.py**2 + particles.pz**2), 1e-9)
    mass = np.maximum(particles.mass, 1e-4)
    expected = HITS * int(np.count_nonzero(np.abs(particles.pdg) == MUON)) + 4 * len(mass)
    expected += int(2.0 * config.klm.noise_hits * particles.events) + 1024
    offsets, layers = np.empty(particles.events + 1, np.int64), np.empty(len(mass), np.uint8)
    arguments = (
        particles.offsets,
        perigees(particles, FIELD_T),
        particles.pdg,
        mass,
        momentum,
        tuple(settings(config.klm)),
        config.klm.noise_hits,
        _planes(),
        np.uint64(seed),
        frame,
        offsets,
        layers,
    )

    def fill(rows: int) -> tuple[int, U16]:
        channels = np.empty(rows, np.uint16)
        return _hits(*arguments, channels), channels

    n, channels = grown(fill, expected)
    return {"channel": channels[:n], "offsets": offsets}, layers


def klm_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the KLM hits of a frame's events: the columns of source ``klm``.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.

    Returns
    -------
    dict
        ``channel`` uint16[k] (packed as in `klm.geometry`), ``offsets`` int64[n + 1].  Per event particle by particle
        from the inside out, then noise.
    """
    return simulate(particles, config, seed, frame)[0]
