"""Rates below one another: bars on a logarithmic axis, with errors, what is theirs alone, and limits for zeros."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trigemu.render.marks import COLOURS
from trigemu.render.svg.axes import BELOW, SMALL, WIDTH, across
from trigemu.render.svg.elements import box, cut, label, line, marker, path, picture, width_of
from trigemu.render.svg.scale import Scale, decades

ROW, HEAD = 17.0, 22.0
"""Heights of a bar with its gap, and of the name of a group."""

COLOUR, ALONE = COLOURS[:2]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes
    ----------
    name, group
        What it belongs to; bars of one group follow one another.
    value, low, high
        A positive quantity and its interval; of nothing, ``high`` is an upper limit.  None where not known.
    alone
        The part of it that no other bar shares, None where that is not known.  It has a mark of
        its own, because a part of a bar on a logarithmic axis would not look like its share.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    alone: float | None = None
    group: str = ""


def bars(rows: Sequence[Bar], xlabel: str, title: str, *, alone: str = "") -> str:
    """Return bars as an ``<svg>`` element.

    Parameters
    ----------
    rows
        From the top.
    xlabel
        What is shown, with its unit.
    title
        For those who do not see it.
    alone
        What the mark in a bar is.
    """
    names = min(max((width_of(row.name) for row in rows), default=0.0) + 4, 0.42 * WIDTH)
    groups = list(dict.fromkeys(row.group for row in rows))
    headed = len(groups) > 1
    marked = any(row.alone for row in rows)
    limits = any(not row.value and row.high for row in rows)
    top = 22.0 if marked or limits else 4.0
    height = top + len(rows) * ROW + (HEAD * len(groups) if headed else 0) + BELOW
    x = _scale(rows, names + 6, WIDTH - 12)
    parts = [*across(x, height - BELOW, top, xlabel), *_legend(alone if marked else "", limits)]
    y, last = top, None
    for row in rows:
        if headed and row.group != last:
            parts.append(label(0, y + HEAD - 7, row.group, size=SMALL, soft=True))
            y, last = y + HEAD, row.group
        parts += _bar(row, x, y, names)
        y += ROW
    return picture(WIDTH, height, title, parts)


def _scale(rows: Sequence[Bar], start: float, end: float) -> Scale:
    seen = [value for row in rows for value in (row.value, row.high, row.alone, row.low) if value]
    fitted = decades(seen, start, end)
    # From a power of ten on: the ends of bars of two runs can be compared by eye.
    return replace(fitted, low=10.0 ** math.floor(math.log10(fitted.low)))


def _legend(alone: str, limits: bool) -> Iterator[str]:
    at = 6.0
    if alone:
        yield marker(at, 7.5, "D", ALONE)
        yield label(at + 10, 11.5, alone, size=SMALL)
        at += 10 + width_of(alone, SMALL) + 20
    if limits:
        yield from _limit(at + 16, at, 7.5)
        yield label(at + 22, 11.5, "upper limit", size=SMALL)


def _bar(row: Bar, x: Scale, y: float, names: float) -> Iterator[str]:
    middle = y + 0.5 * ROW
    yield label(names, middle + 4, cut(row.name, names), anchor="end")
    if not row.value:
        if row.high:
            yield from _limit(x(row.high), x.start, middle)
        return
    yield box(x.start, y + 3, x(row.value) - x.start, ROW - 6, COLOUR, 0.5)
    if row.low is not None and row.high is not None:
        yield line(x(row.low), middle, x(row.high), middle, width=1.2)
        for end in (row.low, row.high):
            yield line(x(end), middle - 2.5, x(end), middle + 2.5, width=1.2)
    if row.alone:
        yield marker(x(row.alone), middle, "D", ALONE)


def _limit(at: float, start: float, middle: float) -> Iterator[str]:
    """Yield an upper limit: a bar at it, and an arrow towards zero."""
    yield line(at, middle - 4, at, middle + 4, colour=COLOUR, width=1.6)
    yield line(at, middle, max(at - 14, start), middle, colour=COLOUR, dash=(2.0, 1.6))
    tip = max(at - 15, start)
    yield path([(tip + 4, middle - 3), (tip, middle), (tip + 4, middle + 3)], colour=COLOUR, width=1.2)
