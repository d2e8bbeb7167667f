"""BaBar's muon trigger, slowly: every hit asks which layers had one within the window before it."""

from __future__ import annotations

from collections import Counter

PLACES = {**dict.fromkeys(range(6), "barrel"), 6: "forward", 7: "forward", 8: "backward", 9: "backward"}


def code(sectors, tolerance=0, strict=False):
    """Return the code of a set of sectors with muons, from the table of the experiment (facts, section 7)."""
    count = Counter(PLACES[s] for s in sectors)
    barrel = [s for s in sectors if s < 6]
    distances = [abs(a - b) for a in barrel for b in barrel]
    pair = any(min(d, 6 - d) >= 3 - tolerance and d for d in distances)
    exactly = len(sectors) if strict else None
    if pair and count["forward"] and exactly in (None, 3):
        return 5
    if pair and exactly in (None, 2):
        return 7
    if barrel and count["forward"] and exactly in (None, 2):
        return 6
    if len(sectors) > 1:
        return 1
    return {"": 0, "barrel": 4, "forward": 3, "backward": 2}["".join(count)]


def codes(hits, config):
    """Return the code of each of 64 ticks of one crossing; ``hits``: (channel, time in counts)."""
    true = {tick: set() for tick in range(64)}
    for channel, now in hits:
        sector = channel // 8
        near = {c % 8 for c, t in hits if c // 8 == sector and now - config.window_counts < t <= now}
        if len(near) >= config.layers:
            for tick in range(now // 128, now // 128 + config.hold_ticks):
                true.get(tick, set()).add(sector)
    return [config.codes[code(sectors, config.tolerance, config.strict)] for sectors in true.values()]
