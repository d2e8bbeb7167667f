"""Beam background in the drift chamber: random hits, some of them in small groups of neighbours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I16, U16
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.config import Background
from trigemu.collider.response.detector import Tdc
from trigemu.collider.response.layers import CHANNEL, WIRES, DriftChamber
from trigemu.errors import InputError
from trigemu.jit import inlined
from trigemu.physics.rng import Int, poisson, uniform2

GROUP_HITS = 3.0
"""Mean size of a group: the seed and one to three neighbours."""

GROUP_NS = 19.65
"""Each hit of a group comes within so many ns of the one before (guess)."""

_HIT = int(ColliderPurpose.CHAMBER_BACKGROUND)
_COUNT = int(ColliderPurpose.CHAMBER_BACKGROUND_COUNT)


class Occupancy(NamedTuple):
    """What kernels need of the background's configuration.

    ``groups``: part of the seeds that bring neighbours; ``first`` and ``last`` TDC count of the window; ``delay`` of a
    group's next hit in counts, at most (negative where larger counts are earlier).
    """

    groups: float
    first: int
    last: int
    delay: float


def settings(config: Background, tdc: Tdc) -> Occupancy:
    """Return the numbers that `background_hits` takes."""
    return Occupancy(
        groups=config.bunch_fraction,
        first=config.wire_window[0],
        last=config.wire_window[1],
        delay=float(round(GROUP_NS / tdc.count_ns)),
    )


def wire_chances(config: Background, chamber: DriftChamber, tdc: Tdc) -> F64:
    """Return float64[layers]: mean number of seeds per event in each layer and all before it.

    Seeds are fewer than hits, so that hits, groups included, come at the configured rate of each wire.

    Raises
    ------
    InputError
        The configuration has not one rate for each superlayer.
    """
    superlayers = int(chamber.superlayer.max()) + 1
    if len(config.wire_rate_khz) != superlayers:
        raise InputError(
            f"background: wire_rate_khz has {len(config.wire_rate_khz)} rates, but the chamber has {superlayers} "
            "superlayers: give one rate for each"
        )
    hits = _layer_hits(config, chamber, tdc)
    seeds: F64 = np.cumsum(hits / (1.0 + config.bunch_fraction * (GROUP_HITS - 1.0)))
    return seeds


def wire_hits(config: Background, chamber: DriftChamber, tdc: Tdc) -> float:
    """Return how many background hits an event has on average."""
    return float(_layer_hits(config, chamber, tdc).sum())


def _layer_hits(config: Background, chamber: DriftChamber, tdc: Tdc) -> F64:
    first, last = config.wire_window
    window_ns = (last - first + 1) * abs(tdc.count_ns)
    rates = np.asarray(config.wire_rate_khz)[chamber.superlayer]
    return np.asarray(rates * 1e-6 * window_ns * chamber.wires)


@inlined
def _place(table: F64, layer: int, wire: int, count: int, channels: U16, counts: I16, n: int) -> int:
    if n < len(channels):
        wires = int(table[layer, WIRES])
        # At most a few wires beyond the ends: quicker than a division.
        while wire >= wires:
            wire -= wires
        while wire < 0:
            wire += wires
        channels[n] = int(table[layer, CHANNEL]) + wire
        counts[n] = count
    return n + 1


@inlined
def background_hits(
    table: F64,
    chances: F64,
    occupancy: Occupancy,
    seed: Int,
    frame: Int,
    event: int,
    channels: U16,
    counts: I16,
    n: int,
) -> int:
    """Add an event's background hits from row n on; return the new number of rows (counted beyond ``channels``).

    ``table`` of the `layers.DriftChamber`, ``chances`` as `wire_chances`.
    """
    total = chances[len(chances) - 1]
    if total <= 0.0:
        return n
    first, last, group = occupancy.first, occupancy.last, occupancy.groups
    number = poisson(seed, frame, _COUNT, event, total)
    for k in range(number):
        place, when = uniform2(seed, frame, _HIT, event, 4 * k)
        more, where = uniform2(seed, frame, _HIT, event, 4 * k + 1)
        wanted = place * total
        layer = min(int(np.searchsorted(chances, wanted, side="right")), len(chances) - 1)
        below = chances[layer - 1] if layer > 0 else 0.0
        wires = int(table[layer, WIRES])
        wire = min(int((wanted - below) / (chances[layer] - below) * wires), wires - 1)
        count = first + int(when * (last - first + 1))
        n = _place(table, layer, wire, count, channels, counts, n)
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
                shifted = int((wire + step) * table[beside, WIRES] / wires)
            delayed = min(max(count + int(later * occupancy.delay * j), first), last)
            n = _place(table, beside, shifted, delayed, channels, counts, n)
    return n
