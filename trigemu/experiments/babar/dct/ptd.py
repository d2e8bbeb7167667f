"""Transverse-momentum discriminator (until 2004): segments to maps of tracks of high momentum (A').

A seed is a segment of superlayer 7 or 10.  The axial superlayers inside it confirm it where they have a segment, in
the same tick, that is as near to it in azimuth as on tracks from the collision point above the limit of momentum.
A' is in the bin of the seed's azimuth (chosen).  Azimuths are whole numbers, so that the 1/32 of a cell of all axial
superlayers fit.  Compiled in ``ext/babar/ptd.pyx``.  Source: babar_geometry_facts G4.1.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu._kernels.babar_ptd import Seeds
from trigemu.arrays import I32, U16
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.dct.config import Ptd
from trigemu.experiments.babar.dct.geometry import AXIAL, CELLS, FIELD_T, FINE, OFFSET, RADIUS, pivot_rows
from trigemu.experiments.babar.records import Segments
from trigemu.physics.constants import gev_per_mm

TURN = FINE * math.lcm(*(int(CELLS[superlayer]) for superlayer in AXIAL))
"""Units of azimuth in a turn."""

SEEDS = (2, 3)
"""Seeds are in these of the axial superlayers (7 and 10 of the experiment's numbers)."""


class Discriminator:
    """Looks for axial segments in line with a seed; one object may serve many threads.

    Parameters
    ----------
    config
        Settings.
    pivot_layer
        The segment finder's (`Tsf`), where segments have their azimuth.
    """

    def __init__(self, config: Ptd, pivot_layer: int = 2) -> None:
        self.config = config
        tables = scales(pivot_layer), windows(config, pivot_layer)
        self._kernel = Seeds(TURN, *tables, config.confirm, config.minimum_weight, config.hold)

    def find(self, segments: Segments) -> U16:
        """Return the map of A', uint16[n, 64].

        Raises
        ------
        InputError
            Columns of different lengths, or segments of superlayers, azimuths or ticks that do not exist.
        """
        out = np.empty((len(segments.offsets) - 1, TICKS), np.uint16)
        self._kernel.find(segments, out)
        return out


def scales(pivot_layer: int) -> I32:
    """Return int32[4, 2]: units of azimuth in 1/32 of a cell of each axial superlayer, and those of pivot 0."""
    rows = pivot_rows(pivot_layer)
    out = []
    for superlayer in AXIAL:
        unit = TURN // (FINE * int(CELLS[superlayer]))
        out.append((unit, round(unit * FINE * float(OFFSET[rows[superlayer]]))))
    return np.array(out, np.int32)


def windows(config: Ptd, pivot_layer: int) -> I32:
    """Return int32[2, 4]: how far (units) from a seed the segments of the axial superlayers inside it may be.

    -1: they are not inside it.
    """
    radius = RADIUS[pivot_rows(pivot_layer)[list(AXIAL)]]
    # A track from the axis has turned by this much at the radius of a superlayer.
    bend = np.arcsin(0.5 * radius * gev_per_mm(FIELD_T) / config.pt_gev)
    out = np.full((len(SEEDS), len(AXIAL)), -1, np.int32)
    for row, seed in enumerate(SEEDS):
        for other in range(seed):
            tolerance = config.tolerance_mm * math.hypot(1 / radius[seed], 1 / radius[other])
            out[row, other] = round(TURN / (2 * math.pi) * (bend[seed] - bend[other] + tolerance))
    return out
