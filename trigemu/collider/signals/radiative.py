"""Makers of mu mu boson, radiative and two-photon processes."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.signals.acceptance import all_of, charged, in_cdc
from trigemu.collider.signals.collision import FIRST_STEP, draws_of
from trigemu.collider.signals.models import MuMuTauTau, MuMuZprime
from trigemu.collider.signals.pair_production import LEAST_FRACTION, decay_tau
from trigemu.collider.signals.processes import EEGamma, EEMuMu, GammaGammaGamma, MuMuGamma
from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.constants import ELECTRON, MUON, PHOTON
from trigemu.physics.fsr_events import LeptonPairBoson
from trigemu.physics.isr import Radiator
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.radiative import Cuts, Radiative
from trigemu.physics.two_photon import TwoPhotonMuons
from trigemu.physics.vectors import boost, direction, isotropic, two_body_decay

Z_PRIME = 32
"""PDG code of the boson."""

_MUON = constants.mass(MUON)
_SPREAD = 1.005


class MuMuBoson:
    """e+e- -> mu mu X; X is invisible or decays to taus."""

    def __init__(self, model: MuMuZprime | MuMuTauTau) -> None:
        self._mass = model.mass
        self._taus = isinstance(model, MuMuTauTau)
        coupling = model.coupling if isinstance(model, MuMuTauTau) else "vector"
        top = SUPERKEKB.sqrt_s
        least = max(LEAST_FRACTION * top, 1.001 * (2.0 * _MUON + model.mass))
        self._boson = LeptonPairBoson(_MUON, model.mass, coupling, least, top * _SPREAD)
        self.radiator: Radiator | None = None
        if model.isr:
            self.radiator = Radiator(
                top * top, self._boson.cross_section, max(1.0 - (least / top) ** 2, 1e-6)
            )

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return two muons and X or its daughters."""
        minus, plus, boson = self._boson.events(draws, FIRST_STEP, index, sqrt_s)
        out = [make_particles(index, MUON, _MUON, minus), make_particles(index, -MUON, _MUON, plus)]
        if not self._taus:
            return [*out, make_particles(index, Z_PRIME, self._mass, boson)]
        axis = isotropic(draws.step(FIRST_STEP + 2).uniform(index))
        first, second = two_body_decay(boson, self._mass, tau.TAU_MASS, tau.TAU_MASS, axis)
        out += decay_tau(first, 1, index, draws, FIRST_STEP + 3)
        return out + decay_tau(second, -1, index, draws, FIRST_STEP + 4 + tau.STEPS)

    def accepted(self, made: Particles) -> Bool:
        """Return where all charged particles, two or (with taus) four, are in the drift chamber."""
        wanted = charged(made)
        exact = np.bincount(made.event[wanted], minlength=made.events) == (4 if self._taus else 2)
        return np.asarray(all_of(made, wanted, in_cdc(made.momentum)) & exact)


class ThreeBody:
    """e+e- -> three photons, mu mu photon or e e photon."""

    radiator: Radiator | None = None

    def __init__(self, model: GammaGammaGamma | MuMuGamma | EEGamma, seed: int, number: int) -> None:
        self._codes = {
            "gammagammagamma": (PHOTON, PHOTON, PHOTON),
            "mumugamma": (MUON, -MUON, PHOTON),
            "eegamma": (ELECTRON, -ELECTRON, PHOTON),
        }[model.process]
        low, high = (math.cos(math.radians(v)) for v in reversed(model.theta_star))
        cuts = Cuts(model.photon_energy, model.lepton_energy, model.pair_mass, low, high)
        scan = draws_of(seed, 0, number).step(FIRST_STEP + 1)
        self._radiative = Radiative(model.process, SUPERKEKB.sqrt_s, cuts, scan)

    @property
    def cross_section_nb(self) -> float:
        """Lowest order, inside the cuts."""
        return self._radiative.cross_section * 1e-3

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return the three particles; leptons get their mass at the same momentum share."""
        momenta = self._radiative.events(draws.step(FIRST_STEP), index)
        momenta = momenta * (sqrt_s / SUPERKEKB.sqrt_s)[:, None, None]
        mass = [0.0 if code == PHOTON else constants.mass(code) for code in self._codes]
        momenta = _massive(momenta, np.array(mass), sqrt_s)
        return [
            make_particles(index, code, m, momenta[:, i])
            for i, (code, m) in enumerate(zip(self._codes, mass, strict=True))
        ]

    def accepted(self, made: Particles) -> Bool:
        """Return no event: a background has no acceptance."""
        return np.zeros(made.events, np.bool_)


def _massive(momenta: F64, mass: F64, sqrt_s: F64) -> F64:
    """Scale massless momenta float64[n, 3, 4] so that particles of these masses have the same total energy."""
    if not mass.any():
        return momenta
    p2 = (momenta[..., :3] ** 2).sum(axis=2)
    scale = np.ones(len(momenta))
    # Newton's method: the energy is convex in the scale and almost linear.
    for _ in range(6):
        energy = np.sqrt(p2 * scale[:, None] ** 2 + mass * mass)
        slope = (p2 * scale[:, None] / energy).sum(axis=1)
        scale -= (energy.sum(axis=1) - sqrt_s) / slope
    out = momenta * scale[:, None, None]
    out[..., 3] = np.sqrt(p2 * scale[:, None] ** 2 + mass * mass)
    return np.asarray(out)


class TwoPhoton:
    """e+e- -> (e+e-) mu mu with electrons along the beams."""

    radiator: Radiator | None = None

    def __init__(self, model: EEMuMu) -> None:
        self._pairs = TwoPhotonMuons(SUPERKEKB.sqrt_s, model.mass_min)

    @property
    def cross_section_pb(self) -> float:
        """In the equivalent-photon approximation."""
        return self._pairs.cross_section

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return two muons and two electrons."""
        w, x, y, c = self._pairs.draw(draws, FIRST_STEP, index)
        axis = direction(c, draws.step(FIRST_STEP + 3).uniform(index)[:, 0])
        p = np.sqrt(0.25 * w * w - _MUON * _MUON)
        rest = np.concatenate([p[:, None] * axis, 0.5 * w[:, None]], axis=1)
        other = rest * (-1.0, -1.0, -1.0, 1.0)
        velocity = np.zeros((len(index), 3))
        velocity[:, 2] = (x - y) / (x + y)
        scale = sqrt_s / SUPERKEKB.sqrt_s
        parts = [
            make_particles(index, -MUON if sign < 0 else MUON, _MUON, boost(muon * scale[:, None], velocity))
            for sign, muon in ((1, rest), (-1, other))
        ]
        for code, left, side in ((ELECTRON, 1.0 - x, 1.0), (-ELECTRON, 1.0 - y, -1.0)):
            momentum = np.zeros((len(index), 4))
            momentum[:, 3] = 0.5 * sqrt_s * left
            momentum[:, 2] = side * momentum[:, 3]
            parts.append(make_particles(index, code, constants.mass(ELECTRON), momentum))
        return parts

    def accepted(self, made: Particles) -> Bool:
        """Return no event: a background has no acceptance."""
        return np.zeros(made.events, np.bool_)
