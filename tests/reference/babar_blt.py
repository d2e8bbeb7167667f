"""BaBar's binary link tracker as one would explain it: one track after the other, from supercell to supercell.

``segments`` are (superlayer 0-9, pivot, weight, tick) of one crossing.
"""

from __future__ import annotations

CELLS = (96, 112, 128, 144, 176, 192, 208, 224, 240, 256)
TICKS = 64


def supercell(superlayer, pivot):
    """Return the supercell of a pivot: its azimuth, half a cell beyond its number, in parts of 1/32 of a turn."""
    return 32 * (2 * pivot + 1) // (2 * CELLS[superlayer])


def hits_at(segments, tick, config):
    """Return superlayer -> set of supercells that are hit in a tick."""
    hits = {number: set() for number in range(10)}
    for superlayer, pivot, weight, begin in segments:
        if weight >= config.minimum_weight and begin <= tick < begin + config.hold:
            hits[superlayer].add(supercell(superlayer, pivot))
    for superlayer, dead in config.dead:
        hits[superlayer - 1].add(dead)
    return hits


def ends(hits, place, superlayer, missed, last, config):
    """Return the supercells of the last superlayer that a track reaches from a place it may have had."""
    if missed > config.missing:
        return set()
    if superlayer == last:
        return {place} if place in hits[last] else set()
    found = set()
    half = config.windows[superlayer] // 2
    for is_missing in (False, True):
        if not is_missing and place not in hits[superlayer]:
            continue
        if is_missing and superlayer == 0 and not config.first_may_miss:
            continue
        for step in range(-half, half + 1):
            following = (place + step) % 32
            found |= ends(hits, following, superlayer + 1, missed + is_missing, last, config)
    return found


def bins(hits, last, config):
    """Return the bins of the map of tracks that reach a superlayer."""
    found = set().union(*(ends(hits, place, 0, 0, last, config) for place in range(32)))
    return {place // 2 for place in found}


def maps(segments, config):
    """Return, for each tick, the bins of A and those of B."""
    known = {}
    out = []
    for tick in range(TICKS):
        hits = hits_at(segments, tick, config)
        key = tuple(map(frozenset, hits.values()))
        if key not in known:
            known[key] = bins(hits, 9, config), bins(hits, 4, config)
        out.append(known[key])
    return out
