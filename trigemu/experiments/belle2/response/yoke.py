"""The instrumented iron yoke (KLM) as the response sees it.  Lengths in mm."""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.arrays import F64, floats
from trigemu.collider.response.yoke import Shape, Yoke, half_side

CENTRE_Z = 470.0
"""z of the middle of barrel and endcaps (OffsetZ, SolenoidZ in the experiment's BKLM.xml and EKLM.xml)."""
BARREL_HALF_LENGTH = 2300.0
MODULE_HALF_LENGTH = 2220.0
BARREL_RADIUS = 2019.0
PITCH = 91.0
"""From layer to layer: a gap of 44 mm and 47 mm of iron (EKLM.xml; in the barrel belle2_facts 7)."""
IRON = 47.0
HALF_GAP = 22.0
ENDCAP_INNER, ENDCAP_OUTER = 1325.0, 3290.0
"""Radii that endcap planes cover (EKLM.xml)."""
BARREL_LAYERS = 15
BARREL_SECTORS, ENDCAP_SECTORS = 8, 4
ENDCAP_LAYERS = (12, 14)
"""Backward and forward."""
CALORIMETER_RADIUS = 1250.0
"""Recalled: inner radius of the barrel calorimeter."""


def _layers(first: float, number: int, iron: float) -> F64:
    """Return distances and iron in front (``iron`` before the first one)."""
    distance = first + PITCH * np.arange(number)
    return floats(np.stack([distance, np.r_[iron, np.full(number - 1, IRON)]], axis=1))


@cache
def yoke(field_radius: float) -> Yoke:
    """Return the yoke; ``field_radius``: particles fly straight on further out."""
    backward, forward = (
        _layers(BARREL_HALF_LENGTH + IRON + HALF_GAP, number, IRON) for number in ENDCAP_LAYERS
    )
    return Yoke(
        shape=Shape(
            centre=CENTRE_Z,
            half_length=BARREL_HALF_LENGTH,
            module=MODULE_HALF_LENGTH,
            field_radius=field_radius,
            calorimeter_radius=CALORIMETER_RADIUS,
            sides=float(BARREL_SECTORS),
            normal=0.0,
            edge=half_side(BARREL_SECTORS),
            inner=ENDCAP_INNER,
            outer=ENDCAP_OUTER,
            doors=float(ENDCAP_SECTORS),
            begin=0.0,
        ),
        barrel=_layers(BARREL_RADIUS + HALF_GAP, BARREL_LAYERS, 0.0),
        backward=backward,
        forward=forward,
        plate=IRON,
    )
