"""BESIII's cross-sections and kinematics recomputed, in closed form or by counting generated events."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from trigemu.collider.signals.offered import dark_boson_signals
from trigemu.experiments.besiii.signals import besiii, processes
from trigemu.measure.validate import Measured, fraction
from trigemu.physics import constants, pairs
from trigemu.physics.beams import bepc2
from trigemu.physics.kinematics import two_body_momentum
from trigemu.setup.reference import resolve
from trigemu.studies.besiii.samples import SEED

_MASSES = {"photons": 0.0, "bhabha": 0.0, "muons": constants.mass(constants.MUON), "taus": 1.77693}
_LAMBDA_C, _PROTON = constants.mass(constants.LAMBDA_C), constants.mass(constants.PROTON)
NB_PER_FB = 1e6
"""1/fb is so many 1/nb."""


def photon_energy(sqrt_s: float, mass: float) -> Measured:
    """Return the energy (GeV) in the CM of the photon beside an A'."""
    return two_body_momentum(sqrt_s, 0.0, mass), 0.0


def mass_at(sqrt_s: float, energy: float) -> Measured:
    """Return the mass (GeV) of an A' beside a photon of this energy (GeV) in the CM."""
    return math.sqrt(sqrt_s * sqrt_s - 2.0 * sqrt_s * energy), 0.0


def born_nb(name: pairs.PairName, sqrt_s: float, cosine: float) -> Measured:
    """Return a Born cross-section (nb) inside |cos theta*|."""
    return pairs.born(name, sqrt_s * sqrt_s, -cosine, cosine, _MASSES[name]) * 1e-3, 0.0


def photon_vector_nb(sqrt_s: float, mass: float, cosine: float) -> Measured:
    """Return the cross-section of photon A' (nb, unit mixing) inside |cos theta*| of the photon."""
    return pairs.photon_vector(sqrt_s * sqrt_s, mass, -cosine, cosine) * 1e-3, 0.0


def expected_events(
    sqrt_s: float, mass: float, cosine: float, mixing: float, luminosity_fb: float
) -> Measured:
    """Return how many photon A' events data of so many 1/fb hold inside |cos theta*|."""
    nb = photon_vector_nb(sqrt_s, mass, cosine)[0]
    return nb * mixing * mixing * luminosity_fb * NB_PER_FB, 0.0


@cache
def photons_nb(sqrt_s: float, cosine: float, events: int = 100_000) -> Measured:
    """Return photons per luminosity (nb, two an event) of generated e+e- -> gamma gamma inside |cos theta*|."""
    own = besiii(sqrt_s)
    spec = next(spec for spec in processes(sqrt_s) if spec.name == "gammagamma")
    angles = (20.0, 160.0)
    table = spec.model.model_validate({"theta_star": angles, "isr": False})
    found = resolve(spec.sampler)(table, own, SEED, 0).sample(0, events).particles
    energy = np.sqrt(found.px**2 + found.py**2 + found.pz**2)
    star = bepc2(sqrt_s).to_cm(np.stack([found.px, found.py, found.pz, energy], axis=1))
    inside = int((np.abs(star[:, 2] / star[:, 3]) < cosine).sum()) // 2
    total = born_nb("photons", sqrt_s, math.cos(math.radians(angles[0])))[0]
    return fraction(inside, events, 2.0 * total)


@cache
def vector_counted_nb(sqrt_s: float, mass: float, cosine: float, events: int = 100_000) -> Measured:
    """Return the cross-section of photon A' (nb, unit mixing) inside |cos theta*|, from generated events."""
    own = besiii(sqrt_s)
    spec = next(spec for spec in dark_boson_signals(own) if spec.name == "gamma-aprime")
    angles = (20.0, 160.0)
    table = spec.model.model_validate({"mass": mass, "isr": False, "theta_star": angles})
    found = resolve(spec.sampler)(table, own, SEED, 0).sample(0, events).particles
    photon = found.pdg == constants.PHOTON
    x, y, z = found.px[photon], found.py[photon], found.pz[photon]
    star = bepc2(sqrt_s).to_cm(np.stack([x, y, z, np.sqrt(x * x + y * y + z * z)], axis=1))
    inside = int((np.abs(star[:, 2] / star[:, 3]) < cosine).sum())
    return fraction(inside, events, photon_vector_nb(sqrt_s, mass, math.cos(math.radians(angles[0])))[0])


def momentum_share() -> Measured:
    """Return the momentum along x of both beams over the energy in the CM."""
    beams = bepc2(4.178)
    return float(beams.total[0]) / beams.sqrt_s, 0.0


def largest_shift() -> Measured:
    """Return the largest relative difference of a photon's energies in the laboratory and in the CM."""
    beams = bepc2(4.178)
    along = beams.to_lab(np.array([[1.0, 0.0, 0.0, 1.0]]))
    return float(along[0, 3]) - 1.0, 0.0


def proton_momentum() -> Measured:
    """Return the momentum (GeV) of the proton of Lambda_c+ -> p gamma', in the frame of the Lambda_c."""
    return two_body_momentum(_LAMBDA_C, _PROTON, 0.0), 0.0
