"""Process generators of mu mu boson, radiative and two-photon processes."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.collision import FIRST_STEP, ProcessGenerator
from trigemu.collider.signals.models import MuMuTauTau, MuMuZprime
from trigemu.collider.signals.pair_production import LEAST_FRACTION, ChargedInTracker, decay_tau
from trigemu.collider.signals.processes import EEMuMu, RadiativeProcess
from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import ELECTRON, MUON, PHOTON, Z_PRIME
from trigemu.physics.fsr import Coupling
from trigemu.physics.fsr_events import LeptonPairBoson
from trigemu.physics.isr import Radiator
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.radiative import Cuts, Process, Radiative
from trigemu.physics.two_photon import TwoPhotonMuons
from trigemu.physics.vectors import boost, direction, isotropic, two_body_decay

_MUON = constants.mass(MUON)
_SPREAD = 1.005

_THREE: dict[Process, tuple[int, int, int]] = {
    "gammagammagamma": (PHOTON, PHOTON, PHOTON),
    "mumugamma": (MUON, -MUON, PHOTON),
    "eegamma": (ELECTRON, -ELECTRON, PHOTON),
}
"""Codes of what comes out."""

Boson = TypeVar("Boson", bound=MuMuZprime)


class _MuonsAndBoson(ChargedInTracker[Boson]):
    """e+e- -> mu mu X with a coupling of X to leptons."""

    def __init__(self, table: Boson, collider: Collider, seed: int, number: int, coupling: Coupling) -> None:
        super().__init__(table, collider, seed, number)
        top = collider.sqrt_s
        least = max(LEAST_FRACTION * top, 1.001 * (2.0 * _MUON + table.mass))
        self._boson = LeptonPairBoson(_MUON, table.mass, coupling, least, top * _SPREAD)
        if table.isr:
            self.radiator = Radiator(
                top * top, self._boson.cross_section, max(1.0 - (least / top) ** 2, 1e-6)
            )

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return two muons and X or what it decays to."""
        minus, plus, boson = self._boson.events(draws, FIRST_STEP, index, sqrt_s)
        muons = [make_particles(index, MUON, _MUON, minus), make_particles(index, -MUON, _MUON, plus)]
        return muons + self.boson(draws, index, boson)

    def boson(self, draws: Draws, index: I64, momentum: F64) -> list[Particles]:
        """Return X, which is invisible."""
        return [make_particles(index, Z_PRIME, self.table.mass, momentum)]


class MuMuBoson(_MuonsAndBoson[MuMuZprime]):
    """e+e- -> mu mu X; X is invisible."""

    exactly = 2

    def __init__(self, table: MuMuZprime, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number, "vector")


class MuMuTaus(_MuonsAndBoson[MuMuTauTau]):
    """e+e- -> mu mu X, X -> tau tau; accepted with one charged particle of each tau."""

    exactly = 4

    def __init__(self, table: MuMuTauTau, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number, table.coupling)

    def boson(self, draws: Draws, index: I64, momentum: F64) -> list[Particles]:
        """Return what both taus decay to."""
        axis = isotropic(draws.step(FIRST_STEP + 2).uniform(index))
        first, second = two_body_decay(momentum, self.table.mass, tau.TAU_MASS, tau.TAU_MASS, axis)
        out = decay_tau(first, 1, index, draws, FIRST_STEP + 3)
        return out + decay_tau(second, -1, index, draws, FIRST_STEP + 4 + tau.STEPS)


class ThreeBody(ProcessGenerator[RadiativeProcess]):
    """e+e- -> three photons, mu mu photon or e e photon.

    Attributes
    ----------
    cross_section_error_nb
        Statistical error of the lowest-order cross-section where that is used, else 0.
    """

    cross_section_error_nb = 0.0

    def __init__(self, table: RadiativeProcess, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._codes = _THREE[table.radiative]
        low, high = (math.cos(math.radians(v)) for v in reversed(table.theta_star))
        cuts = Cuts(table.photon_energy, table.lepton_energy, table.pair_mass, low, high)
        self._radiative = Radiative(table.radiative, collider.sqrt_s, cuts)
        self.cross_section_nb = table.cross_section_nb
        if self.cross_section_nb is None:
            # Lowest order, inside the cuts.
            self.cross_section_nb = self._radiative.cross_section * 1e-3
            self.cross_section_error_nb = self._radiative.error * 1e-3

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return the three particles; electrons get their mass at the same share of momentum."""
        momenta = self._radiative.events(draws.step(FIRST_STEP), index)
        momenta = momenta * (sqrt_s / self.collider.sqrt_s)[:, None, None]
        mass = [0.0 if code == PHOTON else constants.mass(code) for code in self._codes]
        momenta = _massive(momenta, np.array(mass), sqrt_s)
        return [
            make_particles(index, code, m, momenta[:, i])
            for i, (code, m) in enumerate(zip(self._codes, mass, strict=True))
        ]


def _massive(momenta: F64, mass: F64, sqrt_s: F64) -> F64:
    """Scale momenta float64[n, 3, 4] so that particles of these masses have a total energy, float64[n]."""
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


class TwoPhoton(ProcessGenerator[EEMuMu]):
    """e+e- -> (e+e-) mu mu with electrons along the beams."""

    def __init__(self, table: EEMuMu, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._pairs = TwoPhotonMuons(collider.sqrt_s, table.mass_min)
        self.cross_section_nb = table.cross_section_nb
        if self.cross_section_nb is None:
            self.cross_section_nb = collider.two_photon_scale * self._pairs.cross_section * 1e-3

    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return two muons and two electrons."""
        w, x, y, c = self._pairs.draw(draws, FIRST_STEP, index)
        axis = direction(c, draws.step(FIRST_STEP + 3).uniform(index)[:, 0])
        p = np.sqrt(0.25 * w * w - _MUON * _MUON)
        rest = np.concatenate([p[:, None] * axis, 0.5 * w[:, None]], axis=1)
        other = rest * (-1.0, -1.0, -1.0, 1.0)
        velocity = np.zeros((len(index), 3))
        velocity[:, 2] = (x - y) / (x + y)
        scale = sqrt_s / self.collider.sqrt_s
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
