"""The drift chamber's sub-trigger: wire hits to segments, tracks and conditions (besiii_babar_facts A4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trigemu._kernels import besiii_mdc
from trigemu.arrays import F64, I32, I64, U16
from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import MDC_CONDITIONS
from trigemu.experiments.besiii.clock import EARLY_WORDS, MDC_COUNTS_PER_TICK, TICK_NS, TICK_WORDS
from trigemu.experiments.besiii.mdc.config import Mdc
from trigemu.experiments.besiii.mdc.geometry import CHANNELS
from trigemu.experiments.besiii.mdc.patterns import IN_TRIGGER, RING
from trigemu.experiments.besiii.mdc.tables import SEGMENT_FIRST, SEGMENTS, Rows, make_tables
from trigemu.experiments.besiii.records import MdcInstant, MdcTrigger

_MOST_ROWS, _USUAL_ROWS = 256, 16
"""Rows of thinned cells that a crossing can have, and as many as it has rarely more of."""

_TYPES = {"channel": np.uint16, "time": np.int32, "offsets": np.int64}
_LATEST = 1 << 24


class MdcFinder:
    """Finds segments and tracks; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    config
        The ``[besiii.mdc]`` section.
    """

    def __init__(self, config: Mdc) -> None:
        self._kernel = besiii_mdc.Finder(
            *make_tables(config),
            config.need_layers,
            config.hit_counts,
            (config.many_short or 0, config.many_long or 0),
            config.back_to_back,
        )

    def decide(self, columns: Mapping[str, Any]) -> MdcTrigger:
        """Return conditions and thinned track cells of a batch of crossings, tick by tick.

        Parameters
        ----------
        columns
            ``channel`` uint16[m] and ``time`` int32[m] (TDC counts) of hits in any order, and ``offsets``
            int64[n + 1]: hits of crossing i are ``offsets[i]:offsets[i + 1]``.

        Raises
        ------
        InputError
            A channel is none of the 6796 wires, or ``offsets`` do not cut the hits into crossings.
        """
        channel, time, offsets = _checked(columns)
        n = len(offsets) - 1
        conditions = np.zeros((n, len(MDC_CONDITIONS), TICK_WORDS), np.uint64)
        rows = _room(np.zeros(n + 1, np.int64), _MOST_ROWS + _USUAL_ROWS * n)
        done = 0
        while (done := self._kernel.decide(channel, time, offsets, done, conditions, rows)) < n:
            _refuse_hit(done, channel)
            rows = _grown(rows, int(rows.offsets[done]))
        count = int(rows.offsets[n])
        return MdcTrigger(conditions, rows.offsets, rows.long[:count], rows.cell[:count], rows.ticks[:count])

    def at(self, columns: Mapping[str, Any], instant_ns: F64) -> MdcInstant:
        """Return what the boards hold at one instant of each crossing.

        Parameters
        ----------
        columns
            As in `decide`.
        instant_ns
            float64[n], ns since the beginning of the read-out window; rounded up to whole TDC counts.  A hit counts
            if it is earlier, and less than ``hit_counts`` old.

        Raises
        ------
        InputError
            As `decide` does, or there are not as many instants as crossings, or one is beyond all times of hits.
        """
        channel, time, offsets = _checked(columns)
        n = len(offsets) - 1
        instant = np.ascontiguousarray(instant_ns, np.float64)
        counts = np.ceil(instant * (MDC_COUNTS_PER_TICK / TICK_NS))
        if counts.shape != (n,):
            raise InputError(f"instants of {counts.size} crossings, but there are {n}")
        if not (np.abs(counts) <= _LATEST).all():
            raise InputError(
                f"instants must lie within {_LATEST * TICK_NS / MDC_COUNTS_PER_TICK:.0f} ns of tick 0"
            )
        segments, rings = np.zeros((n, SEGMENTS), np.uint8), np.zeros((n, 2, RING), np.uint8)
        _refuse_hit(
            self._kernel.look(channel, time, offsets, counts.astype(np.int64), segments, rings), channel
        )
        found, tracks = segments.view(np.bool_), rings.view(np.bool_)
        by_superlayer = {
            number: found[:, SEGMENT_FIRST[number] : SEGMENT_FIRST[number] + own.pivots]
            for number, own in IN_TRIGGER.items()
        }
        return MdcInstant(by_superlayer, tracks[:, 0], tracks[:, 1])


def _room(offsets: I64, count: int) -> Rows:
    """Return columns for so many rows."""
    return Rows(
        offsets,
        np.empty(count, np.uint8),
        np.empty(count, np.uint8),
        np.empty((count, EARLY_WORDS), np.uint64),
    )


def _grown(rows: Rows, count: int) -> Rows:
    """Return the first ``count`` rows with twice the room."""
    out = _room(rows.offsets, 2 * len(rows.cell))
    out.long[:count], out.cell[:count], out.ticks[:count] = (
        rows.long[:count],
        rows.cell[:count],
        rows.ticks[:count],
    )
    return out


def _refuse_hit(done: int, channel: U16) -> None:
    if done < 0:
        hit = -1 - done
        raise InputError(f"mdc: hit {hit} is on channel {channel[hit]}, allowed are 0-{CHANNELS - 1}")


def _checked(columns: Mapping[str, Any]) -> tuple[U16, I32, I64]:
    """Return the columns if they are hits cut into crossings."""
    arrays = []
    for name, kind in _TYPES.items():
        array = np.asarray(columns[name])
        if array.dtype != kind or array.ndim != 1:
            raise InputError(f"mdc: {name} is {array.dtype}{list(array.shape)}, not {np.dtype(kind)}[...]")
        arrays.append(np.ascontiguousarray(array))
    channel, time, offsets = arrays
    bad = len(time) != len(channel) or not len(offsets) or offsets[0] != 0 or offsets[-1] != len(channel)
    if bad or (np.diff(offsets) < 0).any():
        raise InputError(
            f"mdc: offsets do not cut {len(channel)} channels and {len(time)} times into crossings"
        )
    return channel, time, offsets
