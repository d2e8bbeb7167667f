"""Points with errors against a parameter, each series with its name where it ends."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from trigemu.render.marks import Mark, mark, spread
from trigemu.render.svg.axes import ABOVE, BELOW, SMALL, WIDTH, axes, beside
from trigemu.render.svg.elements import cut, label, line, marker, path, picture, width_of
from trigemu.render.svg.scale import Scale, decades, fitting

LINE = 13.5
"""Distance of names at the ends of curves."""

NAMES = 0.36
"""Share of a picture's width that names of series get at most."""


GUIDE = (2.0, 2.0)
"""Dashes of guides."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values at places, with the ends of their errors (None or nan where there are none).

    A ``guide`` is drawn as a thin line without markers: what is expected, not what was counted.
    """

    name: str
    x: Sequence[float]
    value: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    guide: bool = False


def curves(
    series: Sequence[Series],
    xlabel: str,
    ylabel: str,
    title: str,
    *,
    y: tuple[float, float] = (0.0, 1.0),
    firsts: int = 0,
) -> str:
    """Return series against a parameter as an ``<svg>`` element.

    Parameters
    ----------
    series
        What to draw; one without any value is named all the same.
    xlabel, ylabel
        Names of the axes with their units.
    title
        What the picture shows, for those who do not see it.
    y
        Range of the upright axis.
    firsts
        Number of the first mark: pictures that share series give them the same marks.
    """
    height = max(290.0, len(series) * LINE + ABOVE + BELOW + 12)
    up = Scale(*_roomy(*y), height - BELOW, ABOVE)
    names = _names_width([each.name for each in series])
    left = beside(up)
    right = WIDTH - names - 26.0
    along = fitting([v for each in series for v in each.x], left, right)
    parts = list(axes(along, up, xlabel, ylabel, most=(5, 6)))
    ends = [_end(each, along, up) for each in series]
    for index, each in enumerate(series):
        parts += _drawn(each, along, up, mark(firsts + index))
    guides = {index for index, each in enumerate(series) if each.guide}
    parts += _named([each.name for each in series], ends, (right, names), (up.end, up.start), firsts, guides)
    return picture(WIDTH, height, title, parts)


def _roomy(low: float, high: float) -> tuple[float, float]:
    room = 0.02 * (high - low)
    return low - room, high + room


def _names_width(names: Sequence[str]) -> float:
    longest = max((width_of(name, SMALL) for name in names), default=0.0)
    return min(longest + 4, NAMES * WIDTH)


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _points(series: Series) -> list[tuple[float, float]]:
    return [(x, y) for x, y in zip(series.x, series.value, strict=True) if y is not None and math.isfinite(y)]


def _end(series: Series, x: Scale, y: Scale) -> tuple[float, float] | None:
    points = _points(series)
    return (x(points[-1][0]), y(points[-1][1])) if points else None


def _drawn(series: Series, x: Scale, y: Scale, style: Mark) -> Iterator[str]:
    points = [(x(a), y(b)) for a, b in _points(series)]
    if series.guide:
        yield path(points, width=0.8, dash=GUIDE)
        return
    if len(points) > 1:
        yield path(points, colour=style.colour, dash=style.dash)
    for place, low, high in zip(series.x, series.low, series.high, strict=False):
        if low is not None and high is not None and _known(low) and _known(high):
            yield line(x(place), y(low), x(place), y(high), colour=style.colour, faint=0.8)
    for a, b in points:
        yield marker(a, b, style.marker, style.colour, hollow=style.hollow)


def _named(
    names: Sequence[str],
    ends: Sequence[tuple[float, float] | None],
    room: tuple[float, float],
    limits: tuple[float, float],
    firsts: int,
    guides: Collection[int] = (),
) -> Iterator[str]:
    """Yield the names of series beside their ends, none on another, each with a thin line to its curve."""
    right, width = room
    order = sorted(range(len(names)), key=lambda i: ends[i][1] if ends[i] else limits[1])  # type: ignore[index]
    wanted = [ends[i][1] if ends[i] else limits[1] for i in order]  # type: ignore[index]
    for index, place in zip(order, spread(wanted, LINE, *limits), strict=True):
        style, end, at = mark(firsts + index), ends[index], right + 16.0
        if index in guides:
            if end is not None:
                yield path([end, (right + 4, place), (at + 4, place)], width=0.5, dash=GUIDE)
            yield label(at + 7, place + 0.35 * SMALL, cut(names[index], width, SMALL), size=SMALL, soft=True)
            continue
        if end is not None:
            yield path([end, (right + 4, place), (at - 5, place)], colour=style.colour, width=0.5)
        yield marker(at, place, style.marker, style.colour, hollow=style.hollow)
        shown = cut(names[index], width, SMALL)
        yield label(at + 7, place + 0.35 * SMALL, shown, size=SMALL, soft=end is None)


NINES = (0.5, 0.9, 0.99, 0.999, 0.9999)


def percentiles(series: Sequence[Series], ylabel: str, title: str) -> str:
    """Return values against percentiles, nines evenly apart; ``x`` of each series is the share of entries below."""
    height = 290.0
    positive = [v for each in series for v in each.value if v is not None and v > 0]
    up = decades(positive, height - BELOW, ABOVE)
    names = _names_width([each.name for each in series])
    left, right = beside(up), WIDTH - names - 26.0
    along = Scale(_rarity(0.5) * 0.6, _rarity(NINES[-1]), left, right, log=True)
    parts = list(axes(along, up, "share of entries that took no longer", ylabel, most=(0, 6)))
    for share in NINES:
        at = along(_rarity(share))
        parts.append(line(at, up.start, at, up.end, faint=0.13))
        parts.append(label(at, up.start + 16, f"{100 * share:g} %", anchor="middle", size=SMALL))
    drawn = [
        Series(each.name, [_rarity(x) for x in each.x], [max(v or up.low, up.low) for v in each.value])
        for each in series
    ]
    for index, each in enumerate(drawn):
        style = mark(index)
        parts.append(
            path([(along(a), up(b)) for a, b in _points(each)], colour=style.colour, dash=style.dash)
        )
    ends = [_end(each, along, up) for each in drawn]
    parts += _named([each.name for each in series], ends, (right, names), (up.end, up.start), 0)
    return picture(WIDTH, height, title, parts)


def _rarity(share: float) -> float:
    return 1.0 / (1.0 - share)
