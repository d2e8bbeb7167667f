"""Tables of the z trigger's decisions: cuts in units of the fit, and how many superlayers a track can reach."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I32, U8, U16
from trigemu.experiments.babar.dct.geometry import DEPTH
from trigemu.experiments.babar.zpd.codes import SLOPE_UNITS
from trigemu.experiments.babar.zpd.config import DECISIONS, Cuts, Zpd
from trigemu.experiments.babar.zpd.paths import azimuths

AZIMUTH_BINS = 16
"""Bins of the maps."""

CURVATURES, SLOPES = 129, 256
"""Absolute curvatures, and values of tan(lambda) from -128 on."""


def make_cuts(config: Zpd) -> I32:
    """Return the cuts of each seed and decision: int32[2, 8, 4].

    Rows: least and largest curvature, tan(lambda) and z0, and largest error of z0, all of which are not allowed
    themselves; most missing superlayers.
    """
    decisions = [getattr(config, name) for name in DECISIONS]
    rows = [[_row(getattr(each, seed)) for each in decisions] for seed in ("a7", "a10")]
    return np.ascontiguousarray(np.moveaxis(np.array(rows, np.int32), 1, 2))


def _row(cuts: Cuts) -> list[int]:
    slopes = (round(SLOPE_UNITS * slope) for slope in cuts.tan_lambda)
    return [*cuts.curvature, *slopes, *cuts.z0_cm, cuts.z0_error_cm, cuts.missing]


def make_possible() -> U8:
    """Return how many superlayers a track has at most: uint8[129, 256], for absolute curvature and tan(lambda) + 128.

    These are the superlayers in whose third layer a track from the collision point is still between the end plates
    (babar_geometry_facts G4.10 names the table; that a segment needs three layers is G2.9).
    """
    curvature = np.arange(CURVATURES, dtype=np.float64)[:, None]
    slope = (np.arange(SLOPES) - SLOPES // 2) / SLOPE_UNITS
    azimuth, inside = azimuths(curvature, slope, np.zeros(1), DEPTH - 1)
    reached = np.isfinite(azimuth) & inside
    # Tracks that come back have passed no further superlayers on their way.
    return np.asarray(np.minimum.accumulate(reached, axis=-1).sum(axis=-1, dtype=np.uint8))


def make_bins(config: Zpd) -> U16:
    """Return the bins that a track in each of the 16 sets in the maps: uint16[4, 16] for decision and bin."""
    out = np.zeros((len(DECISIONS), AZIMUTH_BINS), np.uint16)
    for row, name in enumerate(DECISIONS):
        width = AZIMUTH_BINS // getattr(config, name).azimuth_bins
        first = np.arange(AZIMUTH_BINS) // width * width
        out[row] = ((1 << width) - 1) << first
    return out
