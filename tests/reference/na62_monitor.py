"""What NA62's monitoring counts, hit by hit."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise


def tile_hits(time, channel, code_of, window):
    """Return Counters of hits by code, and of time differences of neighbouring hits of a tile's two channels."""
    hits, pairs = Counter(), Counter()
    tiles = defaultdict(list)
    for when, where in zip(time, channel, strict=True):
        code = code_of.get(where)
        if code is not None:
            hits[code] += 1
            tiles[code // 2].append((when, code % 2))
    for found in tiles.values():
        for (first, side), (second, other) in pairwise(found):
            if side != other and second - first <= window:
                pairs[first - second if other else second - first] += 1
    return hits, pairs


def nearest(time, other):
    """Return a Counter of the differences to the nearest of the others, the earlier of two that are as near."""
    return (
        Counter(when - min(other, key=lambda o: (abs(when - o), o)) for when in time) if other else Counter()
    )
