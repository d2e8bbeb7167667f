"""Beam background in the drift chamber: random hits, some of them in small groups of neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.experiments.belle2.cdc.geometry import SUPERLAYER
from trigemu.experiments.belle2.clock import TDC_PER_TICK, TICK_NS
from trigemu.experiments.belle2.response.config import Background
from trigemu.jit import inlined
from trigemu.physics.rng import Int, poisson, uniform2

GROUP_HITS = 3.0
"""Mean size of a group: the seed and one to three neighbours."""

GROUP_TDC = 20
"""Hits of a group come within so many TDC counts (guess)."""

_HIT = int(ColliderPurpose.CHAMBER_BACKGROUND)
_COUNT = int(ColliderPurpose.CHAMBER_BACKGROUND_COUNT)


def wire_chances(config: Background, wires: F64) -> F64:
    """Return float64[56]: mean number of seeds per event in each layer and all before it.

    Seeds are fewer than hits, so that hits, groups included, come at the configured rate of each wire.
    """
    first, last = config.wire_window
    window_ns = (last - first + 1) * TICK_NS / TDC_PER_TICK
    hits = np.asarray(config.wire_rate_khz)[SUPERLAYER] * 1e-6 * window_ns * wires
    seeds: F64 = np.cumsum(hits / (1.0 + config.bunch_fraction * (GROUP_HITS - 1.0)))
    return seeds


@inlined
def _place(
    layers: F64,
    layer: int,
    wire: int,
    count: int,
    channels: NDArray[np.uint16],
    counts: NDArray[np.int16],
    n: int,
) -> int:
    if n < len(channels):
        wires = int(layers[layer, 3])
        channels[n] = int(layers[layer, 9]) + wire % wires
        counts[n] = count
    return n + 1


@inlined
def background_hits(
    layers: F64,
    chances: F64,
    group: float,
    window: tuple[int, int],
    seed: Int,
    frame: Int,
    event: int,
    channels: NDArray[np.uint16],
    counts: NDArray[np.int16],
    n: int,
) -> int:
    """Add an event's background hits from row n on; return the new number of rows (counted beyond the room)."""
    total = chances[len(chances) - 1]
    if total <= 0.0:
        return n
    first, last = window
    number = poisson(seed, frame, _COUNT, event, total)
    for k in range(number):
        place, when = uniform2(seed, frame, _HIT, event, 4 * k)
        more, where = uniform2(seed, frame, _HIT, event, 4 * k + 1)
        wanted = place * total
        layer = min(int(np.searchsorted(chances, wanted, side="right")), len(chances) - 1)
        below = chances[layer - 1] if layer > 0 else 0.0
        wires = int(layers[layer, 3])
        wire = min(int((wanted - below) / (chances[layer] - below) * wires), wires - 1)
        count = first + int(when * (last - first + 1))
        n = _place(layers, layer, wire, count, channels, counts, n)
        if more >= group:
            continue
        # A short piece of a soft track: one to three neighbours, walking along the layer or to the next one.
        size = 1 + min(int(more / group * 3.0), 2)
        sideways, later = uniform2(seed, frame, _HIT, event, 4 * k + 2)
        step = 1 if where < 0.5 else -1
        for j in range(1, size + 1):
            beside = layer
            if sideways < 0.5 and j == 2:
                beside = layer + 1 if layer + 1 < len(chances) else layer - 1
            shifted = wire + step * j
            if beside != layer:
                shifted = int((wire + step) * layers[beside, 3] / wires)
            delayed = max(count - int(later * GROUP_TDC * j), first)
            n = _place(layers, beside, shifted, delayed, channels, counts, n)
    return n
