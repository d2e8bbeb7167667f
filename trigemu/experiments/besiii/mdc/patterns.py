"""Look-up tables of the drift chamber's trigger, made from its wires by a sweep of helices.

The experiment's pattern files are not public; its tables held the tracks from the collision point down to a
transverse momentum in the field of 1 T (besiii_babar_facts A4.9, A4.10), and so do these: over both charges, curvature
and azimuth, the nearest wire of each layer, all combinations that occur.  Superlayers 1 and 2 are stereo: their wires
are taken where they are at z = 0.  The trigger works with *cells*: a cell is a wire in superlayers 1-5, and two
neighbouring wires in superlayer 10.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from trigemu.arrays import I64
from trigemu.collider.wire_patterns import distinct, every_direction, nearest
from trigemu.experiments.besiii.mdc.geometry import FIELD_T, SUPERLAYER, WIRES, chamber

CURVATURE = 2.99792458e-4 * FIELD_T
"""1/(R pT) in GeV/mm."""

RING = 128
"""Cells of superlayer 5, and of the rings of tracks."""

_CURVATURES = 1001
"""Curvatures of the sweep.  Between two neighbouring ones, tracks that are equal in superlayer 3 are less than 0.03
cells of the ring apart in superlayer 10."""


class Superlayer(NamedTuple):
    """A superlayer in the trigger: its layers, the row of its pivot layer, and how many wires are or-ed to a cell."""

    layers: tuple[int, int, int, int]
    pivot: int
    merged: int

    @property
    def cells(self) -> tuple[int, ...]:
        """Cells of each layer."""
        return tuple(int(WIRES[layer]) // self.merged for layer in self.layers)

    @property
    def pivots(self) -> int:
        """Pivot cells: segments of the superlayer."""
        return self.cells[self.pivot]


def _superlayer(number: int, pivot: int, merged: int = 1) -> Superlayer:
    first, second, third, fourth = np.flatnonzero(number == SUPERLAYER).tolist()
    return Superlayer((first, second, third, fourth), pivot, merged)


IN_TRIGGER = {
    1: _superlayer(1, 2),
    2: _superlayer(2, 2),
    3: _superlayer(3, 2),
    4: _superlayer(4, 2),
    5: _superlayer(5, 1),
    10: _superlayer(10, 1, merged=2),
}
"""Superlayers that the trigger uses (besiii_babar_facts A4.1, A4.2, A4.5)."""

TRACK_SUPERLAYERS = (3, 4, 5, 10)


def _sweep(layers: list[int], merged: list[int], pivot: int, min_pt: float) -> I64:
    """Return the distinct combinations of cells of tracks through layers, all of them round the ring.

    These layers repeat themselves after a *sector*, so one sector of directions is enough.

    Returns
    -------
    int64[combinations, layers], in the order of the pivot cell; cells are counted round their layer.
    """
    rows, both = np.array(layers), np.array(merged)
    cells = WIRES[rows] // both
    sectors = int(np.gcd.reduce(cells))
    curvatures = np.linspace(-1, 1, _CURVATURES) * CURVATURE / min_pt
    wires, reached = nearest(chamber(), every_direction(chamber(), curvatures, rows, sectors), rows)
    found = wires[reached] // both
    period = cells // sectors
    # Into the sector of pivot cells that begins at 0, then to all sectors.
    first = distinct(found - period * (found[:, [pivot]] // period[pivot]))
    every = (first + period * np.arange(sectors)[:, None, None]).reshape(-1, len(layers)) % cells
    return np.asarray(every[np.argsort(every[:, pivot], kind="stable")])


@lru_cache(maxsize=32)
def segment_patterns(superlayer: int, min_pt: float) -> I64:
    """Return int64[patterns, 4], read-only: cells of the four layers, in the order of the pivot cell."""
    own = IN_TRIGGER[superlayer]
    patterns = _sweep(list(own.layers), [own.merged] * 4, own.pivot, min_pt)
    patterns.setflags(write=False)
    return patterns


@lru_cache(maxsize=16)
def track_tuples(superlayers: tuple[int, ...], min_pt: float) -> I64:
    """Return int64[tuples, superlayers], read-only: pivot cells of tracks, in the order of the cell of superlayer 5.

    Parameters
    ----------
    superlayers
        With 5 among them.
    min_pt
        GeV.
    """
    own = [IN_TRIGGER[number] for number in superlayers]
    layers = [each.layers[each.pivot] for each in own]
    tuples = _sweep(layers, [each.merged for each in own], superlayers.index(5), min_pt)
    tuples.setflags(write=False)
    return tuples
