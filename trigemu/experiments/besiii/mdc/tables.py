"""The look-up tables of the drift chamber's trigger in the form that its kernel reads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I16, I32, I64, U8, U64
from trigemu.experiments.besiii.mdc.config import Mdc
from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST, CHANNELS, INNER_LAYERS, WIRES
from trigemu.experiments.besiii.mdc.patterns import (
    IN_TRIGGER,
    RING,
    TRACK_SUPERLAYERS,
    segment_patterns,
    track_tuples,
)

SEGMENT_FIRST = dict(
    zip(IN_TRIGGER, np.cumsum([0, *(own.pivots for own in IN_TRIGGER.values())]), strict=False)
)
"""Number of each superlayer's segment 0, counted through all superlayers of the trigger."""

SEGMENTS = sum(own.pivots for own in IN_TRIGGER.values())
_GROUP = 64


class SegmentTables(NamedTuple):
    """What makes segments: cells count through the trigger's layers, segments through its superlayers.

    One cell more, the last, stands for all wires that are not in the trigger, in a layer beyond the trigger's 24.

    Attributes
    ----------
    place
        int16[6796], cell of each wire.
    layer, near
        uint8[cells + 1], uint64[cells + 1, 2]: layer of each cell, 0-23, and the pivots of its superlayer with
        patterns through it, one bit each.
    group_first, group_segment
        int32[segments + 1], int16[groups]: the patterns of segment i are groups ``group_first[i]:group_first[i + 1]``,
        each of at most 64; and the other way round.
    use_first, use_cell, use_bits
        int32[4 * groups + 1], int16[uses], uint64[uses]: cells of the four layers of each group, one layer after the
        other, and the patterns of the group through each cell.
    pattern_first, pattern
        int32[groups + 1], int16[patterns, 4]: first pattern of each group, and the cells of each pattern.
    """

    place: I16
    layer: U8
    near: U64
    group_first: I32
    group_segment: I16
    use_first: I32
    use_cell: I16
    use_bits: U64
    pattern_first: I32
    pattern: I16


class TrackTables(NamedTuple):
    """What makes tracks; segments count through the trigger's superlayers.

    Attributes
    ----------
    inner_first, inner
        int32[129], int16[inners]: for each cell of superlayer 5, segments of superlayer 3 that make tracks with it.
    pair_first, pair, pair_short, outer
        int32[inners + 1], int16[pairs], uint8[pairs], uint64[pairs, 2]: segments of superlayer 4 that go with these,
        whether they make a short track, and the 128 cells of superlayer 10 with which they make a long one.
    """

    inner_first: I32
    inner: I16
    pair_first: I32
    pair: I16
    pair_short: U8
    outer: U64


class Rows(NamedTuple):
    """Columns of thinned cells that the kernel fills: see `MdcTrigger`; ``offsets`` is int64[crossings + 1]."""

    offsets: I64
    long: U8
    cell: U8
    ticks: U64


def make_tables(config: Mdc) -> tuple[SegmentTables, TrackTables]:
    """Make the tables of a configuration (half a second; what it shares with earlier ones is remembered)."""
    tables = _segments(config), _tracks(config)
    for table in (*tables[0], *tables[1]):
        table.setflags(write=False)
    return tables


def _segments(config: Mdc) -> SegmentTables:
    """Return the tables of segments."""
    place, layer, firsts = _cells(config.inner_chamber)
    segments, patterns = [], []
    for number, own in IN_TRIGGER.items():
        if number < TRACK_SUPERLAYERS[0] and not config.inner_chamber:
            continue
        found = segment_patterns(number, config.long_pt_gev if number == 10 else config.segment_pt_gev)
        segments.append(SEGMENT_FIRST[number] + found[:, own.pivot])
        patterns.append(found + firsts[number])
    segment, pattern = np.concatenate(segments), np.concatenate(patterns)
    # Patterns of a segment in groups of at most 64.
    rank = np.arange(len(segment)) - np.searchsorted(segment, segment)
    first = np.append(np.flatnonzero(rank % _GROUP == 0), len(segment))
    own_segment = segment[first[:-1]]
    return SegmentTables(
        place,
        layer,
        _near(segment, pattern, len(layer)),
        np.searchsorted(own_segment, np.arange(SEGMENTS + 1)).astype(np.int32),
        own_segment.astype(np.int16),
        *_uses(segment, pattern, first, len(layer) - 1),
        first.astype(np.int32),
        pattern.astype(np.int16),
    )


def _near(segment: I64, pattern: I64, cells: int) -> U64:
    """Return the pivots near each cell: see `SegmentTables`."""
    near = np.zeros((cells, 2), np.uint64)
    begins = np.array(list(SEGMENT_FIRST.values()))
    pivot = segment - begins[np.searchsorted(begins, segment, side="right") - 1]
    bit = np.uint64(1) << (pivot % 64).astype(np.uint64)
    np.bitwise_or.at(near, (pattern, pivot[:, None] // 64), bit[:, None])
    return near


def _uses(segment: I64, pattern: I64, first: I64, unused: int) -> tuple[I32, I16, U64]:
    """Return the cells of each group: see `SegmentTables`.

    All groups of a superlayer have equally many for a layer, so that a processor foretells how often to go round;
    uses that are none have the cell ``unused`` and no bits.
    """
    groups = len(first) - 1
    group = np.repeat(np.arange(groups), np.diff(first))
    bit = np.uint64(1) << (np.arange(len(pattern)) - first[group]).astype(np.uint64)
    each, where = np.unique((group[:, None] * 4 + np.arange(4)) * (unused + 1) + pattern, return_inverse=True)
    word, cell = np.divmod(each, unused + 1)
    count = np.bincount(word, minlength=4 * groups).reshape(groups, 4)
    begins = np.array(list(SEGMENT_FIRST.values()))
    superlayer = np.searchsorted(begins, segment[first[:-1]], side="right") - 1
    most = np.zeros((len(begins), 4), np.int64)
    np.maximum.at(most, superlayer, count)
    use_first = np.concatenate([[0], np.cumsum(most[superlayer])])
    use_cell, use_bits = np.full(use_first[-1], unused, np.int16), np.zeros(use_first[-1], np.uint64)
    row = use_first[word] + np.arange(len(word)) - np.searchsorted(word, word)
    use_cell[row] = cell
    np.bitwise_or.at(use_bits, row[where.reshape(pattern.shape)], bit[:, None])
    return use_first.astype(np.int32), use_cell, use_bits


def _cells(inner_chamber: bool) -> tuple[I16, U8, dict[int, I64]]:
    """Return the cell of each wire, the layer of each cell, and the first cells of the layers of each superlayer."""
    counts = np.array([own.cells for own in IN_TRIGGER.values()])
    begins = np.concatenate([[0], np.cumsum(counts)])
    place = np.full(CHANNELS, begins[-1], np.int16)
    firsts = dict(zip(IN_TRIGGER, begins[:-1].reshape(counts.shape), strict=True))
    for number, own in IN_TRIGGER.items():
        for layer, first in zip(own.layers, firsts[number], strict=True):
            if layer >= INNER_LAYERS or inner_chamber:
                wires = np.arange(WIRES[layer])
                place[CHANNEL_FIRST[layer] + wires] = first + wires // own.merged
    rows = np.repeat(np.arange(counts.size + 1), np.append(counts.ravel(), 1))
    return place, rows.astype(np.uint8), firsts


def _tracks(config: Mdc) -> TrackTables:
    """Return the tables of tracks."""
    short = track_tuples((3, 4, 5), config.short_pt_gev)
    long = track_tuples(TRACK_SUPERLAYERS, config.long_pt_gev)
    pairs = np.unique(np.concatenate([short, long[:, :3]])[:, [2, 0, 1]], axis=0)
    key = _key(pairs[:, [1, 2, 0]])
    outer = np.zeros((len(pairs), 2), np.uint64)
    word, bit = np.divmod(long[:, 3], 64)
    np.bitwise_or.at(
        outer, (np.searchsorted(key, _key(long[:, :3])), word), np.uint64(1) << bit.astype(np.uint64)
    )
    inners, inner_of = np.unique(pairs[:, :2], axis=0, return_inverse=True)
    return TrackTables(
        np.searchsorted(inners[:, 0], np.arange(RING + 1)).astype(np.int32),
        (inners[:, 1] + SEGMENT_FIRST[3]).astype(np.int16),
        np.searchsorted(inner_of.ravel(), np.arange(len(inners) + 1)).astype(np.int32),
        (pairs[:, 2] + SEGMENT_FIRST[4]).astype(np.int16),
        np.isin(key, _key(short)).astype(np.uint8),
        outer,
    )


def _key(rows: I64) -> NDArray[np.int64]:
    """Return one number for cells of superlayers 3, 4 and 5, rising with the last, first and second."""
    return np.asarray((rows[:, 2] * RING + rows[:, 0]) * RING + rows[:, 1])
