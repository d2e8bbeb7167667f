"""One track through the drift chamber: which cells, how close to the wire, when.

Plan.  A helix goes outwards from its perigee to its apogee, inwards to the next perigee, and so on: *arms*, each half
a turn long.  On an arm the radius changes in one direction only, so every layer is crossed once, from one
boundary of its cells to the other; between them the track sweeps through one or more cells.  In each, two
Newton steps along the track, the second on its tangent, find the point closest to the wire, kept inside the cell
because only charge from there drifts to it.
"""

from __future__ import annotations

import math

from trigemu.collider.response.cells import Row, cell, shrink
from trigemu.collider.response.helix import apogee_radius, arc_at_radius, direction, half_turn
from trigemu.jit import inlined

Circle = tuple[float, ...]
"""Seven numbers, see `circle`."""

MAX_CELLS = 64
"""Cells of one layer that one arm can touch: more means a track along the layer, which is cut off."""

SURFACE_STEPS = 2
CLOSEST_STEPS = 1
BORDER_STEPS = 3


@inlined
def first_arm(omega: float, start: float) -> int:
    """Return the arm on which a particle starts: even arms go outwards, odd ones (also -1) inwards."""
    if omega == 0.0:
        return 0 if start >= 0.0 else -1
    return math.floor(start / half_turn(omega))


@inlined
def arm_base(omega: float, arm: int) -> float:
    """Return the arc of the perigee at which an arm begins (even arms) or ends (odd arms)."""
    return 0.0 if omega == 0.0 or arm in (0, -1) else (arm + arm % 2) * half_turn(omega)


@inlined
def _surface(track: Row, layer: Row, radius: float, sign: float, base: float) -> float:
    # Arc from the perigee at which the arm crosses a surface that has this radius at the end plates.
    arc = arc_at_radius(track[0], track[2], radius)
    if layer[5] == 0.0 or math.isnan(arc):
        return arc
    for _ in range(SURFACE_STEPS):
        z = track[3] + track[4] * (base + sign * arc)
        inner = arc_at_radius(track[0], track[2], radius * shrink(layer, z))
        if math.isnan(inner):
            return arc
        arc = inner
    return arc


@inlined
def span(track: Row, layer: Row, arm: int) -> tuple[float, float]:
    """Return the arcs between which an arm is inside a layer's cells, in order of flight; nan where it never is.

    ``track`` is a row of `helix.perigees`, ``layer`` one of `cells.drift_cells`.
    """
    d0, omega = track[0], track[2]
    nearest, farthest = abs(d0), apogee_radius(d0, omega)
    middle = shrink(layer, track[3])
    if nearest >= layer[8] or farthest <= layer[7] * middle:
        return math.nan, math.nan
    outwards = arm % 2 == 0
    sign = 1.0 if outwards else -1.0
    base = arm_base(omega, arm)
    near = _surface(track, layer, layer[7], sign, base)
    far = _surface(track, layer, layer[8], sign, base)
    if math.isnan(near):  # the perigee is inside the layer's cells, or the track never gets there
        if farthest <= layer[7]:
            return math.nan, math.nan
        near = 0.0
    if math.isnan(far):  # so is the apogee
        far = half_turn(omega)
    return (base + near, base + far) if outwards else (base - far, base - near)


@inlined
def circle(track: Row) -> tuple[float, float, float, float, float, float, float]:
    """Return what `point` needs of a row of `helix.perigees`, so that no sine is taken twice.

    x and y of the perigee, phi0, omega, z0, tan lambda, and the length in space per arc.
    """
    d0, phi0, slope = track[0], track[1], track[4]
    along = math.sqrt(1.0 + slope * slope)
    return d0 * math.sin(phi0), -d0 * math.cos(phi0), phi0, track[2], track[3], slope, along


@inlined
def point(circle: Circle, arc: float) -> tuple[float, float, float]:
    """Return x, y, z (mm) at an arc, as `helix.position` does."""
    half = 0.5 * circle[3] * arc
    chord = arc if half == 0.0 else arc * math.sin(half) / half
    angle = circle[2] - half
    return (
        circle[0] + chord * math.cos(angle),
        circle[1] + chord * math.sin(angle),
        circle[4] + circle[5] * arc,
    )


@inlined
def azimuth(circle: Circle, arc: float) -> tuple[float, float]:
    """Return the azimuth of a point (rad) and its z (mm)."""
    x, y, z = point(circle, arc)
    return math.atan2(y, x), z


@inlined
def closest(circle: Circle, wire: Row, first: float, guess: float, last: float) -> tuple[float, float, float]:
    """Return (arc, distance, length) of the point between two arcs that is closest to a wire.

    ``wire`` is a row of `cells.wires`, ``guess`` an arc to start from; ``distance`` (mm) is that to the wire,
    ``length`` (mm) the way along the wire to its backward end.  The last step stays on the track's tangent: a
    fraction of a millimetre, over which the track is straight.
    """
    wx, wy, wz = wire[3], wire[4], wire[5]
    stretch = circle[6]
    tz = circle[5] / stretch
    arc = guess
    distance, length = 0.0, 0.0
    for step in range(CLOSEST_STEPS + 1):
        x, y, z = point(circle, arc)
        phi = direction(circle[2], circle[3], arc)
        tx, ty = math.cos(phi) / stretch, math.sin(phi) / stretch
        dx, dy, dz = x - wire[0], y - wire[1], z - wire[2]
        length = dx * wx + dy * wy + dz * wz
        along = tx * wx + ty * wy + tz * wz
        dx, dy, dz = dx - length * wx, dy - length * wy, dz - length * wz
        ux, uy, uz = tx - along * wx, ty - along * wy, tz - along * wz
        norm = ux * ux + uy * uy + uz * uz
        way = -(dx * ux + dy * uy + dz * uz) / norm if norm > 0.0 else 0.0
        target = min(max(arc + way / stretch, first), last)
        if step == CLOSEST_STEPS:
            way = (target - arc) * stretch
            dx, dy, dz = dx + way * ux, dy + way * uy, dz + way * uz
            distance = math.sqrt(dx * dx + dy * dy + dz * dz)
            length += way * along
        arc = target
    return arc, distance, length


@inlined
def sweep(layer: Row, begin: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return the places among the wires (see `cells.cell`, not wrapped) of two points; the second follows the first.

    Points are as `azimuth` gives them.
    """
    first, last = cell(layer, begin[0], begin[1]), cell(layer, end[0], end[1])
    wires = layer[3]
    return first, first + (last - first) - wires * math.floor((last - first) / wires + 0.5)


@inlined
def border(
    circle: Circle, layer: Row, ends: tuple[float, float], places: tuple[float, float], wanted: float
) -> float:
    """Return which part of the way between two arcs (``ends``) brings the track to a place among the wires.

    ``places`` are those at the two arcs (see `sweep`), ``wanted`` lies between them.  Chord steps: the place changes
    almost linearly.
    """
    first, last = ends
    begin, end = places
    wires = layer[3]
    part = (wanted - begin) / (end - begin)
    for _ in range(BORDER_STEPS):
        phi, z = azimuth(circle, first + part * (last - first))
        off = cell(layer, phi, z) - wanted
        off -= wires * math.floor(off / wires + 0.5)
        part = min(max(part - off / (end - begin), 0.0), 1.0)
    return part


@inlined
def between_plates(track: Row, layer: Row, first: float, last: float) -> tuple[float, float]:
    """Return the piece of a span between the ends of the layer's wires (empty: the first is not below the last)."""
    if track[4] == 0.0:
        return (first, last) if layer[1] <= track[3] <= layer[2] else (last, first)
    back, front = (layer[1] - track[3]) / track[4], (layer[2] - track[3]) / track[4]
    return max(first, min(back, front)), min(last, max(back, front))


@inlined
def drift_ns(distance: float, speed: float, linear: float, edge: float) -> float:
    """Return the drift time (ns) over a distance (mm): constant speed, slower near the edge of large cells."""
    far = max(distance - linear, 0.0)
    return distance / speed + edge * far * far
