"""Dark Higgsstrahlung: e+e- -> A' h', A' -> mu mu."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.collision import FIRST_STEP
from trigemu.collider.signals.models import AprimeHiggs
from trigemu.collider.signals.pair_production import LEAST_FRACTION, ChargedInTracker, back_to_back
from trigemu.physics import constants, new_bosons
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.constants import A_PRIME, DARK_HIGGS, MUON
from trigemu.physics.isr import Radiator
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.qed import dot
from trigemu.physics.vectors import direction, isotropic, two_body_decay


class Higgsstrahlung(ChargedInTracker[AprimeHiggs]):
    """e+e- -> A' h', A' -> mu mu."""

    def __init__(self, table: AprimeHiggs, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._vector, self._higgs = table.mass, table.higgs_mass
        if table.isr:
            s = collider.sqrt_s**2
            least = max(LEAST_FRACTION * collider.sqrt_s, table.mass + table.higgs_mass + 1e-3)
            self.radiator = Radiator(s, self._cross_section, max(1.0 - least * least / s, 1e-6))

    def _cross_section(self, s: F64) -> F64:
        return np.array([new_bosons.higgsstrahlung(float(v), self._vector, self._higgs) for v in s])

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return two muons and the h'."""
        shape = new_bosons.higgsstrahlung_shape(sqrt_s * sqrt_s, self._vector, self._higgs)
        step = draws.step(FIRST_STEP)

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = step.uniform(index[at], attempt)
            c = 2.0 * u[:, 0] - 1.0
            return c, (1.0 + shape[at] * (1.0 - c * c)) / (1.0 + shape[at]) - u[:, 1]

        c = accept_reject(index, propose, "A' h' angle")
        axis = direction(c, draws.step(FIRST_STEP + 1).uniform(index)[:, 0])
        vector, higgs = back_to_back(sqrt_s, self._vector, self._higgs, axis)
        first, second = self._muons(draws.step(FIRST_STEP + 2), index, sqrt_s, vector)
        mass = constants.mass(MUON)
        return [
            make_particles(index, MUON, mass, first, mother=A_PRIME),
            make_particles(index, -MUON, mass, second, mother=A_PRIME),
            make_particles(index, DARK_HIGGS, self._higgs, higgs),
        ]

    def _muons(self, draws: Draws, index: I64, sqrt_s: F64, vector: F64) -> tuple[F64, F64]:
        """Return the muons of an A', which has the spin that the beams gave it.

        The beams' tensor times that of the muons: (e- mu-)(e+ mu+) + (e- mu+)(e+ mu-) + m^2 s / 2.
        """
        mass = constants.mass(MUON)
        beam = np.zeros((len(index), 2, 4))
        beam[:, 0, 2], beam[:, 1, 2] = 0.5 * sqrt_s, -0.5 * sqrt_s
        beam[:, :, 3] = 0.5 * sqrt_s[:, None]
        still = 0.5 * (mass * sqrt_s) ** 2
        # The sum is largest where each muon sees one beam only.
        largest = dot(beam[:, 0], vector) * dot(beam[:, 1], vector) + still

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            axis = isotropic(draws.uniform(index[at], 2 * attempt))
            u = draws.uniform(index[at], 2 * attempt + 1)[:, 0]
            minus, plus = two_body_decay(vector[at], self._vector, mass, mass, axis)
            (a, b), (c, d) = ([dot(beam[at, i], muon) for i in (0, 1)] for muon in (minus, plus))
            return np.concatenate([minus, plus], axis=1), a * d + b * c + still[at] - u * largest[at]

        both = accept_reject(index, propose, "A' -> mu mu")
        return both[:, :4], both[:, 4:]
