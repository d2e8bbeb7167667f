"""Particles on NA62's detectors, one by one."""

from __future__ import annotations

import numpy as np

from trigemu.experiments.na62.detector.geometry import MNP33_Z, NEWCHOD
from trigemu.experiments.na62.detector.transport import LIGHT_MM_NS
from trigemu.experiments.na62.response.detectors import Exposure
from trigemu.physics.particles import from_columns

FRAME_TICKS = 40960 * 256
SPACING_NS = 400.0


def guns(
    n: int,
    x: float,
    y: float,
    *,
    p: float = 50.0,
    mass: float = 0.0,
    charge: int = 1,
    pdg: int = 13,
    flags: int = 0,
    z: float = MNP33_Z + 1000.0,
) -> Exposure:
    """n particles, well apart in time, that fly parallel to the axis through (x, y); made at z, behind the magnet
    if nothing else is said.
    """
    values = (mass, 0.0, 0.0, p, x, y, z, (z - NEWCHOD.z) / LIGHT_MM_NS)
    particles = from_columns(
        np.arange(n + 1),
        np.full(n, pdg, np.int32),
        np.full(n, charge, np.int8),
        *(np.full(n, value) for value in values),
        np.zeros(n, np.int32),
    )
    t0 = SPACING_NS * np.arange(n) + 300.0
    return Exposure(particles, t0, np.full(n, flags, np.uint8))
