"""Where the crystals point: polar edges of the 69 rings of crystals, for the response.

Crystals are taken to point at the collision point.  The barrel's 46 rings share 32.2-128.7 degrees in equal steps of
-ln tan(theta / 2), which are crystals of equal width; the endcaps' rings share 12.4-31.4 and 130.7-155.1 degrees in
equal steps of the radius.  Between them are the gaps.  Azimuth: a ring of n crystals begins at 0, crystal i covers
360 / n degrees.  Sources: coverage in belle2_facts 11 (recalled there); that rings are so divided follows from the
experiment's cell centres, whose directions are reproduced to 0.05 degrees in azimuth and 0.7 in theta (tests).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.experiments.belle2.ecl.cells import BACKWARD_RINGS, BARREL_RINGS, FORWARD_RINGS, rings
from trigemu.jit import inlined

FORWARD_DEG = (12.4, 31.4)
BARREL_DEG = (32.2, 128.7)
BACKWARD_DEG = (130.7, 155.1)

_N_FORWARD, _N_BACKWARD = len(FORWARD_RINGS), len(BACKWARD_RINGS)
_T0, _T1 = (math.tan(math.radians(a)) for a in FORWARD_DEG)
_U0, _U1 = (-math.log(math.tan(math.radians(a) / 2.0)) for a in BARREL_DEG)
# Radii in the backward endcap shrink with theta.
_B0, _B1 = (-math.tan(math.radians(a)) for a in BACKWARD_DEG)


@inlined
def ring_at(theta: float) -> int:
    """Return the ring of crystals (0-68) at a polar angle in rad, -1 in a gap or outside."""
    if theta < 0.5 * math.pi:
        t = math.tan(theta)
        if t < _T0:
            return -1
        if t < _T1:
            return int((t - _T0) / (_T1 - _T0) * _N_FORWARD)
    u = -math.log(math.tan(0.5 * theta))
    if _U1 < u <= _U0:
        return _N_FORWARD + int((_U0 - u) / (_U0 - _U1) * BARREL_RINGS)
    if theta > 0.5 * math.pi:
        t = -math.tan(theta)
        if _B1 < t <= _B0:
            return _N_FORWARD + BARREL_RINGS + int((_B0 - t) / (_B0 - _B1) * _N_BACKWARD)
    return -1


LOOK_UP = 8192
"""Entries of `ring_look_up`: steps of 0.022 degrees."""


@cache
def ring_look_up() -> NDArray[np.int8]:
    """Return int8[8192], `ring_at` in equal steps of theta over 0-180 degrees (middle of each step)."""
    steps = (np.arange(LOOK_UP) + 0.5) * (math.pi / LOOK_UP)
    return np.array([ring_at(theta) for theta in steps], np.int8)


@cache
def ring_edges() -> F64:
    """Return float64[69, 2], lower and upper polar angle of every ring in rad."""
    forward = np.arctan(np.linspace(_T0, _T1, _N_FORWARD + 1))
    barrel = 2.0 * np.arctan(np.exp(-np.linspace(_U0, _U1, BARREL_RINGS + 1)))
    backward = math.pi - np.arctan(np.linspace(_B0, _B1, _N_BACKWARD + 1))
    return np.concatenate(
        [np.stack([edges[:-1], edges[1:]], axis=1) for edges in (forward, barrel, backward)]
    )


@cache
def ring_table() -> tuple[I64, I64]:
    """Return int64[69] each: number of the first crystal (0-based) of every ring, and its crystals."""
    counts = rings()
    return np.concatenate([[0], np.cumsum(counts)[:-1]]), counts
