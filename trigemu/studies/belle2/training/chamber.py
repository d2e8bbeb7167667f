"""The drift chamber's wires as the training toys use them: lengths in cm, places in *segment units*.

A place in segment units is the number of a track segment within its superlayer, made continuous: 0 at the segment
whose first-priority wire starts at azimuth 0 on the backward endplate.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.experiments.belle2.cdc import geometry

SUPERLAYERS = geometry.SUPERLAYERS
AXIAL = np.array(geometry.AXIAL)
STEREO = np.array([1, 3, 5, 7])

SEGMENTS = geometry.SEGMENTS
"""int64[9]: track segments per superlayer = wires per layer."""
UNIT = SEGMENTS / (2 * np.pi)
"""float64[9]: segment units per rad."""
LAYERS = np.stack([geometry.PRIORITY_LAYER, geometry.PRIORITY_LAYER + 1])
"""int64[2, 9]: layer of the first and of the second priority wires of each superlayer."""
RADIUS = geometry.RADIUS / 10
BACKWARD = geometry.BACKWARD / 10
FORWARD = geometry.FORWARD / 10
"""float64[56]: radius at the endplates, and z of the wires' ends, per layer in cm."""

CURVATURE = 0.00299792458 * 1.5
"""1/cm at pT = 1 GeV in 1.5 T (belle2_facts, section 1)."""


def wire_turn(z: F64, layers: I64, chord: bool = True) -> tuple[F64, F64]:
    """Where the wires of some layers are at a place along the chamber.

    Parameters
    ----------
    z
        float64[n, k], cm.
    layers
        int64[k].
    chord
        Straight wires; otherwise azimuth linear in z at the radius of the endplates.

    Returns
    -------
    turn, radius
        float64[n, k]: segment units by which a wire has turned since its backward end, and its distance from the
        axis in cm.
    """
    back, front, radius = BACKWARD[layers], FORWARD[layers], RADIUS[layers]
    part = (z - back) / (front - back)
    angle = np.pi * geometry.SHIFT[layers] / geometry.WIRES[layers]
    unit = geometry.WIRES[layers] / (2 * np.pi)
    if not chord:
        return part * angle * unit, np.broadcast_to(radius, z.shape)
    x, y = 1 - part + part * np.cos(angle), part * np.sin(angle)
    return np.arctan2(y, x) * unit, radius * np.hypot(x, y)
