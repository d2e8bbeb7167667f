"""Closest approach of two straight lines: the vertex of two tracks, and their common line at the dump.

The beam at the dump is taken as the line along z through the point where new particles are made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64
from trigemu.experiments.na62.detector.geometry import TAX_SOURCE
from trigemu.physics.particles import PX, PZ, X, Z

BEAM_DIRECTION = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """Where two lines come nearest to each other.

    Attributes
    ----------
    point
        float64[n, 3], halfway between the two nearest points, mm; nan for parallel lines.
    distance
        float64[n], mm; nan for parallel lines.
    """

    point: F64
    distance: F64

    @property
    def z_m(self) -> F64:
        """float64[n], z of the point in m."""
        return np.asarray(self.point[:, 2] * 1e-3)


def closest_approach(a: F64, u: F64, b: F64, v: F64) -> Approach:
    """Return where lines come nearest to each other.

    Parameters
    ----------
    a, b
        float64[n, 3] or float64[3], a point of each line, mm.
    u, v
        The same of their directions, of any length.
    """
    with np.errstate(all="ignore"):
        u = u / np.linalg.norm(u, axis=-1, keepdims=True)
        v = v / np.linalg.norm(v, axis=-1, keepdims=True)
        across = np.cross(u, v)
        square = (across**2).sum(axis=-1)
        apart = b - a
        # Cramer's rule: the differences of nearly parallel directions are in the cross product, in full precision.
        along_u = (np.cross(apart, v) * across).sum(axis=-1) / square
        along_v = (np.cross(apart, u) * across).sum(axis=-1) / square
        first, second = a + along_u[..., None] * u, b + along_v[..., None] * v
        return Approach(0.5 * (first + second), np.linalg.norm(first - second, axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What two tracks say together: their vertex, and the approach of their common line to the beam."""

    vertex: Approach
    dump: Approach


def reconstruct(rows: F64, spot: F64 | None = None) -> Lines:
    """Return the vertex of pairs of tracks, and how near their common line comes to the beam at the dump.

    The common line starts at the vertex and has the direction of the summed momentum.

    Parameters
    ----------
    rows
        float64[n, 2, 10], columns of `trigemu.physics.particles.Particles.rows`.
    spot
        float64[n, 2], where each event was made, from the beam's centre, mm; None: in it.
    """
    place, momentum = rows[:, :, X : Z + 1], rows[:, :, PX : PZ + 1]
    vertex = closest_approach(place[:, 0], momentum[:, 0], place[:, 1], momentum[:, 1])
    beam = np.tile(np.array(TAX_SOURCE), (len(rows), 1))
    if spot is not None:
        beam[:, :2] -= spot
    along = np.broadcast_to(BEAM_DIRECTION, vertex.point.shape)
    return Lines(vertex, closest_approach(vertex.point, momentum.sum(axis=1), beam, along))
