"""Final states as arrays that kernels take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I8, I32
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.physics import constants
from trigemu.physics.pair_decay import largest_weight
from trigemu.physics.pdg import INVISIBLE

_MASSLESS = (constants.PHOTON, *INVISIBLE)


def daughter_mass(pdg: int) -> float:
    """Return the mass of a daughter, GeV."""
    return 0.0 if abs(pdg) in _MASSLESS else constants.mass(pdg)


FIRST, SECOND, UP_TO, ELEMENT, BOUND = 0, 1, 2, 3, 6
"""Columns of `StateTable.numbers`: two masses (GeV), sum of the shares so far, matrix element (three numbers) and its
largest weight."""


@dataclass(frozen=True, slots=True, eq=False)
class StateTable:
    """Final states as arrays.

    Attributes
    ----------
    codes
        int32[states, daughters], 0 where a state has fewer.
    masses
        float64[states, daughters], GeV.
    numbers
        float64[states, 7], what kernels take: see `FIRST`.  The last `UP_TO` is 1; `BOUND` is 0 for two daughters.
    full
        Whether all states have the same number of daughters.
    mass
        What all daughters weigh (GeV), None where some differ.
    """

    codes: I32
    masses: F64
    numbers: F64
    full: bool
    mass: float | None

    @property
    def threes(self) -> bool:
        """Whether a state has three daughters."""
        return int(self.codes.shape[1]) > 2

    @classmethod
    def of(cls, mass: float, states: list[FinalState]) -> StateTable:
        """Return the table for decays of a particle of this mass (GeV)."""
        most = max(len(state.daughters) for state in states)
        codes, masses = np.zeros((len(states), most), np.int32), np.zeros((len(states), most))
        numbers = np.zeros((len(states), 7))
        for i, state in enumerate(states):
            found = [daughter_mass(pdg) for pdg in state.daughters]
            codes[i, : len(found)], masses[i, : len(found)] = state.daughters, found
            if len(found) > 2:
                numbers[i, ELEMENT:] = *state.element, largest_weight(mass, found[0], found[1], state.element)
        numbers[:, :UP_TO] = masses[:, :2]
        upto = np.cumsum([state.share for state in states])
        numbers[:, UP_TO] = upto / upto[-1]
        alike = float(masses[0, 0]) if (masses == masses[0, 0]).all() else None
        return cls(codes, masses, numbers, bool((codes != 0).all()), alike)

    def daughters(self, state: I8) -> tuple[I32, F64 | float]:
        """Return PDG codes and masses (GeV) of all daughters, one decay after another, for the state of each decay.

        The mass is a number where all have the same.
        """
        mass = self.masses[state].ravel() if self.mass is None else self.mass
        if len(self.codes) > 1:
            return self.codes[state].ravel(), mass
        codes = np.empty((len(state), self.codes.shape[1]), np.int32)
        codes[:] = self.codes
        return codes.ravel(), mass
