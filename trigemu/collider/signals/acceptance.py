"""Counting particles in events and how far they flew, for acceptance cuts."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.physics.particles import Particles


def count(made: Particles, mask: Bool) -> I64:
    """Return int64[n], rows of the mask in each event."""
    return np.bincount(made.event[mask], minlength=made.events)


def all_of(made: Particles, wanted: Bool, inside: Bool, least: int = 1) -> Bool:
    """Return bool[n]: at least so many wanted rows, and all of them inside."""
    missed = count(made, wanted & ~inside)
    return np.asarray((count(made, wanted) >= least) & (missed == 0))


def charged(made: Particles) -> Bool:
    """Return bool[m]: the row has charge."""
    return np.asarray(made.charge != 0)


def flight(made: Particles, mother: int, origin: F64) -> F64:
    """Return float64[n], transverse distance (mm) of where a particle's daughters start from a point of each event.

    Parameters
    ----------
    made
        The particles.
    mother
        PDG code of what decays, of either sign; the farthest counts, 0 without any.
    origin
        float64[n, 4], mm and ns.
    """
    out = np.zeros(made.events)
    at = np.flatnonzero(np.abs(made.mother) == abs(mother))
    event = made.event[at]
    away = made.point[at] - origin[event]
    np.maximum.at(out, event, np.hypot(away[:, 0], away[:, 1]))
    return out
