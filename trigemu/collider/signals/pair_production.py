"""Makers of two-body processes: photon A', pairs of photons, muons, electrons and taus, A' h', tau -> l alpha."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.signals.acceptance import all_of, charged, in_cdc, in_ecl
from trigemu.collider.signals.collision import FIRST_STEP
from trigemu.collider.signals.models import AprimeHiggs, GammaAprime, TauToLeptonAlpha
from trigemu.physics import constants, new_bosons, tau
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.constants import ELECTRON, MUON, PHOTON
from trigemu.physics.isr import Radiator
from trigemu.physics.pairs import PairName, born, cosine, photon_vector
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import (
    decay_vertex,
    direction,
    invariant_mass,
    isotropic,
    momentum_of_two,
    two_body_decay,
)

A_PRIME, DARK_HIGGS, ALPHA = 4900023, 4900025, 9900036
"""PDG codes of invisible particles."""

LEAST_FRACTION = 0.2
"""Radiation leaves at least this fraction of the energy to processes that do not say more."""

_S = SUPERKEKB.sqrt_s**2
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


class PhotonAprime:
    """e+e- -> photon A'."""

    def __init__(self, model: GammaAprime) -> None:
        self._mass = model.mass
        self._low, self._high = _cosines(model.theta_star)
        self.radiator: Radiator | None = None
        if model.isr:
            least = model.minimum_energy + math.hypot(model.minimum_energy, model.mass)
            self.radiator = Radiator(_S, self._cross_section, 1.0 - least * least / _S)

    def _cross_section(self, s: F64) -> F64:
        return np.array([photon_vector(float(v), self._mass, self._low, self._high) for v in s])

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
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
        seen = (made.pdg == PHOTON) & in_ecl(made.momentum)
        return np.asarray(np.bincount(made.event[seen], minlength=made.events) > 0)


_PAIRS: dict[PairName, tuple[int, float]] = {
    "photons": (PHOTON, 0.0),
    "bhabha": (ELECTRON, constants.mass(ELECTRON)),
    "muons": (MUON, constants.mass(MUON)),
    "taus": (15, tau.TAU_MASS),
}


class Pair:
    """e+e- -> two photons, electrons, muons or taus (decayed)."""

    def __init__(self, name: PairName, degrees: tuple[float, float], *, isr: bool) -> None:
        self._name = name
        self._pdg, self._mass = _PAIRS[name]
        low, high = _cosines(degrees)
        # Both particles are in the range, so its nearer end counts.
        self._edge = min(-low, high)
        self.radiator: Radiator | None = None
        if isr:
            least = max(LEAST_FRACTION * SUPERKEKB.sqrt_s, 2.0 * self._mass + 0.01)
            self.radiator = Radiator(_S, self._cross_section, 1.0 - least * least / _S)

    def _cross_section(self, s: F64) -> F64:
        edges = self._edges(s)
        pairs = zip(s.tolist(), edges.tolist(), strict=True)
        return np.array([born(self._name, v, -c, c, self._mass) if c > _NARROW else 0.0 for v, c in pairs])

    def born(self, s: float) -> float:
        """Return the Born cross-section in pb in the range of angles."""
        return born(self._name, s, -self._edge, self._edge, self._mass)

    def _edges(self, s: F64) -> F64:
        """Return the largest cosine in the pair's frame for which both are in range in the CM of the beams."""
        x = np.clip(1.0 - s / _S, 0.0, 1.0)
        beta = x / (2.0 - x)
        return np.asarray(np.maximum((self._edge - beta) / (1.0 - beta * self._edge), _NARROW))

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return the pair, or what taus decay to."""
        s = sqrt_s * sqrt_s
        edge = self._edges(s)
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

    def accepted(self, made: Particles) -> Bool:
        """Return no event: a background has no acceptance."""
        return np.zeros(made.events, np.bool_)


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


class TauAlpha:
    """e+e- -> tau tau, one tau -> lepton alpha."""

    def __init__(self, model: TauToLeptonAlpha) -> None:
        self._lepton, self._alpha = model.lepton, model.mass
        self._prongs: tau.Prongs = "3" if model.tag == "3-prong" else "any"
        self._pair = Pair("taus", (0.1, 179.9), isr=model.isr)
        self.radiator = self._pair.radiator

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
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
        out.append(make_particles(index, ALPHA, self._alpha, alpha, point, 15 * sign))
        return out

    def accepted(self, made: Particles) -> Bool:
        """Return where all charged particles (at least two) are in the drift chamber."""
        return all_of(made, charged(made), in_cdc(made.momentum), 2)


class Higgsstrahlung:
    """e+e- -> A' h', A' -> mu mu."""

    def __init__(self, model: AprimeHiggs) -> None:
        self._vector, self._higgs = model.mass, model.higgs_mass
        self.radiator: Radiator | None = None
        if model.isr:
            least = max(LEAST_FRACTION * SUPERKEKB.sqrt_s, model.mass + model.higgs_mass + 1e-3)
            self.radiator = Radiator(_S, self._cross_section, max(1.0 - least * least / _S, 1e-6))

    def _cross_section(self, s: F64) -> F64:
        return np.array([new_bosons.higgsstrahlung(float(v), self._vector, self._higgs) for v in s])

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
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
        mass = constants.mass(MUON)
        muon = isotropic(draws.step(FIRST_STEP + 2).uniform(index))
        first, second = two_body_decay(vector, invariant_mass(vector), mass, mass, muon)
        return [
            make_particles(index, MUON, mass, first, mother=A_PRIME),
            make_particles(index, -MUON, mass, second, mother=A_PRIME),
            make_particles(index, DARK_HIGGS, self._higgs, higgs),
        ]

    def accepted(self, made: Particles) -> Bool:
        """Return where both muons are in the drift chamber."""
        return all_of(made, charged(made), in_cdc(made.momentum), 2)
