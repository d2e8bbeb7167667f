"""B -> baryon psi_D with an invisible dark fermion that carries the baryon number away (signals_facts 6)."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.signals.acceptance import all_of, charged, flight
from trigemu.collider.signals.b_mesons import DECAY_STEP, BSampler, BTable
from trigemu.collider.signals.b_models import BtoLambdaDark, BtoProtonDark
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import DARK_FERMION, LAMBDA, PROTON
from trigemu.physics.hadron_decays import MODES, decay, mass_of
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import isotropic

_TO_PROTONS = {**MODES, LAMBDA: MODES[LAMBDA][:1]}
"""Modes with which every Lambda decays to p pi."""


class _BToBaryon(BSampler[BTable]):
    """B -> baryon psi_D; the baryon, or what it decays to, comes first."""

    def decay(self, draws: Draws, index: I64, heavy: F64, sign: I64) -> list[Particles]:
        """Return what the baryon leaves, and psi_D."""
        axis = isotropic(draws.step(DECAY_STEP).uniform(index))
        baryon, dark = self.in_two(heavy, self.table.beside, axis)
        mother = sign * self.table.parent
        return [
            *self.baryon(draws, index, baryon, sign),
            make_particles(index, sign * DARK_FERMION, self.table.mass, dark, mother=mother),
        ]

    @abstractmethod
    def baryon(self, draws: Draws, index: I64, momentum: F64, sign: I64) -> list[Particles]:
        """Return what is seen of the baryon."""


class BToProton(_BToBaryon[BtoProtonDark]):
    """Events with B+ -> p psi_D."""

    def baryon(self, draws: Draws, index: I64, momentum: F64, sign: I64) -> list[Particles]:
        """Return the proton."""
        mother = sign * self.table.parent
        return [make_particles(index, sign * PROTON, mass_of(PROTON), momentum, mother=mother)]

    def accepted(self, made: Particles) -> Bool:
        """Return where the proton is in the tracker."""
        return all_of(made, charged(made), self.acceptance.in_tracker(made.momentum))


class BToLambda(_BToBaryon[BtoLambdaDark]):
    """Events with B0 -> Lambda psi_D."""

    def baryon(self, draws: Draws, index: I64, momentum: F64, sign: I64) -> list[Particles]:
        """Return what the Lambda decays to, where it does."""
        return decay(
            LAMBDA,
            sign=sign,
            momentum=momentum,
            origin=np.zeros((len(index), 4)),
            index=index,
            draws=draws,
            first=DECAY_STEP + 1,
            modes=_TO_PROTONS if self.table.lambda_decay == "p pi" else MODES,
        )

    def accepted(self, made: Particles) -> Bool:
        """Return where proton and pion are in the tracker and the Lambda decays near enough to the beams."""
        seen = charged(made) & (np.abs(made.mother) == LAMBDA)
        inside = all_of(made, seen, self.acceptance.in_tracker(made.momentum), 2)
        return inside & (flight(made, LAMBDA, np.zeros((made.events, 4))) < self.table.radius_max)

    def radius(self, made: Particles, point: F64) -> F64:
        """Return the transverse flight of the Lambda (mm)."""
        return flight(made, LAMBDA, point)
