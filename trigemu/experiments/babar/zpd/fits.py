"""Linearised fit of a track: differences expected in the middle of a cell, and how they change with the parameters.

The difference d of superlayer s from the seed is the expected one plus linear terms in curvature, tan(lambda) and z0,
plus one number that is the same for all: the seed's own error.  The fit takes the least sum of squares, where each
superlayer's weight goes as the square of its radius, as segments are equally good in mm.  The tables hold integers of
at most 11 bits and a sign, so that sums fit 32 bits and the determinants of the fit 63.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I16, I32
from trigemu.experiments.babar.dct.geometry import RADIUS, pivot_rows
from trigemu.experiments.babar.zpd.codes import BINS, SEEDS, SLOPE_UNITS, UNIT, curvature_points, slope_points
from trigemu.experiments.babar.zpd.config import Zpd
from trigemu.experiments.babar.zpd.paths import azimuths, differences

DIFFERENCE_BITS = 3
"""Expected differences are in 1/8 of a fine unit."""

CURVATURE_BITS, SLOPE_BITS, Z0_BITS = 6, 8, 9
"""Changes with a unit of curvature, 1/32 of tan(lambda) and a cm: in 1/64, 1/256 and 1/512 of a fine unit."""

LARGEST = 2047
"""Changes are not larger: that with curvature would be only where a track hardly reaches a superlayer."""

DIP_GROUP = 4
"""Bins of dip that share a row (chosen: it keeps the table within a processor's cache; rows change little with dip)."""

LANES = 16
"""Superlayers of a row, with room for whole words of a processor."""

HEAVIEST = 16
"""Weight of superlayer 10."""

FAR_MM = 100.0
"""Changes with z0 are taken between tracks from so far on either side of the collision point (chosen)."""


class Fits(NamedTuple):
    """Tables of the fit.

    Attributes
    ----------
    rows
        int16[2, 64, 16, 4, 16]: for seed, bin of curvature and four bins of dip, for each superlayer the difference
        expected in the middle, and its changes with curvature, tan(lambda) and z0.
    weight
        int16[16], of superlayers.
    slope
        int32[16], middles of the rows' dips in 1/256 of a unit of tan(lambda).
    shift
        int16[64], middles of dip bins, from that of their row.
    variance
        int32[2], for each seed: of a difference with weight 1, in squares of 1/8 of a fine unit.
    """

    rows: I16
    weight: I16
    slope: I32
    shift: I16
    variance: I32


def make_fits(config: Zpd, pivot_layer: int) -> Fits:
    """Work out the tables."""
    radius = RADIUS[pivot_rows(pivot_layer)]
    weight = np.zeros(LANES, np.int16)
    weight[: len(radius)] = np.rint(HEAVIEST * (radius / radius[-1]) ** 2)
    error = config.resolution_mm / radius[-1] / UNIT * (1 << DIFFERENCE_BITS)
    unit = 1.0 / (256 * SLOPE_UNITS)
    slope = np.rint(_dips(config)[1] / unit)
    shift = slope_points(config.tan_lambda)[1::2] / unit - np.repeat(slope, DIP_GROUP)
    return Fits(
        _rows(config, pivot_layer),
        weight,
        slope.astype(np.int32),
        np.rint(shift).astype(np.int16),
        np.rint(HEAVIEST * error**2).astype(np.int32),
    )


def _dips(config: Zpd) -> tuple[F64, F64, F64]:
    """Return lower edge, middle and upper edge of the dips of the rows."""
    slope = slope_points(config.tan_lambda)
    edges = slope[:: 2 * DIP_GROUP]
    return edges[:-1], slope[DIP_GROUP :: 2 * DIP_GROUP], edges[1:]


def _rows(config: Zpd, pivot_layer: int) -> I16:
    def place(curvature: F64, slope: F64, z0_mm: float) -> F64:
        return differences(azimuths(curvature, slope, np.full(1, z0_mm), pivot_layer)[0])

    curvature = curvature_points()[:, None]
    low, at, high = curvature[:-1:2], curvature[1::2], curvature[2::2]
    lower, dip, upper = _dips(config)
    expected = place(at, dip, 0.0)
    columns = [
        (expected, DIFFERENCE_BITS),
        (_change(place(low, dip, 0.0), expected, place(high, dip, 0.0), high[0] - low[0]), CURVATURE_BITS),
        (_change(place(at, lower, 0.0), expected, place(at, upper, 0.0), upper[0] - lower[0]), SLOPE_BITS),
        (_change(place(at, dip, -FAR_MM), expected, place(at, dip, FAR_MM), 2 * FAR_MM), Z0_BITS),
    ]
    unit = (1.0, 1.0, 1.0 / SLOPE_UNITS, 10.0)
    rows = np.zeros((len(SEEDS), BINS, len(dip), len(columns), LANES), np.int16)
    for k, (column, bits) in enumerate(columns):
        # Nothing is expected where the middle of a cell does not reach a superlayer.
        number = np.rint(np.nan_to_num(column) * unit[k] * (1 << bits))
        most = LARGEST if k else np.iinfo(np.int16).max
        rows[..., k, : number.shape[-1]] = np.clip(number, -most, most)
    return rows


def _change(below: F64, middle: F64, above: F64, apart: F64 | float) -> F64:
    """Return the change for one unit between two places: from the middle where a track does not reach one of them."""
    double = np.where(np.isnan(below), 2 * (above - middle), above - below)
    return np.where(np.isnan(above), 2 * (middle - below), double) / apart
