"""What the detector could see: acceptance cuts on true particles, in the laboratory."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.physics.particles import Particles

CDC_DEGREES = (17.0, 150.0)
"""Drift chamber (belle2_facts 11)."""

ECL_DEGREES = ((12.4, 31.4), (32.2, 128.7), (130.7, 155.1))
"""Forward, barrel and backward calorimeter, without the gaps (belle2_facts 11)."""


def theta_degrees(momentum: F64) -> F64:
    """Return the polar angle float64[n] of four-vectors float64[n, 4]."""
    pt = np.hypot(momentum[:, 0], momentum[:, 1])
    return np.asarray(np.degrees(np.arctan2(pt, momentum[:, 2])))


def in_cdc(momentum: F64) -> Bool:
    """Return bool[n]: the direction is in the drift chamber."""
    theta = theta_degrees(momentum)
    return np.asarray((theta >= CDC_DEGREES[0]) & (theta <= CDC_DEGREES[1]))


def in_ecl(momentum: F64) -> Bool:
    """Return bool[n]: the direction is in the calorimeter, outside its gaps."""
    theta = theta_degrees(momentum)
    inside = np.zeros(len(theta), np.bool_)
    for low, high in ECL_DEGREES:
        inside |= (theta >= low) & (theta <= high)
    return inside


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
