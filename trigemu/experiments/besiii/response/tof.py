"""Hits of the time-of-flight counters: bars of the barrel, scintillators or MRPC strips of the endcaps."""

from __future__ import annotations

import math
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from trigemu.arrays import F64, I8, I32, I64, U16
from trigemu.collider.response.counters import Bars, at_bars, at_plane
from trigemu.collider.response.helix import Track, flight_ns, perigees, track_at
from trigemu.experiments.besiii.clock import TICK_NS, TOF_COUNTS_PER_TICK
from trigemu.experiments.besiii.purposes import BesiiiPurpose
from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.sources import (
    BARS,
    ENDCAP_COUNTERS,
    FIRST_ENDCAP,
    FIRST_MRPC,
    LAYERS,
    MODULES,
    STRIPS,
    TOF_CHANNELS,
)
from trigemu.experiments.besiii.tof import geometry
from trigemu.frames.columns import Array, grown
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, poisson, uniform2

_HIT, _NOISE = int(BesiiiPurpose.TOF_HIT), int(BesiiiPurpose.TOF_NOISE)
_NOISE_COUNT = int(BesiiiPurpose.TOF_NOISE_COUNT)
_BLOCKS = 16
_MOST = 8
"""Rows of a particle: two bars, two modules, two ends each."""

_COUNT_NS = TICK_NS / TOF_COUNTS_PER_TICK
_LATEST = (1 << 24) - 1
_BARREL_RADIUS = geometry.LAYER_MM[-1][1]
_HALF_LENGTH = geometry.HALF_LENGTH_MM
_COUNTER_Z = 0.5 * sum(geometry.ENDCAP_Z_MM)
_INNERMOST, _OUTERMOST = geometry.ENDCAP_RADII_MM
_STRIP_FIRST, _STRIP_PITCH = geometry.STRIP_FIRST_MM, geometry.STRIP_PITCH_MM
_STRIP_WIDTH = geometry.STRIP_WIDTH_MM
_STEP = 2.0 * math.pi / MODULES


class TofNumbers(NamedTuple):
    """What kernels need of `Counters` (same names) and of the window: ``collision`` in ns after it began."""

    efficiency: float
    light_mm_ns: float
    bar_ns: float
    counter_ns: float
    strip_ns: float
    strip_mm_ns: float
    strip_efficiency: float
    longest_path_mm: float
    window_ns: float
    collision: float


class Flight(NamedTuple):
    """Transverse momentum and mass (GeV) of a particle and its time (ns) at the start of its track."""

    pt: float
    mass: float
    time: float


Address = tuple[Int, Int, int, int]


@cache
def _layers() -> F64:
    """Return float64[2, 4], read-only: rows of `Bars`."""
    rows = []
    for layer in range(LAYERS):
        begin = float(geometry.bar_azimuth(layer, 0)) / (2.0 * math.pi) - 0.5 / BARS
        rows.append((0.5 * sum(geometry.LAYER_MM[layer]), _HALF_LENGTH, float(BARS), begin))
    return np.array(rows)


@cache
def _plates() -> F64:
    """Return float64[2, 5]: of each side, abs(z) of even and odd modules, azimuth of module 0, x and y of their middle.

    Lengths in mm, angles in rad.
    """
    rows = [
        (*geometry.STRIP_Z_MM, first, *centre)
        for first, centre in zip(geometry.MODULE_FIRST, geometry.MODULE_CENTRE_MM, strict=True)
    ]
    return np.array(rows)


@inlined
def _put(channel: int, time: float, channels: U16, times: I32, n: int) -> int:
    """Add a row unless its time is no count; return the new number of rows (counted beyond ``channels``)."""
    count = time / _COUNT_NS + 0.5
    if not 0.0 <= count <= _LATEST:
        return n
    if n < len(channels):
        channels[n] = channel
        times[n] = math.floor(count)
    return n + 1


@inlined
def _bars(
    track: Track,
    flight: Flight,
    rows: F64,
    t: TofNumbers,
    address: Address,
    channels: U16,
    times: I32,
    n: int,
) -> int:
    seed, frame, event, block = address
    for layer in range(LAYERS):
        bars = Bars(rows[layer, 0], rows[layer, 1], rows[layer, 2], rows[layer, 3])
        arc, z, place = at_bars(track, bars, t.longest_path_mm)
        if math.isnan(arc):
            continue
        u, _ = uniform2(seed, frame, _HIT, event, block + 2 * layer)
        if u >= t.efficiency:
            continue
        east, west = normal2(seed, frame, _HIT, event, block + 2 * layer + 1)
        flown = flight.time + flight_ns(arc - track.start, flight.pt, track.tan_lambda, flight.mass)
        first = (layer * BARS + int(place)) * 2
        time = t.collision + flown + (_HALF_LENGTH - z) / t.light_mm_ns + t.bar_ns * east
        n = _put(first, time, channels, times, n)
        time = t.collision + flown + (_HALF_LENGTH + z) / t.light_mm_ns + t.bar_ns * west
        n = _put(first + 1, time, channels, times, n)
    return n


@inlined
def _counter(
    track: Track, flight: Flight, t: TofNumbers, address: Address, channels: U16, times: I32, n: int
) -> int:
    # A scintillator of an endcap, read out at its inner end.
    seed, frame, event, block = address
    side = 0 if track.tan_lambda > 0.0 else 1
    arc, x, y = at_plane(track, _COUNTER_Z if side == 0 else -_COUNTER_Z, _BARREL_RADIUS, t.longest_path_mm)
    radius = math.hypot(x, y)
    if math.isnan(arc) or not _INNERMOST <= radius < _OUTERMOST:
        return n
    u, _ = uniform2(seed, frame, _HIT, event, block + 4)
    if u >= t.efficiency:
        return n
    g, _ = normal2(seed, frame, _HIT, event, block + 5)
    turn = math.atan2(y, x) / (2.0 * math.pi)
    counter = min(int((turn - math.floor(turn)) * ENDCAP_COUNTERS), ENDCAP_COUNTERS - 1)
    time = flight.time + flight_ns(arc - track.start, flight.pt, track.tan_lambda, flight.mass)
    time += t.collision + (radius - _INNERMOST) / t.light_mm_ns + t.counter_ns * g
    return _put(FIRST_ENDCAP + side * ENDCAP_COUNTERS + counter, time, channels, times, n)


@inlined
def _strips(
    track: Track,
    flight: Flight,
    plates: F64,
    lengths: F64,
    t: TofNumbers,
    address: Address,
    channels: U16,
    times: I32,
    n: int,
) -> int:
    # Even and odd modules stand in two planes and overlap.
    seed, frame, event, block = address
    side = 0 if track.tan_lambda > 0.0 else 1
    for parity in range(2):
        z = plates[side, parity] if side == 0 else -plates[side, parity]
        arc, x, y = at_plane(track, z, _BARREL_RADIUS, t.longest_path_mm)
        if math.isnan(arc):
            continue
        x, y = x - plates[side, 3], y - plates[side, 4]
        place = (math.atan2(y, x) - plates[side, 2]) / _STEP
        module = 2 * math.floor(0.5 * (place - parity) + 0.5) + parity
        phi = plates[side, 2] + module * _STEP
        out = x * math.cos(phi) + y * math.sin(phi) - _STRIP_FIRST
        across = y * math.cos(phi) - x * math.sin(phi)
        strip = math.floor(out / _STRIP_PITCH + 0.5)
        if not 0 <= strip < STRIPS or abs(out - strip * _STRIP_PITCH) > 0.5 * _STRIP_WIDTH:
            continue
        half = 0.5 * lengths[strip]
        u, _ = uniform2(seed, frame, _HIT, event, block + 6 + 2 * parity)
        if abs(across) > half or u >= t.strip_efficiency:
            continue
        g, h = normal2(seed, frame, _HIT, event, block + 7 + 2 * parity)
        flown = flight.time + flight_ns(arc - track.start, flight.pt, track.tan_lambda, flight.mass)
        first = FIRST_MRPC + ((side * MODULES + module % MODULES) * STRIPS + strip) * 2
        time = t.collision + flown + (half - across) / t.strip_mm_ns + t.strip_ns * g
        n = _put(first, time, channels, times, n)
        time = t.collision + flown + (half + across) / t.strip_mm_ns + t.strip_ns * h
        n = _put(first + 1, time, channels, times, n)
    return n


@inlined
def _singles(
    mean: float,
    first: int,
    count: int,
    window: float,
    number: int,
    address: Address,
    channels: U16,
    times: I32,
    n: int,
) -> int:
    # Ends that fire alone: of ``count`` channels from ``first`` on; ``number`` tells barrel (0) from endcaps (1).
    seed, frame, event, _ = address
    if mean <= 0.0:
        return n
    hits = poisson(seed, frame, _NOISE_COUNT, 2 * event + number, mean)
    for k in range(hits):
        u, v = uniform2(seed, frame, _NOISE, 2 * event + number, k)
        n = _put(first + min(int(u * count), count - 1), v * window, channels, times, n)
    return n


@kernel
def _hits(
    offsets: I64,
    tracks: F64,
    flights: F64,
    charge: I8,
    numbers: tuple[float, ...],
    shape: tuple[F64, F64, F64],
    singles: tuple[float, float, int, int],
    address: tuple[Int, Int],
    out: I64,
    channels: U16,
    times: I32,
) -> int:
    # ``flights``: pt, mass, time of every particle; ``shape``: `_layers`, `_plates`, lengths of strips (mm);
    # ``singles``: mean numbers of barrel and endcaps, first channel and channels of the endcaps.
    n = 0
    t = TofNumbers(*numbers)
    seed, frame = address
    rows, plates, lengths = shape
    barrel, endcap, first, count = singles
    mrpc = first == FIRST_MRPC
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            if charge[i] == 0:
                continue
            track = track_at(tracks, i)
            flight = Flight(flights[i, 0], flights[i, 1], flights[i, 2])
            own = (seed, frame, event, (i - offsets[event]) * _BLOCKS)
            n = _bars(track, flight, rows, t, own, channels, times, n)
            if mrpc:
                n = _strips(track, flight, plates, lengths, t, own, channels, times, n)
            else:
                n = _counter(track, flight, t, own, channels, times, n)
        own = (seed, frame, event, 0)
        n = _singles(barrel, 0, FIRST_ENDCAP, t.window_ns, 0, own, channels, times, n)
        n = _singles(endcap, first, count, t.window_ns, 1, own, channels, times, n)
    out[len(offsets) - 1] = n
    return n


def tof_hits(
    particles: Particles,
    config: Response,
    seed: int,
    frame: int,
    *,
    endcap: Literal["scintillator", "mrpc"] = "mrpc",
) -> dict[str, Array]:
    """Return the hits of the time-of-flight counters in a frame's events: the columns of source ``tof``.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's hits depend on these and its number in the frame alone.
    endcap
        What stands in front of the endcap calorimeters.

    Returns
    -------
    dict
        ``channel`` uint16[k], ``time`` int32[k] in 24 ns / 8192 since the read-out window began, ``offsets`` int64[n +
        1].  Per event particle by particle, then noise.
    """
    p, c = particles, config.tof
    first, channels_there = (
        (FIRST_MRPC, TOF_CHANNELS - FIRST_MRPC)
        if endcap == "mrpc"
        else (FIRST_ENDCAP, FIRST_MRPC - FIRST_ENDCAP)
    )
    own = {name: getattr(c, name) for name in TofNumbers._fields[:-1]}
    offsets = np.empty(p.events + 1, np.int64)
    arguments = (
        p.offsets,
        perigees(p, config.field_t),
        np.stack([np.maximum(np.hypot(p.px, p.py), 1e-9), p.mass, p.time_ns], axis=1),
        p.charge,
        tuple(TofNumbers(**own, collision=config.timing.tof_ns)),
        (_layers(), _plates(), np.array(geometry.STRIP_LENGTHS_MM)),
        (c.barrel_singles, c.endcap_singles, first, channels_there),
        (np.uint64(seed), frame),
        offsets,
    )

    def fill(rows: int) -> tuple[int, tuple[U16, I32]]:
        channels, times = np.empty(rows, np.uint16), np.empty(rows, np.int32)
        return _hits(*arguments, channels, times), (channels, times)

    expected = (
        _MOST * int(np.count_nonzero(p.charge)) + 2.0 * (c.barrel_singles + c.endcap_singles) * p.events
    )
    n, (channels, times) = grown(fill, int(expected) + 1024)
    return {"channel": channels[:n], "time": times[:n], "offsets": offsets}
