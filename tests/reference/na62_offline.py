"""NA62's offline reconstruction, slowly: lines sampled by exact fractions, distances to tiles brick by brick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

Vector = Sequence[float]


def closest_approach(a: Vector, u: Vector, b: Vector, v: Vector) -> tuple[list[float], float]:
    """Return the middle and the length of the shortest line between two lines, in fractions until the last root."""
    a, u, b, v = ([Fraction(value) for value in vector] for vector in (a, u, b, v))

    def dot(x, y):
        return sum(p * q for p, q in zip(x, y, strict=True))

    apart = [p - q for p, q in zip(a, b, strict=True)]
    uu, uv, vv, du, dv = dot(u, u), dot(u, v), dot(v, v), dot(apart, u), dot(apart, v)
    determinant = uu * vv - uv * uv
    s, t = (uv * dv - vv * du) / determinant, (uu * dv - uv * du) / determinant
    first = [p + s * q for p, q in zip(a, u, strict=True)]
    second = [p + t * q for p, q in zip(b, v, strict=True)]
    square = sum((p - q) ** 2 for p, q in zip(first, second, strict=True))
    return [float((p + q) / 2) for p, q in zip(first, second, strict=True)], math.sqrt(square)


def distance(x: float, y: float, boxes: Sequence[Sequence[float]]) -> float:
    """Return the distance of a point to the nearest of some rectangles (x range, y range)."""
    return min(
        math.hypot(x - min(max(x, low_x), high_x), y - min(max(y, low_y), high_y))
        for low_x, high_x, low_y, high_y in boxes
    )


def nearest_hit(
    x: float,
    y: float,
    near: float,
    time: int,
    hits: Sequence[tuple[int, Sequence[Sequence[float]]]],
    window: int,
) -> int | None:
    """Return the time of the hit nearest in time, the earlier of two, among the tiles that are near; None without."""
    good = [t for t, boxes in hits if abs(t - time) <= window and distance(x, y, boxes) <= near]
    return min(good, key=lambda t: (abs(t - time), t), default=None)
