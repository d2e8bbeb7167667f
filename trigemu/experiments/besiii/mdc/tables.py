"""The look-up tables of the drift chamber's trigger in the form that its kernel reads."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I16, I32, I64, U8, U64
from trigemu.collider.wire_patterns import distinct
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
_GROUP, _LANES, _UNROLLED = 64, 8, 4


class SegmentTables(NamedTuple):
    """What makes segments: cells count through the trigger's layers, segments through its superlayers.

    Attributes
    ----------
    place
        int16[6796], cell of each wire, -1: not in the trigger.
    use_first, use_slot, use_bits
        int32[cells + 1], int32[uses], uint64[uses]: cell c is in the patterns ``use_bits`` of the group and layer
        that ``use_slot`` names, for uses ``use_first[c]:use_first[c + 1]``; uses without bits, in a block
        beyond the last, make them a multiple of four.
    group_segment, group_first
        int16[groups], int32[groups + 1]: segment of each group of at most 64 patterns, and its first pattern.
    free_bits
        uint64[blocks, 4, 8]: for each block of eight groups, layer and group, the patterns that need no cell of that
        layer.  A slot is an index of this array, flattened.
    pattern
        int16[patterns, 4]: a pattern fires if all these cells are hit; "3 of 4 layers" makes four patterns of one,
        each with the number ``cells`` (one beyond the last) instead of one cell.
    """

    place: I16
    use_first: I32
    use_slot: I32
    use_bits: U64
    group_segment: I16
    group_first: I32
    free_bits: U64
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
    place, firsts, cells = _cells(config.inner_chamber)
    patterns = []
    for number, own in IN_TRIGGER.items():
        if number < TRACK_SUPERLAYERS[0] and not config.inner_chamber:
            continue
        found = segment_patterns(number, config.long_pt_gev if number == 10 else config.segment_pt_gev)
        segment = SEGMENT_FIRST[number] + found[:, own.pivot]
        patterns.append(_needed(segment, found + firsts[number], config.need_layers, cells))
    segment, pattern = np.hsplit(np.concatenate(patterns), [1])
    # Patterns of a segment in groups of at most 64.
    rank = np.arange(len(segment)) - np.searchsorted(segment[:, 0], segment[:, 0])
    first = np.append(np.flatnonzero(rank % _GROUP == 0), len(segment))
    group = np.repeat(np.arange(len(first) - 1), np.diff(first))
    bit = np.uint64(1) << (np.arange(len(pattern)) - first[group]).astype(np.uint64)
    free = np.zeros((-(-(len(first) - 1) // _LANES), 4, _LANES), np.uint64)
    slot = _slots(group)
    np.bitwise_or.at(free.reshape(-1), slot[pattern == cells], _four(bit)[pattern == cells])
    return SegmentTables(
        place,
        *_uses(pattern, slot, bit, cells, free.size),
        segment[first[:-1], 0].astype(np.int16),
        first.astype(np.int32),
        free,
        pattern.astype(np.int16),
    )


def _slots(group: I64) -> I64:
    """Return int64[n, 4]: slots of the four layers of groups."""
    return np.asarray(
        (group // _LANES * 4)[:, None] * _LANES + group[:, None] % _LANES + _LANES * np.arange(4)
    )


def _four(bit: U64) -> U64:
    """Return the bits once for each layer."""
    return np.repeat(bit[:, None], 4, axis=1)


def _needed(segment: I64, cells: I64, layers: int, always: int) -> I64:
    """Return int64[patterns, 5]: segment and cells that must be hit so that enough layers are, in order, once each.

    Parameters
    ----------
    segment, cells
        int64[n], int64[n, 4]: the wires of tracks.
    layers
        How many layers must be hit.
    always
        Instead of the cells of other layers.
    """
    rows = []
    for chosen in combinations(range(4), layers):
        own = np.full_like(cells, always)
        own[:, chosen] = cells[:, chosen]
        rows.append(np.column_stack([segment, own]))
    return distinct(np.concatenate(rows))


def _cells(inner_chamber: bool) -> tuple[I16, dict[int, I64], int]:
    """Return the cell of each wire, the first cells of the layers of each superlayer, and how many there are."""
    place, size = np.full(CHANNELS, -1, np.int16), 0
    firsts = {}
    for number, own in IN_TRIGGER.items():
        first = []
        for layer, cells in zip(own.layers, own.cells, strict=True):
            first.append(size)
            if layer >= INNER_LAYERS or inner_chamber:
                wires = np.arange(WIRES[layer])
                place[CHANNEL_FIRST[layer] + wires] = size + wires // own.merged
            size += cells
        firsts[number] = np.array(first)
    return place, firsts, size


def _uses(pattern: I64, slot: I64, bit: U64, cells: int, slots: int) -> tuple[I32, I32, U64]:
    """Return where each cell is used: see `SegmentTables`."""
    used = pattern < cells
    each, where = np.unique((pattern * slots + slot)[used], return_inverse=True)
    bits = np.zeros(len(each), np.uint64)
    np.bitwise_or.at(bits, where.ravel(), _four(bit)[used])
    cell, own = np.divmod(each, slots)
    count = np.bincount(cell, minlength=cells)
    begin = np.concatenate([[0], np.cumsum(-(-count // _UNROLLED) * _UNROLLED)])
    # Uses that are none have slots of their own: a kernel need not wait for one to write the next.
    padded_slot = slots + np.arange(begin[-1]) % _UNROLLED
    padded_bits = np.zeros(begin[-1], np.uint64)
    row = begin[cell] + np.arange(len(cell)) - np.searchsorted(cell, cell)
    padded_slot[row], padded_bits[row] = own, bits
    return begin.astype(np.int32), padded_slot.astype(np.int32), padded_bits


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
