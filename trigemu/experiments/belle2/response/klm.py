"""Hits of the muon detector (KLM): muons until they stop, hadrons that punch through or decay, noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, U8, U16
from trigemu.collider.response.helix import perigees
from trigemu.experiments.belle2.klm.geometry import exists
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.stopping import HITS, particle_hits, settings
from trigemu.frames.columns import Array
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
    pdg: NDArray[np.int32],
    mass: F64,
    momentum: F64,
    klm: tuple[float, ...],
    noise: float,
    planes: I64,
    seed: Int,
    frame: Int,
    out: I64,
    layers: U8,
    channels: U16,
) -> int:
    n = 0
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            kind = abs(pdg[i])
            layers[i] = 0
            if kind == _ELECTRON or (tracks[i, 2] == 0.0 and kind != _K_LONG and kind != _NEUTRON):
                continue
            address = (seed, frame, event, (i - offsets[event]) * 64)
            n, seen = particle_hits(tracks[i], kind, mass[i], momentum[i], klm, address, channels, n)
            layers[i] = seen
        count = poisson(seed, frame, _COUNT, event, noise) if noise > 0.0 else 0
        for k in range(count):
            u, _ = uniform2(seed, frame, _NOISE, event, k)
            if n < len(channels):
                channels[n] = planes[int(u * len(planes))]
            n += 1
    out[len(offsets) - 1] = n
    return n


def simulate(particles: Particles, config: Response, seed: int, frame: int) -> tuple[dict[str, Array], U8]:
    """Return the hits of a frame's events (see `klm_hits`) and uint8[m], layers with a hit of every particle."""
    momentum = np.maximum(np.sqrt(particles.px**2 + particles.py**2 + particles.pz**2), 1e-9)
    mass = np.maximum(particles.mass, 1e-4)
    room = HITS * int(np.count_nonzero(np.abs(particles.pdg) == MUON)) + 4 * len(mass)
    room += int(2.0 * config.klm.noise_hits * particles.events) + 1024
    offsets, layers = np.empty(particles.events + 1, np.int64), np.empty(len(mass), np.uint8)
    tracks = perigees(particles)
    numbers, planes = settings(config.klm), np.flatnonzero(exists())
    while True:
        channels = np.empty(room, np.uint16)
        n = _hits(
            particles.offsets,
            tracks,
            particles.pdg,
            mass,
            momentum,
            numbers,
            config.klm.noise_hits,
            planes,
            np.uint64(seed),
            frame,
            offsets,
            layers,
            channels,
        )
        if n <= room:
            return {"channel": channels[:n], "offsets": offsets}, layers
        room = n


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
