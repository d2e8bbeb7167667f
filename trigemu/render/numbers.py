"""Numbers as they are written for people: few digits, thousands apart, errors that fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with a few significant digits and thousands apart; a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "\u2009")
    text = f"{value:.{digits}g}"
    size = abs(float(text))
    if not 1 <= size < 1e15:
        return text
    # Never 1e+03: of a large number all digits before the point are shown.
    places = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{value:,.{places}f}".replace(",", "\u2009")
    return text.rstrip("0").rstrip(".") if places else text


def with_error(value: float | None, error: float | None) -> str:
    """Return ``value ± error``, both to the error's second significant digit."""
    if value is None or error is None or not (math.isfinite(value) and math.isfinite(error)):
        return "–"
    if error <= 0:
        return number(value)
    places = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:,.{places}f} ± {error:,.{places}f}".replace(",", "\u2009")


LOPSIDED = 1.25
"""Upper error over lower one from which on both are shown: fewer than about 20 counts."""


def rate(got: Mapping[str, Any], kind: str = "") -> str:
    """Return a rate of a line of the summary: ``value ± error``, ``value +up −down`` of few counts, ``< high`` of none.

    Parameters
    ----------
    got
        The line.
    kind
        Which of its rates: what comes before ``rate_hz``.
    """
    return " ".join(rate_parts(got, kind))


def rate_parts(got: Mapping[str, Any], kind: str = "") -> list[str]:
    """Return a rate as one text, or where its errors differ as three: value, upper and lower error; see `rate`."""
    names = ("rate_hz", "rate_err_hz", "rate_low_hz", "rate_high_hz")
    value, error, low, high = (got[f"{kind}{name}"] for name in names)
    if value is None or not math.isfinite(value):
        return ["–"]
    if low is None or high is None:
        return [with_error(value, error)]
    if value == 0:
        return [f"< {number(high, 2)}"]
    up, down = high - value, value - low
    if up <= LOPSIDED * down:
        return [with_error(value, error)]
    places = max(0, 1 - math.floor(math.log10(max(up, down))))
    texts = (f"{value:,.{places}f}", f"+{up:,.{places}f}", f"−{down:,.{places}f}")
    return [text.replace(",", "\u2009") for text in texts]


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """Return ``value +up −down`` for an asymmetric interval."""
    return " ".join(interval_parts(value, low, high))


def interval_parts(value: float | None, low: float | None, high: float | None) -> list[str]:
    """Return value, upper and lower error of an asymmetric interval as texts; the value alone where there is none.

    Of a value of 0 it is the upper end, ``< 0.0092``, as for rates.
    """
    if value is None or not math.isfinite(value):
        return ["–"]
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        # Events of negative weight: a value, but no interval.
        return [f"{value:.4f}"]
    if value == 0 and high > 0:
        return [f"< {number(high, 2)}"]
    up, down = high - value, value - low
    widest = max(up, down)
    places = 4 if widest <= 0 else min(6, max(3, 1 - math.floor(math.log10(widest))))
    return [f"{value:.{places}f}", f"+{up:.{places}f}", f"−{down:.{places}f}"]
