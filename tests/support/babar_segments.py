"""Segments of ideal tracks in BaBar's drift chamber: one in each superlayer, smeared and rounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.collider.wire_patterns import Helices, places
from trigemu.experiments.babar.dct import geometry
from trigemu.experiments.babar.records import Segments
from trigemu.physics.constants import gev_per_mm

ROWS = geometry.pivot_rows(2)


@dataclass(frozen=True)
class Tracks:
    """Arrays of one length: ``pt`` in GeV, ``tan`` of the dip, ``z0`` in mm."""

    crossing: NDArray[np.int64]
    charge: NDArray[np.int64]
    pt: NDArray[np.float64]
    phi0: NDArray[np.float64]
    tan: NDArray[np.float64]
    z0: NDArray[np.float64]


def positions(tracks: Tracks) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return positions in cells from pivot 0 (float64[n, 10]) and whether they are inside the chamber."""
    helices = Helices(
        tracks.phi0, tracks.charge * gev_per_mm(geometry.FIELD_T) / tracks.pt, tracks.z0, tracks.tan
    )
    place, z, _ = places(geometry.chamber(), helices, ROWS)
    inside = np.isfinite(place) & (z > geometry.BACKWARD) & (z < geometry.FORWARD)
    # Once out, a track does not come back in.
    return place - geometry.chamber().offset[ROWS], np.logical_and.accumulate(inside, axis=1)


def segments_of(
    tracks: Tracks,
    crossings: int,
    rng: np.random.Generator,
    smear_mm: float = 0.6,
    efficiency: float = 1.0,
    tick: int = 20,
    noise: float = 0.0,
) -> Segments:
    """Return the segments of tracks; ``noise``: mean number of others in a crossing."""
    place, inside = positions(tracks)
    place = place + rng.normal(0, smear_mm, place.shape) / (
        2 * np.pi * geometry.RADIUS[ROWS] / geometry.CELLS
    )
    track, superlayer = np.nonzero(inside & (rng.random(place.shape) < efficiency))
    fine = np.rint(place[track, superlayer] * geometry.FINE).astype(np.int64)
    crossing = tracks.crossing[track]
    more = rng.poisson(noise, crossings)
    crossing = np.concatenate([crossing, np.repeat(np.arange(crossings), more)])
    superlayer = np.concatenate([superlayer, rng.integers(0, geometry.SUPERLAYERS, more.sum())])
    fine = np.concatenate([fine, rng.integers(0, 1 << 20, more.sum())]) % (
        geometry.FINE * geometry.CELLS[superlayer]
    )
    ticks = np.full(len(fine), tick)
    return sorted_segments(crossing, superlayer, fine, ticks, np.full(len(fine), 3), crossings)


def sorted_segments(crossing, superlayer, fine, tick, weight, crossings) -> Segments:
    """Return segments in the order that they must have."""
    pivot = (fine + geometry.FINE // 2) // geometry.FINE % geometry.CELLS[superlayer]
    order = np.lexsort((tick, pivot, superlayer, crossing))
    crossing, superlayer, pivot, weight, fine, tick = (
        each[order] for each in (crossing, superlayer, pivot, weight, fine, tick)
    )
    return Segments(
        np.searchsorted(crossing, np.arange(crossings + 1)).astype(np.int64),
        superlayer.astype(np.uint8),
        pivot.astype(np.uint8),
        weight.astype(np.uint8),
        fine.astype(np.int16),
        tick.astype(np.uint8),
    )
