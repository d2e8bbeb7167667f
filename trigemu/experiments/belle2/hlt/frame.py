"""From the laboratory to the centre of mass, in which the software trigger measures momenta and angles.

As `trigemu.physics.beams` has it, written with numpy alone: what a trigger worker imports compiles nothing.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64

ELECTRON_GEV, POSITRON_GEV = 7.004, 4.002
HALF_CROSSING_RAD = 0.0415
"""Beams at the Upsilon(4S), each 41.5 mrad from the z axis towards +x (belle2_facts 1)."""

ELECTRON_MASS = 0.51099895e-3


def total() -> F64:
    """Return float64[4]: px, py, pz, E of both beams together in the laboratory."""
    return np.asarray(_beam(ELECTRON_GEV, 1.0) + _beam(POSITRON_GEV, -1.0))


def sqrt_s() -> float:
    """Return the energy in the centre of mass in GeV."""
    x, y, z, e = total()
    return math.sqrt(e * e - x * x - y * y - z * z)


def to_cm() -> F64:
    """Return float64[4, 4]: the matrix that takes (px, py, pz, E) of the laboratory to the centre of mass.

    A boost along the beams' total momentum, then the smallest rotation that puts the electrons on +z.
    """
    sum_ = total()
    beta = sum_[:3] / sum_[3]
    gamma = 1.0 / math.sqrt(1.0 - float(beta @ beta))
    boost = np.eye(4)
    boost[:3, :3] += (gamma - 1.0) / float(beta @ beta) * np.outer(beta, beta)
    boost[:3, 3] = boost[3, :3] = -gamma * beta
    boost[3, 3] = gamma
    x, y, z = (boost @ _beam(ELECTRON_GEV, 1.0))[:3]
    x, y, z = (component / math.sqrt(x * x + y * y + z * z) for component in (x, y, z))
    k = 1.0 / (1.0 + z)
    turn = np.eye(4)
    turn[:3, :3] = [[1 - k * x * x, -k * x * y, -x], [-k * x * y, 1 - k * y * y, -y], [x, y, z]]
    return np.asarray(turn @ boost)


def _beam(energy: float, side: float) -> F64:
    p = math.sqrt(energy * energy - ELECTRON_MASS * ELECTRON_MASS)
    return np.array([p * math.sin(HALF_CROSSING_RAD), 0.0, side * p * math.cos(HALF_CROSSING_RAD), energy])
