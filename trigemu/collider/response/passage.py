"""Hits of one particle in the drift chamber: which cells fire, and when."""

from __future__ import annotations

import math

from trigemu.arrays import F64, I16, U16
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.cells import Row, layer_row, row6
from trigemu.collider.response.chamber import (
    MAX_CELLS,
    Circle,
    azimuth,
    between_plates,
    border,
    circle,
    closest,
    drift_ns,
    first_arm,
    point,
    span,
    sweep,
)
from trigemu.collider.response.helix import apogee_radius, flight_ns
from trigemu.experiments.belle2.cdc.geometry import LAYERS
from trigemu.experiments.belle2.clock import T0_TDC, TDC_PER_TICK, TICK_NS
from trigemu.experiments.belle2.response.config import Cells
from trigemu.jit import inlined
from trigemu.physics.rng import Int, normal2, uniform2

Address = tuple[Int, Int, int, int]
"""Seed, frame, event, and the first number of a particle's block."""

TDC_NS = TICK_NS / TDC_PER_TICK
"""Least count of the TDC: 0.9825 ns."""

MAX_HITS = 1024
"""Hits of one particle."""

_HIT = int(ColliderPurpose.CHAMBER_HIT)


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
    shape: Circle,
    start: float,
    layer: Row,
    all_wires: F64,
    ends: tuple[float, float],
    places: tuple[float, float],
    skip: int,
    pt: float,
    mass: float,
    time: float,
    cells: tuple[float, ...],
    address: Address,
    made: int,
    channels: U16,
    counts: I16,
    n: int,
) -> tuple[int, int, int]:
    # Hits in the cells between two arcs (places: those there); returns hits written, numbers drawn, the last cell.
    seed, frame, event, block = address
    resolution, efficiency, density, speed, linear, edge, propagation = cells
    first, last = ends
    begin, end = places
    total = int(layer[3])
    step = 1 if end >= begin else -1
    now, stop = math.floor(begin + 0.5), math.floor(end + 0.5)
    origin = now
    stretch = shape[6]
    left = -1.0  # where the track left the cell before, if that is known
    for _ in range(MAX_CELLS):
        number = now % total
        if number != skip and made < MAX_HITS:
            # Where the track enters and leaves this cell, as parts of the way through the layer.
            enter = 0.0
            if now != origin:
                enter = left if left >= 0.0 else border(shape, layer, ends, places, now - 0.5 * step)
            left = 1.0 if now == stop else border(shape, layer, ends, places, now + 0.5 * step)
            leave = max(left, enter)
            inside = (leave - enter) * (last - first) * stretch
            u, _ = uniform2(seed, frame, _HIT, event, 2 * (block + made))
            if u < efficiency * (1.0 - math.exp(-density * inside)):
                # Where the wire is on the way, if the place among the wires changed evenly.
                part = 0.5 * (enter + leave) if end == begin else (now - begin) / (end - begin)
                part = min(max(part, enter), leave)
                way = last - first
                arc, distance, length = closest(
                    shape,
                    row6(all_wires, int(layer[9]) + number),
                    first + enter * way,
                    first + part * way,
                    first + leave * way,
                )
                g, _ = normal2(seed, frame, _HIT, event, 2 * (block + made) + 1)
                drift = drift_ns(abs(distance + resolution * g), speed, linear, edge)
                t = time + flight_ns(arc - start, pt, shape[5], mass) + drift + length / propagation
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
def track_hits(
    track: Row,
    pt: float,
    mass: float,
    time: float,
    layers: F64,
    all_wires: F64,
    cells: tuple[float, ...],
    half_turns: int,
    address: Address,
    channels: U16,
    counts: I16,
    n: int,
) -> int:
    """Add a particle's hits from row n on; return the new number of rows (counted beyond the room).

    ``track`` is its row of `helix.perigees`, ``time`` in ns at its start, ``layers`` and ``all_wires`` as
    `cells.drift_cells` and `cells.wires` make them, ``cells`` as `settings`.
    """
    start = track[5]
    shape = circle(track)
    x, y, _ = point(shape, start)
    if x * x + y * y > layers[LAYERS - 1, 8] ** 2:
        return n
    nearest, farthest = abs(track[0]), apogee_radius(track[0], track[2])
    entered = False
    made, last_layer, last_cell = 0, -1, -1
    # Neighbouring axial layers meet in one point, which need not be worked out twice.
    seen, begins, ends = math.nan, (0.0, 0.0), (0.0, 0.0)
    begin = first_arm(track[2], start)
    for arm in range(begin, half_turns):
        outwards = arm % 2 == 0
        for k in range(LAYERS):
            number = k if outwards else LAYERS - 1 - k
            if layers[number, 8] <= nearest or layers[number, 7] * layers[number, 6] >= farthest:
                continue  # never reached; wires are nowhere closer than the cosine of half their turn
            layer = layer_row(layers, number)
            first, last = span(track, layer, arm)
            if math.isnan(first) or last <= start:
                continue
            first, last = between_plates(track, layer, max(first, start), last)
            if first >= last:
                if entered:
                    return n  # through an end plate: into the calorimeter
                continue
            entered = True
            # Around perigee and apogee two arms meet in one cell: one hit, not two.
            skip = last_cell if number == last_layer else -1
            begins = ends if first == seen else azimuth(shape, first)
            ends = azimuth(shape, last)
            seen = last
            n, made, last_cell = _cells_of_layer(
                shape,
                start,
                layer,
                all_wires,
                (first, last),
                sweep(layer, begins, ends),
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
        if outwards and farthest > layers[LAYERS - 1, 8]:
            return n  # out through the outer wall
    return n
