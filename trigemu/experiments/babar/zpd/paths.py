"""Where tracks from the beam line pass the superlayers, as segments tell it."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.collider.wire_patterns import Helices, places
from trigemu.experiments.babar.dct.geometry import BACKWARD, CELLS, FORWARD, TWIST, chamber, pivot_rows
from trigemu.experiments.babar.zpd.codes import OMEGA_UNIT, SEEDS, UNIT


def azimuths(curvature: F64, slope: F64, z0: F64, pivot_layer: int) -> tuple[F64, Bool]:
    """Return azimuths of the segments of tracks that leave the beam line at azimuth 0.

    On stereo wires it is the azimuth that a wire has in the middle of the chamber.

    Parameters
    ----------
    curvature, slope, z0
        Units of curvature, tan(lambda) and mm, broadcast to one shape.
    pivot_layer
        Layer of a superlayer at whose radius segments are told, 1-4.

    Returns
    -------
    azimuth
        float64[..., 10], rad; NaN where a track does not reach the radius.
    inside
        bool[..., 10], it passes there within the length of the wires.
    """
    rows = pivot_rows(pivot_layer)
    curvature, slope, z0 = np.broadcast_arrays(curvature, slope, z0)
    tracks = Helices(np.zeros(curvature.size), OMEGA_UNIT * curvature.ravel(), z0.ravel(), slope.ravel())
    place, z, _ = places(chamber(), tracks, rows)
    azimuth = (place + 0.5 * TWIST[rows]) * (2 * np.pi / CELLS)
    shape = (*curvature.shape, len(rows))
    return azimuth.reshape(shape), ((z > BACKWARD) & (z < FORWARD)).reshape(shape)


def differences(azimuth: F64) -> F64:
    """Return float64[2, ..., 10], differences from each seed's superlayer in its fine units."""
    return np.stack([(azimuth - azimuth[..., [seed]]) / unit for seed, unit in zip(SEEDS, UNIT, strict=True)])
