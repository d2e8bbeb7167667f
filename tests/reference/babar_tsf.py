"""BaBar's track segment finder one sample, one pivot and one counter after the other; and the sweep of one track."""

from __future__ import annotations

import itertools
import math

import numpy as np

SAMPLES = 32
TICKS = 64
COUNTS = 256

CELLS = (96, 112, 128, 144, 176, 192, 208, 224, 240, 256)

SHAPES = {
    # Pivot layer -> (layer, wire - pivot) of the eight cells.
    2: ((1, 0), (1, 1), (2, 0), (3, 0), (3, 1), (4, -1), (4, 0), (4, 1)),
    3: ((4, -1), (4, 0), (3, 0), (2, -1), (2, 0), (1, -1), (1, 0), (1, 1)),
}


def wire_of(channel):
    """Return superlayer, layer (1-4) and wire of a channel."""
    for superlayer, cells in enumerate(CELLS):
        if channel < 4 * cells:
            return superlayer, channel // cells + 1, channel % cells
        channel -= 4 * cells
    raise ValueError(channel)


def counters_of(hits):
    """Return wire -> list of what its counter shows in each sample."""
    fired = {}
    for channel, time in hits:
        fired.setdefault(wire_of(channel), set()).add(time // COUNTS)
    counters = {}
    for wire, samples in fired.items():
        value, shown = 0, []
        for sample in range(SAMPLES):
            if value in (1, 2):
                value += 1
            else:
                value = 1 if sample in samples else 0
            shown.append(value)
        counters[wire] = shown
    return counters


def group_wires(superlayer, pivot, pivot_layer):
    cells = CELLS[superlayer]
    return [(superlayer, layer, (pivot + step) % cells) for layer, step in SHAPES[pivot_layer]]


def address_of(values):
    return sum((value % 2) << cell | (value // 2) << (8 + cell) for cell, value in enumerate(values))


def windows(weights, minimum):
    """Return the sample of each segment of a pivot, given its weights."""
    found, sample = [], 0
    while sample < SAMPLES:
        if weights[sample] >= minimum:
            window = weights[sample : sample + 3]
            found.append(sample + window.index(max(window)))
            sample += 3
        else:
            sample += 1
    return found


def segments_of(hits, config, tables):
    """Return (superlayer, pivot, weight, phi, tick) of the segments of one crossing, in order."""
    counters = counters_of(hits)
    near = set()
    for superlayer, layer, wire in counters:
        for own, step in SHAPES[config.pivot_layer]:
            if own == layer:
                near.add((superlayer, (wire - step) % CELLS[superlayer]))
    silent = [0] * SAMPLES
    rows = []
    for superlayer, pivot in sorted(near):
        shown = [counters.get(wire, silent) for wire in group_wires(superlayer, pivot, config.pivot_layer)]
        addresses = [address_of([each[sample] for each in shown]) for sample in range(SAMPLES)]
        weights = [int(tables.weight[superlayer, address]) for address in addresses]
        made = []
        for sample in windows(weights, config.minimum_weight):
            address = addresses[sample]
            tick = (16 * sample + int(tables.time[superlayer, address])) // 8 + config.latency_ticks
            if 0 <= tick < TICKS:
                phi = (32 * pivot + int(tables.position[superlayer, address])) % (32 * CELLS[superlayer])
                made.append((superlayer, pivot, weights[sample], phi, tick))
        rows += sorted(made, key=lambda row: row[4])
    return rows


def sweep(group, edges, valid, places, times):
    """Return address -> [probability, times place, times time] of one track (edges: [4][2])."""
    sums = {}
    for step in range(places):
        place = -1 + (2 * step + 1) / places
        crossed = crossed_cells(group, edges, place)
        for fire in itertools.product((False, True), repeat=len(crossed)):
            chosen = [cell for cell, fires in zip(crossed, fire, strict=True) if fires]
            chance = math.prod(
                cell[1] if fires else 1 - cell[1] for cell, fires in zip(crossed, fire, strict=True)
            )
            if not valid[sum(1 << cell[0] for cell in chosen)] or chance <= 1e-6:
                continue
            for phase in range(times):
                time = (phase + 0.5) / times
                for sample in range(8):
                    values = [0] * 8
                    for number, _, drift in chosen:
                        values[number] = sample - math.floor(time + drift) + 1
                    if all(1 <= values[cell[0]] <= 3 for cell in chosen):
                        row = sums.setdefault(address_of(values), np.zeros(3))
                        row += chance * np.array([1.0, place, time - sample])
    return sums


def crossed_cells(group, edges, place, points=20_001):
    """Return (cell, probability of a hit, drift in samples) of the cells that a track crosses, by walking along it."""
    found = []
    part = np.linspace(0, 1, points)
    for cell in range(8):
        layer = int(group.layer[cell])
        x = edges[layer][0] + part * (edges[layer][1] - edges[layer][0]) + place - group.place[cell]
        inside = np.abs(x) < 0.5
        if not inside.any():
            continue
        width = group.width[layer]
        distance = np.hypot(x[inside] * width, part[inside] - 0.5).min()
        way = inside.mean() * math.hypot(1, (edges[layer][1] - edges[layer][0]) * width)
        chance = group.efficiency * (1 - group.passing**way)
        entry = min(int(distance * group.reach), len(group.drift) - 1)
        found.append((cell, chance, float(group.drift[entry])))
    return found
