"""Look-up tables of the track segment finder, one for each superlayer, made by a sweep of tracks.

The experiment's tables are not public.  Here they follow from the wires and the drift relation: an address (eight
counters of two bits) tells of a good segment if tracks make it, and then its position and time are the means over the
tracks that do.

Plan.  Tracks from the collision point, evenly in curvature down to the least transverse momentum, for stereo layers
also evenly in pseudo-rapidity, are moved across the pivot and through the phase of the sample (`babar_tsf_sweep`); each
cell that they cross fires with the efficiency of the way in it, after the drift time of its closest point.  What this
gives of each address are its probability and the means of place and time.  Addresses in falling order of
probability are good until all but ``rare`` of the tracks have one.  All others whose hit cells hold a pattern
are of low quality: their position is that of the straight line through their wires, and their time is as much earlier
than their first hit as in the mean of all tracks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from trigemu._kernels import babar_tsf_sweep
from trigemu.arrays import F64, I8, I64, U8, U16, Bool
from trigemu.collider.wire_patterns import Helices, grid, places
from trigemu.experiments.babar.clock import SAMPLE_NS
from trigemu.experiments.babar.dct.config import Tsf
from trigemu.experiments.babar.dct.geometry import (
    BACKWARD,
    CELLS,
    DEPTH,
    FIELD_T,
    FINE,
    FORWARD,
    PITCH,
    RADIUS,
    SUPERLAYERS,
    TWIST,
    chamber,
)
from trigemu.experiments.babar.dct.groups import CELLS as CELLS_OF_GROUP
from trigemu.experiments.babar.dct.groups import GROUPS, HAS_FOUR, HAS_THREE

ADDRESSES = 1 << 16

TICK_PARTS = 8
"""Times in the table are in this part of a tick."""

KERNEL_ORDER = (0, 3, 5, 2, 1, 4, 6, 7)
"""Cells in the order of address bits in the kernel, which works on pairs that are side by side."""

_SAMPLE_PARTS = 2 * TICK_PARTS

CURVATURE = 2.99792458e-4 * FIELD_T
"""1/(R pT) in GeV/mm."""

EFFICIENCY, PASSING = 0.98, 0.17
"""A cell fires with the probability EFFICIENCY * (1 - PASSING ** (way / height)) (babar_geometry_facts G1.32)."""

USUAL_PT = 0.5
"""The sweep is even in curvature above this transverse momentum in GeV, and evener in its logarithm below (chosen)."""

_CURVATURES, _DIPS, _PLACES, _TIMES = 65, 5, 48, 24
"""Steps of the sweep (chosen: positions and times do not change by more than a step of the table)."""

_DRIFT_STEPS = 256
"""Entries of the drift relation for the height of a cell."""


class SweptGroup(NamedTuple):
    """A group of cells in the form that the sweep reads.

    ``layer`` int64[8] and ``place`` float64[8] as in `groups.Group`; ``width`` float64[4], of a cell in heights of
    one; ``drift`` float64[m], samples at the distances 0, 1, ... of ``reach`` a height; ``efficiency``, ``passing``:
    see `EFFICIENCY`.
    """

    layer: I64
    place: F64
    width: F64
    drift: F64
    reach: float
    efficiency: float
    passing: float


class TsfTables(NamedTuple):
    """What addresses tell, for each superlayer: arrays [10, 65536], read-only.

    Attributes
    ----------
    weight
        uint8: 0 none, 1 low quality, 2 good three layers, 3 good four layers.
    position
        int8, azimuth from that of the pivot in 1/32 of a cell, in the middle of the wires: -32 to 31.
    time
        int8, event time in 1/8 of a tick, from the beginning of the sample whose counters make the address.
    """

    weight: U8
    position: I8
    time: I8

    def packed(self) -> U16:
        """Return uint16[10, 65536]: weight << 14, position + 32 << 8, time as a signed byte.

        Bits of its addresses are those of the cells in the order `KERNEL_ORDER`, low and high ones.
        """
        high = self.weight.astype(np.uint16) << 14 | (self.position + FINE).astype(np.uint16) << 8
        bit, other = np.arange(CELLS_OF_GROUP), np.array(KERNEL_ORDER)
        address = np.arange(ADDRESSES)[:, None]
        natural = ((address >> bit & 1) << other | (address >> bit + 8 & 1) << other + 8).sum(axis=1)
        return np.ascontiguousarray((high | self.time.view(np.uint8))[:, natural])


def make_tables(config: Tsf) -> TsfTables:
    """Return the tables of a configuration; what was made before is remembered."""
    return _made(config.pivot_layer, config.position_bits, config.least_pt_gev, config.rare, config.drift)


@lru_cache(maxsize=4)
def _made(
    pivot_layer: int, bits: int, least_pt: float, rare: float, drift: tuple[tuple[float, float], ...]
) -> TsfTables:
    tables = [
        _table(_sums(superlayer, pivot_layer, least_pt, drift), pivot_layer, bits, rare)
        for superlayer in range(SUPERLAYERS)
    ]
    columns = [np.stack(column) for column in zip(*tables, strict=True)]
    for column in columns:
        column.setflags(write=False)
    return TsfTables(*columns)


def swept_tracks(superlayer: int, least_pt: float) -> Helices:
    """Return the tracks that are swept through a superlayer."""
    outermost = RADIUS[superlayer * DEPTH + DEPTH - 1]
    step = (2 * (np.arange(_CURVATURES) + 0.5) / _CURVATURES - 1) * np.arcsinh(USUAL_PT / least_pt)
    curvature = np.sinh(step) * CURVATURE / USUAL_PT
    # Axial wires are the same all along the chamber.
    dips = _DIPS if TWIST[superlayer * DEPTH] else 1
    first, last = np.arcsinh(BACKWARD / outermost), np.arcsinh(FORWARD / outermost)
    rapidity = first + (np.arange(dips) + 0.5) / dips * (last - first)
    return grid(np.zeros(1), curvature, np.sinh(rapidity))


def track_edges(superlayer: int, pivot_layer: int, tracks: Helices) -> F64:
    """Return where tracks enter and leave the four layers: float64[tracks that do, 4, 2], see `babar_tsf_sweep`."""
    rows = superlayer * DEPTH + np.arange(DEPTH)
    middle = places(chamber(), tracks, rows[[pivot_layer - 1]])[0]
    edges = np.stack(
        [places(chamber(), tracks, rows, radial=0.5 * PITCH * side)[0] - middle for side in (-1, 1)], axis=2
    )
    return np.ascontiguousarray(edges[np.isfinite(edges).all(axis=(1, 2))])


def swept_group(superlayer: int, pivot_layer: int, drift: tuple[tuple[float, float], ...]) -> SweptGroup:
    """Return a superlayer's group of cells for the sweep."""
    group = GROUPS[pivot_layer]
    distance, time = np.array(drift).T
    at = (np.arange(2 * _DRIFT_STEPS) + 0.5) * PITCH / _DRIFT_STEPS
    radius = RADIUS[superlayer * DEPTH : (superlayer + 1) * DEPTH]
    return SweptGroup(
        np.array(group.layer, np.int64),
        np.array(group.place),
        2 * np.pi * radius / CELLS[superlayer] / PITCH,
        np.interp(at, distance, time) / SAMPLE_NS,
        float(_DRIFT_STEPS),
        EFFICIENCY,
        PASSING,
    )


def _sums(superlayer: int, pivot_layer: int, least_pt: float, drift: tuple[tuple[float, float], ...]) -> F64:
    """Return float64[65536, 3]: probability, and this times place and time, of each address."""
    sums = np.zeros((ADDRESSES, 3))
    edges = track_edges(superlayer, pivot_layer, swept_tracks(superlayer, least_pt))
    valid = (HAS_FOUR | HAS_THREE).view(np.uint8)
    babar_tsf_sweep.sweep(swept_group(superlayer, pivot_layer, drift), edges, valid, _PLACES, _TIMES, sums)
    return sums


def counts() -> I64:
    """Return the counters of the eight cells in each address: int64[65536, 8].

    Bit i of an address is the low bit of the counter of cell i, bit 8 + i the high one.
    """
    address, cell = np.arange(ADDRESSES)[:, None], np.arange(CELLS_OF_GROUP)
    return np.asarray((address >> cell & 1) + 2 * (address >> cell + 8 & 1))


def _masks() -> I64:
    """Return the hit cells of each address: int64[65536], bit i: cell i."""
    address = np.arange(ADDRESSES)
    return np.asarray((address | address >> 8) & 255)


def _good(chance: F64, rare: float) -> Bool:
    """Return which addresses are good: the most probable ones, so that all but ``rare`` of the tracks have one."""
    order = np.argsort(-chance, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(chance[order])[:-1]])
    good = np.zeros(len(chance), np.bool_)
    good[order] = below < (1.0 - rare) * chance.sum()
    return good & (chance > 0.0)


def line_places(pivot_layer: int) -> F64:
    """Return where a straight line through hit wires crosses the pivot layer: float64[256], cells from the pivot.

    Masks with fewer than two layers get the mean place of their wires.
    """
    group = GROUPS[pivot_layer]
    hit = np.arange(256)[:, None] >> np.arange(8) & 1
    count = np.maximum(hit.sum(axis=1), 1)
    layer, place = np.array(group.layer) - (pivot_layer - 1.0), np.array(group.place)
    mean_layer, mean_place = hit @ layer / count, hit @ place / count
    spread = hit @ layer**2 / count - mean_layer**2
    slope = (hit @ (layer * place) / count - mean_layer * mean_place) / np.where(spread > 0, spread, 1.0)
    return np.asarray(mean_place - np.where(spread > 0, slope, 0.0) * mean_layer)


def _table(sums: F64, pivot_layer: int, bits: int, rare: float) -> tuple[U8, I8, I8]:
    """Return weight, position and time of all addresses of a superlayer."""
    chance, mask, first = sums[:, 0], _masks(), counts().max(axis=1)
    good = _good(chance, rare)
    weight = np.where(HAS_FOUR[mask], 3, np.where(HAS_THREE[mask], 2, 0))
    weight = np.where(good, weight, np.minimum(weight, 1))
    share = np.where(good, chance, 1.0)
    # The first hit fired in the sample that began first - 1 samples ago.
    early = float((sums[:, 2] + chance * (first - 1)).sum() / chance.sum())
    place = np.where(good, sums[:, 1] / share, line_places(pivot_layer)[mask])
    time = np.where(good, sums[:, 2] / share, early - (first - 1))
    step = FINE // (1 << bits - 1)
    position = np.clip(np.rint(place * FINE / step) * step, -FINE, FINE - step)
    return (
        weight.astype(np.uint8),
        position.astype(np.int8),
        np.clip(np.rint(time * _SAMPLE_PARTS), -128, 127).astype(np.int8),
    )
