"""BaBar's kinematics, cross-sections and rate formula recomputed, in closed form or by counting generated events."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from trigemu.collider.recoil_tag.resolution import hypotheses
from trigemu.collider.signals.b_models import B_PLUS_MASS, B_ZERO_MASS
from trigemu.collider.signals.offered import dark_boson_signals
from trigemu.experiments.babar.dct.geometry import CELLS, WIRES
from trigemu.experiments.babar.emt.geometry import CRYSTALS, TOWERS
from trigemu.experiments.babar.glt.config import FIRST_AUXILIARY
from trigemu.experiments.babar.glt.rate_model import level1_rate
from trigemu.experiments.babar.signals import babar
from trigemu.measure.validate import Measured, fraction
from trigemu.physics import constants, pairs
from trigemu.physics.beams import pep2
from trigemu.physics.kinematics import two_body_momentum
from trigemu.setup.reference import resolve
from trigemu.studies.babar.samples import SEED

CALORIMETER = (15.8, 141.8)
"""Polar angles of the crystals in the laboratory, degrees (besiii_babar_facts B2.6)."""

_MASSES = {"photons": 0.0, "bhabha": 0.0, "muons": constants.mass(constants.MUON), "taus": 1.77693}

_BESIDE = {
    "Lambda": (B_ZERO_MASS, constants.mass(constants.LAMBDA)),
    "p": (B_PLUS_MASS, constants.mass(constants.PROTON)),
    "Lambda_c": (B_PLUS_MASS, constants.mass(constants.LAMBDA_C)),
    "K": (B_PLUS_MASS, constants.mass(constants.KAON)),
}
"""What a B leaves beside a new particle: masses of the B and of that, GeV."""


def size(what: str) -> Measured:
    """Return how many ``wires``, ``pivots``, ``crystals``, ``towers`` or ``lines`` there are."""
    found = {
        "wires": int(WIRES.sum()),
        "pivots": int(CELLS.sum()),
        "crystals": CRYSTALS,
        "towers": TOWERS,
        "lines": FIRST_AUXILIARY - 1,
    }
    return float(found[what]), 0.0


def boost(what: str) -> Measured:
    """Return ``beta``, ``gamma`` or ``betagamma`` of the centre of mass."""
    beta = float(pep2(10.579).beta[2])
    gamma = 1.0 / math.sqrt(1.0 - beta * beta)
    return {"beta": beta, "gamma": gamma, "betagamma": beta * gamma}[what], 0.0


def star_cosine(degrees: float) -> Measured:
    """Return the cosine to the e- in the CM of light that has a polar angle (degrees) in the laboratory."""
    beta, cosine = boost("beta")[0], math.cos(math.radians(degrees))
    return (cosine - beta) / (1.0 - beta * cosine), 0.0


def photon_energy(sqrt_s: float, mass: float) -> Measured:
    """Return the energy (GeV) in the CM of the photon beside an A'."""
    return two_body_momentum(sqrt_s, 0.0, mass), 0.0


def laboratory_energy(sqrt_s: float, mass: float, cosine: float) -> Measured:
    """Return the energy (GeV) in the laboratory of the photon beside an A', at a cosine to the e- in the CM."""
    star = photon_energy(sqrt_s, mass)[0]
    return boost("gamma")[0] * star * (1.0 + boost("beta")[0] * cosine), 0.0


def edge_energy(sqrt_s: float, mass: float, degrees: float) -> Measured:
    """Return the same at a polar angle (degrees) in the laboratory."""
    return laboratory_energy(sqrt_s, mass, star_cosine(degrees)[0])


def photon_vector_nb(sqrt_s: float, mass: float, low: float, high: float) -> Measured:
    """Return the cross-section of photon A' (nb, unit mixing) between two cosines of the photon in the CM."""
    return pairs.photon_vector(sqrt_s * sqrt_s, mass, low, high) * 1e-3, 0.0


def in_calorimeter_nb(sqrt_s: float, mass: float) -> Measured:
    """Return the same with the photon in the calorimeter."""
    high, low = (star_cosine(degrees)[0] for degrees in CALORIMETER)
    return photon_vector_nb(sqrt_s, mass, low, high)


@cache
def counted_in_calorimeter_nb(sqrt_s: float, mass: float, events: int = 100_000) -> Measured:
    """Return the same from generated events, without radiation."""
    own = babar(sqrt_s)
    (spec,) = (spec for spec in dark_boson_signals(own) if spec.name == "gamma-aprime")
    angles = (15.0, 165.0)
    table = spec.model.model_validate({"mass": mass, "isr": False, "theta_star": angles})
    found = resolve(spec.sampler)(table, own, SEED, 0).sample(0, events).particles
    photon = found.momentum[found.pdg == constants.PHOTON]
    theta = np.degrees(np.arctan2(np.hypot(photon[:, 0], photon[:, 1]), photon[:, 2]))
    inside = int(((theta > CALORIMETER[0]) & (theta < CALORIMETER[1])).sum())
    c = math.cos(math.radians(angles[0]))
    return fraction(inside, events, photon_vector_nb(sqrt_s, mass, -c, c)[0])


def born_nb(name: pairs.PairName, sqrt_s: float, cosine: float) -> Measured:
    """Return a Born cross-section (nb) inside |cos theta*|."""
    return pairs.born(name, sqrt_s * sqrt_s, -cosine, cosine, _MASSES[name]) * 1e-3, 0.0


def both_in_calorimeter_nb(name: pairs.PairName, sqrt_s: float) -> Measured:
    """Return a Born cross-section (nb) with both particles in the calorimeter (they are light)."""
    high, low = (star_cosine(degrees)[0] for degrees in CALORIMETER)
    edge = min(-low, high)
    return pairs.born(name, sqrt_s * sqrt_s, -edge, edge, _MASSES[name]) * 1e-3, 0.0


def baryon_momentum(beside: str, mass: float) -> Measured:
    """Return the momentum (GeV) beside a new particle, where the B rests; ``beside``: Lambda, p, Lambda_c, K."""
    parent, other = _BESIDE[beside]
    return two_body_momentum(parent, other, mass), 0.0


def end_point(beside: str) -> Measured:
    """Return the largest mass (GeV) of a new particle beside a Lambda, p, Lambda_c or K."""
    parent, other = _BESIDE[beside]
    return parent - other, 0.0


def rate_model(low_ring: float, high_ring: float, luminosity: float) -> Measured:
    """Return the rate of level 1 (Hz) of the experiment's formula; A, A and 1/(cm2 s)."""
    return level1_rate(high_ring, low_ring, luminosity).total(), 0.0


def straight_line_hypotheses() -> Measured:
    """Return how many masses a scan has whose steps fall on a straight line from 90 MeV at 1.0 to 6 MeV at 4.2 GeV."""
    return float(hypotheses(1.0, 4.2, lambda mass: 0.090 - 0.084 / 3.2 * (mass - 1.0))), 0.0
