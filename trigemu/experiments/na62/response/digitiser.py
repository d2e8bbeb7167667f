"""The digitiser of tile detectors: deposits to packed hits, channel by channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.experiments.na62.response.hits import LOW16, pack
from trigemu.jit import kernel

Columns: TypeAlias = tuple[F64, F64, I64, I64, I64]

UNSEEN = -(1 << 40)
"""Pulse width on a photosensor that does not see the deposit."""


@dataclass(frozen=True, slots=True, eq=False)
class Deposits:
    """Energy that particles left in tiles or pads, with the edges that each photosensor would make of it.

    Attributes
    ----------
    time
        float64[n], ns since the start of the frame.
    energy
        float64[n], MeV.
    cell
        int64[n], tile or pad.
    edge
        int64[n, 2], leading edge per photosensor, TDC counts since the start of the frame.
    width
        int64[n, 2], pulse width per photosensor, TDC counts; `UNSEEN` where it does not see the deposit.
    """

    time: F64
    energy: F64
    cell: I64
    edge: I64
    width: I64

    @classmethod
    def allocate(cls, n: int) -> Deposits:
        """Return room for n deposits."""
        return cls(
            np.empty(n),
            np.empty(n),
            np.empty(n, np.int64),
            np.empty((n, 2), np.int64),
            np.empty((n, 2), np.int64),
        )

    def columns(self) -> Columns:
        """Return all columns in order."""
        return self.time, self.energy, self.cell, self.edge, self.width

    def take(self, rows: NDArray[np.bool_]) -> Deposits:
        """Return the deposits that a mask chooses."""
        return self._each(lambda column: column[rows])

    def first(self, n: int) -> Deposits:
        """Return the first n deposits (views)."""
        return self._each(lambda column: column[:n])

    def after(self, past: Deposits, frame_ns: float) -> Deposits:
        """Return the deposits of the frame before, ``frame_ns`` long, with these behind them."""
        ours = iter(self.columns())
        both = past._each(lambda column: np.concatenate([column, next(ours)]))
        both.time[: len(past.time)] -= frame_ns
        return both

    def _each(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Deposits:
        return Deposits(*[change(column) for column in self.columns()])


@dataclass(frozen=True, slots=True)
class TileLogic:
    """How a tile detector turns deposits into hits.

    Attributes
    ----------
    cells
        Upper limit of cell numbers (exclusive).
    threshold_mev
        Energy that a merged deposit must reach.
    merge_ns
        Deposits that a channel sees this long after the first of them add their energy to it.
    dead_ns
        A hit is lost this long after the last hit kept on its channel; a lost one does not extend it.
    sensors
        Photosensors per cell, 1 or 2.
    second
        Channel of the second photosensor minus that of the first.
    """

    cells: int
    threshold_mev: float
    merge_ns: float
    dead_ns: float
    sensors: int
    second: int


@kernel
def _digitise(
    order: I64,
    columns: Columns,
    past: int,
    threshold: float,
    merge: float,
    dead: float,
    sensors: int,
    second: int,
    merged: F64,
    opened: I64,
    last: F64,
    out: I64,
) -> int:
    # Plan: for each photosensor, walk twice through the deposits that it sees, in time.  First merge: the index of
    # the open deposit of each tile; energies add to it, the merged ones are marked by a negative energy.  Then
    # threshold and dead time over what is left.  The first `past` deposits are of the frame before: they merge and
    # block, but their own hits belong to that frame.
    time, energy, cell, edge, width = columns
    n = 0
    for s in range(sensors):
        opened[:] = -1
        last[:] = -np.inf
        for k in range(len(order)):
            i = order[k]
            if width[i, s] == UNSEEN:
                continue
            merged[i] = energy[i]
            j = opened[cell[i]]
            if j >= 0 and time[i] - time[j] < merge:
                merged[j] += energy[i]
                merged[i] = -1.0
            else:
                opened[cell[i]] = i
        for k in range(len(order)):
            i = order[k]
            if width[i, s] == UNSEEN or merged[i] < threshold or merged[i] < 0.0:
                continue
            if time[i] - last[cell[i]] < dead:
                continue
            last[cell[i]] = time[i]
            if i >= past:
                out[n] = pack(edge[i, s], cell[i] + s * second, min(max(width[i, s], 0), LOW16))
                n += 1
    return n


def digitise(past: Deposits, now: Deposits, logic: TileLogic, frame_ns: float) -> I64:
    """Return the packed hits (sorted) of one frame's deposits.

    Parameters
    ----------
    past
        Deposits of the frame before that can still merge or block; their times count from that frame's start.
    now
        The frame's own deposits.
    logic
        Threshold, merging and dead time.
    frame_ns
        Length of the frame before.

    Notes
    -----
    The rules are those of the NA62 digitiser and pile-up generator (threshold, merging by channel, 40 ns of
    non-extending dead time).  Each channel stands for itself: a deposit that it does not see neither merges nor blocks
    there.  Merging goes by the times of deposits, before smearing, so two channels that see the same deposits do the
    same.
    """
    n_past = len(past.time)
    deposits = now.after(past, frame_ns) if n_past else now
    time = deposits.time
    out = np.empty(logic.sensors * len(now.time), np.int64)
    count = _digitise(
        np.argsort(time, kind="stable"),
        deposits.columns(),
        n_past,
        logic.threshold_mev,
        logic.merge_ns,
        logic.dead_ns,
        logic.sensors,
        logic.second,
        np.empty(len(time)),
        np.empty(logic.cells, np.int64),
        np.empty(logic.cells),
        out,
    )
    hits = out[:count]
    hits.sort()
    return hits
