"""Numbers of the z trigger as its boards have them (babar_geometry_facts G4.5, G4.6, G4.8).

Superlayers count from 0, as everywhere here: seeds are segments of superlayers 6 (A7) and 9 (A10).  Differences in
azimuth are in 1/32 of a cell of the *seed's* superlayer, 10 bits with a sign: what is further away is not seen, so
tracks of low momentum are found from the seed that is nearer.

Curvature is 18.5 / pT (GeV) with the sign of the charge.  The finder has 64 bins of four units from -128 on, and 64
bins of dip between the settings' limits.  The fit gives curvature, tan(lambda) in 1/32 (cuts reach from -4 to 4, the
range of a signed byte: inferred) and z0 in cm, a signed byte each.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64
from trigemu.experiments.babar.dct.geometry import AXIAL, CELLS, FIELD_T, FINE, SUPERLAYERS
from trigemu.physics.constants import gev_per_mm

SEEDS = (6, 9)
STEREO = tuple(superlayer for superlayer in range(SUPERLAYERS) if superlayer not in AXIAL)

CURVATURE_GEV = 18.5
"""Curvature times pT (babar_geometry_facts G4.8)."""

OMEGA_UNIT = gev_per_mm(FIELD_T) / CURVATURE_GEV
"""Charge over radius of one unit of curvature in 1/mm."""

BINS = 64
"""Bins of curvature, and of dip (6 bits each)."""

CURVATURE_STEP, CURVATURE_FIRST = 4, -128

SLOPE_UNITS = 32
"""Units of tan(lambda) in 1."""

REACH = 512
"""Differences are at least -REACH and less than REACH."""

UNIT = 2 * np.pi / (FINE * CELLS[list(SEEDS)])
"""float64[2]: unit of differences for each seed, rad."""


def curvature_points() -> F64:
    """Return edges and middles of the curvature bins in turn: float64[129], units of curvature."""
    return np.asarray(CURVATURE_FIRST + 0.5 * CURVATURE_STEP * np.arange(2 * BINS + 1), np.float64)


def slope_points(limits: tuple[float, float]) -> F64:
    """Return edges and middles of the dip bins in turn: float64[129], tan(lambda)."""
    return np.asarray(np.linspace(*limits, 2 * BINS + 1), np.float64)
