"""BaBar's global trigger as one would explain it: bins as angles in degrees, objects as sets, tick by tick.

``given`` is {map: {tick: set of bins}}, and {"u": {tick: code}}.
"""

from __future__ import annotations

TICKS = 64
BINS = {
    **dict.fromkeys(("a", "b", "aprime", "z", "zt", "zprime", "zk"), 16),
    **dict.fromkeys(("m", "g", "e", "x"), 20),
    "y": 10,
}
KIND = {
    "a": "tracks",
    "b": "tracks",
    "aprime": "aprime",
    **dict.fromkeys(("z", "zt", "zprime", "zk"), "z"),
    **dict.fromkeys(("m", "g", "e", "x", "y"), "emt"),
    "u": "ift",
}


def number(bins, n, counting):
    """Return how many objects a set of bins of a ring is: run by run."""
    if counting == "bits":
        return min(len(bins), 7)
    if len(bins) == n:
        lengths = [n]
    else:
        lengths = []
        for first in bins:
            if (first - 1) % n not in bins:
                length = 1
                while (first + length) % n in bins:
                    length += 1
                lengths.append(length)
    return min(len(lengths) if counting == "runs" else sum((length + 1) // 2 for length in lengths), 7)


def apart(i, j, n):
    """Return the distance of two bins, the shorter way round."""
    return min((i - j) % n, (j - i) % n)


def opposite(objects, others, n, least):
    return {i for i in objects if any(apart(i, j, n) >= least for j in others)}


def overlap(one, other):
    """Return whether two arcs (first and last angle in degrees) have more than an end in common."""
    turned = [(first + 360 * k, last + 360 * k) for first, last in [other] for k in (-2, -1, 0, 1, 2)]
    return any(max(one[0], first) < min(one[1], last) for first, last in turned)


def matched(tracks, clusters, match):
    """Return the bins of tracks that look at a cluster's bin, once this is wider."""
    zero, widen = match.cluster_degrees, match.widen
    return {
        i
        for i in tracks
        if any(
            overlap((22.5 * i, 22.5 * (i + 1)), (zero + 18.0 * (j - widen), zero + 18.0 * (j + 1 + widen)))
            for j in clusters
        )
    }


def counts(now, config):
    """Return name -> count, given the sets of bins (and the code) of one tick."""
    back, match = config.back_to_back, config.match
    b, m, e = now["b"], now["m"], now["e"]
    with_m, with_x = matched(b, m, match), matched(b, now["x"], match)
    sets = {
        **{name: (now[name], n) for name, n in BINS.items()},
        "bstar": (opposite(b, b, 16, back.b), 16),
        "gstar": (opposite(now["g"], now["g"], 20, back.g), 20),
        "mstar": (opposite(m, m, 20, back.m), 20),
        "em": ({i for i in e if any(apart(i, j, 20) <= match.em for j in m)}, 20),
        "emstar": (opposite(e, m, 20, back.em), 20),
        "bm": (with_m, 16),
        "am": (matched(now["a"], m, match), 16),
        "aprimem": (matched(now["aprime"], m, match), 16),
        "bmx": (with_m & with_x if match.bmx == "both" else with_m | with_x, 16),
    }
    return {"u": now["u"], **{name: number(bins, n, config.counting) for name, (bins, n) in sets.items()}}


def at(given, tick, config):
    """Return the sets of bins (and the code) that count in a tick, from those that the blocks gave."""
    now = {}
    for name, kind in KIND.items():
        first = tick - getattr(config.delay, kind)
        values = [given.get(name, {}).get(first - k) for k in range(getattr(config.hold, kind))]
        values = [value for value in values if value]
        now[name] = max(values, default=0) if name == "u" else set().union(*values)
    return now


def decide(given, random, config):
    """Return (slots that fired, tick of the decision, name -> largest count)."""
    best = {}
    first = {}
    for tick in range(TICKS):
        found = counts(at(given, tick, config), config)
        best = {name: max(best.get(name, 0), count) for name, count in found.items()}
        for line in config.line:
            if line.enabled and all(found[name] >= least for name, least in line.cuts.items()):
                first.setdefault(line.slot, tick)
    if random and config.random_slot is not None:
        first[config.random_slot] = config.random_tick
    own = {line.slot: line.priority for line in config.line if line.priority is not None}
    order = sorted(first, key=lambda slot: (-own.get(slot, 33 - slot), first[slot]))
    return set(first), first[order[0]] if order else -1, best
