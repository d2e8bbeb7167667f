"""NewCHOD and MUV3 primitives, slow and obvious: the rules of na62_facts 5.2 and 5.3 one by one."""

from __future__ import annotations

from collections import defaultdict

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
INNER = {101, 106, 201, 206, 301, 302, 303, 306, 307, 308, 309, 401, 402, 403, 406, 407, 408, 409}
MISSING_PADS = {65, 66, 77, 78}
VECTOR_PLACE = {"muv3": 3, "newchod": 4}


def newchod_tile(channel):
    """Return (tile, side) or None."""
    quadrant, number = divmod(channel, 100)
    if not 1 <= quadrant <= 4:
        return None
    if 1 <= number <= 38:
        return channel, 0
    return (channel - 50, 1) if 51 <= number <= 88 else None


def newchod_number(tile):
    """Return the place of a tile when all are counted, quadrant by quadrant."""
    return 38 * (tile // 100 - 1) + tile % 100 - 1


def muv3_tile(channel):
    for side in (0, 1):
        pad = channel - 200 * side
        if 0 <= pad < 152 and pad not in MISSING_PADS:
            return pad, side
    return None


def muv3_quadrant(pad):
    if pad >= 144:
        return {144: 3, 145: 3, 146: 2, 147: 4, 148: 2, 149: 4, 150: 1, 151: 1}[pad]
    row, column = pad // 12, pad % 12
    if column >= 6:
        return 1 if row >= 6 else 2
    return 4 if row >= 6 else 3


TILE = {"newchod": newchod_tile, "muv3": muv3_tile}
QUADRANT = {"newchod": lambda tile: tile // 100, "muv3": muv3_quadrant}
OUTER = {"newchod": lambda tile: tile not in INNER, "muv3": lambda pad: pad < 144}


def tile_hits(hits, detector, window):
    """Return sorted (time, tile, tight) of (time, channel) pairs in time order."""
    done, waiting = [], {}
    for time, channel in hits:
        found = TILE[detector](channel)
        if found is None:
            continue
        tile, side = found
        if tile in waiting and waiting[tile][1] != side and time - waiting[tile][0] <= window:
            first = waiting.pop(tile)[0]
            done.append((first + (time - first) // 2, tile, True))
            continue
        if tile in waiting:
            done.append((waiting[tile][0], tile, False))
        waiting[tile] = (time, side)
    done += [(time, tile, False) for tile, (time, _) in waiting.items()]
    return sorted(done)


def mix(x):
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def in_line(hits, detector, seed, start_timestamp):
    """Return the hits of a split in order of priority: a hash of (seed, detector), absolute time, tile, tight."""
    key = {"newchod": newchod_number, "muv3": lambda pad: pad}[detector]
    base = mix((seed << 3 | VECTOR_PLACE[detector]) & MASK)

    def priority(hit):
        time, tile, tight = hit
        return mix(base ^ ((time + 256 * start_timestamp) << 16 | key(tile) << 1 | tight) * GOLDEN & MASK)

    return sorted(hits, key=priority)


def clusters(hits, window):
    """Return lists of hits: each joins the first cluster whose first hit is near, at most eight clusters."""
    found = []
    for hit in hits:
        for cluster in found:
            if abs(hit[0] - cluster[0][0]) < window:
                cluster.append(hit)
                break
        else:
            if len(found) < 8:
                found.append([hit])
    return found


def cluster_time(cluster):
    counted = cluster[:15]
    total = sum(hit[0] - cluster[0][0] for hit in counted)
    mean = abs(total) // len(counted)
    return cluster[0][0] + (mean if total >= 0 else -mean)


def conditions(cluster, detector):
    """Return every condition by name."""
    n = len(cluster)
    outer = [hit for hit in cluster if OUTER[detector](hit[1])]
    tight = [hit for hit in cluster if hit[2]]
    outer_tight = [hit for hit in outer if hit[2]]
    quadrants = {QUADRANT[detector](hit[1]) for hit in cluster}
    outer_quadrants = {QUADRANT[detector](hit[1]) for hit in outer}

    def opposite(found):
        return {1, 3} <= found or {2, 4} <= found

    found = {
        **{f"qe{q}": quadrants == {q} for q in (1, 2, 3, 4)},
        **{f"cnt{b + 1}": bool(min(n, 15) >> b & 1) for b in range(4)},
        **{"h1": n >= 1, "h2": n >= 2, "ht1": len(tight) >= 1, "ht2": len(tight) >= 2},
        **{"ho1": len(outer) >= 1, "ho2": len(outer) >= 2},
        **{"hto1": len(outer_tight) >= 1, "hto2": len(outer_tight) >= 2},
        **{"q2": len(quadrants) >= 2, "qx": opposite(quadrants)},
        **{"oq2": len(outer_quadrants) >= 2, "oqx": opposite(outer_quadrants)},
        **{"utmc": n < 5, "utmco": len(outer) < 5, "any": True},
    }
    return found


LAYOUT = {
    "qe": "qe1 qe2 qe3 qe4 ho1 hto1 h1 ht1 h2 ht2 q2 qx utmc utmco any",
    "cnt": "cnt1 cnt2 cnt3 cnt4 ho1 hto1 h1 ht1 h2 ht2 q2 qx utmc utmco any",
    "muv3": "qe1 qe2 qe3 qe4 hto1 ht1 hto2 ht2 oq2 oqx ho1 h1 ho2 h2 any",
}


def primitives(hits, detector, *, layout, window, period, seed, start_timestamp, shuffle=True):
    """Return (time, word, hits) of tile hits, split by split."""
    splits = defaultdict(list)
    for hit in hits:
        splits[hit[0] // 1024].append(hit)
    done = []
    for _, members in sorted(splits.items()):
        order = in_line(members, detector, seed, start_timestamp) if shuffle else members
        if len(order) > 31:
            order = [] if period < 2 else order[:32]
        found = []
        for cluster in clusters(order, window):
            named = conditions(cluster, detector)
            word = sum(named[name] << bit for bit, name in enumerate(LAYOUT[layout].split()))
            found.append((cluster_time(cluster), word, min(len(cluster), 15)))
        done += sorted(found, key=lambda primitive: primitive[0])
    return done
