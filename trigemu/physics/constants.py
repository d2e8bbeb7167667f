"""Constants of nature: masses in GeV, widths in GeV, ctau in mm.  PDG 2026 unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass

ALPHA = 1.0 / 137.036
"""Fine-structure constant at zero momentum transfer (used for A' widths, as everybody does)."""

HBAR_C_GEV_MM = 1.973270e-13
"""hbar c in GeV mm."""

PB_PER_GEV2 = 3.893794e8
"""GeV^-2 in pb."""

SPEED_OF_LIGHT = 299.792458
"""mm / ns."""

GEV_PER_MM_T = 0.000299792458
"""Transverse momentum over radius of a particle of unit charge, for a field of 1 T: R[cm] = 333.6 pT[GeV]."""

ELECTRON, MUON, TAU, PHOTON = 11, 13, 15, 22
PI0, PION, RHO0, ETA, OMEGA, KAON, ETA_PRIME, PHI, PROTON = 111, 211, 113, 221, 223, 321, 331, 333, 2212
K_SHORT, NEUTRON, LAMBDA, LAMBDA_C = 310, 2112, 3122, 4122

D_PLUS, D_ZERO, D_S, B_PLUS, B_ZERO = 411, 421, 431, 521, 511
K_ZERO, K_STAR_ZERO, K_STAR_PLUS = 311, 313, 323

A_PRIME, DARK_HIGGS, DARK_FERMION = 4900023, 4900025, 4900101
SCALAR, AXION, HEAVY_NEUTRINO, Z_PRIME = 9900035, 9900036, 9900016, 32
"""Codes of new particles: those of A' and dark fermion are usual (signals_facts 0), the others are chosen."""


@dataclass(frozen=True, slots=True)
class Particle:
    """A particle's mass (GeV), width (GeV; 0 where ctau says it better) and ctau (mm; inf if stable)."""

    name: str
    mass: float
    width: float = 0.0
    ctau: float = float("inf")


PARTICLES = {
    ELECTRON: Particle("e", 0.000510999),
    MUON: Particle("mu", 0.1056583755, ctau=658.64e3),
    TAU: Particle("tau", 1.77693, ctau=0.08704),
    PI0: Particle("pi0", 0.1349768, width=7.81e-9, ctau=0.0),
    PION: Particle("pi", 0.1395704, ctau=7804.0),
    RHO0: Particle("rho0", 0.77526, width=0.1474, ctau=0.0),
    ETA: Particle("eta", 0.547862, width=1.31e-6, ctau=0.0),
    OMEGA: Particle("omega", 0.78266, width=0.00868, ctau=0.0),
    KAON: Particle("K", 0.493677, ctau=3711.0),
    ETA_PRIME: Particle("etap", 0.95778, width=1.88e-4, ctau=0.0),
    PHI: Particle("phi", 1.01946, width=0.004249, ctau=0.0),
    PROTON: Particle("p", 0.9382721),
    D_PLUS: Particle("D", 1.86966, ctau=0.3098),
    D_ZERO: Particle("D0", 1.86484, ctau=0.1230),
    D_S: Particle("Ds", 1.96835, ctau=0.1503),
    B_PLUS: Particle("B", 5.27941, ctau=0.4907),
    B_ZERO: Particle("B0", 5.27972, ctau=0.4531),
    K_ZERO: Particle("K0", 0.497611),
    K_STAR_ZERO: Particle("Kstar0", 0.89556, width=0.0471, ctau=0.0),
    K_STAR_PLUS: Particle("Kstar", 0.89188, width=0.0485, ctau=0.0),
    # Lifetimes recalled.
    K_SHORT: Particle("K_S", 0.497611, ctau=26.844),
    NEUTRON: Particle("n", 0.939565),
    LAMBDA: Particle("Lambda", 1.115683, ctau=78.9),
    LAMBDA_C: Particle("Lambda_c", 2.28646, ctau=0.0607),
}
"""By PDG code of the particle (antiparticles have the same mass and lifetime)."""

BRANCHING = {
    (PI0, PHOTON): 0.98823,
    (ETA, PHOTON): 0.3936,
    (ETA_PRIME, PHOTON): 0.02307,
    (ETA_PRIME, RHO0): 0.2948,
    (ETA_PRIME, OMEGA): 0.0252,
    (OMEGA, PI0): 0.0833,
    (RHO0, PI0): 4.67e-4,
    (RHO0, ETA): 3.0e-4,
    (PHI, ETA): 0.01306,
    (PHI, PI0): 1.328e-3,
}
"""Branching ratio of (meson -> companion + photon)."""


def mass(pdg: int) -> float:
    """Return the mass (GeV) of a PDG code of either sign; KeyError if it is not in `PARTICLES`."""
    return PARTICLES[abs(pdg)].mass


def gev_per_mm(field_t: float) -> float:
    """Return transverse momentum over radius (GeV/mm) of a particle of unit charge in this field (T)."""
    return GEV_PER_MM_T * field_t
