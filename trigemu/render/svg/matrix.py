"""A matrix of shares: how much of each row is in each column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from trigemu.render.marks import COLOURS
from trigemu.render.svg.axes import SMALL, WIDTH
from trigemu.render.svg.elements import box, cut, label, line, picture, width_of

COLOUR, DARKEST = COLOURS[0], 0.55
"""The darkest cell lets its number be read in the colour of the text, on light and on dark."""

NUMBERED = 13
"""Columns up to which a cell has room for its number."""


def matrix(
    names: Sequence[str],
    shares: Sequence[Sequence[float | None]],
    title: str,
    key: str,
    groups: Sequence[str] = (),
) -> str:
    """Return a square matrix as an ``<svg>`` element.

    Parameters
    ----------
    names
        Of rows and columns.
    shares
        Row by row, from 0 to 1; None where a row has nothing.
    title
        For those who do not see it.
    key
        What the colours are.
    groups
        Of each name: where it changes, a line is drawn.
    """
    count = max(len(names), 1)
    longest = max((width_of(name, SMALL) for name in names), default=0.0) + 8
    wide = min(longest, 0.3 * WIDTH)
    cell = min((WIDTH - wide - 8) / count, 40.0)
    upright = longest > cell
    top = (wide if upright else SMALL) + 6
    parts = []
    for index, name in enumerate(names):
        shown = cut(name, wide - 6, SMALL)
        middle = (index + 0.5) * cell
        parts.append(label(wide - 6, top + middle + 4, shown, anchor="end", size=SMALL))
        if upright:
            parts.append(label(wide + middle + 4, top - 5, shown, size=SMALL, turn=-90))
        else:
            parts.append(label(wide + middle, top - 5, shown, size=SMALL, anchor="middle"))
    parts += _cells(names, shares, (wide, top), cell)
    parts += _boundaries(groups, (wide, top), cell)
    bottom = top + cell * count
    parts += _key(wide, bottom + 14, max(min(cell * count, 180.0), 90.0), key)
    return picture(WIDTH, bottom + 46, title, parts)


def _boundaries(groups: Sequence[str], origin: tuple[float, float], cell: float) -> Iterator[str]:
    (left, top), size = origin, len(groups) * cell
    for place, (before, after) in enumerate(pairwise(groups), 1):
        if before != after:
            yield line(left + place * cell - 0.5, top, left + place * cell - 0.5, top + size, faint=0.6)
            yield line(left, top + place * cell - 0.5, left + size, top + place * cell - 0.5, faint=0.6)


def _cells(
    names: Sequence[str], shares: Sequence[Sequence[float | None]], origin: tuple[float, float], cell: float
) -> Iterator[str]:
    left, top = origin
    for i, row in enumerate(shares):
        for j, share in enumerate(row):
            x, y = left + j * cell, top + i * cell
            if share is None:
                yield line(x + 0.3 * cell, y + 0.5 * cell, x + 0.7 * cell, y + 0.5 * cell, faint=0.3)
                continue
            said = f"{percent(share)} % of {names[i]} is also {names[j]}"
            yield box(x, y, cell - 1, cell - 1, COLOUR, max(DARKEST * share, 0.02), said)
            if len(names) <= NUMBERED:
                size = min(SMALL, 0.36 * cell)
                yield label(
                    x + 0.5 * cell - 0.5,
                    y + 0.5 * cell + 0.33 * size,
                    percent(share),
                    anchor="middle",
                    size=size,
                )


def percent(share: float) -> str:
    """Return a share in percent: 0 and 100 only where it is none and all."""
    value = 100 * share
    if 0 < value < 1:
        return "<1"
    return ">99" if 99 < value < 100 else f"{value:.0f}"


def _key(x: float, y: float, width: float, key: str) -> Iterator[str]:
    steps = 20
    for step in range(steps):
        yield box(x + step * width / steps, y, width / steps + 0.3, 9, COLOUR, DARKEST * (step + 0.5) / steps)
    for share in (0.0, 0.5, 1.0):
        yield label(x + share * width, y + 21, f"{100 * share:.0f}", anchor="middle", size=SMALL)
    yield label(x + width + 12, y + 9, key, size=SMALL)
