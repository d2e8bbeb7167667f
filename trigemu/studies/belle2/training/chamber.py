"""The drift chamber's wires as the training toys use them: lengths in cm, places in *segment units*.

A place in segment units is the number of a track segment within its superlayer, made continuous: 0 at the segment
whose first-priority wire starts at azimuth 0 on the backward endplate.
"""

from __future__ import annotations

from typing import NamedTuple

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


class Wires(NamedTuple):
    """Layers as `trigemu.collider.wire_patterns` wants them."""

    radius: F64
    backward: F64
    forward: F64
    wires: I64
    offset: F64
    turn: F64


WIRES = Wires(
    RADIUS, BACKWARD, FORWARD, geometry.WIRES, geometry.OFFSET, np.asarray(0.5 * geometry.SHIFT, np.float64)
)
"""All layers, in cm."""

CURVATURE = 0.00299792458 * 1.5
"""1/cm at pT = 1 GeV in 1.5 T (belle2_facts, section 1)."""
