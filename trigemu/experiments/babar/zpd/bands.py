"""Pattern-recognition matrix: which differences in azimuth each of its 64 x 64 cells takes.

A cell is a bin of curvature and a bin of dip.  For each superlayer it takes the differences of all tracks with these
parameters that come from within ``z0_range_cm`` of the collision point, and ``tolerance_mm`` more for segment and seed.
On axial wires the dip makes no difference, so the matrix has one mask of curvature bins there; on stereo wires it has,
for each bin of curvature and difference (in steps of `STEP`), the first and the last dip bin.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I16, U8, U64, Bool
from trigemu.experiments.babar.dct.geometry import AXIAL, CELLS, RADIUS, pivot_rows
from trigemu.experiments.babar.zpd.codes import (
    BINS,
    REACH,
    SEEDS,
    STEREO,
    UNIT,
    curvature_points,
    slope_points,
)
from trigemu.experiments.babar.zpd.config import Zpd
from trigemu.experiments.babar.zpd.paths import azimuths, differences

STEP_BITS = 2
"""Bits of a difference that tables of stereo superlayers leave out (chosen: they keep within a processor's cache)."""

STEP = 1 << STEP_BITS


class Bands(NamedTuple):
    """Least and largest difference that cells take, for seed, superlayer and bins; none: the least is larger.

    ``axial``: int16[2, 4, 64, 2], ``stereo``: int16[2, 6, 64, 64, 2].
    """

    axial: I16
    stereo: I16


class Matrix(NamedTuple):
    """The matrix as its kernel reads it, for each seed and each axial or stereo superlayer.

    Attributes
    ----------
    axial
        uint64[2, 4, 1024]: for a difference + 512, one bit for each bin of curvature that it fits.
    stereo
        uint64[2, 6, 256]: the same for (difference + 512) / 4, with some dip.
    dips
        uint8[2, 6, 256, 64, 2]: for (difference + 512) / 4 and a bin of curvature, the first and the last bin of dip;
        none: 1 and 0.
    reach
        int16[2, 64, 2]: the least and the largest difference on stereo wires of a bin of curvature, in fine units of
        superlayer 10 for both seeds; none: the least is larger.
    """

    axial: U64
    stereo: U64
    dips: U8
    reach: I16


def make_bands(config: Zpd, pivot_layer: int) -> Bands:
    """Work out which differences cells take."""
    curvature, slope = curvature_points()[:, None, None], slope_points(config.tan_lambda)[::2, None]
    z0 = 10.0 * config.z0_range_cm * np.array([-1.0, 1.0])
    azimuth, inside = azimuths(curvature, slope, z0, pivot_layer)
    place = differences(azimuth)
    # Seed and segment are equally well known in mm.
    radius = RADIUS[pivot_rows(pivot_layer)]
    spread = config.tolerance_mm * np.hypot(1 / radius, 1 / radius[list(SEEDS), None]) / UNIT[:, None]
    there = np.asarray((inside[1::2, 1:] | inside[1::2, :-1])[..., STEREO].any(axis=2))
    # Axial wires see neither dip nor z0.
    axial = _band(place[:, :, :1, :1, AXIAL], spread[:, AXIAL])
    return Bands(axial[..., 0, :], _band(place[..., STEREO], spread[:, STEREO], there))


def _band(place: F64, spread: F64, there: Bool | bool = True) -> I16:
    """Return int16[2, s, 64, dips, 2]: differences of cells.

    Parameters
    ----------
    place
        float64[2, 129, dip edges, z0, s], where tracks pass.
    spread
        float64[2, s].
    there
        bool[64, dips, s], tracks of the cell are inside the chamber; those in its middle must reach the radius, too.
    """
    most = np.stack([-place, place])
    most = np.where(np.isnan(most), -np.inf, most).max(axis=4)
    if most.shape[3] > 1:
        most = np.maximum(most[:, :, :, 1:], most[:, :, :, :-1])
    reached = np.isfinite(most[0, :, 1::2]) & there
    most = np.maximum(np.maximum(most[:, :, :-1:2], most[:, :, 1::2]), most[:, :, 2::2])
    most += spread[:, None, None]
    low = np.clip(np.ceil(-np.where(reached, most[0], -np.inf)), -REACH, REACH)
    high = np.clip(np.floor(np.where(reached, most[1], -np.inf)), -REACH - 1, REACH - 1)
    return np.moveaxis(np.stack([low, high], axis=-1), 3, 1).astype(np.int16)


def make_matrix(bands: Bands) -> Matrix:
    """Turn differences of cells into masks of differences."""
    difference = np.arange(-REACH, REACH)[:, None]
    low, high = np.moveaxis(bands.axial[:, :, None], -1, 0)
    axial = _masks((low <= difference) & (difference <= high))
    first = difference[::STEP, None]
    low, high = np.moveaxis(bands.stereo[:, :, None], -1, 0)
    cells = (low <= first + STEP - 1) & (first <= high)
    some = cells.any(axis=-1)
    ends = np.stack([cells.argmax(axis=-1), BINS - 1 - cells[..., ::-1].argmax(axis=-1)], axis=-1)
    ends = np.where(some[..., None], ends, [1, 0])
    return Matrix(axial, _masks(some), ends.astype(np.uint8), _reach(bands.stereo))


def _masks(bins: Bool) -> U64:
    """Return bool[..., 64] as bits of words."""
    return np.packbits(bins, axis=-1, bitorder="little").view(np.uint64)[..., 0]


def _reach(bands: I16) -> I16:
    """Return how far bins of curvature reach: see `Matrix`."""
    low, high = bands[..., 0].astype(np.int64), bands[..., 1].astype(np.int64)
    empty = low > high
    low, high = (
        np.where(empty, REACH, low).min(axis=(1, 3)),
        np.where(empty, -REACH - 1, high).max(axis=(1, 3)),
    )
    # In whole steps, and two units more where both ends are rounded to another unit.
    scale = CELLS[SEEDS[1]] / CELLS[list(SEEDS), None]
    ends = np.stack([np.floor((low - STEP) * scale) - 2, np.ceil((high + STEP) * scale) + 2], axis=-1)
    return np.where((low > high)[..., None], [REACH, -REACH], ends).astype(np.int16)
