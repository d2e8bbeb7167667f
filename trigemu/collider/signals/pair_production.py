"""Process generators of two-body processes: photon A', pairs of photons and leptons, A' h'."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Generic, TypeVar

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.collider import Collider
from trigemu.collider.signals.acceptance import all_of, charged, count
from trigemu.collider.signals.collision import FIRST_STEP, ProcessGenerator, Table
from trigemu.collider.signals.models import GammaAprime
from trigemu.collider.signals.processes import PairProcess
from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import A_PRIME, ELECTRON, MUON, PHOTON
from trigemu.physics.isr import Radiator
from trigemu.physics.pairs import PairName, born, cosine, photon_vector
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import (
    decay_vertex,
    direction,
    momentum_of_two,
)

LEAST_FRACTION = 0.2
"""Radiation leaves at least this fraction of the energy to processes that do not say more."""

VECTOR_STEP = FIRST_STEP + 2
"""The steps before it are those of the photon beside a vector."""

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


VectorTable = TypeVar("VectorTable", bound=GammaAprime)


class PhotonVector(ProcessGenerator[VectorTable]):
    """e+e- -> photon V with a vector V that couples to electrons as the photon does."""

    def __init__(self, table: VectorTable, collider: Collider, seed: int, number: int) -> None:
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
        """Return photon, and V or what it decays to."""
        s, m2 = sqrt_s * sqrt_s, self._mass * self._mass
        shape = 4.0 * s * m2 / (s - m2) ** 2
        c = cosine("vector", draws.step(FIRST_STEP), index, self._low, self._high, shape)
        axis = direction(c, draws.step(FIRST_STEP + 1).uniform(index)[:, 0])
        photon, vector = back_to_back(sqrt_s, 0.0, self._mass, axis)
        return [make_particles(index, PHOTON, 0.0, photon), *self.vector(draws, index, vector)]

    @abstractmethod
    def vector(self, draws: Draws, index: I64, momentum: F64) -> list[Particles]:
        """Return V or what it decays to; steps of random numbers from `VECTOR_STEP` on are free."""


class PhotonAprime(PhotonVector[GammaAprime]):
    """e+e- -> photon A'."""

    def vector(self, draws: Draws, index: I64, momentum: F64) -> list[Particles]:
        """Return the A', which is invisible."""
        return [make_particles(index, A_PRIME, self.table.mass, momentum)]

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
