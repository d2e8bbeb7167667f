"""Conditions of track match from cells as the hardware records them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trigemu.arrays import I64, U8, U64, Bool
from trigemu.experiments.besiii.bits import EMC_CONDITIONS, MATCH_CONDITIONS, MDC_CONDITIONS, TOF_CONDITIONS
from trigemu.experiments.besiii.clock import EARLY_WORDS, TICK_WORDS
from trigemu.experiments.besiii.match.config import Match
from trigemu.experiments.besiii.match.matching import Matcher
from trigemu.experiments.besiii.records import EmcTrigger, MdcTrigger, TofTrigger
from trigemu.experiments.besiii.tof.config import Tof

_AT_ONCE = {"track_delay": 0, "tof_delay": 0, "tof_hold": 1, "wait": 0, "hold": 1, "cluster_ticks": 1}
_RINGS_BEFORE_POSITIONS = 2


class RecordedCells(NamedTuple):
    """Cells that are true together, by the hardware's numbers; n crossings.

    Attributes
    ----------
    long, short
        bool[n, 128], track cells as the counters store them: thinned.
    positions, tof_east, tof_west
        bool[n, 88] barrel and bool[n, 48 or 36] endcaps.
    heads
        bool[n, 30], azimuths of barrel cells where a cluster begins.
    emc_east, emc_west
        bool[n, 32], trigger cells of the endcaps.
    """

    long: Bool
    short: Bool
    positions: Bool
    tof_east: Bool
    tof_west: Bool
    heads: Bool
    emc_east: Bool
    emc_west: Bool


def conditions_of_cells(cells: RecordedCells, config: Match, tof: Tof) -> Bool:
    """Return bool[n, 9], `bits.MATCH_CONDITIONS` of cells that are true together: no delay counts."""
    tracks, is_long, track = _rows(cells.long, cells.short)
    counters, ring, counter = _rows(cells.positions, cells.tof_east, cells.tof_west)
    fired, side, cell = _rows(cells.heads, cells.emc_east, cells.emc_west)
    n = len(cells.long)
    mdc = MdcTrigger(
        conditions=_none(n, len(MDC_CONDITIONS)),
        offsets=tracks,
        long=(is_long == 0).astype(np.uint8),
        cell=track,
        ticks=_first_tick(len(track)),
    )
    found = TofTrigger(
        conditions=_none(n, len(TOF_CONDITIONS)),
        offsets=counters,
        ring=ring + np.uint8(_RINGS_BEFORE_POSITIONS),
        cell=counter,
        ticks=_first_tick(len(counter)),
    )
    emc = EmcTrigger(
        conditions=_none(n, len(EMC_CONDITIONS)),
        blocks=np.zeros((n, 16), np.int32),
        sums=np.zeros((n, 3), np.int32),
        offsets=fired,
        cell=np.array([0, 330, 362], np.uint16)[side] + cell,
        tick=np.zeros(len(cell), np.int16),
        head=(side == 0).astype(np.uint8),
    )
    matcher = Matcher(config.model_copy(update=_AT_ONCE), tof)
    out = matcher.decide(mdc, found, emc)[:, : len(MATCH_CONDITIONS), 0]
    return np.asarray(out & np.uint64(1) != 0)


def _rows(*rings: Bool) -> tuple[I64, U8, U8]:
    """Return offsets int64[n + 1] of the cells that are true, the number of their ring and their own, uint8 each."""
    event, cell = np.nonzero(np.concatenate(rings, axis=1))
    ends = np.cumsum([ring.shape[1] for ring in rings])
    ring = np.searchsorted(ends, cell, side="right")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(event, minlength=len(rings[0])))])
    first = np.concatenate([[0], ends])[ring]
    return offsets.astype(np.int64), ring.astype(np.uint8), (cell - first).astype(np.uint8)


def _none(n: int, conditions: int) -> U64:
    return np.zeros((n, conditions, TICK_WORDS), np.uint64)


def _first_tick(rows: int) -> U64:
    return np.tile(np.array([1] + [0] * (EARLY_WORDS - 1), np.uint64), (rows, 1))
