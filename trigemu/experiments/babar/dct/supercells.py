"""Supercells of the binary link tracker: 32 in a superlayer, each of a few neighbouring pivots.

Superlayers have 16-fold symmetry; where a sixteenth has an odd number of pivots, its first supercell has one less than
its second (babar_geometry_facts G3.2): so the azimuth of pivots, half a cell beyond their number, has them.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import U8, U32
from trigemu.experiments.babar.dct.geometry import CELLS, SUPERLAYERS

SUPERCELLS = 32
"""In a superlayer (babar_geometry_facts G3.1): supercell s covers 11.25 s degrees onward."""

MOST_PIVOTS = 256


def supercells() -> U8:
    """Return uint8[10, 256], the supercell of each pivot; 255 beyond the pivots of a superlayer."""
    out = np.full((SUPERLAYERS, MOST_PIVOTS), 255, np.uint8)
    for number, cells in enumerate(CELLS.tolist()):
        sixteenth, place = np.divmod(np.arange(cells), cells // 16)
        out[number, :cells] = 2 * sixteenth + (place >= cells // SUPERCELLS)
    return out


def dead_cells(pairs: tuple[tuple[int, int], ...]) -> U32:
    """Return uint32[10]: a bit for each supercell that counts as hit; ``pairs``: superlayers 1-10 and supercells."""
    out = np.zeros(SUPERLAYERS, np.uint32)
    for superlayer, supercell in pairs:
        out[superlayer - 1] |= np.uint32(1 << supercell)
    return out
