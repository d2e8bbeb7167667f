"""Track segments and hit maps of the drift chamber, slowly: one wire, one segment, one rule after the other."""

from __future__ import annotations

import math
from functools import cache

from trigemu.experiments.belle2.cdc import geometry as g


def segments(channels, tdcs, inner, outer, *, low=4450, high=4950, ideal_neighbours=False):
    """Return the segments of one crossing: (segment, position, left_right, time, fastest, found, pattern)."""
    times = {}
    for channel, tdc in zip(channels, tdcs, strict=True):
        if low <= tdc <= high:
            clock = math.floor((4900 - int(tdc) + 0.5) / 2)
            times[int(channel)] = min(clock, times.get(int(channel), clock))
    found = []
    for superlayer in range(9):
        table = outer if superlayer else inner
        wires = _wires(superlayer)
        number = len(wires)
        fired = {}
        for own in range(number):
            segment = _segment(superlayer, wires[own], times, table)
            if segment:
                fired[own] = segment
        for own, segment in fired.items():
            lower = (own - 1) % number if ideal_neighbours or own else (2**32 - 1) % number
            neighbours = [fired.get(lower), fired.get((own + 1) % number)]
            if segment[0] != 3 and any(other is not None and other[0] == 3 for other in neighbours):
                continue
            found.append((int(g.SEGMENT_FIRST[superlayer]) + own, *segment))
    return found


@cache
def _wires(superlayer):
    return g.segment_wires(superlayer).tolist()


def _segment(superlayer, wires, times, table):
    hit = [times.get(wire) for wire in wires]
    pattern = sum(1 << bit for bit, time in enumerate(hit) if time is not None)
    bits = g.OUTER_BITS if superlayer else g.INNER_BITS
    first, right, left = (hit[bits[which]] for which in (g.FIRST, g.SECOND_RIGHT, g.SECOND_LEFT))
    if first is not None:
        position, time = 3, first
    elif left is not None and (right is None or left < right):
        position, time = 2, left
    elif right is not None:
        position, time = 1, right
    else:
        return None
    side = int(table[2 * pattern + (position == 2)])
    if side == 0:
        return None
    layers = {}
    for (layer, _), own in zip(g.shape(superlayer), hit, strict=True):
        layers[layer] = min(layers.get(layer, 9999), 9999 if own is None else own)
    fastest = min(own for own in hit if own is not None)
    return position, side, time, fastest, sorted(layers.values())[3], pattern


def bins(segment):
    """Return the bins, of 64, that a segment of superlayers 0-4 overlaps."""
    superlayer = int(g.segment_superlayer(segment))
    number, count = segment - int(g.SEGMENT_FIRST[superlayer]), int(g.SEGMENTS[superlayer])
    return {b for b in range(64) if b * count < 64 * (number + 1) and (b + 1) * count > 64 * number}


def hit_maps(found, patterns, blind=()):
    """Return the sets of bins of short and of inner tracks, given segments, patterns and bins with a full track."""
    maps = [set() for _ in range(5)]
    for segment in found:
        if segment < g.SEGMENT_FIRST[5]:
            maps[int(g.segment_superlayer(segment))] |= bins(segment)
    inner = {
        b
        for b in maps[0]
        if any((b - k) % 64 in maps[1] for k in range(5))
        and any((b + k) % 64 in maps[2] for k in range(-2, 3))
    }
    for layer in range(3):
        maps[layer] -= set(blind)
    short = {
        b
        for b in maps[0]
        if any(all((b + int(step)) % 64 in maps[i + 1] for i, step in enumerate(steps)) for steps in patterns)
    }
    return short, inner
