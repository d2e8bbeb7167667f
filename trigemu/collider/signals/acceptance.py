"""Counting particles in events, for acceptance cuts."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64, Bool
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
