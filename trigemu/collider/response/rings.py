"""A calorimeter's geometry: the surface that particles reach, and the rings of crystals behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I8, I64

LOOK_UP = 8192
"""Entries of `Rings.look_up`: steps of 0.022 degrees."""

PER_RADIAN = LOOK_UP / math.pi

MOST_RINGS = 127
"""Rings that the look-up can name."""


class Envelope(NamedTuple):
    """Front faces of a calorimeter: a cylinder of this radius and the planes of the endcaps (mm, z from the origin)."""

    radius: float
    z_backward: float
    z_forward: float


FIRST, CRYSTALS, BEGIN = range(3)
"""Columns of `Rings.rows`."""


@dataclass(frozen=True, eq=False)
class Rings:
    """Rings of equal crystals that point at the collision point; between rings there may be gaps.

    Attributes
    ----------
    edges
        float64[rings, 2], lower and upper polar angle of every ring in rad.  Any order, no overlaps.
    crystals
        int64[rings], crystals in each ring.
    first
        int64[rings], number of the ring's first crystal; numbers go on in azimuth.
    begin
        float64[rings], azimuth at which the first crystal begins, in turns.

    Raises
    ------
    ValueError
        Arrays of different lengths, edges that are none, or more rings than the look-up can name.
    """

    edges: F64
    crystals: I64
    first: I64
    begin: F64

    def __post_init__(self) -> None:
        rings = len(self.crystals)
        if self.edges.shape != (rings, 2) or len(self.first) != rings or len(self.begin) != rings:
            raise ValueError("rings have two edges, crystals, a first crystal and a beginning each")
        if not 0 < rings <= MOST_RINGS:
            raise ValueError(f"a calorimeter has 1-{MOST_RINGS} rings, not {rings}")
        in_order = self.edges[np.argsort(self.edges[:, 0])].ravel()
        # Neighbours share an edge, which may be rounded differently in each.
        if in_order[0] < 0.0 or in_order[-1] > math.pi or (np.diff(in_order) < -1e-9).any():
            raise ValueError("rings must lie within 0 and pi, lower edge first, without overlaps")
        if (self.crystals <= 0).any() or (self.first < 0).any():
            raise ValueError("each ring needs crystals, numbered from 0 or more")

    @cached_property
    def total(self) -> int:
        """One more than the largest number of a crystal."""
        return int((self.first + self.crystals).max())

    @cached_property
    def look_up(self) -> I8:
        """int8[8192], ring at equal steps of the polar angle over 0-180 degrees (middle of each step), -1 in a gap."""
        steps = (np.arange(LOOK_UP) + 0.5) * (math.pi / LOOK_UP)
        order = np.argsort(self.edges[:, 0])
        below = np.searchsorted(self.edges[order, 0], steps, side="right") - 1
        ring = order[np.maximum(below, 0)]
        inside = (below >= 0) & (steps < self.edges[ring, 1])
        return np.where(inside, ring, -1).astype(np.int8)

    @cached_property
    def rows(self) -> F64:
        """float64[rings, 3]: number of the first crystal, crystals, and where the first begins in turns."""
        return np.stack([self.first, self.crystals, self.begin], axis=1).astype(np.float64)


def in_order(crystals: I64) -> I64:
    """Return the number of each ring's first crystal (int64[rings]) where crystals run ring by ring."""
    return np.concatenate([[0], np.cumsum(crystals)[:-1]])
