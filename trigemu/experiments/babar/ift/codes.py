"""Muon-detector trigger: hits of layers to codes of what kind of muons there are, compiled in ``ext/babar/ift.pyx``.

A sector has a muon if enough of its eight layers have hits close in time (babar_geometry_facts G7.1, G7.2).  The window
slides: it is the times of hits that are compared, to a count, not the ticks that they fall into (chosen).  The sector
is true from the tick in which the last layer that it needs joins, for ``hold_ticks``.  In every tick the sectors that
are true together give one code.

Sectors 0-5 are the sextants of the barrel in azimuth, 6 and 7 the half doors of the forward end, 8 and 9 those of the
backward end.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np

from trigemu._kernels.babar_ift import Finder
from trigemu.arrays import U8
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.ift.config import Ift
from trigemu.experiments.babar.sources import SECTORS
from trigemu.frames.columns import Array

SEXTANTS = 6
FORWARD = (6, 7)
BACKWARD = (8, 9)


class Topology(IntEnum):
    """Kinds of muons; values are the experiment's codes (section 7: 3 verified, the others recalled)."""

    NONE = 0
    SEVERAL = 1
    BACKWARD = 2
    FORWARD = 3
    BARREL = 4
    PAIR_AND_FORWARD = 5
    BARREL_AND_FORWARD = 6
    PAIR = 7


def topology(
    barrel: int, forward: int, backward: int, tolerance: int = 0, *, strict: bool = False
) -> Topology:
    """Return the kind of muons; every sector that is true counts as one.

    The table says what makes each code, not which one wins (babar_geometry_facts section 7).  Here the first that fits
    does, of 5, 7, 6, 1, 4, 3, 2: what names most muons comes first.

    Parameters
    ----------
    barrel
        Bit s: sextant s has a muon.
    forward, backward
        Muons in the ends: half doors that have one.
    tolerance
        Two sextants are a back-to-back pair if they are opposite, or miss that by no more than this.
    strict
        Codes 5-7 need exactly their muons; otherwise others may be there too.
    """
    sextants = [s for s in range(SEXTANTS) if barrel >> s & 1]
    apart = max((min(b - a, SEXTANTS - b + a) for a in sextants for b in sextants if a < b), default=0)
    pair = apart >= SEXTANTS // 2 - tolerance
    muons = len(sextants) + forward + backward
    for kind, there, needed in (
        (Topology.PAIR_AND_FORWARD, pair and forward > 0, 3),
        (Topology.PAIR, pair, 2),
        (Topology.BARREL_AND_FORWARD, len(sextants) > 0 and forward > 0, 2),
        (Topology.SEVERAL, muons > 1, muons),
        (Topology.BARREL, len(sextants) == 1, 1),
        (Topology.FORWARD, forward == 1, 1),
        (Topology.BACKWARD, backward == 1, 1),
    ):
        if there and (not strict or muons == needed):
            return kind
    return Topology.NONE


def code_table(config: Ift) -> U8:
    """Return uint8[1024], the code for every set of sectors: bit s of the index is sector s."""
    codes = np.empty(1 << SECTORS, np.uint8)
    for sectors in range(len(codes)):
        barrel = sectors & ((1 << SEXTANTS) - 1)
        forward, backward = (sum(sectors >> s & 1 for s in half_doors) for half_doors in (FORWARD, BACKWARD))
        kind = topology(barrel, forward, backward, config.tolerance, strict=config.strict)
        codes[sectors] = config.codes[kind]
    return codes


class MuonFinder:
    """Finds muons in sectors; one instance may serve many threads."""

    def __init__(self, config: Ift) -> None:
        self._finder = Finder(config, code_table(config))

    def codes(self, ifr: Mapping[str, Array]) -> U8:
        """Return uint8[n, 64], the code in each tick.

        Parameters
        ----------
        ifr
            Columns of source ``ifr``: ``channel``, ``time`` and ``offsets`` int64[n + 1].

        Raises
        ------
        InputError
            If a channel is none, or the arrays do not fit together.
        """
        offsets = np.ascontiguousarray(ifr["offsets"], np.int64)
        channel = np.ascontiguousarray(ifr["channel"], np.uint8)
        time = np.ascontiguousarray(ifr["time"], np.int16)
        codes = np.zeros((max(len(offsets) - 1, 0), TICKS), np.uint8)
        self._finder.run(offsets, channel, time, codes)
        return codes
