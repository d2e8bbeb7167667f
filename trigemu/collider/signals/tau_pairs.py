"""Pairs of taus, one of which decays to something new."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.collision import FIRST_STEP
from trigemu.collider.signals.pair_production import ChargedInTracker, PairAngles, back_to_back
from trigemu.collider.signals.tau_models import TauSignal, TauToHeavyNeutrino, TauToLeptonAlpha
from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import AXION, TAU
from trigemu.physics.pairs import cosine
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import decay_vertex, direction, isotropic, two_body_decay

_TAG_STEP = FIRST_STEP + 4
_LATER_STEP = _TAG_STEP + tau.STEPS

_PRONGS: dict[str, tau.Prongs] = {"1-prong": "1", "3-prong": "3", "generic": "any"}

TauTable = TypeVar("TauTable", bound=TauSignal)


class _TaggedTau(ChargedInTracker[TauTable]):
    """e+e- -> tau tau, one decays to something new, the other (the tag) as taus do."""

    def __init__(self, table: TauTable, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._prongs = _PRONGS[table.tag]
        if table.isr:
            self.radiator = PairAngles("taus", (0.1, 179.9), collider.sqrt_s).radiator()

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return the daughters of the tag and those of the signal."""
        shape = 4.0 * tau.TAU_MASS**2 / (sqrt_s * sqrt_s)
        c = cosine("taus", draws.step(FIRST_STEP), index, -1.0, 1.0, shape)
        u = draws.step(FIRST_STEP + 1).uniform(index)
        signal, tag = back_to_back(sqrt_s, tau.TAU_MASS, tau.TAU_MASS, direction(c, u[:, 0]))
        sign = np.where(u[:, 1] < 0.5, 1, -1)
        # c is that of the tau-: where the signal is a tau+, the roles of the two directions change.
        swap = (sign < 0)[:, None]
        signal, tag = np.where(swap, tag, signal), np.where(swap, signal, tag)
        flight = draws.step(FIRST_STEP + 3).uniform(index)
        origin = np.zeros((len(index), 4))
        point = decay_vertex(signal, tau.TAU_MASS, tau.TAU_CTAU_MM, origin, flight[:, 0])
        tag_point = decay_vertex(tag, tau.TAU_MASS, tau.TAU_CTAU_MM, origin, flight[:, 1])
        return [
            *tau.decay(tag, -sign, tag_point, index, index, draws, _TAG_STEP, self._prongs),
            *self.signal(draws, index, signal, sign, point),
        ]

    @abstractmethod
    def signal(self, draws: Draws, index: I64, momentum: F64, sign: I64, point: F64) -> list[Particles]:
        """Return what signal taus decay to at ``point``; ``sign``: +1 for tau-, -1 for tau+."""


class TauAlpha(_TaggedTau[TauToLeptonAlpha]):
    """e+e- -> tau tau, one tau -> lepton alpha."""

    def signal(self, draws: Draws, index: I64, momentum: F64, sign: I64, point: F64) -> list[Particles]:
        """Return lepton and alpha."""
        code, alpha_mass = self.table.lepton, self.table.mass
        mass = constants.mass(code)
        axis = isotropic(draws.step(FIRST_STEP + 2).uniform(index))
        lepton, alpha = two_body_decay(momentum, tau.TAU_MASS, mass, alpha_mass, axis)
        return [
            make_particles(index, sign * code, mass, lepton, point, TAU * sign),
            make_particles(index, AXION, alpha_mass, alpha, point, TAU * sign),
        ]


class TauHeavyNeutrino(_TaggedTau[TauToHeavyNeutrino]):
    """e+e- -> tau tau, one tau -> three charged pions and a heavy neutral lepton."""

    def signal(self, draws: Draws, index: I64, momentum: F64, sign: I64, point: F64) -> list[Particles]:
        """Return the heavy neutral lepton and three pions."""
        return tau.decay_to_heavy(momentum, sign, point, index, draws, _LATER_STEP, self.table.mass)
