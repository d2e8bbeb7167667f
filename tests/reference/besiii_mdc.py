"""BESIII's drift-chamber trigger, one tick and one pattern after the other, with sets."""

from __future__ import annotations

from functools import cache

from trigemu.experiments.besiii.bits import MDC_CONDITIONS
from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST
from trigemu.experiments.besiii.mdc.patterns import IN_TRIGGER, segment_patterns, track_tuples

TICKS = 128
COUNTS = 256
RING = 128


def layer_and_wire(channel):
    layer = max(layer for layer in range(43) if CHANNEL_FIRST[layer] <= channel)
    return layer, channel - int(CHANNEL_FIRST[layer])


def patterns_of(config):
    """Return superlayer -> list of (pivot, ((layer, cell), ...))."""
    found = {}
    for number, own in IN_TRIGGER.items():
        rows = segment_patterns(number, config.long_pt_gev if number == 10 else config.segment_pt_gev)
        found[number] = [(row[own.pivot], tuple(zip(own.layers, row, strict=True))) for row in rows.tolist()]
    return found


def tuples_of(config):
    """Return the short (3, 4, 5) and the long (3, 4, 5, 10) combinations of segments as sets."""
    short = track_tuples((3, 4, 5), config.short_pt_gev)
    long = track_tuples((3, 4, 5, 10), config.long_pt_gev)
    return {tuple(row) for row in short.tolist()}, {tuple(row) for row in long.tolist()}


def cells_of(hits, config):
    """Return (layer, cell) -> times of hits that the trigger can see."""
    merged = {layer: own.merged for own in IN_TRIGGER.values() for layer in own.layers}
    cells = {}
    for channel, time in hits:
        layer, wire = layer_and_wire(channel)
        if layer in merged and (layer >= 8 or config.inner_chamber):
            cells.setdefault((layer, wire // merged[layer]), []).append(time)
    return cells


def segments_of(on, patterns, config):
    """Return superlayer -> set of segments, given the cells that are on."""
    return {
        number: {pivot for pivot, cells in rows if sum(cell in on for cell in cells) >= config.need_layers}
        for number, rows in patterns.items()
    }


def tracks_of(segments, tuples):
    """Return the sets of short and long cells of the ring, not thinned."""
    short, long = tuples
    three, four, five, ten = (segments[number] for number in (3, 4, 5, 10))
    return (
        {c for a, b, c in short if a in three and b in four and c in five},
        {c for a, b, c, d in long if a in three and b in four and c in five and d in ten},
    )


def thin(cells, size=RING):
    """Return cells 0, 2, 4, ... of each run round the ring."""
    if len(cells) == size:
        return set(range(0, size, 2))
    kept = set()
    for cell in cells:
        if (cell - 1) % size not in cells:
            length = 0
            while (cell + length) % size in cells:
                if length % 2 == 0:
                    kept.add((cell + length) % size)
                length += 1
    return kept


def conditions_of(kept, inner1, inner2, config):
    """Return the set of conditions, given thinned short and long cells and whether inner segments are there."""
    found = set()
    low, high = config.back_to_back
    for letter, cells, many in zip("sl", kept, (config.many_short, config.many_long), strict=True):
        if any((cell + step) % RING in cells for cell in cells for step in range(low, high + 1)):
            found.add(f"{letter}trk_bb")
        if many is not None and len(cells) >= many:
            found.add(f"n{letter}trk_n")
        found |= {f"n{letter}trk_{least}" for least in (1, 2) if len(cells) >= least}
    found |= {"nitrk_1"} if inner1 or inner2 else set()
    found |= {"nitrk_2"} if inner1 and inner2 else set()
    assert found <= set(MDC_CONDITIONS)
    return found


def decide(hits, config, patterns, tuples):
    """Return condition -> ticks, and (long, cell) -> ticks of thinned cells, of one crossing."""
    cells = cells_of(hits, config)
    # Patterns that never have enough cells need no look.
    possible = {
        number: [row for row in rows if sum(cell in cells for cell in row[1]) >= config.need_layers]
        for number, rows in patterns.items()
    }

    @cache
    def of(on):
        segments = segments_of(on, possible, config)
        kept = [thin(ring) for ring in tracks_of(segments, tuples)]
        return conditions_of(kept, segments[1], segments[2], config), kept

    conditions, kept_ticks = {}, {}
    for tick in range(TICKS):
        on = {
            cell
            for cell, times in cells.items()
            if any(t < COUNTS * (tick + 1) and t + config.hit_counts > COUNTS * tick for t in times)
        }
        found, kept = of(frozenset(on))
        for name in found:
            conditions.setdefault(name, set()).add(tick)
        for long, ring in enumerate(kept):
            for cell in ring:
                kept_ticks.setdefault((long, cell), set()).add(tick)
    return conditions, kept_ticks


def at(hits, instant_counts, config, patterns, tuples):
    """Return segments, short and long thinned cells at an instant (whole TDC counts)."""
    cells = cells_of(hits, config)
    on = {
        cell
        for cell, times in cells.items()
        if any(t < instant_counts and t + config.hit_counts > instant_counts for t in times)
    }
    segments = segments_of(on, patterns, config)
    short, long = (thin(ring) for ring in tracks_of(segments, tuples))
    return segments, short, long
