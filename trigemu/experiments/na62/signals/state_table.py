"""Final states as arrays that kernels take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I32
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.physics import constants
from trigemu.physics.pair_decay import largest_weight
from trigemu.physics.pdg import INVISIBLE

_MASSLESS = (constants.PHOTON, *INVISIBLE)


def daughter_mass(pdg: int) -> float:
    """Return the mass of a daughter, GeV."""
    return 0.0 if abs(pdg) in _MASSLESS else constants.mass(pdg)


@dataclass(frozen=True, slots=True, eq=False)
class StateTable:
    """Final states as arrays.

    Attributes
    ----------
    codes
        int32[states, daughters], 0 where a state has fewer.
    masses
        float64[states, daughters], GeV.
    upto
        float64[states], sum of the shares up to each; the last is 1.
    elements
        float64[states, 4]: the matrix element and its largest weight, which is 0 for two daughters.
    """

    codes: I32
    masses: F64
    upto: F64
    elements: F64

    @classmethod
    def of(cls, mass: float, states: list[FinalState]) -> StateTable:
        """Return the table for decays of a particle of this mass (GeV)."""
        most = max(len(state.daughters) for state in states)
        codes, masses = np.zeros((len(states), most), np.int32), np.zeros((len(states), most))
        elements = np.zeros((len(states), 4))
        for i, state in enumerate(states):
            found = [daughter_mass(pdg) for pdg in state.daughters]
            codes[i, : len(found)], masses[i, : len(found)] = state.daughters, found
            if len(found) > 2:
                elements[i] = *state.element, largest_weight(mass, found[0], found[1], state.element)
        upto = np.cumsum([state.share for state in states])
        upto /= upto[-1]
        return cls(codes, masses, upto, elements)
