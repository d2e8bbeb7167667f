"""Belle II's cross-sections and kinematics recomputed, in closed form or by counting generated events."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64
from trigemu.experiments.belle2.ecl.cm import directions
from trigemu.experiments.belle2.generator import event_source
from trigemu.experiments.belle2.signals import BELLE2, PROCESSES, SIGNALS
from trigemu.measure.validate import Measured, count, fraction
from trigemu.physics import constants, pairs
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.fsr import Coupling
from trigemu.physics.fsr_rate import massless_cross_section, scan
from trigemu.physics.isr import radiated_below
from trigemu.physics.kinematics import two_body_momentum
from trigemu.setup.build import build_setup
from trigemu.setup.reference import resolve
from trigemu.studies.belle2.samples import SEED

ROUND_S = 10.58**2
"""GeV^2: the reference tables round the energy."""

_MASSES = {"photons": 0.0, "bhabha": 0.0, "muons": constants.mass(constants.MUON), "taus": 1.77693}
_B_PLUS, _KAON = 5.27941, constants.mass(constants.KAON)

SCALED_LUMINOSITY, LUMINOSITY_FACTOR = 8e36, 10.0
"""Ten times the design luminosity of the trigger's rate table, so that a second of events is a small sample."""

SECONDS = 8


def born_nb(name: pairs.PairName, degrees: float) -> Measured:
    """Return a Born cross-section (nb) between so many degrees and 180 degrees less in the CM."""
    c = 1.0 if degrees == 0.0 else math.cos(math.radians(degrees))
    return pairs.born(name, ROUND_S, -c, c, _MASSES[name]) * 1e-3, 0.0


def photon_vector_pb(mass: float, cosine: float) -> Measured:
    """Return the cross-section of photon A' (pb, unit mixing) inside |cos theta*| of the photon."""
    return pairs.photon_vector(ROUND_S, mass, -cosine, cosine), 0.0


def radiation(x: float) -> Measured:
    """Return the probability that initial-state radiation takes less than a fraction x of s."""
    below, every = radiated_below(ROUND_S, np.array([x, 1.0]))
    return float(below / every), 0.0


def radiative_pb(process: str) -> Measured:
    """Return the lowest-order cross-section (pb) of a radiative process inside its default cuts, with its error."""
    spec = next(spec for spec in PROCESSES if spec.name == process)
    found = resolve(spec.sampler)(spec.model(), BELLE2, SEED, 0)
    return found.cross_section_nb * 1e3, found.cross_section_error_nb * 1e3


def lepton_boson_fb(mass: float, coupling: Coupling) -> Measured:
    """Return the cross-section of mu mu X (fb) for a coupling of 0.1, muon mass included."""
    return scan(ROUND_S, constants.mass(constants.MUON), mass, coupling)[0] * 0.01, 0.0


def massless_boson_fb(mass: float, coupling: Coupling) -> Measured:
    """Return the same with massless muons."""
    return massless_cross_section(ROUND_S, mass, coupling) * 0.01, 0.0


def photon_energy(mass: float) -> Measured:
    """Return the photon's energy (GeV) in the CM beside an A'."""
    return two_body_momentum(SUPERKEKB.sqrt_s, 0.0, mass), 0.0


def laboratory_scale(theta: float) -> Measured:
    """Return the laboratory energy (GeV) of a photon with 1 GeV in the CM at a polar angle in degrees, phi = 90."""
    angle = math.radians(theta)
    return float(directions(np.array([[0.0, math.sin(angle), math.cos(angle)]]))[2][0]), 0.0


def _in_lab(momenta: F64, low: float, high: float) -> NDArray[np.bool_]:
    theta = np.degrees(np.arctan2(np.hypot(momenta[..., 0], momenta[..., 1]), momenta[..., 2]))
    return np.asarray((theta > low) & (theta < high))


def barrel_fb(mass: float, low: float, high: float) -> Measured:
    """Return the cross-section (fb, mixing 1e-3) of photons between two laboratory angles, by quadrature."""
    # Midpoints in rapidity, in which the forward peaks are flat, and in azimuth: the crossing angle tilts the frame.
    edge = math.atanh(math.cos(math.radians(3.0)))
    eta = (np.arange(4000) + 0.5) / 2000 * edge - edge
    c = np.tanh(eta)
    phi = (np.arange(24) + 0.5) * (2.0 * math.pi / 24)
    sine = np.sqrt(1.0 - c * c)
    star = np.empty((len(c), len(phi), 4))
    star[..., 0], star[..., 1] = np.multiply.outer(sine, np.cos(phi)), np.multiply.outer(sine, np.sin(phi))
    star[..., 2], star[..., 3] = c[:, None], 1.0
    lab = SUPERKEKB.to_lab(star.reshape(-1, 4)).reshape(star.shape)
    inside = _in_lab(lab, low, high).mean(axis=1)
    density = pairs.photon_vector_density(SUPERKEKB.sqrt_s**2, mass, c) * (1.0 - c * c)
    # pb for unit mixing times 1e-6 is fb times 1e-9.
    return float(np.sum(density * inside) * edge / 2000 * 1e-3), 0.0


@cache
def barrel_sampled_fb(mass: float, low: float, high: float, events: int = 200_000) -> Measured:
    """Return the same from generated events."""
    spec = next(spec for spec in SIGNALS if spec.name == "gamma-aprime")
    table = spec.model.model_validate({"mass": mass, "isr": False, "theta_star": (5.0, 175.0)})
    found = resolve(spec.sampler)(table, BELLE2, SEED, 0).sample(0, events).particles
    photon = found.pdg == constants.PHOTON
    inside = _in_lab(np.stack([found.px, found.py, found.pz], axis=1)[photon], low, high)
    c = math.cos(math.radians(5.0))
    total = pairs.photon_vector(SUPERKEKB.sqrt_s**2, mass, -c, c) * 1e-3
    return fraction(int(inside.sum()), events, total)


def b_momentum(mass: float) -> Measured:
    """Return p* (GeV) of S in B+ -> K+ S."""
    return two_body_momentum(_B_PLUS, _KAON, mass), 0.0


def beams(what: str) -> Measured:
    """Return ``sqrt_s`` (GeV) or ``betagamma`` of the collider."""
    if what == "sqrt_s":
        return SUPERKEKB.sqrt_s, 0.0
    beta = float(np.linalg.norm(SUPERKEKB.beta))
    return beta / math.sqrt(1.0 - beta * beta), 0.0


@cache
def _counted(cross_sections: tuple[float, ...]) -> tuple[int, ...]:
    processes = [
        {"process": "mumu", "label": str(value), "isr": False, "cross_section_nb": value}
        for value in cross_sections
    ]
    setup = build_setup(
        {
            "experiment": "belle2",
            "run": {"seed": SEED, "frames": 1},
            "menu": {"line": [{"name": "any", "when": "ecl_active"}]},
            "section": {
                "luminosity": SCALED_LUMINOSITY,
                "process": processes,
                "frame_revolutions": 49_703,  # half a second
            },
        },
        "validation",
    )
    source = event_source(setup)
    counts = np.zeros(len(cross_sections), np.int64)
    for frame in range(2 * SECONDS):
        counts += np.bincount(source.events(frame).process, minlength=len(counts))[: len(counts)]
    return tuple(int(n) for n in counts)


RATE_TABLE = (1.2, 2.8, 0.8, 0.44, 0.024)
"""nb: B pairs, continuum, muon or tau pairs, a hundredth of Bhabha, a hundredth of photon pairs."""


def rate(place: int) -> Measured:
    """Return the rate (Hz) at 8e35 / (cm2 s) of an entry of `RATE_TABLE`: events generated and counted."""
    return count(_counted(RATE_TABLE)[place], 1.0 / SECONDS / LUMINOSITY_FACTOR)
