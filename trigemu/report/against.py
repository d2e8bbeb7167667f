"""Pictures of efficiency against each parameter of a signal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trigemu.render.html.page import figure
from trigemu.render.svg.curves import Series, curves

PANELS = 4
"""Pictures per parameter, at most."""

SERIES = 12
"""Curves in a picture of one line at several values of the other parameters, at most."""

FEW = 4
"""Combinations of other parameters up to which each has a picture with all lines."""

YLABEL = "efficiency, acceptance"

Counted = tuple[float | None, float | None, float | None]
"""A fraction with the ends of its interval."""


@dataclass(frozen=True, slots=True)
class Point:
    """What was counted with one set of parameters.

    Attributes
    ----------
    values
        Parameter -> value.
    counted
        Acceptance and lines -> fraction.
    """

    values: Mapping[str, float]
    counted: Mapping[str, Counted]


def pictures(
    points: Sequence[Point],
    units: Mapping[str, str],
    title: str,
    first: Sequence[str] = (),
    ylabel: str = YLABEL,
    y: tuple[float, float] = (0.0, 1.0),
) -> list[str]:
    """Return figures of efficiency against each parameter in which points differ.

    Where few other combinations of parameters were counted, each has a picture of its own with one curve per line;
    where there are many, each line has one with a curve per combination.

    Parameters
    ----------
    points
        What was counted.
    units
        Parameter -> its unit.
    title
        Of the signal.
    first
        Lines that have a picture of their own before others do, where only some can.
    ylabel, y
        Which fractions they are, and the range of their axis.
    """
    keys = [key for key in points[0].values if len({point.values[key] for point in points}) > 1]
    return [shown for key in keys for shown in _against(key, keys, points, units, title, first, (ylabel, y))]


def labelled(key: str, units: Mapping[str, str]) -> str:
    """Return a parameter with its unit."""
    return f"{key} ({units[key]})" if units.get(key) else key


def _against(
    key: str,
    keys: Sequence[str],
    points: Sequence[Point],
    units: Mapping[str, str],
    title: str,
    first: Sequence[str],
    upright: tuple[str, tuple[float, float]],
) -> Iterator[str]:
    others = [each for each in keys if each != key]
    combinations: dict[str, list[Point]] = {}
    for point in sorted(points, key=lambda each: each.values[key]):
        combinations.setdefault(_at(point, others, units), []).append(point)
    # One point makes no curve.
    combinations = {name: found for name, found in combinations.items() if len(found) > 1}
    names = list(points[0].counted)
    label = labelled(key, units)
    if len(combinations) <= FEW:
        for at, found in combinations.items():
            series = [_series(name, name, key, found) for name in names]
            yield _figure(series, label, f"{title}, {at}" if at else title, "", upright)
        return
    chosen = _spaced(list(combinations), SERIES)
    rest = (
        f"{len(combinations) - len(chosen)} more values are in the table."
        if len(chosen) < len(combinations)
        else ""
    )
    for name in [*(name for name in first if name in names), *(n for n in names if n not in first)][:PANELS]:
        series = [_series(at, name, key, combinations[at]) for at in chosen]
        yield _figure(series, label, f"{title}: {name}", rest, upright)


def _at(point: Point, others: Sequence[str], units: Mapping[str, str]) -> str:
    return ", ".join(f"{each} = {point.values[each]:.6g} {units.get(each, '')}".strip() for each in others)


def _spaced(names: Sequence[str], most: int) -> list[str]:
    """Return at most so many names, evenly apart, the first and the last among them."""
    if len(names) <= most:
        return list(names)
    return [names[round(i * (len(names) - 1) / (most - 1))] for i in range(most)]


def _series(label: str, name: str, key: str, points: Sequence[Point]) -> Series:
    value, low, high = zip(*(point.counted[name] for point in points), strict=True)
    return Series(label, [point.values[key] for point in points], value, low, high)


def _figure(
    series: Sequence[Series], label: str, caption: str, note: str, upright: tuple[str, tuple[float, float]]
) -> str:
    ylabel, y = upright
    return figure(curves(series, label, ylabel, f"{caption}: {ylabel} against {label}", y=y), caption, note)
