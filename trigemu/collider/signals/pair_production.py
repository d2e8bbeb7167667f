"""Process generators of two-body processes: photon A', pairs of photons and leptons, A' h', tau -> lepton alpha."""

from __future__ import annotations

import math
from typing import Generic

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.collider import Collider
from trigemu.collider.signals.acceptance import all_of, charged, count
from trigemu.collider.signals.collision import FIRST_STEP, ProcessGenerator, Table
from trigemu.collider.signals.models import AprimeHiggs, GammaAprime, TauToLeptonAlpha
from trigemu.collider.signals.processes import PairProcess
from trigemu.physics import constants, new_bosons, tau
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.constants import A_PRIME, AXION, DARK_HIGGS, ELECTRON, MUON, PHOTON
from trigemu.physics.isr import Radiator
from trigemu.physics.pairs import PairName, born, cosine, photon_vector
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.qed import dot
from trigemu.physics.vectors import (
    decay_vertex,
    direction,
    isotropic,
    momentum_of_two,
    two_body_decay,
)

LEAST_FRACTION = 0.2
"""Radiation leaves at least this fraction of the energy to processes that do not say more."""

_NARROW = 1e-9


def back_to_back(sqrt_s: F64, first: float, second: float, axis: F64) -> tuple[F64, F64]:
    """Return two particles at rest together, float64[n, 4] each, the first along ``axis``."""
    p = momentum_of_two(sqrt_s, first, second)
    one, two = np.empty((len(axis), 4)), np.empty((len(axis), 4))
    one[:, :3] = p[:, None] * axis
    two[:, :3] = -one[:, :3]
    one[:, 3] = np.sqrt(p * p + first * first)
    two[:, 3] = np.sqrt(p * p + second * second)
    return one, two


def _cosines(degrees: tuple[float, float]) -> tuple[float, float]:
    return math.cos(math.radians(degrees[1])), math.cos(math.radians(degrees[0]))


class PhotonAprime(ProcessGenerator[GammaAprime]):
    """e+e- -> photon A'."""

    def __init__(self, table: GammaAprime, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._mass = table.mass
        self._low, self._high = _cosines(table.theta_star)
        if table.isr:
            s = collider.sqrt_s**2
            least = table.minimum_energy + math.hypot(table.minimum_energy, table.mass)
            self.radiator = Radiator(s, self._cross_section, 1.0 - least * least / s)

    def _cross_section(self, s: F64) -> F64:
        return np.array([photon_vector(float(v), self._mass, self._low, self._high) for v in s])

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return photon and A'."""
        s, m2 = sqrt_s * sqrt_s, self._mass * self._mass
        shape = 4.0 * s * m2 / (s - m2) ** 2
        c = cosine("vector", draws.step(FIRST_STEP), index, self._low, self._high, shape)
        axis = direction(c, draws.step(FIRST_STEP + 1).uniform(index)[:, 0])
        photon, vector = back_to_back(sqrt_s, 0.0, self._mass, axis)
        return [
            make_particles(index, PHOTON, 0.0, photon),
            make_particles(index, A_PRIME, self._mass, vector),
        ]

    def accepted(self, made: Particles) -> Bool:
        """Return where the hard photon is in the calorimeter."""
        # Radiated photons go along the beams, which are outside.
        seen = (made.pdg == PHOTON) & self.collider.acceptance.in_calorimeter(made.momentum)
        return np.asarray(count(made, seen) > 0)


PAIRS: dict[PairName, tuple[int, float]] = {
    "photons": (PHOTON, 0.0),
    "bhabha": (ELECTRON, constants.mass(ELECTRON)),
    "muons": (MUON, constants.mass(MUON)),
    "taus": (15, tau.TAU_MASS),
}
"""Code and mass (GeV) of one of each pair."""


class PairAngles:
    """Two particles alike, both in a range of angles in the CM of the beams, and radiation that keeps them there.

    Parameters
    ----------
    name
        Which pair.
    degrees
        Range of the angle to the e- beam.
    sqrt_s
        Energy in the CM in GeV.
    """

    def __init__(self, name: PairName, degrees: tuple[float, float], sqrt_s: float) -> None:
        self._name, self._sqrt_s, self._s = name, sqrt_s, sqrt_s**2
        self._mass = PAIRS[name][1]
        low, high = _cosines(degrees)
        # Both particles are in the range, so its nearer end counts.
        self._edge = min(-low, high)

    def radiator(self) -> Radiator:
        """Return the radiation of the beams."""
        least = max(LEAST_FRACTION * self._sqrt_s, 2.0 * self._mass + 0.01)
        return Radiator(self._s, self._cross_section, 1.0 - least * least / self._s)

    def _cross_section(self, s: F64) -> F64:
        edges = self.edges(s)
        pairs = zip(s.tolist(), edges.tolist(), strict=True)
        return np.array([born(self._name, v, -c, c, self._mass) if c > _NARROW else 0.0 for v, c in pairs])

    def born(self) -> float:
        """Return the Born cross-section in pb in the range of angles."""
        return born(self._name, self._s, -self._edge, self._edge, self._mass)

    def edges(self, s: F64) -> F64:
        """Return the largest cosine in the pair's frame for which both are in range in the CM of the beams."""
        x = np.clip(1.0 - s / self._s, 0.0, 1.0)
        beta = x / (2.0 - x)
        return np.asarray(np.maximum((self._edge - beta) / (1.0 - beta * self._edge), _NARROW))


class Pair(ProcessGenerator[PairProcess]):
    """e+e- -> two photons, electrons, muons or taus (decayed)."""

    def __init__(self, table: PairProcess, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._name: PairName = table.pair
        self._pdg, self._mass = PAIRS[self._name]
        self._angles = PairAngles(self._name, table.theta_star, collider.sqrt_s)
        if table.isr:
            self.radiator = self._angles.radiator()
        self.cross_section_nb = table.cross_section_nb
        if self.cross_section_nb is None:
            self.cross_section_nb = self._own_nb()

    def _own_nb(self) -> float:
        published = self.collider.cross_sections.get(self.table.process)
        if published is None:
            return self._angles.born() * 1e-3
        c = math.cos(math.radians(published.degrees))
        reference = born(self._name, self.collider.sqrt_s**2, -c, c, self._mass)
        return published.nb * self._angles.born() / reference

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return the pair, or what taus decay to."""
        s = sqrt_s * sqrt_s
        edge = self._angles.edges(s)
        c = cosine(self._name, draws.step(FIRST_STEP), index, -edge, edge, 4.0 * self._mass**2 / s)
        axis = direction(c, draws.step(FIRST_STEP + 1).uniform(index)[:, 0])
        first, second = back_to_back(sqrt_s, self._mass, self._mass, axis)
        if self._name == "taus":
            return decay_tau(first, 1, index, draws, FIRST_STEP + 2) + decay_tau(
                second, -1, index, draws, FIRST_STEP + 3 + tau.STEPS
            )
        other = self._pdg if self._pdg == PHOTON else -self._pdg
        return [
            make_particles(index, self._pdg, self._mass, first),
            make_particles(index, other, self._mass, second),
        ]


class ChargedInTracker(ProcessGenerator[Table], Generic[Table]):
    """A signal that is accepted where all charged particles are in the tracker."""

    exactly: int | None = None
    """So many charged particles; None: at least two."""

    def accepted(self, made: Particles) -> Bool:
        """Return where all charged particles are in the tracker, as many as there must be."""
        seen, inside = charged(made), self.collider.acceptance.in_tracker(made.momentum)
        if self.exactly is None:
            return all_of(made, seen, inside, 2)
        return np.asarray(all_of(made, seen, inside) & (count(made, seen) == self.exactly))


def decay_tau(
    momentum: F64,
    sign: int,
    index: I64,
    draws: Draws,
    first: int,
    prongs: tau.Prongs = "any",
    origin: F64 | None = None,
) -> list[Particles]:
    """Return what taus decay to, flight included; steps ``first`` to ``first + tau.STEPS`` are used."""
    start = np.zeros((len(index), 4)) if origin is None else origin
    u = draws.step(first).uniform(index)
    point = decay_vertex(momentum, tau.TAU_MASS, tau.TAU_CTAU_MM, start, u[:, 0])
    return tau.decay(momentum, np.full(len(index), sign), point, index, index, draws, first + 1, prongs)


class TauAlpha(ChargedInTracker[TauToLeptonAlpha]):
    """e+e- -> tau tau, one tau -> lepton alpha."""

    def __init__(self, table: TauToLeptonAlpha, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._lepton, self._alpha = table.lepton, table.mass
        self._prongs: tau.Prongs = "3" if table.tag == "3-prong" else "any"
        if table.isr:
            self.radiator = PairAngles("taus", (0.1, 179.9), collider.sqrt_s).radiator()

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return lepton, alpha and the daughters of the other tau."""
        shape = 4.0 * tau.TAU_MASS**2 / (sqrt_s * sqrt_s)
        c = cosine("taus", draws.step(FIRST_STEP), index, -1.0, 1.0, shape)
        u = draws.step(FIRST_STEP + 1).uniform(index)
        signal, tag = back_to_back(sqrt_s, tau.TAU_MASS, tau.TAU_MASS, direction(c, u[:, 0]))
        sign = np.where(u[:, 1] < 0.5, 1, -1)
        # c is that of the tau-: where the signal is a tau+, the roles of the two directions change.
        swap = (sign < 0)[:, None]
        signal, tag = np.where(swap, tag, signal), np.where(swap, signal, tag)
        mass = constants.mass(self._lepton)
        axis = isotropic(draws.step(FIRST_STEP + 2).uniform(index))
        lepton, alpha = two_body_decay(signal, tau.TAU_MASS, mass, self._alpha, axis)
        flight = draws.step(FIRST_STEP + 3).uniform(index)
        origin = np.zeros((len(index), 4))
        point = decay_vertex(signal, tau.TAU_MASS, tau.TAU_CTAU_MM, origin, flight[:, 0])
        tag_point = decay_vertex(tag, tau.TAU_MASS, tau.TAU_CTAU_MM, origin, flight[:, 1])
        out = tau.decay(tag, -sign, tag_point, index, index, draws, FIRST_STEP + 4, self._prongs)
        out.append(make_particles(index, sign * self._lepton, mass, lepton, point, 15 * sign))
        out.append(make_particles(index, AXION, self._alpha, alpha, point, 15 * sign))
        return out


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
