"""Recoil masses: what is missing against the tracks and photons that were measured."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.beams import Beams


def recoil_mass2(momenta: F64, beams: Beams) -> F64:
    """Return float64[n], squared recoil mass in GeV^2 (errors can make it negative).

    Parameters
    ----------
    momenta
        float64[n, 4], sum of what was measured in each event (laboratory; GeV).
    beams
        The beams; their energy spread is no part of the calculation, as nobody knows an event's beam energy.
    """
    missing = beams.total - momenta
    return np.asarray(missing[:, 3] ** 2 - (missing[:, :3] ** 2).sum(axis=1))


def recoil_mass(momenta: F64, beams: Beams) -> F64:
    """Return float64[n], recoil mass in GeV, negative where its square is."""
    squared = recoil_mass2(momenta, beams)
    return np.asarray(np.sign(squared) * np.sqrt(np.abs(squared)))
