"""Wire hits: charged particles through the drift chamber, and beam background.

Material is left out: no scattering, no energy loss, no decay in flight (what decays does so in the generator).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.cdc.geometry import LAYERS
from trigemu.experiments.belle2.clock import T0_TDC, TDC_PER_TICK, TICK_NS
from trigemu.experiments.belle2.particles import Particles
from trigemu.experiments.belle2.response.cells import WIRES, drift_cells, wires
from trigemu.experiments.belle2.response.chamber import (
    MAX_CELLS,
    closest,
    drift_ns,
    first_arm,
    span,
    sweep,
)
from trigemu.experiments.belle2.response.config import Cells, Response
from trigemu.experiments.belle2.response.helix import flight_ns, perigees, position
from trigemu.experiments.belle2.response.occupancy import background_hits, wire_chances
from trigemu.frames.columns import Array
from trigemu.jit import inlined, kernel
from trigemu.physics.rng import Purpose, normal2, uniform2

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

TDC_NS = TICK_NS / TDC_PER_TICK
"""Least count of the TDC: 0.9825 ns."""

MAX_HITS = 1024
"""Hits of one particle."""

_HIT = int(Purpose.CDC_HIT)
_ROOM = 90
"""Hits to make room for, per charged particle; more is asked for if that is too few."""


def settings(config: Cells) -> tuple[float, ...]:
    """Return the numbers of a configuration that the kernels take, in their order."""
    return (
        config.resolution_mm,
        config.efficiency,
        config.clusters_per_mm,
        config.drift_mm_ns,
        config.linear_mm,
        config.edge_ns_mm2,
        config.propagation_mm_ns,
    )


@inlined
def tdc_count(time: float) -> int:
    """Return raw TDC counts (larger is earlier) of a time after the collision in ns, as the digitiser rounds."""
    return math.floor(T0_TDC - time / TDC_NS + 0.5)


@inlined
def _cells_of_layer(
    track: F64,
    layer: F64,
    all_wires: F64,
    ends: tuple[float, float],
    skip: int,
    pt: float,
    mass: float,
    time: float,
    cells: tuple[float, ...],
    address: tuple[int, int, int, int],
    made: int,
    channels: NDArray[np.uint16],
    counts: NDArray[np.int16],
    n: int,
) -> tuple[int, int, int]:
    # Hits in the cells between two arcs; returns hits written, numbers drawn, and the last cell.
    seed, frame, event, block = address
    resolution, efficiency, density, speed, linear, edge, propagation = cells
    first, last = ends
    begin, end = sweep(track, layer, first, last)
    total = int(layer[3])
    step = 1 if end >= begin else -1
    now, stop = math.floor(begin + 0.5), math.floor(end + 0.5)
    stretch = math.sqrt(1.0 + track[4] * track[4])
    for _ in range(MAX_CELLS):
        number = now % total
        if number != skip and made < MAX_HITS:
            # Where the track enters and leaves this cell, as parts of the way through the layer.
            enter, leave = 0.0, 1.0
            if end != begin:
                a = (now - 0.5 - begin) / (end - begin)
                b = (now + 0.5 - begin) / (end - begin)
                enter = min(max(min(a, b), 0.0), 1.0)
                leave = min(max(max(a, b), 0.0), 1.0)
            inside = (leave - enter) * (last - first) * stretch
            u, _ = uniform2(seed, frame, _HIT, event, 2 * (block + made))
            if u < efficiency * (1.0 - math.exp(-density * inside)):
                arc, distance, length = closest(
                    track,
                    all_wires[int(layer[9]) + number],
                    first + enter * (last - first),
                    first + leave * (last - first),
                )
                g, _ = normal2(seed, frame, _HIT, event, 2 * (block + made) + 1)
                drift = drift_ns(abs(distance + resolution * g), speed, linear, edge)
                t = time + flight_ns(arc - track[5], pt, track[4], mass) + drift + length / propagation
                count = tdc_count(t)
                if -32768 <= count < 32768:
                    if n < len(channels):
                        channels[n] = int(layer[9]) + number
                        counts[n] = count
                    n += 1
            made += 1
        if now == stop:
            break
        now += step
    return n, made, stop % total


@inlined
def _track_hits(
    track: F64,
    pt: float,
    mass: float,
    time: float,
    layers: F64,
    all_wires: F64,
    cells: tuple[float, ...],
    half_turns: int,
    address: tuple[int, int, int, int],
    channels: NDArray[np.uint16],
    counts: NDArray[np.int16],
    n: int,
) -> int:
    start = track[5]
    x, y, _ = position(track[0], track[1], track[2], track[3], track[4], start)
    if x * x + y * y > layers[LAYERS - 1, 8] ** 2:
        return n
    entered = False
    made, last_layer, last_cell = 0, -1, -1
    begin = first_arm(track[2], start)
    for arm in range(begin, begin + half_turns):
        outwards = arm % 2 == 0
        for k in range(LAYERS):
            number = k if outwards else LAYERS - 1 - k
            layer = layers[number]
            first, last = span(track, layer, arm)
            if math.isnan(first) or last <= start:
                continue
            first = max(first, start)
            z = track[3] + track[4] * 0.5 * (first + last)
            if z < layer[1] or z > layer[2]:
                if entered:
                    return n  # through an end plate: into the calorimeter
                continue
            entered = True
            # Around perigee and apogee two arms meet in one cell: one hit, not two.
            skip = last_cell if number == last_layer else -1
            n, made, last_cell = _cells_of_layer(
                track,
                layer,
                all_wires,
                (first, last),
                skip,
                pt,
                mass,
                time,
                cells,
                address,
                made,
                channels,
                counts,
                n,
            )
            last_layer = number
        if outwards and track[2] != 0.0 and abs(track[0] + 2.0 / track[2]) > layers[LAYERS - 1, 8]:
            return n  # out through the outer wall
    return n


@kernel
def _hits(
    offsets: I64,
    tracks: F64,
    pt: F64,
    mass: F64,
    time: F64,
    charge: NDArray[np.int8],
    layers: F64,
    all_wires: F64,
    cells: tuple[float, ...],
    half_turns: int,
    chances: F64,
    group: float,
    window: tuple[int, int],
    seed: int,
    frame: int,
    out: I64,
    channels: NDArray[np.uint16],
    counts: NDArray[np.int16],
) -> int:
    n = 0
    for event in range(len(offsets) - 1):
        out[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            if charge[i] != 0:
                address = (seed, frame, event, (i - offsets[event]) * MAX_HITS)
                n = _track_hits(
                    tracks[i],
                    pt[i],
                    mass[i],
                    time[i],
                    layers,
                    all_wires,
                    cells,
                    half_turns,
                    address,
                    channels,
                    counts,
                    n,
                )
        n = background_hits(layers, chances, group, window, seed, frame, event, channels, counts, n)
    out[len(offsets) - 1] = n
    return n


def cdc_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the wire hits of a frame's events: the columns of source ``cdc``.

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
        ``channel`` uint16[k], ``tdc`` int16[k] (raw counts, `T0_TDC` at the collision), ``offsets`` int64[n + 1].
        Per event particle by particle along their flight, then background; a wire may have several hits.
    """
    layers = drift_cells()
    chances = wire_chances(config.background, layers[:, WIRES])
    room = _ROOM * int(np.count_nonzero(particles.charge)) + int(2.0 * chances[-1] * particles.events) + 1024
    offsets = np.empty(particles.events + 1, np.int64)
    pt = np.maximum(np.hypot(particles.px, particles.py), 1e-9)
    arguments = (
        particles.offsets,
        perigees(particles),
        pt,
        particles.mass,
        particles.time_ns,
        particles.charge,
        layers,
        wires(),
        settings(config.cdc),
        config.cdc.half_turns,
        chances,
        config.background.bunch_fraction,
        config.background.wire_window,
        np.uint64(seed),
        frame,
        offsets,
    )
    while True:
        channels, counts = np.empty(room, np.uint16), np.empty(room, np.int16)
        n = _hits(*arguments, channels, counts)
        if n <= room:
            return {"channel": channels[:n], "tdc": counts[:n], "offsets": offsets}
        room = n
