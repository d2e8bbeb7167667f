"""BESIII's track match as one would explain it: tick by tick, cell by cell, in degrees.

Counters and calorimeter cells are given by the hardware's numbers: ``tracks`` (long, cell, ticks), ``counters``
(ring, cell, ticks), ``fired`` (cell, tick, head).
"""

from __future__ import annotations

TICKS, EARLY = 384, 128


def near(one, other, window):
    """Return whether two azimuths in degrees lie within a window."""
    return abs((one - other + 180.0) % 360.0 - 180.0) <= window + 1e-7


def cell_degrees(cell):
    return (2 * cell + 0.5) * 360.0 / 128


def counter_degrees(ring, cell, tof):
    if ring == 2:
        return (cell - tof.barrel_shift + 0.5) * 360.0 / 88
    if tof.endcap == "scintillator":
        return (cell - tof.endcap_shift + 0.5) * 360.0 / 48
    return cell * 10.0 + (3.75 if ring == 3 else 16.7)


def calorimeter_place(cell):
    """Return side (0 barrel, 1 east, 2 west) and azimuth in degrees."""
    if cell < 330:
        return 0, (cell % 30 + 0.5) * 12.0
    return 1 + (cell - 330) // 32, ((cell - 330) % 32 + 8.5) * 360.0 / 32


def held(ticks, delay, hold, end):
    return {t + delay + k for t in ticks for k in range(hold) if t + delay + k < end and t + delay < end}


def matches(tracks, counters, is_long, ring, window, cells, config, tof):
    """Return {cell of 64: ticks} of tracks with a counter of a ring within the window."""
    found = {}
    for long, track, ticks in tracks:
        cell = track // 2
        if bool(long) != is_long or cell not in cells:
            continue
        moved = {t + config.track_delay for t in ticks if t + config.track_delay < EARLY}
        for other_ring, counter, other_ticks in counters:
            if other_ring == ring and near(cell_degrees(cell), counter_degrees(ring, counter, tof), window):
                both = moved & held(other_ticks, config.tof_delay, config.tof_hold, EARLY)
                found.setdefault(cell, set()).update(both)
    return found


def with_clusters(found, fired, side, config):
    """Return matches once they have waited, in the ticks of a calorimeter cell within the window."""
    out = {}
    for cell, ticks in found.items():
        waited = held(ticks, config.wait, config.hold, TICKS)
        for number, tick, head in fired:
            place, degrees = calorimeter_place(number)
            if place != side or (side == 0 and not head):
                continue
            if near(cell_degrees(cell), degrees, config.cluster_window_deg):
                on = set(range(tick, min(tick + config.cluster_ticks, TICKS)))
                out.setdefault(cell, set()).update(waited & on)
    return out


def counted(groups, first, others, config):
    """Return the ticks with a pair, with at least two and with at least one cell of all groups."""
    pair, two, one = set(), set(), set()
    for tick in set().union(*(ticks for group in groups for ticks in group.values())):
        true = [[c for c, ticks in group.items() if tick in ticks] for group in groups]
        total = sum(map(len, true))
        left = [c for c, ticks in first.items() if tick in ticks]
        right = [c for c, ticks in others.items() if tick in ticks]
        if any(config.bb[0] <= (b - a) % 64 <= config.bb[1] for a in left for b in right):
            pair.add(tick)
        if total >= 2:
            two.add(tick)
        if total >= 1:
            one.add(tick)
    return [pair, two, one]


def conditions(tracks, counters, fired, config, tof):
    """Return the ticks of the nine conditions of one crossing: C, B, A, each pair, two, one."""
    a_cells = range(config.a_cells[0], config.a_cells[1] + 1)
    a = matches(tracks, counters, True, 2, config.tof_window_deg, a_cells, config, tof)
    b = with_clusters(a, fired, 0, config)
    sides = [
        matches(tracks, counters, False, ring, config.endcap_window_deg, range(64), config, tof)
        for ring in (3, 4)
    ]
    if config.c_needs_cluster:
        sides = [with_clusters(found, fired, 1 + k, config) for k, found in enumerate(sides)]
    nothing = [set(), set(), set()]
    return [
        *(counted(sides, sides[1], sides[0], config) if config.c else nothing),
        *(counted([b], b, b, config) if config.b else nothing),
        *(counted([a], a, a, config) if config.a else nothing),
    ]
