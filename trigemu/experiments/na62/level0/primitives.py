"""Digitised hits to L0 primitives, as the boards of each detector make them (na62_facts 5.3).

All functions are pure: the columns of one source in, primitives out, both in TDC counts since the start of
the frame and sorted by time.  Steps and parameters are those of the NA62 framework (VL0Emulator,
L0NewCHODEmulator, L0MUV3Emulator, L0RICHEmulator, L0CHODEmulator, L0LAVEmulator, L0CaloEmulator); where those
facts are silent the docstring says what was decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import na62_boards, na62_pairs, na62_primitives
from trigemu.errors import InputError
from trigemu.experiments.na62.clock import LSB_NS, SPLIT_TIMESTAMPS
from trigemu.experiments.na62.config import DETECTOR_ORDER, L0
from trigemu.experiments.na62.detector.tiles import MUV3_CODES, MUV3_TILES, NEWCHOD_CODES, NEWCHOD_TILES
from trigemu.experiments.na62.level0.scratch import Scratch
from trigemu.experiments.na62.sources import LKR_COUNT_MEV
from trigemu.frames.columns import Block, Column, Schema, pack_exactly
from trigemu.frames.ranges import CorruptError

Columns = Mapping[str, NDArray[Any]]

LAV_PAIR_LSB = int(6.5 / LSB_NS)
"""A high crossing belongs to a low one less than 6.5 ns before it (L0TriggerResponse.cc): 66 TDC counts."""

LAV_PER_PACKET = 32
"""LAV primitives in one packet of 256 timestamps (L0LAVEmulator)."""

BOARD_CHANNELS = {"rich": 488, "chod": 16, "talk": 1 << 16}
"""Channels of one pre-processing board; four boards follow each other, then the first comes again.

A quarter of the RICH's 1952 photomultipliers: two discs, upper and lower half (L0RICHEmulator.cc).  A quadrant's 16
vertical slabs of the CHOD, and its 16 horizontal ones 64 channels later (L0CHODEmulator.cc).  TALK is one channel.
"""

_LAYOUT = {"qe": 0, "cnt": 1}
_MUV3_LAYOUT = 2
_WINDOW = {name: index for index, name in enumerate(DETECTOR_ORDER)}


@dataclass(frozen=True, slots=True, eq=False)
class Primitives:
    """Primitives of one detector, sorted by time.

    Attributes
    ----------
    time
        int64[m], TDC counts since the start of the frame.
    word
        uint16[m], primitive id: condition bits 0-13 and bit 14.
    hits
        uint8[m], what was counted: hits up to 15 (NewCHOD, MUV3) or 255 (RICH, CHOD, LAV), clusters up to 2
        (LKr).
    """

    time: NDArray[np.int64]
    word: NDArray[np.uint16]
    hits: NDArray[np.uint8]

    def first(self, count: int) -> Primitives:
        """Return views of the first ``count``."""
        return Primitives(self.time[:count], self.word[:count], self.hits[:count])


def tile_keys(
    columns: Columns, detector: str, window: int, scratch: Scratch | None = None
) -> NDArray[np.int64]:
    """Join the two channels of each tile of NewCHOD or MUV3.

    The second channel closes a tile hit if it comes at most ``window`` TDC counts after the first: the time
    is min + floor(difference / 2) and the hit is tight.  A channel without a partner is a loose hit with its
    own time. Pairs form greedily in time order; channels that read no tile are ignored.

    Returns
    -------
    ndarray
        int64[n], sorted: ``time << 16 | tile << 1 | tight``, tile in the order of
        `trigemu.experiments.na62.detector.tiles`.

    Raises
    ------
    CorruptError
        The hits are not sorted by time, or beyond 2**44 TDC counts.
    """
    time, channel = _hits(columns, detector)
    keys = (scratch or Scratch()).take(f"{detector} keys", len(time), np.int64)
    codes = NEWCHOD_CODES if detector == "newchod" else MUV3_CODES
    return keys[: _checked(na62_pairs.tile_hits(time, channel, codes, window, keys), detector)]


def newchod_primitives(
    columns: Columns, l0: L0, start_timestamp: int, seed: int, scratch: Scratch | None = None
) -> Primitives:
    """Return NewCHOD primitives.

    Tile hits are cut into splits of four absolute timestamps and, inside a split, shuffled: they stand in
    line in the order of a random number each, SplitMix64's hash of (seed, detector) and of the hit's own
    absolute time, tile and tightness.  More than 31 hits: firmware periods 0 and 1 clear the split, later
    ones keep the first 32.  A hit joins the first cluster whose first hit is closer than the window, else
    opens one; at most 8, further hits are lost.

    Decided here: each counter saturates at 15 by itself; the hits after the 15th no longer move the cluster
    time t_first + sum(dt) / N, which is truncated towards zero; they do count for tiles, quadrants and outer
    tiles. A tile hit twice counts twice.  Clusters with equal times keep the order in which they were opened.

    Parameters
    ----------
    columns
        ``time`` (int64[n], sorted) and ``channel`` (uint16[n]).
    l0
        Windows, run period and meaning of the bits.
    start_timestamp
        Absolute timestamp of time 0, a multiple of 4.
    seed
        Seed of the shuffles.

    Raises
    ------
    InputError
        Hits are not sorted, or ``start_timestamp`` does not begin a split.
    """
    keys = tile_keys(columns, "newchod", l0.tight_window, scratch)
    layout = _LAYOUT[l0.newchod_bits]
    return _clusters(keys, "newchod", layout, l0.newchod_period, l0, start_timestamp, seed, scratch)


def muv3_primitives(
    columns: Columns, l0: L0, start_timestamp: int, seed: int, scratch: Scratch | None = None
) -> Primitives:
    """Return MUV3 primitives; as `newchod_primitives`, with MUV3's windows, period and bits."""
    keys = tile_keys(columns, "muv3", l0.muv3_tight_window, scratch)
    return _clusters(keys, "muv3", _MUV3_LAYOUT, l0.muv3_period, l0, start_timestamp, seed, scratch)


def rich_primitives(columns: Columns, l0: L0, scratch: Scratch | None = None) -> Primitives:
    """Return RICH primitives: bit 14 where enough hits coincide.

    Four pre-processing boards cluster their hits: one joins the last cluster if it is closer than the window to its
    first hit, also over the end of a 25 ns slot, else it begins one (at most 4 in a slot, further hits are lost).  They
    keep clusters of at least ``rich_pp_threshold`` hits and average their times; the merging board joins clusters
    closer than the window to the first of the stream and asks for ``rich_sl_threshold`` hits in all, counted
    up to 255.

    Decided here: means are weighted with the number of hits and truncated; see also `BOARD_CHANNELS`.
    """
    return _multiplicity(columns, "rich", l0, scratch)


def chod_primitives(columns: Columns, l0: L0, scratch: Scratch | None = None) -> Primitives:
    """Return CHOD primitives; as `rich_primitives`, with the same thresholds and CHOD's window."""
    return _multiplicity(columns, "chod", l0, scratch)


def talk_primitives(columns: Columns, l0: L0, scratch: Scratch | None = None) -> Primitives:
    """Return TALK primitives: one per pulse; pulses closer than TALK's window are one."""
    return _multiplicity(columns, "talk", l0, scratch, (1, 1))


def lav_pairs(columns: Columns, scratch: Scratch | None = None) -> NDArray[np.int64]:
    """Return the times (int64[n], sorted) of LAV hits: low, then high threshold crossed within 6.5 ns.

    The time is corrected for slewing, t_low - (t_high - t_low) / 2 for thresholds of 5 and 15 mV, truncated.
    """
    time, channel, value = _hits(columns, "lav", "value")
    scratch = scratch or Scratch()
    low = scratch.take("lav low", 1 << 16, np.int64)
    pairs = scratch.take("lav pairs", len(time), np.int64)
    return pairs[: _checked(na62_boards.lav_pairs(time, channel, value, LAV_PAIR_LSB, low, pairs), "lav")]


def lav_primitives(columns: Columns, l0: L0, scratch: Scratch | None = None) -> Primitives:
    """Return LAV12 primitives: ``lav_minimum_hits`` pairs or more, closer than the window to the first.

    Decided here: the limit of 32 per packet counts primitives, not clusters with fewer hits.
    """
    pairs = lav_pairs(columns, scratch)
    out = _outputs("lav", len(pairs), scratch)
    count = na62_boards.lav_clusters(
        pairs,
        l0.window[_WINDOW["lav"]],
        l0.lav_minimum_hits,
        LAV_PER_PACKET,
        out.time,
        out.word,
        out.hits,
    )
    return out.first(count)


def lkr_primitives(columns: Columns, l0: L0, scratch: Scratch | None = None) -> Primitives:
    """Return LKr primitives: peaks of the energy summed over three consecutive timestamps.

    Bits 13, 12, 11 for sums above 10, 20, 40 GeV, 9 and 8 for more than 10 GeV with at least one and two
    clusters, and the condition bit of the configuration for sums above ``lkr_threshold_gev``.

    Decided here: a peak has more energy than the timestamp before and not less than the one after; below the
    condition's threshold there is no primitive; the time is the energy-weighted mean over the three
    timestamps, rounded down; a cluster is a trigger cell with a hit of at least ``lkr_cluster_gev``.
    """
    time, channel, value = _hits(columns, "lkr", "value")
    out = _outputs("lkr", len(time), scratch)
    steps = np.array([_counts(gev) for gev in (10.0, 20.0, 40.0)], np.int64)
    count = na62_boards.energy_sums(
        time,
        channel,
        value,
        _counts(l0.lkr_threshold_gev),
        _counts(l0.lkr_cluster_gev),
        steps,
        l0.lkr_condition_bit,
        out.time,
        out.word,
        out.hits,
    )
    return out.first(_checked(count, "lkr"))


BUILDERS: Mapping[str, Callable[[Columns, L0, int, int, Scratch | None], Primitives]] = {
    "newchod": newchod_primitives,
    "muv3": muv3_primitives,
    "rich": lambda columns, l0, start, seed, scratch: rich_primitives(columns, l0, scratch),
    "chod": lambda columns, l0, start, seed, scratch: chod_primitives(columns, l0, scratch),
    "talk": lambda columns, l0, start, seed, scratch: talk_primitives(columns, l0, scratch),
    "lav": lambda columns, l0, start, seed, scratch: lav_primitives(columns, l0, scratch),
    "lkr": lambda columns, l0, start, seed, scratch: lkr_primitives(columns, l0, scratch),
}
"""Source -> function of (columns, l0, start_timestamp, seed, scratch) that makes its primitives."""


def _clusters(
    keys: NDArray[np.int64],
    detector: str,
    layout: int,
    period: int,
    l0: L0,
    start_timestamp: int,
    seed: int,
    scratch: Scratch | None,
) -> Primitives:
    if start_timestamp % SPLIT_TIMESTAMPS:
        raise InputError(f"start_timestamp must be a multiple of {SPLIT_TIMESTAMPS}, not {start_timestamp}")
    out = _outputs(detector, len(keys), scratch)
    place = _WINDOW[detector]
    count = na62_primitives.tile_clusters(
        keys,
        len(keys),
        _tiles(detector),
        _single_words(detector, layout),
        layout,
        l0.window[place],
        period,
        (seed << 3 | place) & 0xFFFF_FFFF_FFFF_FFFF,
        start_timestamp // SPLIT_TIMESTAMPS,
        out.time,
        out.word,
        out.hits,
    )
    return out.first(count)


def _tiles(detector: str) -> NDArray[np.uint8]:
    return NEWCHOD_TILES if detector == "newchod" else MUV3_TILES


@cache
def _single_words(detector: str, layout: int) -> NDArray[np.uint16]:
    words = np.zeros(2 * len(_tiles(detector)), np.uint16)
    na62_primitives.single_words(_tiles(detector), layout, words)
    return words


def _multiplicity(
    columns: Columns,
    detector: str,
    l0: L0,
    scratch: Scratch | None,
    thresholds: tuple[int, int] | None = None,
) -> Primitives:
    """Count hits as the boards of a detector do, with the thresholds of RICH if none (PP, SL) are given."""
    time, channel = _hits(columns, detector)
    out = _outputs(detector, len(time), scratch)
    count = na62_boards.multiplicity(
        time,
        channel,
        BOARD_CHANNELS[detector],
        l0.window[_WINDOW[detector]],
        *(thresholds or (l0.rich_pp_threshold, l0.rich_sl_threshold)),
        out.time,
        out.word,
        out.hits,
    )
    return out.first(_checked(count, detector))


def _hits(columns: Columns, detector: str, *more: str) -> tuple[NDArray[Any], ...]:
    """Return time, channel and further columns of hits, in the types that kernels read."""
    names = ("time", "channel", *more)
    if type(columns) is not Block:
        schema = Schema(detector, (Column("time", "<i8"), *(Column(name, "<u2") for name in names[1:])))
        columns = pack_exactly(schema, {name: columns[name] for name in names})
        if len(set(columns.lengths)) > 1:
            raise CorruptError(f"source {detector!r}: columns of hits have different lengths", (detector,))
    return tuple([columns[name] for name in names])


def _outputs(detector: str, length: int, scratch: Scratch | None) -> Primitives:
    """Return room for the primitives of a detector."""
    scratch = scratch or Scratch()
    return Primitives(
        scratch.take(f"{detector} time", length, np.int64),
        scratch.take(f"{detector} word", length, np.uint16),
        scratch.take(f"{detector} hits", length, np.uint8),
    )


def _checked(count: int, detector: str) -> int:
    if count < 0:
        raise CorruptError(
            f"source {detector!r}: hit {-1 - count} is out of time order or beyond 2**44 counts", (detector,)
        )
    return count


def _counts(gev: float) -> int:
    return round(gev * 1000.0 / LKR_COUNT_MEV)
