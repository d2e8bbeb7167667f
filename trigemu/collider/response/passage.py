"""Hits of one particle in the drift chamber: which cells fire, and when."""

from __future__ import annotations

import math
from typing import NamedTuple

from trigemu.arrays import F64, I16, U16
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.cells import layer_at, wire_at
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
from trigemu.collider.response.config import Cells
from trigemu.collider.response.detector import Tdc
from trigemu.collider.response.helix import Track, apogee_radius, flight_ns
from trigemu.collider.response.layers import COS, INNER, OUTER, Layer
from trigemu.jit import inlined
from trigemu.physics.rng import Int, normal2, uniform2

Address = tuple[Int, Int, int, int]
"""Seed, frame, event, and the first number of a particle's block."""

MAX_HITS = 1024
"""Hits of one particle."""

NO_COUNT = 1 << 20
"""What `tdc_count` returns for a time that no count stands for."""

_HIT = int(ColliderPurpose.CHAMBER_HIT)


class CellNumbers(NamedTuple):
    """What kernels need of `Cells` and `Tdc`."""

    resolution_mm: float
    efficiency: float
    clusters_per_mm: float
    drift_mm_ns: float
    linear_mm: float
    edge_ns_mm2: float
    propagation_mm_ns: float
    t0: float
    count_ns: float


class Flight(NamedTuple):
    """Transverse momentum and mass of a particle (GeV), and the time (ns) at the arc (mm) at which it starts."""

    pt: float
    mass: float
    time: float
    start: float


def settings(config: Cells, tdc: Tdc) -> CellNumbers:
    """Return the numbers that the kernels take."""
    return CellNumbers(
        resolution_mm=config.resolution_mm,
        efficiency=config.efficiency,
        clusters_per_mm=config.clusters_per_mm,
        drift_mm_ns=config.drift_mm_ns,
        linear_mm=config.linear_mm,
        edge_ns_mm2=config.edge_ns_mm2,
        propagation_mm_ns=config.propagation_mm_ns,
        t0=tdc.t0,
        count_ns=tdc.count_ns,
    )


@inlined
def tdc_count(time: float, t0: float, count_ns: float) -> int:
    """Return the TDC's count of a time after the collision in ns, rounded (see `Tdc`); `NO_COUNT` beyond 16 bits."""
    count = t0 + time / count_ns + 0.5
    return math.floor(count) if -32768.0 <= count < 32768.0 else NO_COUNT


@inlined
def _cells_of_layer(
    shape: Circle,
    flight: Flight,
    layer: Layer,
    lines: F64,
    ends: tuple[float, float],
    places: tuple[float, float],
    skip: int,
    cells: CellNumbers,
    address: Address,
    made: int,
    channels: U16,
    counts: I16,
    n: int,
) -> tuple[int, int, int]:
    # Hits in the cells between two arcs (places: those there); returns hits written, numbers drawn, the last cell.
    seed, frame, event, block = address
    first, last = ends
    begin, end = places
    total = int(layer.wires)
    step = 1 if end >= begin else -1
    now, stop = math.floor(begin + 0.5), math.floor(end + 0.5)
    origin = now
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
            inside = (leave - enter) * (last - first) * shape.stretch
            u, _ = uniform2(seed, frame, _HIT, event, 2 * (block + made))
            if u < cells.efficiency * (1.0 - math.exp(-cells.clusters_per_mm * inside)):
                # Where the wire is on the way, if the place among the wires changed evenly.
                part = 0.5 * (enter + leave) if end == begin else (now - begin) / (end - begin)
                part = min(max(part, enter), leave)
                way = last - first
                channel = int(layer.channel) + number
                arc, distance, length = closest(
                    shape,
                    wire_at(lines, channel),
                    first + enter * way,
                    first + part * way,
                    first + leave * way,
                )
                g, _ = normal2(seed, frame, _HIT, event, 2 * (block + made) + 1)
                far = abs(distance + cells.resolution_mm * g)
                drift = drift_ns(far, cells.drift_mm_ns, cells.linear_mm, cells.edge_ns_mm2)
                flown = flight_ns(arc - flight.start, flight.pt, shape.slope, flight.mass)
                t = flight.time + flown + drift + length / cells.propagation_mm_ns
                count = tdc_count(t, cells.t0, cells.count_ns)
                if count != NO_COUNT:
                    if n < len(channels):
                        channels[n] = channel
                        counts[n] = count
                    n += 1
            made += 1
        if now == stop:
            break
        now += step
    return n, made, stop % total


@inlined
def track_hits(
    track: Track,
    pt: float,
    mass: float,
    time: float,
    table: F64,
    lines: F64,
    cells: CellNumbers,
    half_turns: int,
    address: Address,
    channels: U16,
    counts: I16,
    n: int,
) -> int:
    """Add a particle's hits from row n on; return the new number of rows (counted beyond ``channels``).

    Plan.  Arm by arm (`chamber`), layer by layer in the order in which an arm meets them: the span inside the layer's
    cells, cut at the end plates, then cell by cell.  It ends at the outer wall, an end plate, or after so many half
    turns.

    ``time`` in ns at the track's start; ``table`` and ``lines`` of the `layers.DriftChamber`.
    """
    start = track.start
    flight = Flight(pt, mass, time, start)
    shape = circle(track)
    outermost = len(table) - 1
    x, y, _ = point(shape, start)
    if x * x + y * y > table[outermost, OUTER] ** 2:
        return n
    nearest, farthest = abs(track.d0), apogee_radius(track.d0, track.omega)
    entered = False
    made, last_layer, last_cell = 0, -1, -1
    # Neighbouring axial layers meet in one point, which need not be worked out twice.
    seen, begins, ends = math.nan, (0.0, 0.0), (0.0, 0.0)
    for arm in range(first_arm(track.omega, start), half_turns):
        outwards = arm % 2 == 0
        for k in range(len(table)):
            number = k if outwards else outermost - k
            if table[number, OUTER] <= nearest or table[number, INNER] * table[number, COS] >= farthest:
                continue  # never reached; wires are nowhere closer than the cosine of half their turn
            layer = layer_at(table, number)
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
            places = sweep(layer, begins, ends)
            n, made, last_cell = _cells_of_layer(
                shape,
                flight,
                layer,
                lines,
                (first, last),
                places,
                skip,
                cells,
                address,
                made,
                channels,
                counts,
                n,
            )
            last_layer = number
        if outwards and farthest > table[outermost, OUTER]:
            return n  # out through the outer wall
    return n
