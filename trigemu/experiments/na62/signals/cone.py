"""What NA62 roughly sees of decays, which decides how often kinds of them are made (`trigemu.physics.forward`)."""

from __future__ import annotations

from trigemu.experiments.na62.detector.acceptance import MINIMUM_MOMENTUM_GEV, PHOTON_GEV
from trigemu.experiments.na62.detector.geometry import (
    LKR_APOTHEM,
    LKR_INNER,
    LKR_Z,
    MNP33_KICK_GEV,
    MNP33_Z,
    TAX_SOURCE,
)
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.experiments.na62.signals.state_table import daughter_mass
from trigemu.physics.cone import Cone
from trigemu.physics.constants import PHOTON

_OF_THREE = 0.373
"""Mass, over that of what decays, of two daughters that have a third of it as momentum, as two of three do."""


def detector_cone(mass: float, states: list[FinalState]) -> Cone:
    """Return roughly what accepts decays of a particle (``mass`` in GeV): the LKr behind the magnet.

    What only decides how often kinds of decays are made need not be exact: the most frequent final state is taken, and
    three daughters are taken for two.
    """
    daughters = max(states, key=lambda state: state.share).daughters
    photons = daughters[0] == PHOTON
    two = daughter_mass(daughters[0]), daughter_mass(daughters[1])
    return Cone(
        distance=LKR_Z - TAX_SOURCE[2],
        inner=LKR_INNER,
        outer=LKR_APOTHEM,
        daughters=two if len(daughters) == 2 else (_OF_THREE * mass, _OF_THREE * mass),
        least=PHOTON_GEV if photons else MINIMUM_MOMENTUM_GEV,
        bend=MNP33_Z - TAX_SOURCE[2],
        kick=0.0 if photons else MNP33_KICK_GEV,
    )
