"""Grids of parameter values: ``mass=0.2:0.7:0.05`` and ``mass=0.2,0.4``."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from trigemu.errors import InputError

MAX_POINTS = 10_000
"""Most values on one axis, and most points of a whole grid."""

FORMS = "write KEY=START:STOP:STEP or KEY=VALUE,VALUE,..."

SWITCH = {"true": True, "false": False}
"""Values of parameters that are on or off; 1 and 0 say the same."""


def parse_grid(text: str) -> dict[str, tuple[float | bool, ...]]:
    """Return the values of one axis.

    Parameters
    ----------
    text
        ``KEY=START:STOP:STEP`` (the stop is included where a whole number of steps reaches it),
        ``KEY=VALUE,VALUE,...`` or ``KEY=VALUE``; a value is a number, ``true`` or ``false``.

    Returns
    -------
    dict
        One key with its values.

    Raises
    ------
    InputError
        The text has another form, a number does not parse, the step does not lead from start to stop, or
        there are more than `MAX_POINTS` values.
    """
    where = f"grid {text!r}"
    key, equals, values = text.partition("=")
    key = key.strip()
    if not (key and equals and values.strip()):
        raise InputError(f"{where}: {FORMS}")
    parts = values.split(":")
    if len(parts) == 1:
        return {key: tuple(_value(part, where) for part in values.split(","))}
    if len(parts) != 3:
        raise InputError(f"{where} has {len(parts)} numbers between colons: {FORMS}")
    start, stop, step = (_number(part, where) for part in parts)
    return {key: _steps(start, stop, step, where)}


def _value(text: str, where: str) -> float | bool:
    switch = SWITCH.get(text.strip())
    return _number(text, where, "not a number, true or false") if switch is None else switch


def _number(text: str, where: str, what: str = "not a number") -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{where}: {text.strip()!r} is {what}; {FORMS}")
    return value


def _steps(start: float, stop: float, step: float, where: str) -> tuple[float, ...]:
    if step == 0.0 or (stop - start) * step < 0:
        raise InputError(f"{where}: a step of {step:g} does not lead from {start:g} to {stop:g}")
    # A stop missed by a millionth of a step was meant to be reached: 0.1 has no exact binary form.
    steps = (stop - start) / step + 1e-6
    if steps >= MAX_POINTS:
        raise InputError(f"{where}: more than {MAX_POINTS} values; take a larger step")
    return tuple(float(f"{start + i * step:.12g}") for i in range(int(steps) + 1))


def parse_grids(texts: Sequence[str]) -> dict[str, tuple[float | bool, ...]]:
    """Return the axes of several ``--grid`` options (see `parse_grid`); no key may come twice."""
    axes: dict[str, tuple[float | bool, ...]] = {}
    for text in texts:
        for key, values in parse_grid(text).items():
            if key in axes:
                raise InputError(f"grid {text!r}: {key} is already on the grid; put its values in one option")
            axes[key] = values
    return axes


def as_axes(
    grid: Mapping[str, Sequence[float] | float], numbers: Collection[str] = ()
) -> dict[str, tuple[float, ...]]:
    """Return a grid as users write it in Python: each key with its values, one number being one value.

    Parameters
    ----------
    grid
        Key -> values; true and false become 1 and 0.
    numbers
        Keys that are no switches.

    Raises
    ------
    InputError
        It is no mapping, or a key's values are not finite numbers in one dimension, or one of ``numbers`` is true or
        false.
    """
    if not isinstance(grid, Mapping):
        raise InputError(f"grid: a mapping of parameters to values is wanted, not {type(grid).__name__}")
    return {str(key): _values(str(key), values, number=str(key) in numbers) for key, values in grid.items()}


def _values(key: str, given: Any, *, number: bool) -> tuple[float, ...]:
    where = f"grid key {key!r}"
    values = list(given) if isinstance(given, Iterator) else given
    if number and any(isinstance(each, bool | np.bool_) for each in np.ravel(np.asarray(values, object))):
        raise InputError(f"{where}: true and false are for parameters that are on or off; it takes numbers")
    if values is None or isinstance(values, str | bytes | Mapping):
        raise InputError(f"{where}: a list of numbers is wanted, not {str(values)[:40]!r}")
    try:
        numbers = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{where}: a list of numbers is wanted, not {str(values)[:40]!r}") from None
    if numbers.ndim > 1:
        raise InputError(f"{where}: a list of numbers is wanted, not {numbers.ndim} dimensions")
    if not np.isfinite(numbers).all():
        raise InputError(f"{where}: a value is not a finite number")
    return tuple(np.atleast_1d(numbers).tolist())


def grid_points(axes: Mapping[str, Sequence[float]]) -> Iterator[dict[str, float]]:
    """Yield every combination of values, the last axis fastest; one empty point for an empty grid."""
    size = math.prod(len(values) for values in axes.values())
    if size > MAX_POINTS:
        raise InputError(f"grid of {' x '.join(axes)}: {size} points, at most {MAX_POINTS} are allowed")
    if size == 0:
        raise InputError(f"grid of {' x '.join(axes)}: an axis has no values")
    for combination in product(*axes.values()):
        yield {key: float(value) for key, value in zip(axes, combination, strict=True)}
