"""From values to places in a picture: straight and logarithmic axes with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: values from ``low`` to ``high`` lie from ``start`` to ``end`` of the picture."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return where a value lies; one beyond the ends lies at the end."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(max(value, self.low))
        part = (at - low) / (high - low)
        return self.start + min(max(part, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[float]:
        """Return round values inside the axis, about ``most`` at most, none for 0."""
        if most <= 0:
            return []
        return _decades(self.low, self.high, most) if self.log else _steps(self.low, self.high, most)

    def texts(self, ticks: Iterable[float]) -> list[str]:
        """Return ticks as they are written."""
        values = list(ticks)
        if self.log:
            return [_power(value) for value in values]
        step = min((b - a for a, b in pairwise(values)), default=1.0)
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        return [_plain(value, places) for value in values]


def linear(values: Iterable[float], start: float, end: float, margin: float = 0.03) -> Scale:
    """Return a straight axis that has room for all finite values."""
    found = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(found), max(found)
    room = (high - low) * margin or abs(high) * 0.1 or 1.0
    return Scale(low - room, high + room, start, end)


def decades(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a logarithmic axis that has room for all finite values above zero."""
    found = [value for value in values if math.isfinite(value) and value > 0] or [1.0]
    low, high = math.log10(min(found)), math.log10(max(found))
    room = max(0.05 * (high - low), 0.08)
    return Scale(10.0 ** (low - room), 10.0 ** (high + room), start, end, log=True)


WIDE = 30.0
"""Ratio of the largest to the smallest value from which on an axis of positive values is logarithmic."""


def fitting(values: Iterable[float], start: float, end: float) -> Scale:
    """Return the axis that shows values best: logarithmic where they are positive and far apart."""
    found = list(values)
    return decades(found, start, end) if far_apart(found) else linear(found, start, end)


def far_apart(values: Iterable[float]) -> bool:
    """Return whether values are positive and so far apart that a straight axis would not show the small ones."""
    found = [value for value in values if math.isfinite(value)]
    return bool(found) and min(found) > 0 and max(found) / min(found) >= WIDE


def _steps(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [each * step for each in range(first, last + 1)]


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    count = last - first
    for factors in ((1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        values = [f * 10.0**power for power in range(first, last + 1) for f in factors]
        inside = [v for v in values if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)]
        if len(inside) <= most or (factors == (1,) and count <= most):
            return inside
    skip = -(-count // most)
    return [v for v in inside if round(math.log10(v)) % skip == 0]


def _power(value: float) -> str:
    if 1e-3 <= value < 1e4:
        return f"{value:g}"
    power = math.floor(math.log10(value) + 1e-9)
    factor = round(value / 10.0**power)
    return ("" if factor == 1 else f"{factor}·") + "10" + str(power).translate(_SUPERSCRIPTS)


def _plain(value: float, places: int) -> str:
    if abs(value) >= 1e9 or places > 4:
        return "0" if value == 0 else f"{value:.3g}"
    return f"{value + 0.0:,.{places}f}".replace(",", "\u2009").replace("-", "−")
