"""Recoil masses: what is missing against the tracks and photons that were measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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
    return signed_mass(beams.total - momenta)


def signed_mass(momenta: F64) -> F64:
    """Return float64[n], masses in GeV of four-vectors float64[n, 4], negative where their squares are."""
    squared = momenta[:, 3] ** 2 - (momenta[:, :3] ** 2).sum(axis=1)
    return np.asarray(np.sign(squared) * np.sqrt(np.abs(squared)))


def beam_totals(run: NDArray[np.integer], beams: Callable[[int], Beams]) -> F64:
    """Return float64[n, 4], the sum of the beams' four-momenta (laboratory, GeV) of events of different runs.

    Parameters
    ----------
    run
        Integers[n] from which ``beams`` makes the beams of an event: the energy in the column ``energy``, say.
    beams
        Called once for each of its values.
    """
    values, number = np.unique(run, return_inverse=True)
    totals = np.array([beams(int(value)).total for value in values]).reshape(-1, 4)
    return totals[number]
