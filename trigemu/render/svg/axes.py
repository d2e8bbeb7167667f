"""The axes of a picture: grid, ticks, numbers and labels with units."""

from __future__ import annotations

from collections.abc import Iterator

from trigemu.render.svg.elements import FONT, label, line, width_of
from trigemu.render.svg.scale import Scale

SMALL = 11.0
"""Size of the numbers at ticks."""

TICK = 4.0
BELOW = 40.0
"""Room below a picture's axes for numbers and label."""

BEYOND = 11.0
"""How far a number may reach beyond the end of the axis below a picture."""

ABOVE = 22.0
"""Room above them for the label of the upright axis."""

WIDTH = 460.0
"""Width of a picture: two stand beside one another on a page."""


def beside(scale: Scale, most: int = 6) -> float:
    """Return the room that the numbers of an upright axis need to the left of it."""
    return 8.0 + max(width_of(each, SMALL) for each in ["0", *scale.texts(scale.ticks(most))])


def axes(x: Scale, y: Scale, xlabel: str, ylabel: str, *, most: tuple[int, int] = (6, 6)) -> Iterator[str]:
    """Yield grid, ticks and labels: that of x at its end, that of y above its own, as physicists' plots have them."""
    yield from across(x, y.start, y.end, xlabel, most[0])
    ticks = y.ticks(most[1])
    for value, shown in zip(ticks, y.texts(ticks), strict=True):
        yield line(x.start, y(value), x.end, y(value), faint=0.13)
        yield label(x.start - 6, y(value) + 0.35 * SMALL, shown, anchor="end", size=SMALL)
    yield line(x.start, y.start, x.start, y.end, faint=0.6)
    yield label(4.0, y.end - 9, ylabel)


def across(x: Scale, bottom: float, top: float, xlabel: str, most: int = 6) -> Iterator[str]:
    """Yield the axis below a picture with its grid."""
    ticks = x.ticks(most)
    for value, shown in zip(ticks, x.texts(ticks), strict=True):
        yield line(x(value), bottom, x(value), top, faint=0.13)
        yield line(x(value), bottom, x(value), bottom + TICK, faint=0.6)
        # Beside the axis there is room for half a short number: a long one at an end moves inwards.
        half = 0.5 * width_of(shown, SMALL)
        at = min(x(value), x.end + BEYOND - half) if x.end > x.start else x(value)
        yield label(max(at, half), bottom + TICK + SMALL + 1, shown, anchor="middle", size=SMALL)
    yield line(x.start, bottom, x.end, bottom, faint=0.6)
    yield label(x.end, bottom + TICK + SMALL + 4 + FONT, xlabel, anchor="end")
