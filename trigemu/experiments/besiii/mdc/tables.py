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


class Tables(NamedTuple):
    """Numbers of cells count through the trigger's layers, those of segments through its superlayers.

    Attributes
    ----------
    place
        int16[6796], cell of each wire, -1: not in the trigger.
    use_first, use_slot, use_bits
        int32[cells + 1], int32[uses], uint64[uses]: cell c is in the patterns ``use_bits`` of the group ``use_slot
        div 4``, in their layer ``use_slot mod 4``, for uses ``use_first[c]:use_first[c + 1]``.
    group_segment, group_first, pattern
        int16[groups], int32[groups + 1], int16[patterns, 4]: segment of each group of at most 64 patterns, its
        patterns, and the cells of each.
    pair_first, pair, pair_short
        int32[129], int16[pairs, 2], uint8[pairs]: for each cell of superlayer 5, segments of superlayers 3 and 4, and
        whether they make a short track with it.
    outer_first, outer
        int32[pairs + 1], int16[...]: segments of superlayer 10 that make a long track with such a pair.
    """

    place: I16
    use_first: I32
    use_slot: I32
    use_bits: U64
    group_segment: I16
    group_first: I32
    pattern: I16
    pair_first: I32
    pair: I16
    pair_short: U8
    outer_first: I32
    outer: I16


class Rows(NamedTuple):
    """Columns of thinned cells that the kernel fills: see `MdcTrigger`; ``offsets`` is int64[crossings + 1]."""

    offsets: I64
    long: U8
    cell: U8
    ticks: U64


def make_tables(config: Mdc) -> Tables:
    """Make the tables of a configuration (half a second; what it shares with earlier ones is remembered)."""
    place, firsts = _cells(config.inner_chamber)
    patterns, segments = [], []
    for number, own in IN_TRIGGER.items():
        if number < TRACK_SUPERLAYERS[0] and not config.inner_chamber:
            continue
        found = segment_patterns(number, config.long_pt_gev if number == 10 else config.segment_pt_gev)
        segments.append(SEGMENT_FIRST[number] + found[:, own.pivot])
        patterns.append(found + firsts[number])
    pattern, segment = np.concatenate(patterns), np.concatenate(segments)
    # Patterns of a segment in groups of at most 64.
    rank = np.arange(len(segment)) - np.searchsorted(segment, segment)
    first = np.append(np.flatnonzero(rank % _GROUP == 0), len(segment))
    uses = _uses(pattern, first, int(place.max()) + 1)
    return Tables(
        place,
        *uses,
        segment[first[:-1]].astype(np.int16),
        first.astype(np.int32),
        pattern.astype(np.int16),
        *_tracks(config),
    )


def _cells(inner_chamber: bool) -> tuple[I16, dict[int, I64]]:
    """Return the cell of each wire, and the first cells of the layers of each superlayer."""
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
    return place, firsts


def _uses(pattern: I64, first: I64, cells: int) -> tuple[I32, I32, U64]:
    """Return where each cell is used: see `Tables`."""
    group = np.repeat(np.arange(len(first) - 1), np.diff(first))
    bit = np.uint64(1) << (np.arange(len(pattern)) - first[group]).astype(np.uint64)
    key = pattern * (4 * len(first)) + 4 * group[:, None] + np.arange(4)
    each, where = np.unique(key, return_inverse=True)
    bits = np.zeros(len(each), np.uint64)
    np.bitwise_or.at(bits, where.ravel(), np.repeat(bit, 4))
    cell, slot = np.divmod(each, 4 * len(first))
    return np.searchsorted(cell, np.arange(cells + 1)).astype(np.int32), slot.astype(np.int32), bits


def _tracks(config: Mdc) -> tuple[I32, I16, U8, I32, I16]:
    """Return the pairs of each cell of superlayer 5 and their segments of superlayer 10: see `Tables`."""
    short = track_tuples((3, 4, 5), config.short_pt_gev)
    long = track_tuples(TRACK_SUPERLAYERS, config.long_pt_gev)
    pairs = np.unique(np.concatenate([short, long[:, :3]])[:, [2, 0, 1]], axis=0)
    key = _key(pairs[:, [1, 2, 0]])
    is_short = np.isin(key, _key(short))
    which = np.searchsorted(key, _key(long[:, :3]))
    order = np.lexsort((long[:, 3], which))
    return (
        np.searchsorted(pairs[:, 0], np.arange(RING + 1)).astype(np.int32),
        (pairs[:, 1:] + [SEGMENT_FIRST[3], SEGMENT_FIRST[4]]).astype(np.int16),
        is_short.astype(np.uint8),
        np.searchsorted(which[order], np.arange(len(pairs) + 1)).astype(np.int32),
        (long[order, 3] + SEGMENT_FIRST[10]).astype(np.int16),
    )


def _key(rows: I64) -> NDArray[np.int64]:
    """Return one number for cells of superlayers 3, 4 and 5, rising with the last, first and second."""
    return np.asarray((rows[:, 2] * RING + rows[:, 0]) * RING + rows[:, 1])
