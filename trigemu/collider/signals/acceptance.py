"""What the detector could see: acceptance cuts on true particles, in the laboratory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import Bool
from trigemu.physics.pdg import charges
from trigemu.physics.rows import Rows

CDC_DEGREES = (17.0, 150.0)
"""Drift chamber (belle2_facts 11)."""

ECL_DEGREES = ((12.4, 31.4), (32.2, 128.7), (130.7, 155.1))
"""Forward, barrel and backward calorimeter, without the gaps (belle2_facts 11)."""


def theta_degrees(momentum: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the polar angle float64[n] of four-vectors float64[n, 4]."""
    pt = np.hypot(momentum[:, 0], momentum[:, 1])
    return np.asarray(np.degrees(np.arctan2(pt, momentum[:, 2])))


def in_cdc(momentum: NDArray[np.float64]) -> Bool:
    """Return bool[n]: the direction is in the drift chamber."""
    theta = theta_degrees(momentum)
    return np.asarray((theta >= CDC_DEGREES[0]) & (theta <= CDC_DEGREES[1]))


def in_ecl(momentum: NDArray[np.float64]) -> Bool:
    """Return bool[n]: the direction is in the calorimeter, outside its gaps."""
    theta = theta_degrees(momentum)
    inside = np.zeros(len(theta), np.bool_)
    for low, high in ECL_DEGREES:
        inside |= (theta >= low) & (theta <= high)
    return inside


def count(rows: Rows, mask: Bool, n: int) -> NDArray[np.int64]:
    """Return int64[n], rows of the mask in each of n events."""
    return np.bincount(rows.event[mask], minlength=n)


def all_of(rows: Rows, wanted: Bool, inside: Bool, n: int, least: int = 1) -> Bool:
    """Return bool[n]: at least so many wanted rows, and all of them inside."""
    missed = count(rows, wanted & ~inside, n)
    return np.asarray((count(rows, wanted, n) >= least) & (missed == 0))


def charged(rows: Rows) -> Bool:
    """Return bool[m]: the row has charge."""
    return np.asarray(charges(rows.pdg) != 0)
