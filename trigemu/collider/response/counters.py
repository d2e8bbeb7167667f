"""Scintillator bars around a chamber and planes in front of its ends: where a track passes them."""

from __future__ import annotations

import math
from typing import NamedTuple

from trigemu.collider.response.helix import Track, arc_at_z, crossing, path, position, starts_within
from trigemu.jit import inlined


class Bars(NamedTuple):
    """A layer of equal bars along z.

    ``radius``: of the middle of the bars; ``half_length`` (mm): they reach so far to both sides of z = 0; ``bars``: how
    many; ``begin``: azimuth at which the first begins, in turns.
    """

    radius: float
    half_length: float
    bars: float
    begin: float


@inlined
def at_bars(track: Track, layer: Bars, longest: float) -> tuple[float, float, float]:
    """Return (arc, z, place) where a track first crosses a layer of bars outwards; arc nan if it does not.

    ``place``: bar 2 covers 2 to 3.  Ways in space of more than ``longest`` (mm) are too long.
    """
    if not starts_within(track, layer.radius):
        return math.nan, 0.0, 0.0
    arc = crossing(track.d0, track.omega, track.start, layer.radius, 0)
    if math.isnan(arc) or path(arc - track.start, track.tan_lambda) > longest:
        return math.nan, 0.0, 0.0
    x, y, z = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, arc)
    if abs(z) > layer.half_length:
        return math.nan, 0.0, 0.0
    turn = math.atan2(y, x) / (2.0 * math.pi) - layer.begin
    place = (turn - math.floor(turn)) * layer.bars
    # Rounding up must not name a bar that is none.
    return arc, z, place if place < layer.bars else 0.0


@inlined
def at_plane(track: Track, plane: float, radius: float, longest: float) -> tuple[float, float, float]:
    """Return (arc, x, y) where a track crosses a plane of constant z; arc nan if it does not.

    A track that gets farther from the axis than ``radius`` before is gone; ``longest`` as in `at_bars`.
    """
    arc = arc_at_z(track.z0, track.tan_lambda, plane)
    if not track.start < arc < math.inf or path(arc - track.start, track.tan_lambda) > longest:
        return math.nan, 0.0, 0.0
    if not starts_within(track, radius) or crossing(track.d0, track.omega, track.start, radius, 0) < arc:
        return math.nan, 0.0, 0.0
    x, y, _ = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, arc)
    return arc, x, y
