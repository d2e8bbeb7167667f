"""Decays of a vector resonance that the beams make at rest, polarised along them."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.signals.acceptance import all_of, charged, count
from trigemu.collider.signals.collision import FIRST_STEP, ProcessGenerator
from trigemu.collider.signals.models import RadiativeScalar
from trigemu.collider.signals.pair_production import back_to_back
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import MUON, PHOTON, SCALAR
from trigemu.physics.pairs import cosine
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import direction, isotropic, two_body_decay


class PhotonScalar(ProcessGenerator[RadiativeScalar]):
    """Vector resonance -> photon scalar, scalar -> mu mu.

    The beams give the resonance spin projections of +1 and -1 only, the photon takes all of it: 1 + cos^2.
    """

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return photon and muons."""
        c = cosine("axion", draws.step(FIRST_STEP), index, -1.0, 1.0, np.zeros(len(index)))
        axis = direction(c, draws.step(FIRST_STEP + 1).uniform(index)[:, 0])
        photon, scalar = back_to_back(sqrt_s, 0.0, self.table.mass, axis)
        mass = constants.mass(MUON)
        turned = isotropic(draws.step(FIRST_STEP + 2).uniform(index))
        minus, plus = two_body_decay(scalar, self.table.mass, mass, mass, turned)
        return [
            make_particles(index, PHOTON, 0.0, photon),
            make_particles(index, MUON, mass, minus, mother=SCALAR),
            make_particles(index, -MUON, mass, plus, mother=SCALAR),
        ]

    def accepted(self, made: Particles) -> Bool:
        """Return where both muons are in the tracker and the photon is in the calorimeter."""
        acceptance = self.collider.acceptance
        muons = all_of(made, charged(made), acceptance.in_tracker(made.momentum), 2)
        seen = (made.pdg == PHOTON) & acceptance.in_calorimeter(made.momentum)
        return np.asarray(muons & (count(made, seen) > 0))
