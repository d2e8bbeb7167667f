"""BESIII's calorimeter trigger, slowly: every sample of every cell, every tick, cells as sets.

Geometry and the pulse's table come from the package; everything else is written again.
"""

from __future__ import annotations

from math import floor

from trigemu.experiments.besiii.bits import EMC_CONDITIONS
from trigemu.experiments.besiii.emc.geometry import cell_of_crystal
from trigemu.experiments.besiii.emc.pulse import pulse

TICKS = 384
GEV = 2.0 / 65535.0
MV = 978.0 * GEV
PULSE = [int(v) for v in pulse()]
ENERGY = ("betot_h", "eetot_h", "etot_l", "etot_m", "bl_z", "bl_bblk", "bl_eblk")


def block(cell):
    """Return the energy block of a cell."""
    if cell >= 330:
        return 12 + 2 * (cell >= 362) + ((cell - 330) % 32 >= 16)
    theta, phi = divmod(cell, 30)
    sector = phi // 5
    return sector if theta < (6 if sector % 2 == 0 else 5) else 6 + sector


def crossing(digis, level):
    """Return the first sample at which the pulses' sum is at least ``level``; None: never."""
    for sample in range(64 + 80):
        height = sum(w * PULSE[sample - t] for w, t in digis if sample >= t)
        if height >= level:
            return sample
    return None


def fire_ns(digis, config):
    """Return (time at which a cell fires or None, whether its energy counts)."""
    total = sum(w for w, _ in digis)
    if config.mode == "plain":
        mev = 1000.0 * GEV
        mean = 50 * sum(w * t for w, t in digis) // total if total else 0
        fires = total > floor(config.plain_threshold_mev / mev)
        return mean + config.plain_delay_ns if fires else None, total > floor(config.gate_mev / mev)
    low, high = (crossing(digis, floor(mv / MV * 65536 + 0.5)) for mv in (config.low_mv, config.high_mv))
    if low is None:
        return None, False
    return None if high is None else max(50 * low + config.fire_delay_ns, 50 * high), True


def heads_of(barrel, east, west, quirk):
    """Return cluster heads: sets of (theta, phi), of bins east and of bins west."""

    def on(theta, phi):
        return (theta, phi % 30) in barrel

    def diagonal(theta, phi):
        return quirk if theta < 0 else on(theta, phi)

    found = {
        (t, p)
        for t, p in barrel
        if not on(t, p - 1) and not on(t - 1, p) and not (on(t, p + 1) and diagonal(t - 1, p + 1))
    }
    bins_east, bins_west = {c // 2 for c in east}, {c // 2 for c in west}
    heads_east = {b for b in bins_east if (b - 1) % 16 not in bins_east}
    heads_west = {b for b in bins_west if (b + 1) % 16 not in bins_west}
    return found, heads_east, heads_west


def cluster_conditions(barrel, east, west, config):
    """Return the names of the cluster conditions that are true."""
    b, e, w = heads_of(barrel, east, west, config.edge_quirk)

    def facing(ones, others, steps, around):
        return any(steps[0] <= (q - p) % around <= steps[1] for p in ones for q in others)

    phis = {p for _, p in b}
    true = {
        "nclus_1": len(b) + len(e) + len(w) >= 1,
        "nclus_2": len(b) + len(e) + len(w) >= 2,
        "nbclus_1": len(b) >= 1,
        "neclus_1": len(e) + len(w) >= 1,
        "clus_z": (bool(e) or any(t < 5 for t, _ in b)) and (bool(w) or any(t > 5 for t, _ in b)),
        "bclus_bb": any(
            abs(10 - t - u) <= config.bclus_bb_theta and facing([p], [q], config.bclus_bb_phi, 30)
            for t, p in b
            for u, q in b
        ),
        "bclus_phi": facing(phis, phis, config.bclus_phi, 30),
        "eclus_bb": facing(w, e, config.eclus_bb_phi, 16),
        "eclus_phi": facing(w, e, config.eclus_phi, 16),
    }
    return {name for name, value in true.items() if value}


def split(cells):
    """Return the barrel's (theta, phi), and the numbers of endcap cells east and west."""
    barrel = {divmod(c, 30) for c in cells if c < 330}
    return barrel, {c - 330 for c in cells if 330 <= c < 362}, {c - 362 for c in cells if c >= 362}


def sixteenths(value):
    """Return a number in sixteenths."""
    return floor(16 * value + 0.5)


def sums_of(blocks, config):
    """Return readings of barrel, endcaps and all."""
    net = [16 * b - sixteenths(p) for b, p in zip(blocks, config.pedestals, strict=True)]
    totals = (sum(net[:12]), sum(net[12:]), sum(net))
    return tuple((t + sixteenths(o) + 8) // 16 for t, o in zip(totals, config.sum_offsets, strict=True))


def energy_conditions(blocks, sums, config):
    """Return the names of the energy conditions that are true."""
    net = [16 * b - sixteenths(p) for b, p in zip(blocks, config.pedestals, strict=True)]
    east, west = net[12] + net[13], net[14] + net[15]
    facing = any(
        net[i] + net[(i + 1) % 6] > 16 * config.bl_bblk
        and net[6 + (i + 3) % 6] + net[6 + (i + 4) % 6] > 16 * config.bl_bblk
        for i in range(6)
    )
    true = {
        "betot_h": sums[0] > config.betot_h,
        "eetot_h": sums[1] > config.eetot_h,
        "etot_l": sums[2] > config.etot_l,
        "etot_m": sums[2] > config.etot_m,
        "bl_z": min(sum(net[:6]) + east, sum(net[6:12]) + west) > 16 * config.bl_z,
        "bl_bblk": facing,
        "bl_eblk": min(east, west) > 16 * config.bl_eblk,
    }
    return {name for name, value in true.items() if value}


def peak_tick(digis):
    """Return the tick in which the pulses of digis (weight, time) peak together."""
    total = sum(w for w, _ in digis)
    start = 50 * sum(w * t for w, t in digis) // total if total else 0
    return min((start + 4000) // 24, TICKS - 1)


def decide_event(digis, config):
    """Return fired (cell, tick) in order, heads, blocks, sums and name -> ticks of one event.

    ``digis``: (channel, value, range, time) each.
    """
    cell_of = cell_of_crystal(config.barrel_shift, config.endcap_shift)
    cells = {}
    for channel, value, gain, time in digis:
        cells.setdefault(int(cell_of[channel]), []).append((value * (2, 16, 64)[gain], time))
    fired, counted = [], []
    for cell, content in cells.items():
        when, counts = fire_ns(content, config)
        if when is not None and when < config.fire_before_ns and when // 24 < TICKS:
            fired.append((when // 24, cell))
        if counts:
            counted.append(cell)
    fired.sort()
    ticks = {name: set() for name in EMC_CONDITIONS}
    heads = []
    for tick in range(TICKS):
        on = {cell for t, cell in fired if t <= tick < t + config.active_ticks}
        for name in cluster_conditions(*split(on), config):
            ticks[name].add(tick)
        barrel_heads = heads_of(*split(on), config.edge_quirk)[0]
        heads += [cell < 330 and divmod(cell, 30) in barrel_heads for t, cell in fired if t == tick]
    weights = [sum(sum(w for w, _ in cells[c]) for c in counted if block(c) == b) for b in range(16)]
    scale = floor(config.counts_per_gev * GEV * 16 * 65536 + 0.5)
    blocks = [
        min((w * scale // 65536 + sixteenths(p) + 8) // 16, config.full_scale)
        for w, p in zip(weights, config.pedestals, strict=True)
    ]
    sums = sums_of(blocks, config)
    barrel = [d for c in counted if c < 330 for d in cells[c]]
    endcaps = [d for c in counted if c >= 330 for d in cells[c]]
    if ticks["nclus_1"]:
        for name in energy_conditions(blocks, sums, config):
            of_barrel, of_endcaps = name in ("betot_h", "bl_bblk"), name in ("eetot_h", "bl_eblk")
            ticks[name] = {peak_tick(barrel if of_barrel else endcaps if of_endcaps else barrel + endcaps)}
    return [(c, t) for t, c in fired], heads, blocks, sums, ticks


def decide(columns, config):
    """Return `decide_event` of every event of the source's columns."""
    names = ("channel", "value", "range", "time")
    return [
        decide_event([tuple(int(columns[name][i]) for name in names) for i in range(begin, end)], config)
        for begin, end in zip(columns["offsets"][:-1], columns["offsets"][1:], strict=True)
    ]
