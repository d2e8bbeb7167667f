"""Binary link tracker: segments to maps of long (A) and short (B) tracks.

In each tick a supercell is hit if one of its pivots has a segment.  A track begins in superlayer 1 and goes on from
superlayer to superlayer to supercells near the one reached so far: B if it reaches superlayer 5, A if superlayer 10.
It is put into the bin of 22.5 degrees in which it ends (chosen); where a superlayer has no segment, it may go on from
any supercell in which one was possible (chosen).  Compiled in ``ext/babar/blt.pyx``.  Sources: babar_geometry_facts
section 3, besiii_babar_facts B4.
"""

from __future__ import annotations

import numpy as np

from trigemu._kernels.babar_blt import Links
from trigemu.arrays import U16
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.dct.config import Blt
from trigemu.experiments.babar.dct.supercells import dead_cells, supercells
from trigemu.experiments.babar.records import Segments


class Linker:
    """Links segments from superlayer to superlayer; one object may serve many threads."""

    def __init__(self, config: Blt) -> None:
        self.config = config
        self._kernel = Links(
            supercells(),
            np.array(config.windows, np.int32),
            dead_cells(config.dead),
            (config.minimum_weight, config.hold, config.missing, config.first_may_miss),
        )

    def link(self, segments: Segments) -> tuple[U16, U16]:
        """Return the maps of A and B, uint16[n, 64] each.

        Raises
        ------
        InputError
            Columns of different lengths, or segments of pivots or ticks that do not exist.
        """
        n = len(segments.offsets) - 1
        long, short = np.empty((n, TICKS), np.uint16), np.empty((n, TICKS), np.uint16)
        self._kernel.link(segments, long, short)
        return long, short
