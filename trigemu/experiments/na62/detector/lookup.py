"""From a point on a detector to the cells that it lies in: scalar helpers for Numba kernels."""

from __future__ import annotations

import math

from trigemu.experiments.na62.detector.geometry import (
    BRICK_OVERLAP,
    BRICK_PITCH,
    BRICK_WIDTH,
    BRICKS,
    COLUMNS,
    LKR_APOTHEM,
    LKR_CORNER,
    LKR_INNER,
    MUV3_GAP,
    MUV3_HALF,
    MUV3_INNER,
    MUV3_PAD,
    NEWCHOD,
    ROWS,
)
from trigemu.jit import inlined

NEWCHOD_INNER, NEWCHOD_OUTER = NEWCHOD.inner, NEWCHOD.outer
TWO_THIRDS_PAD = MUV3_PAD * 2.0 / 3.0


@inlined
def steps(length: float, pitch: float) -> int:
    """Return how many whole pitches fit into a length >= 0 (the same as ``//``, several times faster)."""
    whole = int(length / pitch)
    return whole - 1 if whole * pitch > length else whole


@inlined
def in_ring(x: float, y: float, inner: float, outer: float) -> bool:
    """Return whether a point (mm from the centre) is inside a ring."""
    r2 = x * x + y * y
    return inner * inner < r2 < outer * outer


@inlined
def brick_tile(x: float, y: float) -> int:
    """Return the id of the tile whose brick has the point (mm) in its pitch cell, 0 where there is no brick.

    Quadrant 1 holds x >= 0, y >= 0; 2 x >= 0, y < 0; 3 x < 0, y < 0; 4 x < 0, y >= 0.
    """
    column = steps(abs(x), BRICK_WIDTH)
    row = steps(abs(y), BRICK_PITCH)
    if column >= COLUMNS or row >= ROWS:
        return 0
    number = BRICKS[row, column]
    if number == 0:
        return 0
    right, upper = x < 0.0, y >= 0.0
    quadrant = (4 if upper else 3) if right else (1 if upper else 2)
    return 100 * quadrant + int(number)


@inlined
def newchod_tiles(x: float, y: float, overlap: bool) -> tuple[int, int]:
    """Return the one or two tiles (0 = none) hit by a particle at a point (mm) of the NewCHOD plane.

    Scintillators of neighbouring rows overlap by `BRICK_OVERLAP` on each side of their border, y = 0
    included; two bricks of one tile count once.  Outside the annulus there is nothing.
    """
    if not in_ring(x, y, NEWCHOD_INNER, NEWCHOD_OUTER):
        return 0, 0
    first = brick_tile(x, y)
    if not overlap:
        return first, 0
    border = math.floor(y / BRICK_PITCH + 0.5) * BRICK_PITCH
    if abs(y - border) >= BRICK_OVERLAP:
        return first, 0
    # The cell on the other side: mirror the point at the border.  A point on it belongs to the outer row,
    # or, at y = 0, to the upper one.
    other = 2.0 * border - y
    if y == border:
        other = border - 1e-9 if y >= 0.0 else border + 1e-9
    second = brick_tile(x, other)
    if first == 0:
        return second, 0
    return (first, 0) if second == first else (first, second)


@inlined
def muv3_pad(x: float, y: float) -> int:
    """Return the MUV3 pad at a point (mm), -1 in the hole, outside, or in a gap between pads."""
    # What is no number is in no pad.
    if not (abs(x) < MUV3_HALF and abs(y) < MUV3_HALF and x * x + y * y > MUV3_INNER * MUV3_INNER):
        return -1
    pitch = MUV3_PAD
    origin = MUV3_HALF
    inner = abs(x) < MUV3_PAD and abs(y) < MUV3_PAD
    if inner:
        pitch = TWO_THIRDS_PAD
        origin = MUV3_PAD
    column = steps(x + origin, pitch)
    row = steps(y + origin, pitch)
    along = x + origin - column * pitch
    across = y + origin - row * pitch
    half = 0.5 * MUV3_GAP
    if along < half or along > pitch - half or across < half or across > pitch - half:
        return -1
    if not inner:
        return 12 * row + column
    place = 3 * row + column
    if place == 4:
        return -1
    return 144 + place - (1 if place > 4 else 0)


@inlined
def in_lkr(x: float, y: float) -> bool:
    """Return whether a point (mm) lies in the LKr octagon and outside its hole."""
    ax = abs(x)
    ay = abs(y)
    if not (ax < LKR_APOTHEM and ay < LKR_APOTHEM and ax + ay < LKR_CORNER):
        return False
    return x * x + y * y > LKR_INNER * LKR_INNER
