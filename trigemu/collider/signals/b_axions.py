"""B+ -> K+ a with an axion-like particle that decays to two photons."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.signals.acceptance import all_of, charged, flight
from trigemu.collider.signals.b_mesons import DECAY_STEP, BSampler
from trigemu.collider.signals.b_models import BtoKAxion
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import AXION, KAON, PHOTON
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import decay_vertex, isotropic, two_body_decay


class BToKAxion(BSampler[BtoKAxion]):
    """Events with B+ -> K+ a."""

    def decay(self, draws: Draws, index: I64, heavy: F64, sign: I64) -> list[Particles]:
        """Return the kaon, and both photons from where a decays."""
        table, mass = self.table, constants.mass(KAON)
        axis = isotropic(draws.step(DECAY_STEP).uniform(index))
        kaon, axion = self.in_two(heavy, mass, axis)
        u = draws.step(DECAY_STEP + 1).uniform(index)
        point = decay_vertex(axion, table.mass, table.ctau, np.zeros((len(index), 4)), u[:, 0])
        turned = isotropic(draws.step(DECAY_STEP + 2).uniform(index))
        photons = two_body_decay(axion, table.mass, 0.0, 0.0, turned)
        return [
            make_particles(index, sign * KAON, mass, kaon, mother=sign * table.parent),
            *(make_particles(index, PHOTON, 0.0, photon, point, AXION) for photon in photons),
        ]

    def accepted(self, made: Particles) -> Bool:
        """Return where the kaon is in the tracker, both photons in the calorimeter, a decays near enough."""
        kaon = all_of(made, charged(made), self.acceptance.in_tracker(made.momentum))
        photons = all_of(made, made.mother == AXION, self.acceptance.in_calorimeter(made.momentum), 2)
        near = flight(made, AXION, np.zeros((made.events, 4))) < self.table.radius_max
        return kaon & photons & near

    def radius(self, made: Particles, point: F64) -> F64:
        """Return the transverse flight of a (mm)."""
        return flight(made, AXION, point)
