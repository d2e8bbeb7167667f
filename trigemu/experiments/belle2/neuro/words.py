"""Azimuth and curvature of neural tracks as the integers that the hardware sends.

Azimuth comes in half cells of the Hough plane from the edge of a quadrant, curvature in half cells (belle2_facts 4,
firmware number formats).  The other two integers of a track, z and theta, are the network's last layer in units of
2^-12: `NeuroTracks.raw`, with z_cm = (raw / 4096 + 1) (high - low) / 2 + low of the expert's output scale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.records import NeuroTracks, Tracks2D

SPEED_OF_LIGHT = 29.9792458
"""cm/ns."""

FIELD = 1.5e-4
"""Magnetic field in the experiment's units, in which c times it is 1 GeV per cm of radius."""

CURVATURE_CELLS = 34
"""Cells of the Hough plane in curvature; the largest curvature is that of 0.3 GeV."""

PHI_STEPS = 320
"""Half cells of the Hough plane in azimuth."""

QUADRANT = PHI_STEPS // 4

_EDGES = np.array([-0.75, -0.25, 0.25, 0.75]) * np.pi
_SUBTRACTED = np.array([3, 5, 7, 1, 3]) * (QUADRANT // 2)
"""Steps subtracted below the first edge, between the edges, above the last."""
_ON_AN_EDGE = QUADRANT // 2


def hardware_words(tracks: Tracks2D, neuro: NeuroTracks) -> NDArray[np.int16]:
    """Return azimuth and curvature of 2D tracks as integers.

    Quadrants reach from 45 to 135 degrees and so on around.  The simulation subtracts the edge of a quadrant, 45, 135,
    225 or 315 degrees, from an azimuth that may be negative, and forgets the full turn between the two: tracks from
    -180 to 45 degrees, whose integers would be 0 to 79 as well, have 320 less.  An azimuth exactly on an edge is in
    none of its quadrants, and 45 degrees are subtracted: 0 at 45, 80 at 135, -160 at -135, -80 at -45 degrees.

    Parameters
    ----------
    tracks
        2D tracks.
    neuro
        What the neural trigger says of them; tracks without an expert are not sent.

    Returns
    -------
    words
        int16[m, 2]: azimuth in steps of 2 pi / 320 from the quadrant's edge, signed curvature in steps of the largest
        one / 34; zeros where there is no neural track.
    """
    phi = np.rint(tracks.phi0 * (PHI_STEPS / (2 * np.pi))).astype(np.int64)
    below = np.searchsorted(_EDGES, tracks.phi0)
    on_edge = below != np.searchsorted(_EDGES, tracks.phi0, side="right")
    edge = np.where(on_edge, _ON_AN_EDGE, _SUBTRACTED[below])
    omega = np.rint(tracks.omega / (SPEED_OF_LIGHT * FIELD) * 0.3 * CURVATURE_CELLS)
    words = np.stack([phi - edge, omega.astype(np.int64)], axis=-1)
    words[neuro.found == 0] = 0
    return words.astype(np.int16)
