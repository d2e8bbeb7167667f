"""B -> K S and B -> K* S with a long-lived scalar."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.signals.acceptance import all_of, flight
from trigemu.collider.signals.b_mesons import DECAY_STEP, BSampler
from trigemu.collider.signals.b_models import BtoKS
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import KAON, PION, SCALAR
from trigemu.physics.line_shapes import PWave, breit_wigner
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.pdg import charge_of
from trigemu.physics.vectors import along, decay_vertex, direction, isotropic, momentum_of_two, two_body_decay

_KAON, _PION = constants.mass(KAON), constants.mass(PION)
_STAR = PWave(0.89556, 0.0471, _KAON, _PION)
_STAR_LEAST, _STAR_MOST = _KAON + _PION + 1e-3, 1.2
_STAR_BOUND = 1.02 * float(_STAR.over_constant(np.linspace(_STAR_LEAST, _STAR_MOST, 400)).max())


class BToKScalar(BSampler[BtoKS]):
    """Events with B -> K S or K*0 S."""

    def accepted(self, made: Particles) -> Bool:
        """Return where both daughters of S are in the tracker and begin close enough to the beams."""
        inside = all_of(made, made.mother == SCALAR, self.acceptance.in_tracker(made.momentum), 2)
        return inside & (flight(made, SCALAR, np.zeros((made.events, 4))) < self.table.radius_max)

    def radius(self, made: Particles, point: F64) -> F64:
        """Return the transverse flight of S (mm)."""
        return flight(made, SCALAR, point)

    def decay(self, draws: Draws, index: I64, heavy: F64, sign: I64) -> list[Particles]:
        """Return K, or what the K* decays to, and the daughters of S."""
        table = self.table
        axis = isotropic(draws.step(DECAY_STEP).uniform(index))
        if table.parent == 511:
            star_mass = self._star_masses(draws.step(DECAY_STEP + 1), index, heavy)
            star, scalar = self.in_two(heavy, star_mass, axis)
            parts = _of_a_star(draws.step(DECAY_STEP + 2), index, star, star_mass, axis, sign)
        else:
            kaon, scalar = self.in_two(heavy, _KAON, axis)
            parts = [make_particles(index, sign * KAON, _KAON, kaon, mother=sign * table.parent)]
        u = draws.step(DECAY_STEP + 3).uniform(index)
        point = decay_vertex(scalar, table.mass, table.ctau, np.zeros((len(index), 4)), u[:, 0])
        mass = constants.mass(table.final)
        turned = isotropic(draws.step(DECAY_STEP + 4).uniform(index))
        minus, plus = two_body_decay(scalar, table.mass, mass, mass, turned)
        code = -charge_of(table.final) * table.final
        parts.append(make_particles(index, code, mass, minus, point, SCALAR))
        parts.append(make_particles(index, -code, mass, plus, point, SCALAR))
        return parts

    def _star_masses(self, draws: Draws, index: I64, heavy: F64) -> F64:
        """Return masses of K*0: P-wave line shape times the cube of its momentum, as it is longitudinal."""
        scalar = self.table.mass
        high = np.minimum(heavy - scalar - 1e-4, _STAR_MOST)
        fastest = momentum_of_two(heavy, _STAR_LEAST, scalar)

        def weight(m: F64, at: I64) -> F64:
            momentum = momentum_of_two(heavy[at], m, scalar) / fastest[at]
            return np.asarray(_STAR.over_constant(m) / _STAR_BOUND * momentum**3)

        return breit_wigner((_STAR.pole, _STAR.width), _STAR_LEAST, high, weight, draws, index)


def _of_a_star(draws: Draws, index: I64, star: F64, mass: F64, axis: F64, sign: I64) -> list[Particles]:
    """Return what K*0 that go along ``axis`` decay to; longitudinal: the kaon's angle goes as cos^2."""
    u = draws.uniform(index)
    four = np.zeros((len(index), 4))
    four[:, :3] = direction(np.cbrt(2.0 * u[:, 0] - 1.0), u[:, 1])
    kaon, pion = two_body_decay(star, mass, _KAON, _PION, along(axis, four)[:, :3])
    # B0 -> K*0 -> K+ pi-.
    return [
        make_particles(index, sign * KAON, _KAON, kaon, mother=sign * 313),
        make_particles(index, -sign * PION, _PION, pion, mother=sign * 313),
    ]
