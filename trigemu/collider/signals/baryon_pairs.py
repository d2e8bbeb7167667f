"""Pairs of charmed baryons, one of which decays to a proton and something invisible."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.signals.collision import FIRST_STEP
from trigemu.collider.signals.models import LAMBDA_C_MASS, LambdaCToProton
from trigemu.collider.signals.pair_production import ChargedInTracker, back_to_back
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import A_PRIME, LAMBDA_C, PROTON
from trigemu.physics.hadron_decays import decay, vertex
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import direction, isotropic, polarised, two_body_decay


class LambdaCPair(ChargedInTracker[LambdaCToProton]):
    """e+e- -> Lambda_c+ Lambda_c-, one -> p gamma', the other as `trigemu.physics.hadron_decays` says."""

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return proton, gamma' and the daughters of the other Lambda_c."""
        u = draws.step(FIRST_STEP).uniform(index)
        v = draws.step(FIRST_STEP + 1).uniform(index)
        c = polarised(u[:, 0], np.full(len(index), self.table.polarisation))
        signal, tag = back_to_back(sqrt_s, LAMBDA_C_MASS, LAMBDA_C_MASS, direction(c, u[:, 1]))
        sign = np.where(v[:, 0] < 0.5, 1, -1)
        origin = np.zeros((len(index), 4))
        mass = constants.mass(PROTON)
        axis = isotropic(draws.step(FIRST_STEP + 2).uniform(index))
        proton, dark = two_body_decay(signal, LAMBDA_C_MASS, mass, self.table.mass, axis)
        point = vertex(LAMBDA_C, signal, origin, v[:, 1])
        out = decay(
            LAMBDA_C, sign=-sign, momentum=tag, origin=origin, index=index, draws=draws, first=FIRST_STEP + 3
        )
        out.append(make_particles(index, sign * PROTON, mass, proton, point, sign * LAMBDA_C))
        out.append(make_particles(index, A_PRIME, self.table.mass, dark, point, sign * LAMBDA_C))
        return out
