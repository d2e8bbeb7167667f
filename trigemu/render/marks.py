"""Marks of series in pictures (colour, marker and dash, so that they differ by more than colour), and their names.

The colours can be told apart by people who see fewer of them, on white and on black.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COLOURS = ("#2b66c2", "#d9601a", "#149070", "#3a9bd0", "#77808c")
"""Each at least 2.9 to 1 against a white and against a dark page."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
"""As matplotlib calls them."""

DASHES: tuple[tuple[float, ...], ...] = ((), (5.0, 2.0), (1.5, 1.8), (7.0, 2.0, 1.5, 2.0))
"""Lengths of strokes and gaps in points; none: a full line."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a series is drawn.

    Attributes
    ----------
    colour, marker, dash
        See `COLOURS`, `MARKERS`, `DASHES`.
    hollow
        Whether its markers are outlines.
    """

    colour: str
    marker: str
    dash: tuple[float, ...]
    hollow: bool


def mark(index: int) -> Mark:
    """Return the mark of a series: of the first 180, no two have the same."""
    # 5 colours, 9 markers and 4 dashes have no common divisor: each comes round in its own time.
    return Mark(
        COLOURS[index % len(COLOURS)],
        MARKERS[index % len(MARKERS)],
        DASHES[index % len(DASHES)],
        bool(index % 2),
    )


def spread(wanted: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Return rising places moved apart to at least ``distance``, as near to where they were as fits above ``high``."""
    places: list[float] = []
    for each in wanted:
        places.append(max(each, places[-1] + distance if places else low))
    limit = high
    for index in reversed(range(len(places))):
        places[index] = min(places[index], limit)
        limit = places[index] - distance
    return places
