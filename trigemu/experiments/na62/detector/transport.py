"""Straight lines and one thin magnet: where and when particles cross a plane.

Times are aligned as the experiment's own: a particle that flies at the speed of light along the axis and
crosses the NewCHOD at its event's time is at every detector at that time.  Scalar helpers for Numba kernels (a row
is one of `Particles.rows`), and a kernel for whole arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64
from trigemu.experiments.na62.detector.geometry import MNP33_KICK_GEV, MNP33_Z, NEWCHOD
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import CHARGE, MASS, PX, PY, PZ, TIME, Particles, X, Y, Z

LIGHT_MM_NS = 299.792458
"""Speed of light, mm/ns (exact)."""

NEWCHOD_Z = NEWCHOD.z

EVENT_PLANE_MM = 238131.5
"""z of the plane that defines an event's time, the centre of NewCHOD (NA62 framework).

The time of an event is when a particle of it that flies along z at the speed of light crosses this plane; one that
starts at z does so at -(EVENT_PLANE_MM - z) / c after the time of its event.
"""


@inlined
def momentum(row: F64) -> float:
    """Return |p| of one particle, GeV."""
    return math.sqrt(row[PX] * row[PX] + row[PY] * row[PY] + row[PZ] * row[PZ])


@inlined
def kicked(row: F64) -> tuple[float, float]:
    """Return dx/dz and dy/dz behind the magnet; the kick turns the momentum and keeps its size.

    A kick larger than the momentum allows gives slopes that miss everything; a particle made behind the
    magnet is not kicked.
    """
    if row[Z] >= MNP33_Z or row[CHARGE] == 0.0:
        return row[PX] / row[PZ], row[PY] / row[PZ]
    px = row[PX] - row[CHARGE] * MNP33_KICK_GEV
    pz2 = row[PX] * row[PX] + row[PZ] * row[PZ] - px * px
    if pz2 <= 0.0:
        return 1e9, 1e9
    pz = math.sqrt(pz2)
    return px / pz, row[PY] / pz


@inlined
def crossing(row: F64, z: float) -> tuple[float, float, float]:
    """Return x, y (mm) and aligned time (ns after the event's time) where a particle crosses a plane.

    A particle made behind the plane, or flying backwards, gives (1e9, 1e9, 0): outside every detector.
    """
    if row[PZ] <= 0.0 or z < row[Z]:
        return 1e9, 1e9, 0.0
    sx = row[PX] / row[PZ]
    sy = row[PY] / row[PZ]
    if z <= MNP33_Z or row[Z] >= MNP33_Z or row[CHARGE] == 0.0:
        dz = z - row[Z]
        x = row[X] + sx * dz
        y = row[Y] + sy * dz
        path = dz * math.sqrt(1.0 + sx * sx + sy * sy)
    else:
        before = MNP33_Z - row[Z]
        behind = z - MNP33_Z
        kx, ky = kicked(row)
        x = row[X] + sx * before + kx * behind
        y = row[Y] + sy * before + ky * behind
        path = before * math.sqrt(1.0 + sx * sx + sy * sy) + behind * math.sqrt(1.0 + kx * kx + ky * ky)
    p = momentum(row)
    inverse_beta = math.sqrt(1.0 + (row[MASS] / p) ** 2)
    return x, y, row[TIME] + (path * inverse_beta - (z - NEWCHOD_Z)) / LIGHT_MM_NS


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Where particles cross planes.

    Attributes
    ----------
    x, y
        float64[n, planes], mm; 1e9 where a particle is made behind the plane.
    time_ns
        float64[n, planes], aligned time after the event's time, ns.
    """

    x: F64
    y: F64
    time_ns: F64


@kernel
def _fill(rows: F64, planes: F64, x: F64, y: F64, time: F64) -> None:
    for i in range(len(rows)):
        for j in range(len(planes)):
            x[i, j], y[i, j], time[i, j] = crossing(rows[i], planes[j])


def cross_planes(particles: Particles, planes: F64) -> Crossings:
    """Follow particles to planes.

    Parameters
    ----------
    particles
        Where they start.
    planes
        float64[planes], z in mm.
    """
    shape = (len(particles), len(planes))
    out = Crossings(np.empty(shape), np.empty(shape), np.empty(shape))
    _fill(particles.rows, np.ascontiguousarray(planes, np.float64), out.x, out.y, out.time_ns)
    return out
