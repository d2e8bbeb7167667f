"""Fast ORs of the muon detector (IFR): muons until they stop, hadrons that punch through, noise, lost beam particles.

Plan for each event: particle by particle, the layers that it crosses (`collider.response.stopping`), of which the
trigger sees some; then noise of single layers; then beam particles that cross a whole half door.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I16, I32, I64, U8
from trigemu.collider.response.helix import perigees, track_at
from trigemu.collider.response.passage import NO_COUNT, tdc_count
from trigemu.collider.response.stopping import (
    BARREL_FORWARD,
    END_FORWARD,
    Address,
    MuonNumbers,
    enters,
    layer_tables,
    layers_crossed,
    settings,
)
from trigemu.collider.response.yoke import Shape
from trigemu.experiments.babar.clock import COUNT_NS, COUNTS_PER_TICK, TICK_NS, TICKS
from trigemu.experiments.babar.dct.geometry import FIELD_T
from trigemu.experiments.babar.purposes import BabarPurpose
from trigemu.experiments.babar.response.config import Ifr, Response
from trigemu.experiments.babar.response.detector import COLLISION_COUNT
from trigemu.experiments.babar.response.yoke import HALVES, SEXTANTS, places, yoke
from trigemu.experiments.babar.sources import IFR_LAYERS, SECTORS
from trigemu.frames.columns import Array, grown
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, poisson, uniform2

_RANGE, _HIT = int(BabarPurpose.IFR_RANGE), int(BabarPurpose.IFR_HIT)
_NOISE, _NOISE_COUNT = int(BabarPurpose.IFR_NOISE), int(BabarPurpose.IFR_NOISE_COUNT)
_BEAM, _BEAM_COUNT = int(BabarPurpose.IFR_BEAM), int(BabarPurpose.IFR_BEAM_COUNT)

_BLOCKS = 64
"""Blocks of random numbers of a particle: a layer of the barrel, one of an end 32 further."""

_AXIS = TICKS * COUNTS_PER_TICK
_FORWARD, _BACKWARD = SEXTANTS, SEXTANTS + HALVES
_KHZ_AXIS = 1e-6 * TICKS * TICK_NS
"""Mean number on an event's axis of what comes at 1 kHz."""


class IfrNumbers(NamedTuple):
    """What kernels need of `Ifr` besides the yoke: ``noise``, ``backward`` and ``forward``: means in an event.

    ``noise``: hits of single layers; ``backward``, ``forward``: beam particles that cross a half door of that end.
    """

    efficiency: float
    delay_ns: float
    time_ns: float
    noise: float
    backward: float
    forward: float


def numbers_of(config: Ifr) -> IfrNumbers:
    """Return the numbers that the kernel takes."""
    backward, forward = config.beam_khz
    return IfrNumbers(
        efficiency=config.efficiency,
        delay_ns=config.delay_ns,
        time_ns=config.time_ns,
        noise=config.noise_khz * SECTORS * IFR_LAYERS * _KHZ_AXIS,
        backward=backward * _KHZ_AXIS,
        forward=forward * _KHZ_AXIS,
    )


def mean_background(config: Ifr) -> float:
    """Return how many hits of noise and lost beam particles an event has on average, at most."""
    c = numbers_of(config)
    return c.noise + IFR_LAYERS * (c.backward + c.forward)


@inlined
def _sector(section: int, side: int) -> int:
    if section <= BARREL_FORWARD:
        return side
    return (_FORWARD if section == END_FORWARD else _BACKWARD) + side


@inlined
def _put(channel: int, count: int, channels: U8, counts: I16, n: int) -> int:
    if n < len(channels):
        channels[n], counts[n] = channel, count
    return n + 1


@inlined
def _particle(
    crossed: I64,
    number: int,
    time: float,
    place: I64,
    c: IfrNumbers,
    address: Address,
    channels: U8,
    counts: I16,
    n: int,
) -> int:
    # Hits in the layers that a particle crosses (rows of `crossed`).
    seed, frame, event, block = address
    for k in range(number):
        section, side, layer = crossed[k, 0], crossed[k, 1], crossed[k, 2]
        end = 1 if section > BARREL_FORWARD else 0
        seen = place[end, layer]
        u, v = uniform2(seed, frame, _HIT, event, block + layer + 32 * end)
        if seen < 0 or u >= c.efficiency:
            continue
        when = time + c.delay_ns + c.time_ns * (2.0 * v - 1.0)
        count = tdc_count(when, float(COLLISION_COUNT), COUNT_NS)
        if count != NO_COUNT:
            n = _put(_sector(section, side) * IFR_LAYERS + seen, count, channels, counts, n)
    return n


@inlined
def _background(c: IfrNumbers, seed: Int, frame: Int, event: int, channels: U8, counts: I16, n: int) -> int:
    # Noise of single layers, and beam particles through half doors.
    noise = poisson(seed, frame, _NOISE_COUNT, event, c.noise) if c.noise > 0.0 else 0
    for k in range(noise):
        u, v = uniform2(seed, frame, _NOISE, event, k)
        n = _put(int(u * (SECTORS * IFR_LAYERS)), int(v * _AXIS), channels, counts, n)
    mean = c.backward + c.forward
    beam = poisson(seed, frame, _BEAM_COUNT, event, mean) if mean > 0.0 else 0
    for k in range(beam):
        u, v = uniform2(seed, frame, _BEAM, event, k * (1 + IFR_LAYERS))
        where = u * mean
        forward = where < c.forward
        inside = where / c.forward if forward else (where - c.forward) / c.backward
        sector = (_FORWARD if forward else _BACKWARD) + min(int(inside * HALVES), HALVES - 1)
        for layer in range(IFR_LAYERS):
            hit, later = uniform2(seed, frame, _BEAM, event, k * (1 + IFR_LAYERS) + 1 + layer)
            if hit < c.efficiency:
                count = math.floor(v * _AXIS + c.time_ns * (2.0 * later - 1.0) / COUNT_NS)
                n = _put(sector * IFR_LAYERS + layer, count, channels, counts, n)
    return n


@kernel
def _hits(
    offsets: I64,
    tracks: F64,
    pdg: I32,
    mass: F64,
    momentum: F64,
    time: F64,
    muon_numbers: tuple[float, ...],
    form: tuple[float, ...],
    tables: tuple[F64, F64, F64],
    numbers: tuple[float, ...],
    place: I64,
    crossed: I64,
    address: tuple[Int, Int],
    out: I64,
    channels: U8,
    counts: I16,
) -> int:
    n = 0
    muons, shape, c = MuonNumbers(*muon_numbers), Shape(*form), IfrNumbers(*numbers)
    seed, frame = address
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            kind = abs(pdg[i])
            if not enters(kind, tracks[i, 2] != 0.0):
                continue
            where = (seed, frame, event, (i - offsets[event]) * _BLOCKS)
            number = layers_crossed(
                track_at(tracks, i), kind, mass[i], momentum[i], muons, shape, tables, _RANGE, where, crossed
            )
            n = _particle(crossed, number, time[i], place, c, where, channels, counts, n)
        n = _background(c, seed, frame, event, channels, counts, n)
    out[len(offsets) - 1] = n
    return n


def ifr_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the fast ORs of the muon detector in a frame's events: the columns of source ``ifr``.

    Parameters
    ----------
    particles
        The events of the frame, in order; times in ns since the collision's sample began.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.

    Returns
    -------
    dict
        ``channel`` uint8[k], ``time`` int16[k] in counts of 1.05 ns on the event's axis, ``offsets`` int64[n + 1].  Per
        event particle by particle from the inside out, then noise, then beam particles; a layer may fire twice.
    """
    p, muons = particles, config.ifr
    iron, background = yoke(muons), mean_background(muons)
    offsets = np.empty(p.events + 1, np.int64)
    arguments = (
        p.offsets,
        perigees(p, FIELD_T),
        p.pdg,
        np.maximum(p.mass, 1e-4),
        np.maximum(p.p, 1e-9),
        p.time_ns,
        tuple(settings(muons, iron)),
        tuple(iron.shape),
        layer_tables(muons, iron),
        tuple(numbers_of(muons)),
        places(muons),
        np.empty((iron.layers, 3), np.int64),
        (np.uint64(seed), frame),
        offsets,
    )

    def fill(rows: int) -> tuple[int, tuple[U8, I16]]:
        channels, counts = np.empty(rows, np.uint8), np.empty(rows, np.int16)
        return _hits(*arguments, channels, counts), (channels, counts)

    n, (channels, counts) = grown(fill, 4 * len(p) + int(2.0 * background * p.events) + 1024)
    return {"channel": channels[:n], "time": counts[:n], "offsets": offsets}
