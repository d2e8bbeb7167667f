"""One track through the drift chamber: which cells, how close to the wire, when.

Plan.  A helix goes outwards from its perigee to its apogee, inwards to the next perigee, and so on: *arms*, each half
a turn long.  On an arm the radius changes in one direction only, so every layer is crossed once, from one
boundary of its cells to the other; between them the track sweeps through one or more cells.  In each, two
Newton steps along the track, the second on its tangent, find the point closest to the wire, kept inside the cell
because only charge from there drifts to it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from trigemu.collider.response.cells import cell, shrink
from trigemu.collider.response.helix import Track, apogee_radius, arc_at_radius, direction, half_turn
from trigemu.collider.response.layers import Layer, Wire
from trigemu.jit import inlined

MAX_CELLS = 64
"""Cells of one layer that one arm can touch: more means a track along the layer, which is cut off."""

SURFACE_STEPS = 2
CLOSEST_STEPS = 1
BORDER_STEPS = 3


class Circle(NamedTuple):
    """What `point` needs of a track, so that no sine is taken twice.

    ``x`` and ``y`` of the perigee, ``phi0``, ``omega``, ``z0``, ``slope`` (tan lambda), and ``stretch``, the length in
    space per arc.
    """

    x: float
    y: float
    phi0: float
    omega: float
    z0: float
    slope: float
    stretch: float


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
def _surface(track: Track, layer: Layer, radius: float, sign: float, base: float) -> float:
    # Arc from the perigee at which the arm crosses a surface that has this radius at the end plates.
    arc = arc_at_radius(track.d0, track.omega, radius)
    if layer.tan == 0.0 or math.isnan(arc):
        return arc
    for _ in range(SURFACE_STEPS):
        z = track.z0 + track.tan_lambda * (base + sign * arc)
        inner = arc_at_radius(track.d0, track.omega, radius * shrink(layer, z))
        if math.isnan(inner):
            return arc
        arc = inner
    return arc


@inlined
def span(track: Track, layer: Layer, arm: int) -> tuple[float, float]:
    """Return the arcs between which an arm is inside a layer's cells, in order of flight; nan where it never is.

    Left out: a track that turns round in the waist of a stereo layer, farther out than its cells' inner radius there
    but not at the end plates, is not seen in this layer.
    """
    d0, omega = track.d0, track.omega
    nearest, farthest = abs(d0), apogee_radius(d0, omega)
    middle = shrink(layer, track.z0)
    if nearest >= layer.outer or farthest <= layer.inner * middle:
        return math.nan, math.nan
    outwards = arm % 2 == 0
    sign = 1.0 if outwards else -1.0
    base = arm_base(omega, arm)
    near = _surface(track, layer, layer.inner, sign, base)
    far = _surface(track, layer, layer.outer, sign, base)
    if math.isnan(near):  # the perigee is inside the layer's cells, or the track never gets there
        if farthest <= layer.inner:
            return math.nan, math.nan
        near = 0.0
    if math.isnan(far):  # so is the apogee
        far = half_turn(omega)
    return (base + near, base + far) if outwards else (base - far, base - near)


@inlined
def circle(track: Track) -> Circle:
    """Return the circle of a track."""
    d0, phi0, slope = track.d0, track.phi0, track.tan_lambda
    along = math.sqrt(1.0 + slope * slope)
    return Circle(d0 * math.sin(phi0), -d0 * math.cos(phi0), phi0, track.omega, track.z0, slope, along)


@inlined
def point(circle: Circle, arc: float) -> tuple[float, float, float]:
    """Return x, y, z (mm) at an arc, as `helix.position` does."""
    half = 0.5 * circle.omega * arc
    chord = arc if half == 0.0 else arc * math.sin(half) / half
    angle = circle.phi0 - half
    return (
        circle.x + chord * math.cos(angle),
        circle.y + chord * math.sin(angle),
        circle.z0 + circle.slope * arc,
    )


@inlined
def azimuth(circle: Circle, arc: float) -> tuple[float, float]:
    """Return the azimuth of a point (rad) and its z (mm)."""
    x, y, z = point(circle, arc)
    return math.atan2(y, x), z


@inlined
def closest(
    circle: Circle, wire: Wire, first: float, guess: float, last: float
) -> tuple[float, float, float]:
    """Return (arc, distance, length) of the point between two arcs that is closest to a wire.

    ``guess`` is an arc to start from; ``distance`` (mm) is that to the wire,
    ``length`` (mm) the way along the wire to its backward end.  The last step stays on the track's tangent: a
    fraction of a millimetre, over which the track is straight.
    """
    wx, wy, wz = wire.along_x, wire.along_y, wire.along_z
    stretch = circle.stretch
    tz = circle.slope / stretch
    arc = guess
    distance, length = 0.0, 0.0
    for step in range(CLOSEST_STEPS + 1):
        x, y, z = point(circle, arc)
        phi = direction(circle.phi0, circle.omega, arc)
        tx, ty = math.cos(phi) / stretch, math.sin(phi) / stretch
        dx, dy, dz = x - wire.x, y - wire.y, z - wire.z
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
def sweep(layer: Layer, begin: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return the places among the wires (see `layers.cell`, not wrapped) of two points; the second follows the first.

    Points are as `azimuth` gives them.
    """
    first, last = cell(layer, begin[0], begin[1]), cell(layer, end[0], end[1])
    wires = layer.wires
    return first, first + (last - first) - wires * math.floor((last - first) / wires + 0.5)


@inlined
def border(
    circle: Circle, layer: Layer, ends: tuple[float, float], places: tuple[float, float], wanted: float
) -> float:
    """Return which part of the way between two arcs (``ends``) brings the track to a place among the wires.

    ``places`` are those at the two arcs (see `sweep`), ``wanted`` lies between them.  Chord steps: the place changes
    almost linearly.
    """
    first, last = ends
    begin, end = places
    wires = layer.wires
    part = (wanted - begin) / (end - begin)
    for _ in range(BORDER_STEPS):
        phi, z = azimuth(circle, first + part * (last - first))
        off = cell(layer, phi, z) - wanted
        off -= wires * math.floor(off / wires + 0.5)
        part = min(max(part - off / (end - begin), 0.0), 1.0)
    return part


@inlined
def between_plates(track: Track, layer: Layer, first: float, last: float) -> tuple[float, float]:
    """Return the piece of a span between the ends of the layer's wires (empty: the first is not below the last)."""
    if track.tan_lambda == 0.0:
        return (first, last) if layer.z_back <= track.z0 <= layer.z_front else (last, first)
    back, front = (layer.z_back - track.z0) / track.tan_lambda, (layer.z_front - track.z0) / track.tan_lambda
    return max(first, min(back, front)), min(last, max(back, front))


@inlined
def drift_ns(distance: float, speed: float, linear: float, edge: float) -> float:
    """Return the drift time (ns) over a distance (mm): constant speed, slower near the edge of large cells."""
    far = max(distance - linear, 0.0)
    return distance / speed + edge * far * far
