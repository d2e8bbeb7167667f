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

from trigemu.arrays import F64
from trigemu.collider.response.rings import Rings, in_order
from trigemu.experiments.belle2.ecl.cells import BACKWARD_RINGS, BARREL_RINGS, FORWARD_RINGS, rings

FORWARD_DEG = (12.4, 31.4)
BARREL_DEG = (32.2, 128.7)
BACKWARD_DEG = (130.7, 155.1)

_N_FORWARD, _N_BACKWARD = len(FORWARD_RINGS), len(BACKWARD_RINGS)
_T0, _T1 = (math.tan(math.radians(a)) for a in FORWARD_DEG)
_U0, _U1 = (-math.log(math.tan(math.radians(a) / 2.0)) for a in BARREL_DEG)
# Radii in the backward endcap shrink with theta.
_B0, _B1 = (-math.tan(math.radians(a)) for a in BACKWARD_DEG)


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
def crystal_rings() -> Rings:
    """Return the 69 rings from the front to the back; crystals are numbered ring by ring, 0-8735."""
    counts = rings()
    return Rings(ring_edges(), counts, in_order(counts), np.zeros(len(counts)))
