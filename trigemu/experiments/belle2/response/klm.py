"""Hits of the muon detector (KLM): muons until they stop, hadrons that punch through or decay, noise."""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.arrays import F64, I32, I64, U8, U16
from trigemu.collider.response.helix import perigees, track_at
from trigemu.collider.response.stopping import (
    Address,
    MuonNumbers,
    enters,
    layer_tables,
    layers_crossed,
    settings,
)
from trigemu.collider.response.yoke import Shape
from trigemu.experiments.belle2.klm.geometry import exists
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.detector import FIELD_T
from trigemu.experiments.belle2.response.yoke import yoke
from trigemu.frames.columns import Array, grown
from trigemu.jit import inlined, kernel
from trigemu.physics.constants import MUON
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, poisson, uniform2

_RANGE, _HIT = int(Belle2Purpose.KLM_RANGE), int(Belle2Purpose.KLM_HIT)
_NOISE = int(Belle2Purpose.KLM_NOISE)
_COUNT = int(Belle2Purpose.KLM_NOISE_COUNT)

_HITS = 64
"""Hits of a muon, at most: two in each of 15 + 14 layers; also blocks of random numbers of a particle."""


@inlined
def _plane_hits(
    section: int, sector: int, layer: int, efficiency: float, address: Address, channels: U16, n: int
) -> int:
    seed, frame, event, block = address
    u, v = uniform2(seed, frame, _HIT, event, block + layer + (16 if section > 1 else 0))
    first = ((section * 8 + sector) * 16 + layer) * 2
    for plane in range(2):
        if (u if plane == 0 else v) < efficiency:
            if n < len(channels):
                channels[n] = first + plane
            n += 1
    return n


@kernel
def _hits(
    offsets: I64,
    tracks: F64,
    pdg: I32,
    mass: F64,
    momentum: F64,
    numbers: tuple[float, ...],
    form: tuple[float, ...],
    tables: tuple[F64, F64, F64],
    efficiency: float,
    noise: float,
    planes: I64,
    crossed: I64,
    seed: Int,
    frame: Int,
    out: I64,
    layers: U8,
    channels: U16,
) -> int:
    n = 0
    muons, shape = MuonNumbers(*numbers), Shape(*form)
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            kind = abs(pdg[i])
            layers[i] = 0
            if not enters(kind, tracks[i, 2] != 0.0):
                continue
            address = (seed, frame, event, (i - offsets[event]) * _HITS)
            number = layers_crossed(
                track_at(tracks, i),
                kind,
                mass[i],
                momentum[i],
                muons,
                shape,
                tables,
                _RANGE,
                address,
                crossed,
            )
            for k in range(number):
                before = n
                section, sector, layer = crossed[k, 0], crossed[k, 1], crossed[k, 2]
                n = _plane_hits(section, sector, layer, efficiency, address, channels, n)
                layers[i] += n > before
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
    muons, iron = config.klm, yoke(config.klm.field_radius_mm)
    expected = _HITS * int(np.count_nonzero(np.abs(particles.pdg) == MUON)) + 4 * len(mass)
    expected += int(2.0 * muons.noise_hits * particles.events) + 1024
    offsets, layers = np.empty(particles.events + 1, np.int64), np.empty(len(mass), np.uint8)
    arguments = (
        particles.offsets,
        perigees(particles, FIELD_T),
        particles.pdg,
        mass,
        momentum,
        tuple(settings(muons, iron)),
        tuple(iron.shape),
        layer_tables(muons, iron),
        muons.efficiency,
        muons.noise_hits,
        _planes(),
        np.empty((iron.layers, 3), np.int64),
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
