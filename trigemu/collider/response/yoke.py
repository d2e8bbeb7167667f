"""An instrumented iron yoke around a solenoid: where a particle crosses the layers of a muon detector.

Inside the solenoid a particle follows its helix; outside it flies straight on (the field in the yoke is left out).
It crosses the barrel, a regular prism around the z axis, layer by layer as long as z stays inside it, then the planes
of the end on its side.  Lengths in mm, angles in rad.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from trigemu.arrays import F64
from trigemu.collider.response.helix import (
    Track,
    arc_at_radius,
    arc_at_z,
    crossing,
    direction,
    position,
    starts_within,
)
from trigemu.jit import inlined


class Shape(NamedTuple):
    """What kernels need of a yoke's shape.

    ``centre``: z of its middle; ``half_length`` of the barrel, at whose ends the field ends as well; ``module``: half
    of the length that barrel layers cover; ``field_radius``: straight lines further out; ``calorimeter_radius``: where
    matter begins.  The barrel has ``sides``, the first of which has its normal at the azimuth ``normal``; ``edge``:
    half of a side over its distance.  Planes at the ends cover radii from ``inner`` to ``outer`` and are divided in
    azimuth into so many ``doors``, the first of which begins at ``begin``.
    """

    centre: float
    half_length: float
    module: float
    field_radius: float
    calorimeter_radius: float
    sides: float
    normal: float
    edge: float
    inner: float
    outer: float
    doors: float
    begin: float


@dataclass(frozen=True, eq=False)
class Yoke:
    """A yoke.

    Attributes
    ----------
    shape
        Its shape.
    barrel
        float64[layers, 2]: distance of each barrel layer from the z axis, and how much iron is in front of it since
        the layer before.
    backward, forward
        float64[layers, 2] each: distance of each plane from the middle, and iron likewise.
    plate
        Thickness of an average iron plate.
    """

    shape: Shape
    barrel: F64
    backward: F64
    forward: F64
    plate: float

    @property
    def layers(self) -> int:
        """Most layers that one particle can cross."""
        return len(self.barrel) + max(len(self.backward), len(self.forward))


def half_side(sides: int) -> float:
    """Return half of a side of a regular polygon over its distance from the middle."""
    return math.tan(math.pi / sides)


@inlined
def leave_field(track: Track, shape: Shape) -> tuple[float, bool]:
    """Return (arc, barrel): where a particle leaves the field, outwards or through an end (nan: it never does)."""
    if not starts_within(track, shape.field_radius):
        return math.nan, False
    out = crossing(track.d0, track.omega, track.start, shape.field_radius, 0)
    half, centre = shape.half_length, shape.centre
    end = arc_at_z(track.z0, track.tan_lambda, centre + math.copysign(half, track.tan_lambda))
    if not math.isnan(out) and out < end:
        z = track.z0 + track.tan_lambda * out
        if abs(z - centre) < half:
            return out, True
    if math.isinf(end) or end < track.start:
        return math.nan, False
    # A curling track that would need more than one turn is lost in front.
    turn = math.inf if track.omega == 0.0 else 2.0 * math.pi / abs(track.omega)
    return (end, False) if end - track.start < turn else (math.nan, False)


@inlined
def incidence(track: Track, arc: float, barrel: bool) -> float:
    """Return the cosine of the angle to the normal of barrel or end at an arc (at least 0.05)."""
    stretch = math.sqrt(1.0 + track.tan_lambda * track.tan_lambda)
    if not barrel:
        slope: float = abs(track.tan_lambda) / stretch
        return max(slope, 0.05)
    if math.isnan(arc):
        return 0.05
    x, y, _ = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, arc)
    phi = direction(track.phi0, track.omega, arc)
    return max((x * math.cos(phi) + y * math.sin(phi)) / math.hypot(x, y) / stretch, 0.05)


@inlined
def calorimeter_arc(track: Track, arc: float, barrel: bool, radius: float) -> float:
    """Return the arc at which a particle enters the calorimeter (inner radius in mm), not after ``arc``."""
    if not barrel:
        return arc
    inner = arc_at_radius(track.d0, track.omega, radius)
    return arc if math.isnan(inner) else min(max(inner, track.start), arc)


@inlined
def side_at(x: float, y: float, shape: Shape) -> int:
    """Return which side of the barrel lies at the azimuth of a point."""
    width = 2.0 * math.pi / shape.sides
    return math.floor((math.atan2(y, x) - shape.normal) / width + 0.5) % int(shape.sides)


@inlined
def barrel_crossing(
    point: tuple[float, float, float],
    along: tuple[float, float, float],
    distance: float,
    near: int,
    shape: Shape,
) -> tuple[float, int, float]:
    """Return (way, side, edge) of a straight line and a barrel layer; way is nan where they do not meet.

    ``distance`` of the layer; ``near`` is the side to look at first; ``edge`` is the distance in azimuth from the
    crossing to the corner.
    """
    width = 2.0 * math.pi / shape.sides
    for step in (0, 1, -1):
        side = (near + step) % int(shape.sides)
        angle = shape.normal + side * width
        nx, ny = math.cos(angle), math.sin(angle)
        speed = along[0] * nx + along[1] * ny
        if speed <= 1e-6:
            continue
        way = (distance - point[0] * nx - point[1] * ny) / speed
        if way < 0.0:
            continue
        x, y = point[0] + way * along[0], point[1] + way * along[1]
        edge = distance * shape.edge - abs(y * nx - x * ny)
        if edge >= 0.0:
            return way, side, edge
    return math.nan, 0, 0.0


@inlined
def end_crossing(
    point: tuple[float, float, float], along: tuple[float, float, float], distance: float, shape: Shape
) -> tuple[float, int, float]:
    """Return (way, door, radius) of a straight line and a plane at the end on its side (way nan: never)."""
    if along[2] == 0.0:
        return math.nan, 0, 0.0
    side = 1.0 if along[2] > 0.0 else -1.0
    z = shape.centre + side * distance
    way = (z - point[2]) / along[2]
    if way < 0.0:
        return math.nan, 0, 0.0
    x, y = point[0] + way * along[0], point[1] + way * along[1]
    radius = math.hypot(x, y)
    door = math.floor((math.atan2(y, x) - shape.begin) / (2.0 * math.pi / shape.doors)) % int(shape.doors)
    return way, door, radius
