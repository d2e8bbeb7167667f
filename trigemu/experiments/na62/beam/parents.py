"""How likely a charged pion or kaon makes a muon in the dump."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import KAON, PARTICLES, PION, mass
from trigemu.physics.particles import Particles

INTERACTION_LENGTH_MM = {PION: 190.0, KAON: 210.0}
"""How far pions and kaons fly in copper before they interact again (facts of the toy dump, computed)."""

KAON_TO_MUON = 0.6356
"""BR(K -> mu nu) (NA62 framework)."""


def decay_chance(particles: Particles) -> F64:
    """Return the chance that each particle, taken for a pion or kaon, decays to a muon before it interacts, float64[m].

    Branching ratio times l / (l + p ctau / m) with the interaction length l.
    """
    kaon = np.abs(particles.pdg) == KAON
    m = np.where(kaon, mass(KAON), mass(PION))
    ctau = np.where(kaon, PARTICLES[KAON].ctau, PARTICLES[PION].ctau)
    length = np.where(kaon, INTERACTION_LENGTH_MM[KAON], INTERACTION_LENGTH_MM[PION])
    return np.asarray(np.where(kaon, KAON_TO_MUON, 1.0) * length / (length + particles.p * ctau / m))
