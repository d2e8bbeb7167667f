"""Generated events of a frame against its candidates: which lines saw which event, and what all of them amount to.

Where events are weighted, one more table of counts is kept (`weighted_rows`): sums of weights, of their squares,
and of squares times the chance to be drawn again.  Weights are at most 1 there and are counted in units of 1 / `UNIT`,
so that sums do not depend on the order of frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, Bool
from trigemu.decision.candidates import Candidates
from trigemu.frames.columns import Array
from trigemu.menu.compile import CompiledMenu
from trigemu.menu.planes import unpack_lines

TOTALS = 2
"""Columns of a tally after those of the lines: any L1 line, any HLT line."""

SUMS = 3
"""Tables behind the counts where events are weighted: w, w^2, and w^2 times the chance to be drawn again."""

UNIT = 2.0**32


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Generated events with what became of them.

    Attributes
    ----------
    signal
        int64[n], index of the signal's table; beyond the last one for other events.
    flags
        bool[n, 2 + L + 2]: generated, accepted, and accepted with a candidate near by in which line i passed, any L1
        line, any HLT line passed as well (of those with prescale 1).
    event, weight, share
        int64[n] and float64[n] each, see `trigemu.frames.drawn.DRAWN`; None where all events count the same.
    rows, truth_rows
        int64[n], the row of each event in the frame's truth, and how many rows the truth has.
    """

    signal: I64
    flags: Bool
    event: I64 | None
    weight: F64 | None
    share: F64 | None
    rows: I64
    truth_rows: int


def judge(
    truth: Mapping[str, Array],
    candidates: Candidates,
    *,
    signals: int,
    frame_ticks: int,
    window: int,
    menu: CompiledMenu,
) -> Judged:
    """Return the events of a frame, in order of time: signals, and all others as well where events are weighted.

    An event that is no signal has no acceptance: all that lines passed counts for it.
    """
    time = truth["time"]
    here = (time >= 0) & (time < frame_ticks)
    weighted = "weight" in truth
    if not weighted:
        here &= truth["signal"] < signals
    rows, count = np.flatnonzero(here), len(time)
    time = time[rows]
    signal = np.minimum(truth["signal"][rows].astype(np.int64), signals)
    accepted = truth["accepted"][rows] != 0
    seen = lines_near(time, candidates, window, menu) & (accepted | (signal == signals))[:, None]
    flags = np.column_stack([np.ones(len(time), bool), accepted, seen])
    if not weighted:
        return Judged(signal, flags, None, None, None, rows, count)
    event, weight, share = (truth[name][rows] for name in ("event", "weight", "share"))
    return Judged(signal, flags, event, weight, share, rows, count)


def tally_size(signals: int, columns: int, *, weighted: bool) -> int:
    """Return how many numbers a tally has."""
    return columns * (signals + (SUMS * (signals + 1) if weighted else 0))


def counted(judged: Judged, signals: int) -> I64:
    """Return the tally of events, int64[`tally_size`].

    Counts, int64[signals, columns]; where events are weighted, int64[`SUMS`, signals + 1, columns] behind them, the
    last row of each that of all events, signals or not.  It is there for rates, in which an event of a file may count
    against others; all other events happened once each, so they count 1 in it.
    """
    columns = judged.flags.shape[1]
    mine = judged.signal < signals
    counts = np.zeros((signals, columns), np.int64)
    np.add.at(counts, judged.signal[mine], judged.flags[mine].astype(np.int64))
    if judged.event is None or judged.weight is None or judged.share is None:
        return counts.ravel()
    sums = np.zeros((SUMS, signals + 1, columns), np.int64)
    for table, value in zip(sums, _powers(judged.weight, judged.share), strict=True):
        np.add.at(table, judged.signal[mine], (value[:, None] * judged.flags)[mine])
    happened = np.where(judged.event < 0, 1.0, judged.weight)
    for table, value in zip(sums, _powers(happened, judged.share), strict=True):
        table[signals] = value @ judged.flags
    return np.concatenate([counts.ravel(), sums.ravel()])


def _powers(weight: F64, share: F64) -> tuple[I64, ...]:
    """Return w, w^2, and w^2 times the chance to be drawn again, each int64[n] in units of 1 / `UNIT`."""
    square = weight**2
    return tuple(np.rint(value * UNIT).astype(np.int64) for value in (weight, square, square * share))


def split(tally: I64, signals: int, columns: int) -> tuple[I64, F64]:
    """Return counts, int64[signals, columns], and sums of weights, float64[`SUMS` or 0, signals + 1, columns]."""
    inside = signals * columns
    counts = tally[:inside].reshape(signals, columns)
    return counts, tally[inside:].reshape(-1, signals + 1, columns) / UNIT


def lines_near(
    time: NDArray[np.int64], candidates: Candidates, window: int, menu: CompiledMenu
) -> NDArray[np.bool_]:
    """Return which lines passed within ``window`` TDC counts of each time: bool[len(time), L + 2].

    HLT lines count only where an L1 line passed that is not prescaled.  The last two columns are any L1 line and any
    HLT line that is not prescaled: what the menu is sure to keep.
    """
    lines = len(menu.lines)
    full = candidates.passed & menu.full_mask
    l1 = np.asarray((full & menu.l1_mask).any(axis=1))
    hlt = l1 & (full & menu.hlt_mask).any(axis=1)
    # The software trigger only sees what level 1 has sent.
    seen = np.where(l1[:, None], candidates.passed, candidates.passed & menu.l1_mask)
    bits = np.column_stack([unpack_lines(seen, lines), l1, hlt])
    # Candidates are in time order, so a difference of running sums counts those between two times.
    before = np.zeros((len(bits) + 1, bits.shape[1]), np.int64)
    np.cumsum(bits, axis=0, out=before[1:])
    first = np.searchsorted(candidates.time, time - window, side="left")
    last = np.searchsorted(candidates.time, time + window, side="right")
    return np.asarray(before[last] > before[first])
