"""Hits as packed integers, and the digitiser of tile detectors.

A digitised hit is one signed 64-bit integer, ``time << 32 | channel << 16 | value``: sorting the integers
sorts hits by time and channel, ties are settled the same way everywhere, and another frame's hits are
shifted by adding to the upper half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.frames.columns import Array
from trigemu.jit import inlined, kernel

TIME_SHIFT = 32
CHANNEL_SHIFT = 16
LOW16 = 0xFFFF


@inlined
def pack(time: int, channel: int, value: int) -> int:
    """Return a hit as one integer (time in TDC counts, may be negative; channel and value in 0-65535)."""
    return (time << TIME_SHIFT) + (channel << CHANNEL_SHIFT) + value


def shift(packed: I64, ticks: int) -> I64:
    """Return hits ``ticks`` TDC counts later."""
    return packed + np.int64(ticks << TIME_SHIFT)


def between(packed: I64, start: int, stop: int) -> I64:
    """Return sorted hits with ``start <= time < stop`` (a view); both within 2**31 TDC counts of 0."""
    first, last = np.searchsorted(packed, np.array([start << TIME_SHIFT, stop << TIME_SHIFT], np.int64))
    return packed[first:last]


def unpack(packed: I64) -> Mapping[str, Array]:
    """Return packed hits as columns time (int64), channel and value (uint16)."""
    return {
        "time": packed >> TIME_SHIFT,
        "channel": ((packed >> CHANNEL_SHIFT) & LOW16).astype(np.uint16),
        "value": (packed & LOW16).astype(np.uint16),
    }


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
        int64[n, 2], pulse width per photosensor, TDC counts.
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

    def columns(self) -> tuple[F64, F64, I64, I64, I64]:
        """Return all columns in order."""
        return self.time, self.energy, self.cell, self.edge, self.width

    def take(self, rows: NDArray[np.bool_]) -> Deposits:
        """Return the deposits that a mask chooses."""
        return Deposits(
            self.time[rows], self.energy[rows], self.cell[rows], self.edge[rows], self.width[rows]
        )

    def first(self, n: int) -> Deposits:
        """Return the first n deposits (views)."""
        return Deposits(self.time[:n], self.energy[:n], self.cell[:n], self.edge[:n], self.width[:n])


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
        Deposits of one tile this long after the first of them add their energy to it.
    dead_ns
        A hit is lost this long after the last hit kept on its tile; a lost one does not extend it.
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
    time: F64,
    energy: F64,
    cell: I64,
    edge: I64,
    width: I64,
    past: int,
    threshold: float,
    merge: float,
    dead: float,
    sensors: int,
    second: int,
    opened: I64,
    last: F64,
    out: I64,
) -> int:
    # Plan: walk through the deposits in time, tile by tile state.  First merge: the index of the open deposit
    # of each tile; energies add to it, the merged ones are marked by a negative energy.  Then threshold and
    # dead time over what is left.  The first `past` deposits are of the frame before: they merge and block,
    # but their own hits belong to that frame.
    for k in range(len(order)):
        i = order[k]
        j = opened[cell[i]]
        if j >= 0 and time[i] - time[j] < merge:
            energy[j] += energy[i]
            energy[i] = -1.0
        else:
            opened[cell[i]] = i
    n = 0
    for k in range(len(order)):
        i = order[k]
        if energy[i] < threshold or energy[i] < 0.0 or time[i] - last[cell[i]] < dead:
            continue
        last[cell[i]] = time[i]
        if i < past:
            continue
        for s in range(sensors):
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
    The rules are those of the NA62 digitiser and pile-up generator (threshold, merging, 40 ns of
    non-extending dead time).  Both photosensors see the same deposit, so merging acts on the tile, before
    smearing.
    """
    n_past = len(past.time)
    time, energy, cell, edge, width = now.columns()
    if n_past:
        time = np.concatenate([past.time - frame_ns, time])
        energy = np.concatenate([past.energy, energy])
        cell, edge, width = (
            np.concatenate([a, b]) for a, b in zip(past.columns()[2:], (cell, edge, width), strict=True)
        )
    else:
        energy = energy.copy()
    out = np.empty(logic.sensors * len(now.time), np.int64)
    count = _digitise(
        np.argsort(time, kind="stable"),
        time,
        energy,
        cell,
        edge,
        width,
        n_past,
        logic.threshold_mev,
        logic.merge_ns,
        logic.dead_ns,
        logic.sensors,
        logic.second,
        np.full(logic.cells, -1, np.int64),
        np.full(logic.cells, -np.inf),
        out,
    )
    hits = out[:count]
    hits.sort()
    return hits


@kernel
def _thin(packed: I64, past: int, dead: int, last: I64, out: I64) -> int:
    n = 0
    for i in range(len(packed)):
        time = packed[i] >> TIME_SHIFT
        channel = (packed[i] >> CHANNEL_SHIFT) & LOW16
        if time - last[channel] < dead:
            continue
        last[channel] = time
        if i >= past:
            out[n] = packed[i]
            n += 1
    return n


def thin(past: I64, now: I64, channels: int, dead_ticks: int) -> I64:
    """Drop hits closer than ``dead_ticks`` to the last one kept on their channel.

    ``past`` are hits of the frame before (times relative to this frame); both are sorted, and hits of
    ``past`` are taken first.
    """
    out = np.empty(len(now), np.int64)
    last = np.full(channels, -(1 << 62), np.int64)
    return out[: _thin(np.concatenate([past, now]), len(past), dead_ticks, last, out)]
