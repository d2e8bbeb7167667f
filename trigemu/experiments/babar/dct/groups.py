"""The eight cells of a pivot's group, and the patterns of hits in them that make a segment.

Cells 0, 1 | 2 | 3, 4 | 5, 6, 7: from the inside 2 - 1 - 2 - 3 cells with the *pivot*, cell 2, in the second layer of
the superlayer.  That shape and the patterns are those of the experiment's offline segment finder, whose author also
wrote the interface of the trigger's segments; whether the trigger's groups are the same could not be read
(babar_geometry_facts 2.1).  The mirror shape, 3 - 2 - 1 - 2 with the pivot in the third layer, has cells 5, 6, 7 in
the first layer and 0, 1 in the fourth.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trigemu.arrays import Bool

PIVOT_LAYERS = (2, 3)
"""Layers of a superlayer, counted from 1, in which pivots may be."""

CELLS = 8
"""Cells of a group."""

FOUR = (
    (0, 2, 4, 7),
    (0, 2, 4, 6),
    (0, 2, 3, 6),
    (0, 2, 3, 5),
    (1, 2, 4, 7),
    (1, 2, 4, 6),
    (1, 2, 3, 6),
    (1, 2, 3, 5),
)
"""Patterns of four layers (babar_geometry_facts 2.1)."""

DROPPED = ((1, 4, 6), (1, 4, 7))
"""Patterns of three layers that belong to the next group (babar_geometry_facts 2.1)."""

THREE = tuple(sorted({pattern[:k] + pattern[k + 1 :] for pattern in FOUR for k in range(4)} - set(DROPPED)))
"""Patterns of three layers: all others that a pattern of four gives without one of its cells."""


class Group(NamedTuple):
    """A shape: of each cell its layer in the superlayer (0-3), wire and azimuth.

    ``step``: its wire minus that of the pivot, round the layer; ``place``: its azimuth minus that of the pivot, in
    cells.
    """

    layer: tuple[int, ...]
    step: tuple[int, ...]
    place: tuple[float, ...]


_PLACES = (-0.5, 0.5, 0.0, -0.5, 0.5, -1.0, 0.0, 1.0)
"""Layers are half a cell apart (babar_geometry_facts G1.10)."""

GROUPS = {
    # The second and fourth layers of a superlayer begin half a cell later than the others.
    2: Group((0, 0, 1, 2, 2, 3, 3, 3), (0, 1, 0, 0, 1, -1, 0, 1), _PLACES),
    3: Group((3, 3, 2, 1, 1, 0, 0, 0), (-1, 0, 0, -1, 0, -1, 0, 1), _PLACES),
}
"""Shape of the groups, by the layer of their pivots."""


def _masks_with(patterns: tuple[tuple[int, ...], ...]) -> Bool:
    mask = np.arange(1 << CELLS)
    found = np.zeros(len(mask), np.bool_)
    for pattern in patterns:
        wanted = sum(1 << cell for cell in pattern)
        found |= mask & wanted == wanted
    found.setflags(write=False)
    return found


HAS_FOUR = _masks_with(FOUR)
"""bool[256]: whether hit cells (bit i: cell i) hold a pattern of four layers."""
HAS_THREE = _masks_with(THREE)
"""bool[256]: whether they hold one of three layers."""
