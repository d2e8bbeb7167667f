"""Which values of a signal's parameter are possible: rules between keys and the collider's energy may leave few."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

_STEPS = 40
"""Halvings: a bound is found to less than what is shown of it."""

_NEAR = 1e-9
"""Part of the way to a bound that is no distance."""

_TRIES = 64
"""Values that are tried where the default is none."""


def possible_range(
    model: type[BaseModel], name: str, bounds: tuple[float, float], others: Mapping[str, Any]
) -> tuple[float, float] | None:
    """Return the least and the largest value that a model takes for a key, None if there is none.

    Values that are possible are taken to be one interval.

    Parameters
    ----------
    model, name
        The model and its key, a number.
    bounds
        What the key's own range allows.
    others
        The other keys.
    """

    def works(value: float) -> bool:
        try:
            model.model_validate({**others, name: value})
        except ValidationError:
            return False
        return True

    start = others.get(name)
    if not (isinstance(start, int | float) and works(float(start))):
        start = next(filter(works, _tries(*bounds)), None)
    if start is None:
        return None
    return _edge(works, float(start), bounds[0]), _edge(works, float(start), bounds[1])


def _tries(low: float, high: float) -> list[float]:
    """Return values all over a range, by powers where it is long."""
    least = low if low > 0 else min(high, 1.0) * 1e-4
    if high <= 0 or low < 0:
        return [low + (high - low) * step / _TRIES for step in range(_TRIES + 1)]
    return [least * (high / least) ** (step / _TRIES) for step in range(_TRIES + 1)]


def _edge(works: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return how far towards a bound values work, rounded inwards to four digits."""
    if works(outside):
        return outside
    bound, span = outside, abs(outside - inside)
    for _ in range(_STEPS):
        middle = 0.5 * (inside + outside)
        inside, outside = (middle, outside) if works(middle) else (inside, middle)
    if inside == 0.0 or abs(inside - bound) < _NEAR * span:
        # The bound itself does not belong to the range (greater than, less than).
        return bound
    unit = 10.0 ** (math.floor(math.log10(abs(inside))) - 3)
    near = round(inside / unit)
    return next((each * unit for each in (near, near - 1, near + 1) if works(each * unit)), inside)
