"""Rates side by side: bars on a logarithmic axis, with errors, the part that is theirs alone, and limits for zeros."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trigemu.render.marks import COLOURS
from trigemu.render.svg.axes import BELOW, SMALL, WIDTH, across
from trigemu.render.svg.elements import box, cut, label, line, path, picture, width_of
from trigemu.render.svg.scale import Scale, decades

ROW, HEAD = 17.0, 22.0
"""Heights of a bar with its gap, and of the name of a group."""

COLOUR = COLOURS[0]


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
        The part of it that no other bar shares, None where that is not known.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    alone: float | None = None
    group: str = ""


def bars(rows: Sequence[Bar], xlabel: str, title: str, *, shared: str = "", alone: str = "") -> str:
    """Return bars as an ``<svg>`` element.

    Parameters
    ----------
    rows
        From the top.
    xlabel
        What is shown, with its unit.
    title
        For those who do not see it.
    shared, alone
        What the pale and the dark part of a bar are.
    """
    names = min(max((width_of(row.name) for row in rows), default=0.0) + 4, 0.42 * WIDTH)
    groups = list(dict.fromkeys(row.group for row in rows))
    headed = len(groups) > 1
    dark = any(row.alone is not None for row in rows)
    limits = any(not row.value and row.high for row in rows)
    top = 22.0 if dark or limits else 4.0
    height = top + len(rows) * ROW + (HEAD * len(groups) if headed else 0) + BELOW
    x = _scale(rows, names + 6, WIDTH - 12)
    parts = [*across(x, height - BELOW, top, xlabel), *_legend(x.start, dark, limits, shared, alone)]
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
    return decades(seen, start, end)


def _legend(start: float, dark: bool, limits: bool, shared: str, alone: str) -> Iterator[str]:
    at = start
    if dark:
        for faint, name in ((1.0, alone), (PALE, shared)):
            yield box(at, 3, 16, 9, COLOUR, faint)
            yield label(at + 21, 11.5, name, size=SMALL)
            at += 21 + width_of(name, SMALL) + 12
    if limits:
        yield from _limit(at + 16, at, 7.5)
        yield label(at + 21, 11.5, "upper limit", size=SMALL)


PALE = 0.38


def _bar(row: Bar, x: Scale, y: float, names: float) -> Iterator[str]:
    middle = y + 0.5 * ROW
    yield label(names, middle + 4, cut(row.name, names), anchor="end")
    if not row.value:
        if row.high:
            yield from _limit(x(row.high), x.start, middle)
        return
    top, tall = y + 3, ROW - 6
    yield box(x.start, top, x(row.value) - x.start, tall, COLOUR, 1.0 if row.alone is None else PALE)
    if row.alone:
        yield box(x.start, top, max(x(row.alone) - x.start, 1.0), tall, COLOUR)
    if row.low is not None and row.high is not None:
        yield line(x(row.low), middle, x(row.high), middle, width=1.2)
        for end in (row.low, row.high):
            yield line(x(end), middle - 2.5, x(end), middle + 2.5, width=1.2)


def _limit(at: float, start: float, middle: float) -> Iterator[str]:
    """Yield an upper limit: a bar at it, and an arrow towards zero."""
    yield line(at, middle - 4, at, middle + 4, colour=COLOUR, width=1.6)
    yield line(at, middle, max(at - 14, start), middle, colour=COLOUR, dash=(2.0, 1.6))
    tip = max(at - 15, start)
    yield path([(tip + 4, middle - 3), (tip, middle), (tip + 4, middle + 3)], colour=COLOUR, width=1.2)
