"""BESIII's time-of-flight sub-trigger as one would explain it: tick by tick, cell by cell."""

from __future__ import annotations

BARS, ENDCAP_COUNTERS, MODULES, STRIPS = 88, 48, 36, 12
COUNTS_PER_TICK = 8192
EARLY = 128


def groups(ring):
    """Count the groups of neighbours that are true on a ring (a list of truths)."""
    if all(ring):
        return 1
    return sum(here and not before for here, before in zip(ring, [ring[-1], *ring[:-1]], strict=True))


def has_pair(ring, partners, first, last):
    """Return whether a cell of a ring has a partner ``first`` to ``last`` cells further on another ring."""
    size = len(ring)
    return any(
        ring[i] and partners[(i + apart) % size] for i in range(size) for apart in range(first, last + 1)
    )


def place(channel, config):
    """Return (ring, cell, end) of a channel."""
    if channel < 2 * 2 * BARS:
        layer, bar, end = channel // 2 // BARS, channel // 2 % BARS, channel % 2
        return layer, (bar + config.barrel_shift) % BARS, end
    channel -= 2 * 2 * BARS
    if channel < 2 * ENDCAP_COUNTERS:
        assert config.endcap == "scintillator"
        return 3 + channel // ENDCAP_COUNTERS, (channel + config.endcap_shift) % ENDCAP_COUNTERS, 0
    assert config.endcap == "mrpc"
    module = (channel - 2 * ENDCAP_COUNTERS) // 2 // STRIPS
    return 3 + module // MODULES, module % MODULES, 0


def cells(hits, config):
    """Return {(ring, cell): set of ticks} of one crossing; hits are (channel, time)."""
    ends, found = {}, {}

    def add(ring, cell, begin):
        ticks = range(begin, min(begin + config.integration_ticks, EARLY))
        found.setdefault((ring, cell), set()).update(ticks)

    for channel, time in hits:
        if not config.window[0] <= time < config.window[1]:
            continue
        ring, cell, end = place(channel, config)
        tick = time // COUNTS_PER_TICK
        if ring < 2:
            ends.setdefault((ring, cell), ([], []))[end].append(tick)
        else:
            add(ring, cell, tick)
    for (ring, cell), (low, high) in ends.items():
        for tick in low + high if config.either_end else []:
            add(ring, cell, tick)
        for one in low:
            for other in high:
                if abs(one - other) < config.integration_ticks:
                    add(ring, cell, max(one, other))
    for (ring, cell), ticks in list(found.items()):
        if ring > 1:
            continue
        meant = [cell] if ring == 0 or config.positions != "inner" else []
        if ring == 1 and config.positions != "inner":
            meant.append((cell + (1 if config.positions == "before" else -1)) % BARS)
        for position in meant:
            found.setdefault((2, position), set()).update(ticks)
    return found


def conditions(positions, east, west, config):
    """Return the seven conditions of rings that are true together, in the hardware's order."""
    barrel, endcap = groups(positions), groups(east) + groups(west)
    return [
        has_pair(west, east, *config.endcap_bb),
        has_pair(positions, positions, *config.barrel_bb),
        endcap >= 2,
        endcap >= 1,
        barrel >= 2,
        barrel >= 1,
        barrel >= 1 or endcap >= 1,
    ]


def conditions_of_ticks(found, config):
    """Return {tick: conditions} of all ticks in which any cell is true."""
    size = config.endcap_cells

    def ring(number, cells, tick):
        return [tick in found.get((number, cell), ()) for cell in range(cells)]

    return {
        tick: conditions(ring(2, BARS, tick), ring(3, size, tick), ring(4, size, tick), config)
        for tick in sorted(set().union(*found.values()))
    }
