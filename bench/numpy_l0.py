"""NewCHOD hits to L0 decisions in plain vectorised NumPy: what the kernels are compared with.

The same algorithm, bit for bit (`test_trigger_numpy_twin.py`), with no Python loop over hits, splits or
entries: loops run over the clusters of a split (8), detectors, slots and lines.
"""

from __future__ import annotations

import numpy as np

from trigemu.experiments.na62.config import DETECTOR_ORDER
from trigemu.experiments.na62.detector.tiles import NEWCHOD_CODES, NEWCHOD_TILES, NO_TILE

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
U = np.uint64


def tile_keys(time, channel, window):
    """Join the two channels of each tile; return sorted ``time << 16 | tile << 1 | tight``."""
    code = NEWCHOD_CODES[channel]
    known = code != NO_TILE
    if not known.all():
        time, code = time[known], code[known]
    order = np.argsort((code >> 1).astype(np.uint8), kind="stable")
    time, code = time[order], code[order]
    # Runs of neighbours that could pair: greedily the 1st with the 2nd, the 3rd with the 4th, ...
    link = np.zeros(len(time), bool)
    link[:-1] = (code[1:] ^ code[:-1] == 1) & (time[1:] - time[:-1] <= window)
    index = np.arange(len(time))
    begins = np.ones(len(time), bool)
    begins[1:] = ~link[:-1]
    place = index - np.maximum.accumulate(np.where(begins, index, 0))
    opens = link & (place % 2 == 0)
    closes = np.zeros(len(time), bool)
    closes[1:] = opens[:-1]
    mean = time.copy()
    first = np.flatnonzero(opens)
    mean[first] += (time[first + 1] - time[first]) >> 1
    keys = mean << 16 | (code >> 1).astype(np.int64) << 1 | opens
    return np.sort(keys[~closes])


def mix(x):
    """Finaliser of SplitMix64."""
    x = (x ^ (x >> U(30))) * U(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> U(27))) * U(0x94D049BB133111EB)
    return x ^ (x >> U(31))


def in_line(keys, seed, first_split):
    """Return sorted keys with those of a split in order of priority."""
    absolute = (keys + (first_split << 26)).astype(np.uint64)
    return keys[np.lexsort((mix(mix(np.array([seed], np.uint64)) ^ absolute * GOLDEN), keys >> 26))]


def newchod(keys, window, period, seed, first_split):
    """Return time and word (QE bits) of the primitives."""
    if len(keys) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.uint16)
    split = keys >> 26
    begins = np.flatnonzero(np.diff(split, prepend=split[0] - 1))
    counts = np.diff(begins, append=len(keys))
    close = np.zeros(len(keys), bool)
    close[1:] = ((keys[1:] >> 16) - (keys[:-1] >> 16) < window) & (split[1:] == split[:-1])
    crowded = np.logical_or.reduceat(close, begins) | (counts > 8)
    alone = np.repeat(~crowded, counts)
    single = keys[alone]
    parts = [(single >> 16, np.zeros(len(single), np.int64), words(*one_hit(single)))]
    if crowded.any():
        keys, counts = in_line(keys[~alone], seed, first_split), counts[crowded]
        kept = np.where(counts > 31, 0 if period < 2 else 32, counts)
        parts.append(clustered(keys, np.cumsum(counts) - counts, kept, window))
    time, order, word = (np.concatenate(column) for column in zip(*parts, strict=True))
    place = np.argsort(time << 3 | order)
    return time[place], word[place]


def clustered(keys, begins, counts, window):
    """Return time, order and word of the clusters of shuffled pieces."""
    piece = np.repeat(np.arange(len(begins)), counts)
    hit = keys[np.repeat(begins - np.cumsum(counts) + counts, counts) + np.arange(len(piece))]
    time = hit >> 16
    cluster = np.full(len(hit), 8)
    first = np.zeros((len(begins), 8), np.int64)
    left = np.arange(len(hit))
    for k in range(8):
        if len(left) == 0:
            break
        # The first hit that is left in a piece opens cluster k; those near it join.
        opens = left[np.flatnonzero(np.diff(piece[left], prepend=-1))]
        first[piece[opens], k] = time[opens]
        near = np.abs(time[left] - first[piece[left], k]) < window
        cluster[left[near]] = k
        left = left[~near]
    inside = cluster < 8
    hit, time, place = hit[inside], time[inside], piece[inside] * 8 + cluster[inside]
    order = np.argsort(place, kind="stable")
    hit, time, place = hit[order], time[order], place[order]
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    counts = np.diff(begins, append=len(place))
    which = place[begins]
    start = first[which // 8, which % 8]
    apart = time - np.repeat(start, counts)
    apart[np.arange(len(place)) - np.repeat(begins, counts) >= 15] = 0
    total, used = np.add.reduceat(apart, begins), np.minimum(counts, 15)
    mean = np.sign(total) * (np.abs(total) // used)
    hits, tight, outer, outer_tight, quadrants = one_hit(hit)
    sums = [np.add.reduceat(column, begins) for column in (hits, tight, outer, outer_tight)]
    return start + mean, which % 8, words(*sums, np.bitwise_or.reduceat(quadrants, begins))


def one_hit(keys):
    """Return what each hit adds to the counters (hits, tight, outer, outer and tight) and its quadrant."""
    tile = NEWCHOD_TILES[keys >> 1 & 255].astype(np.int64)
    tight, outer = keys & 1, tile >> 4
    return np.ones(len(keys), np.int64), tight, outer, outer & tight, tile & 15


def words(hits, tight, outer, outer_tight, quadrants):
    """Return condition words (QE bits)."""
    two = quadrants & (quadrants - 1) != 0
    opposite = (quadrants & 5 == 5) | (quadrants & 10 == 10)
    word = np.where(two, 0, quadrants) | 1 << 14 | 1 << 6
    conditions = (
        *((4, outer >= 1), (5, outer_tight >= 1), (7, tight >= 1), (8, hits >= 2), (9, tight >= 2)),
        *((10, two), (11, opposite), (12, hits < 5), (13, outer < 5)),
    )
    for bit, condition in conditions:
        word |= condition.astype(np.int64) << bit
    return word.astype(np.uint16)


def entries(reference, control, shift, low, high):
    """Return time and flags: one entry per slot that has a word in either queue."""
    slots, kinds = [], []
    for times in (reference, control):
        slot = times >> shift
        new = np.flatnonzero(np.diff(slot, prepend=-(1 << 62)))
        slots.append(slot[new])
        kinds.append(times[new])
    every = np.union1d(*slots)
    time, flags = np.zeros(len(every), np.int64), np.zeros(len(every), np.uint8)
    for kind in (1, 0):
        place = np.searchsorted(every, slots[kind])
        time[place] = kinds[kind]
        flags[place] |= 1 << kind
    inside = (time >= low) & (time < high)
    return time[inside], flags[inside]


def align(entry, primitives, shift, cut):
    """Return uint16[n, 8]: the OR of the ids in slots N - 1 to N + 1 for each detector."""
    state = np.zeros((len(entry), 8), np.uint16)
    for column, found in enumerate(primitives):
        if found is None or len(found[0]) == 0:
            continue
        time, word = found
        slot = time >> shift
        last = np.flatnonzero(np.diff(slot, append=1 << 62))
        time, word, slot = time[last], word[last], slot[last]
        for near in (-1, 0, 1):
            wanted = (entry >> shift) + near
            place = np.searchsorted(slot, wanted)
            place[place == len(slot)] = 0
            good = (slot[place] == wanted) & (np.abs(time[place] - entry) < cut[column])
            state[:, column] |= np.where(good, word[place] & 0x7FFF, 0).astype(np.uint16)
    return state


def evaluate(state, flags, lines):
    """Return the fired lines; each line is (required, don't-care, entry kinds) over two 64-bit words."""
    vector = state.view(np.uint64)
    fired = np.zeros(len(vector), np.uint64)
    for bit, (required, ignored, kinds) in enumerate(lines):
        good = flags & kinds != 0
        for word in (0, 1):
            good &= vector[:, word] | U(ignored >> 64 * word & (1 << 64) - 1) == U(
                required >> 64 * word & (1 << 64) - 1
            )
        fired |= good.astype(np.uint64) << U(bit)
    return fired


def one_per_timestamp(time, fired, physics):
    """Return the candidates: the first physics trigger of a timestamp and all others, OR-ed."""
    chosen = np.flatnonzero(fired)
    time, fired = time[chosen], fired[chosen]
    if len(time) == 0:
        return time, fired
    begins = np.flatnonzero(np.diff(time >> 8, prepend=-(1 << 62)))
    piece = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(time)))
    out_time, out_fired = time[begins], np.bitwise_or.reduceat(fired & ~U(physics), begins)
    where = np.flatnonzero(fired & U(physics))
    first = where[np.flatnonzero(np.diff(piece[where], prepend=-1))]
    out_time[piece[first]] = time[first]
    out_fired[piece[first]] |= fired[first] & U(physics)
    return out_time, out_fired


def candidates(columns, l0, lines, physics, *, seed, start_timestamp, span):
    """Return time and fired lines of a frame with NewCHOD hits only."""
    keys = tile_keys(columns["time"], columns["channel"], l0.tight_window)
    detector = DETECTOR_ORDER.index("newchod")
    primitives = newchod(
        keys, l0.window[detector], l0.newchod_period, seed << 3 | detector, start_timestamp // 4
    )
    shift = 8 - l0.slot_bits
    time, flags = entries(primitives[0], np.zeros(0, np.int64), shift, *span)
    inputs = [primitives if index == detector else None for index in range(7)]
    fired = evaluate(align(time, inputs, shift, l0.cut), flags, lines)
    return one_per_timestamp(time, fired, physics)
