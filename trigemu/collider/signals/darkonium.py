"""e+e- -> photon Upsilon_D, Upsilon_D -> A' A' A' with visible A' (signals_facts 7).

A bound state of dark fermions couples to electrons through the mixing of A' and photon, so the photon's angle is that
beside an A'.  How often it is made is not known: rates are chosen.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.collider import Collider
from trigemu.collider.signals.acceptance import all_of, charged, flight
from trigemu.collider.signals.models import FINALS, Darkonium
from trigemu.collider.signals.pair_production import VECTOR_STEP, PhotonVector
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import A_PRIME, ELECTRON, MUON
from trigemu.physics.darkphoton import lepton_width, two_pion_width
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.pdg import charge_of
from trigemu.physics.phase_space import STEPS, phase_space
from trigemu.physics.vectors import decay_vertex, isotropic, two_body_decay

_NEGATIVE = np.array([-charge_of(code) * code for code in FINALS.values()])
_MASS = np.array([constants.mass(code) for code in FINALS.values()])


def shares(table: Darkonium) -> F64:
    """Return float64[3], how often an A' decays to each of `FINALS`."""
    if table.final != "any":
        return np.array([float(name == table.final) for name in FINALS])
    m = table.aprime_mass
    widths = np.array([lepton_width(m, ELECTRON), lepton_width(m, MUON), two_pion_width(m)])
    return np.asarray(widths / widths.sum())


class PhotonDarkonium(PhotonVector[Darkonium]):
    """e+e- -> photon Upsilon_D, and the six daughters of its three A', two by two."""

    def __init__(self, table: Darkonium, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        # The last that is open takes what is left: sums may be a rounding below 1.
        until = np.cumsum(shares(table))
        self._until: F64 = np.where(until < until[-1], until, np.inf)

    def vector(self, draws: Draws, index: I64, momentum: F64) -> list[Particles]:
        """Return the daughters of the three A'."""
        table = self.table
        masses = (table.aprime_mass,) * 3
        three = phase_space(momentum, np.full(len(index), table.mass), masses, index, draws, VECTOR_STEP)
        step = VECTOR_STEP + STEPS
        return [
            part for k, aprime in enumerate(three) for part in self._pair(draws, step + 2 * k, index, aprime)
        ]

    def _pair(self, draws: Draws, step: int, index: I64, aprime: F64) -> list[Particles]:
        m, u = self.table.aprime_mass, draws.step(step).uniform(index)
        which = np.searchsorted(self._until, u[:, 0], side="right")
        point = decay_vertex(aprime, m, self.table.ctau, np.zeros((len(index), 4)), u[:, 1])
        code, mass = _NEGATIVE[which], _MASS[which]
        axis = isotropic(draws.step(step + 1).uniform(index))
        minus, plus = two_body_decay(aprime, m, mass, mass, axis)
        return [
            make_particles(index, sign * code, mass, own, point, A_PRIME)
            for sign, own in ((1, minus), (-1, plus))
        ]

    def accepted(self, made: Particles) -> Bool:
        """Return where all six are in the tracker and no A' decays too far from the beams."""
        inside = all_of(made, charged(made), self.collider.acceptance.in_tracker(made.momentum), 6)
        return inside & (self.radius(made, np.zeros((made.events, 4))) < self.table.radius_max)

    def radius(self, made: Particles, origin: F64) -> F64:
        """Return the largest transverse flight of an A' (mm)."""
        return flight(made, A_PRIME, origin)
