"""Where two helices meet: a closed-form stand-in for a vertex fit of two tracks.

Seen along the field, two tracks are circles.  They cross twice, touch, or miss each other; at a crossing the tracks
differ only in z, where circles miss, the vertex is half-way between them.  With the resolutions of the configuration
that gives a chi-square per crossing.  The vertex is the crossing nearest to the beams that fits: a fit that starts
there finds that one first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.frames.columns import Array


@dataclass(frozen=True, slots=True, eq=False)
class Helices:
    """Tracks at the perigee: float64[n] each, d0 and z0 in mm, phi0 in rad, omega in 1/mm, tan(lambda)."""

    d0: F64
    phi0: F64
    omega: F64
    z0: F64
    tan_lambda: F64

    @classmethod
    def of(cls, tracks: Mapping[str, Array], rows: I64) -> Helices:
        """Return those of rows int64[n] of source ``tracks``."""
        return cls(*(np.asarray(tracks[field.name], np.float64)[rows] for field in fields(cls)))

    def centre(self) -> tuple[F64, F64]:
        """Return the centres (x, y) of the circles in mm: to the right of the flight for positive curvature."""
        reach = self.d0 + 1.0 / self.omega
        return reach * np.sin(self.phi0), -reach * np.cos(self.phi0)

    def azimuth_at(self, x: F64, y: F64) -> F64:
        """Return the azimuth of the flight (rad) where the track passes that of a point, seen from its centre."""
        cx, cy = self.centre()
        return np.asarray(np.arctan2(self.omega * (cx - x), -self.omega * (cy - y)))

    def z_at(self, x: F64, y: F64) -> F64:
        """Return z where the track passes the azimuth, seen from its centre, of a point; the turn of the perigee."""
        turn = self.phi0 - self.azimuth_at(x, y)
        turn -= 2.0 * np.pi * np.round(turn / (2.0 * np.pi))
        return np.asarray(self.z0 + self.tan_lambda * turn / self.omega)


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    """Vertices: float64[n] each, position in mm and chi-square."""

    x: F64
    y: F64
    z: F64
    chi2: F64


def meet(a: Helices, b: Helices, sigma_xy_mm: float, sigma_z_mm: float, limit: float) -> Meeting:
    """Return where pairs of helices meet: nearest to the z axis with chi-square below ``limit``, if there is such.

    Curvatures must not be 0.  ``sigma_xy_mm`` and ``sigma_z_mm`` are the resolutions of the distance between the two
    in the transverse plane and along z.
    """
    (ax, ay), (bx, by) = a.centre(), b.centre()
    ra, rb = np.abs(1.0 / a.omega), np.abs(1.0 / b.omega)
    distance = np.maximum(np.hypot(bx - ax, by - ay), 1e-9)
    ex, ey = (bx - ax) / distance, (by - ay) / distance
    along = (distance**2 + ra**2 - rb**2) / (2.0 * distance)
    height = np.sqrt(np.maximum(ra**2 - along**2, 0.0))
    # Circles that miss: the nearest points lie on the line of centres, on the far side of a when a lies inside b.
    apart = distance > ra + rb
    inside = distance < np.abs(ra - rb)
    side = np.where(inside & (ra < rb), -1.0, 1.0)
    gap = np.where(apart, distance - ra - rb, np.where(inside, np.abs(ra - rb) - distance, 0.0))
    middle = side * (ra + np.where(apart, 0.5, np.where(ra > rb, -0.5, 0.5)) * gap)
    miss = apart | inside
    met = []
    for sign in (1.0, -1.0):
        along_, height_ = np.where(miss, middle, along), np.where(miss, 0.0, sign * height)
        x, y = ax + along_ * ex - height_ * ey, ay + along_ * ey + height_ * ex
        za, zb = a.z_at(x, y), b.z_at(x, y)
        chi2 = (gap / sigma_xy_mm) ** 2 + ((za - zb) / sigma_z_mm) ** 2
        met.append(Meeting(x, y, 0.5 * (za + zb), chi2))
    return _better(met[0], met[1], limit)


def _better(first: Meeting, second: Meeting, limit: float) -> Meeting:
    fits, other_fits = first.chi2 < limit, second.chi2 < limit
    nearer = np.hypot(second.x, second.y) < np.hypot(first.x, first.y)
    take = np.where(fits == other_fits, nearer, other_fits)
    return Meeting(*(np.where(take, getattr(second, f), getattr(first, f)) for f in ("x", "y", "z", "chi2")))


def chi2_limit(probability: float) -> float:
    """Return the chi-square, for one degree of freedom, that is exceeded with this probability."""
    if probability <= 0.0:
        return math.inf
    return NormalDist().inv_cdf(1.0 - probability / 2.0) ** 2
