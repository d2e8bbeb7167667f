"""What NA62 roughly sees of decays, which decides how often kinds of them are made (`trigemu.physics.forward`)."""

from __future__ import annotations

from trigemu.experiments.na62.detector.acceptance import MINIMUM_MOMENTUM_GEV, PHOTON_GEV
from trigemu.experiments.na62.detector.geometry import (
    LKR_APOTHEM,
    LKR_INNER,
    LKR_Z,
    MNP33_KICK_GEV,
    MNP33_Z,
    STRAW,
    TAX_SOURCE,
)
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.experiments.na62.signals.state_table import daughter_mass
from trigemu.physics.cone import Cone
from trigemu.physics.constants import PHOTON
from trigemu.physics.pdg import charge_of

_CHAMBERS = tuple((ring.z - TAX_SOURCE[2], ring.inner, ring.outer, ring.x) for ring in STRAW)


def detector_cone(states: list[FinalState]) -> Cone:
    """Return roughly what accepts decays: the chambers, and the LKr behind the magnet.

    What only decides how often kinds of decays are made need not be exact: the most frequent final state is taken.
    """
    daughters = max(states, key=lambda state: state.share).daughters
    photons = daughters[0] == PHOTON
    conjugate = tuple(-pdg for pdg in daughters[:2])
    return Cone(
        distance=LKR_Z - TAX_SOURCE[2],
        inner=LKR_INNER,
        outer=LKR_APOTHEM,
        daughters=(daughter_mass(daughters[0]), daughter_mass(daughters[1])),
        least=PHOTON_GEV if photons else MINIMUM_MOMENTUM_GEV,
        bend=MNP33_Z - TAX_SOURCE[2],
        kick=0.0 if photons else -charge_of(daughters[0]) * MNP33_KICK_GEV,
        chambers=() if photons else _CHAMBERS,
        unseen=len(daughters) > 2,
        either=any(state.daughters[:2] == conjugate for state in states),
    )
