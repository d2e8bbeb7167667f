"""Belle II as the response sees it: field, drift chamber and its clock, faces of the calorimeter."""

from __future__ import annotations

import math
from functools import cache

from trigemu.collider.response.detector import Detector, Tdc
from trigemu.collider.response.rings import Envelope
from trigemu.experiments.belle2.cdc.geometry import chamber
from trigemu.experiments.belle2.clock import T0_TDC, TDC_PER_TICK, TICK_NS
from trigemu.experiments.belle2.response.yoke import CALORIMETER_RADIUS

FIELD_T = 1.5
"""The solenoid's field, along +z (belle2_facts 1)."""

CALORIMETER_Z = (-1020.0, 1960.0)
"""Recalled: z of the faces of the endcap calorimeters in mm."""

ACCEPTANCE_DEG = (17.0, 150.0)
"""Polar angles of chamber and silicon (belle2_facts 11)."""


@cache
def detector() -> Detector:
    """Return the detector; its TDC counts 0.9825 ns, larger counts are earlier."""
    low, high = ACCEPTANCE_DEG
    return Detector(
        field_t=FIELD_T,
        chamber=chamber(),
        tdc=Tdc(t0=float(T0_TDC), count_ns=-TICK_NS / TDC_PER_TICK),
        surface=Envelope(CALORIMETER_RADIUS, *CALORIMETER_Z),
        vertex_rad=(math.radians(low), math.radians(high)),
    )
