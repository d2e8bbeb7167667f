"""Belle II as the response sees it: field, drift chamber and its clock, faces of the calorimeter."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from trigemu.collider.response.detector import Detector, Tdc
from trigemu.collider.response.layers import DriftChamber, half_way
from trigemu.collider.response.rings import Envelope
from trigemu.experiments.belle2.cdc import geometry
from trigemu.experiments.belle2.clock import T0_TDC, TDC_PER_TICK, TICK_NS
from trigemu.experiments.belle2.response.yoke import CALORIMETER_RADIUS

FIELD_T = 1.5
"""The solenoid's field, along +z (belle2_facts 1)."""

EDGE_CELL_MM = (5.0, 9.0)
"""Half thickness of the cells of the first (inner) and last (outer) layer."""

CALORIMETER_Z = (-1020.0, 1960.0)
"""Recalled: z of the faces of the endcap calorimeters in mm."""

ACCEPTANCE_DEG = (17.0, 150.0)
"""Polar angles of chamber and silicon (belle2_facts 11)."""


@cache
def chamber() -> DriftChamber:
    """Return the central drift chamber (CDC): 56 layers, cells up to half-way to the next one."""
    inner, outer = half_way(geometry.RADIUS, *EDGE_CELL_MM)
    return DriftChamber(
        radius=geometry.RADIUS,
        backward=geometry.BACKWARD,
        forward=geometry.FORWARD,
        wires=geometry.WIRES,
        offset=geometry.OFFSET,
        turn=np.asarray(0.5 * geometry.SHIFT, np.float64),
        superlayer=geometry.SUPERLAYER,
        inner=inner,
        outer=outer,
    )


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
