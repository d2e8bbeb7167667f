"""Light mesons from 400 GeV protons on nucleons, and their decays to A'.

Spectra are closed forms fitted to Pythia 8.317 (mean of p and n targets, both hemispheres folded):

    d2n / (d|xF| dpT) ~ pT / xE (1 - xE)^a xE^-b1 exp(-b2 (1 + c |xF|) (mT - m)),   xE^2 = xF^2 + 4 mT^2 / s,

good to 6-9 % bin by bin (phi less).  Multiplicities come from a chosen set; sets differ by up to a factor 2.
Branching ratios: Batell, Pospelov, Ritz, arXiv:0906.5614, and FORESEE.  The width of the rho is neglected,
as is mixing of A' with rho, omega and phi, which matters above 0.6 GeV.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import (
    BRANCHING,
    ETA,
    ETA_PRIME,
    KAON,
    OMEGA,
    PHI,
    PHOTON,
    PI0,
    PION,
    PROTON,
    RHO0,
    mass,
)
from trigemu.physics.two_body import kallen

BEAM_GEV = 400.0
S = 2.0 * mass(PROTON) * (mass(PROTON) + BEAM_GEV)
"""Squared centre-of-mass energy of the beam on a nucleon at rest, GeV^2."""

GAMMA = (BEAM_GEV + mass(PROTON)) / math.sqrt(S)
BETA_GAMMA = math.sqrt(GAMMA * GAMMA - 1.0)
"""Boost from the centre of mass to the laboratory."""

SPECIES = (PI0, ETA, ETA_PRIME, RHO0, OMEGA, PHI)

FROM_FILES = (*SPECIES, PION, -PION, KAON, -KAON)
"""What is read from event files: parents of A', and charged mesons, which make muons."""

YieldSet = Literal["sps", "pythia", "na27", "dump"]
YIELDS: dict[str, tuple[float, ...]] = {
    "sps": (4.15, 0.47, 0.051, 0.548, 0.548, 0.022),
    "pythia": (5.08, 0.583, 0.0616, 0.655, 0.665, 0.0232),
    "na27": (3.87, 0.30, 0.0, 0.384, 0.390, 0.019),
    "dump": (8.05, 0.90, 0.11, 0.98, 0.97, 0.043),
}
"""Mesons per inelastic collision in the order of `SPECIES`: SensCalc's SPS set; Pythia 8.317; NA27
(recalled); Pythia 8.317 Angantyr p-Cu, which has the cascade in the nucleus."""

CHANNELS = (
    (PI0, PHOTON),
    (ETA, PHOTON),
    (ETA_PRIME, PHOTON),
    (ETA_PRIME, RHO0),
    (ETA_PRIME, OMEGA),
    (RHO0, PI0),
    (RHO0, ETA),
    (OMEGA, PI0),
    (PHI, ETA),
    (PHI, PI0),
)
"""Parent and companion of each decay parent -> companion A'."""

_PT_MAX = 4.0
_GRID = (96, 64)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Parameters of the closed form."""

    a: float
    b1: float
    b2: float
    c: float


SPECTRA = {
    PI0: Spectrum(4.041, 0.392, 4.723, -0.312),
    ETA: Spectrum(2.682, 0.264, 5.089, 0.235),
    RHO0: Spectrum(2.260, 0.265, 5.496, 0.353),
    OMEGA: Spectrum(2.322, 0.252, 5.629, 0.333),
    ETA_PRIME: Spectrum(2.259, 0.198, 6.021, 0.361),
    PHI: Spectrum(5.967, 0.245, 6.084, -0.582),
}


def density(pdg: int, xf: F64, pt: F64) -> F64:
    """Return the closed form, not normalised, at |xF| and pT (GeV); 0 beyond the kinematic limit."""
    fit, m = SPECTRA[pdg], mass(pdg)
    mt = np.sqrt(pt * pt + m * m)
    xe = np.sqrt(xf * xf + 4.0 * mt * mt / S)
    shape = pt / xe * np.maximum(1.0 - xe, 0.0) ** fit.a * xe**-fit.b1
    return np.asarray(shape * np.exp(-fit.b2 * (1.0 + fit.c * xf) * (mt - m)))


@dataclass(frozen=True, slots=True, eq=False)
class SpectrumTable:
    """A spectrum in cells, the forward hemisphere before the backward one.

    Attributes
    ----------
    cells
        float64[n, 4]: low and high xF (signed; low is the one nearer to 0), low and high pT in GeV.
    weight
        float64[n], fraction of the mesons in the cell; sums to 1.
    """

    cells: F64
    weight: F64


@lru_cache(maxsize=16)
def spectrum_table(pdg: int) -> SpectrumTable:
    """Tabulate the spectrum of a species; a scan asks for it at each point."""
    return tabulate(partial(density, pdg), _PT_MAX)


def tabulate(shape: Callable[[F64, F64], F64], pt_max: float) -> SpectrumTable:
    """Tabulate a spectrum, alike in both hemispheres, on cells that are finer at small |xF| and pT.

    Parameters
    ----------
    shape
        Density in |xF| and pT (GeV), not normalised; arrays that broadcast.
    pt_max
        Largest pT, GeV.
    """
    nx, nt = _GRID
    x = (np.arange(nx + 1) / nx) ** 2
    t = pt_max * (np.arange(nt + 1) / nt) ** 2
    nodes, weights = np.polynomial.legendre.leggauss(4)
    share = 0.5 * (nodes + 1.0)
    xs = x[:-1, None] + np.diff(x)[:, None] * share
    ts = t[:-1, None] + np.diff(t)[:, None] * share
    values = shape(xs[:, None, :, None], ts[None, :, None, :])
    content = np.einsum("ijkl,k,l->ij", values, weights, weights) * np.outer(np.diff(x), np.diff(t))
    i, j = (index.ravel() for index in np.indices(content.shape))
    forward = np.stack([x[i], x[i + 1], t[j], t[j + 1]], axis=1)
    backward = forward * np.array([-1.0, -1.0, 1.0, 1.0])
    half = 0.5 * content.ravel() / content.sum()
    table = SpectrumTable(np.concatenate([forward, backward]), np.concatenate([half, half]))
    table.cells.flags.writeable = table.weight.flags.writeable = False
    return table


def lab_momentum(pdg: int, xf: F64, pt: F64) -> tuple[F64, F64]:
    """Return longitudinal momentum and energy in the laboratory (GeV) for signed xF and pT (GeV)."""
    return lab_of_mass(mass(pdg), xf, pt)


def lab_of_mass(m: float | F64, xf: F64, pt: F64) -> tuple[F64, F64]:
    """Return what `lab_momentum` does for a particle of mass ``m`` (GeV)."""
    star = 0.5 * xf * math.sqrt(S)
    energy = np.sqrt(star * star + pt * pt + m**2)
    return GAMMA * star + BETA_GAMMA * energy, GAMMA * energy + BETA_GAMMA * star


def forward_share(pdg: int, energy: float, angle: float) -> float:
    """Return the fraction of a species above an energy (GeV) and below a polar angle (rad) in the laboratory."""
    table = spectrum_table(pdg)
    nodes, weights = np.polynomial.legendre.leggauss(4)
    share = 0.5 * (nodes + 1.0)
    x0, x1, t0, t1 = (edge[:, None, None] for edge in table.cells.T)
    xf, pt = x0 + (x1 - x0) * share[:, None], t0 + (t1 - t0) * share
    content = density(pdg, np.abs(xf), pt) * weights[:, None] * weights
    pz, lab = lab_momentum(pdg, xf, pt)
    inside = (content * ((lab > energy) & (pt < math.tan(angle) * pz))).sum(axis=(1, 2))
    whole = content.sum(axis=(1, 2))
    return float(table.weight @ np.divide(inside, whole, out=np.zeros_like(whole), where=whole > 0.0))


def branching_ratio(parent: int, companion: int, m: float) -> float:
    """Return BR(parent -> companion A') / eps^2 for an A' of mass m (GeV); 0 beyond the kinematic limit.

    P -> gamma A': 2 BR(P -> gamma gamma) (1 - m^2/M^2)^3.  With a massive companion:
    BR(parent -> companion gamma) (lambda / lambda at m = 0)^(3/2).
    """
    top = mass(parent)
    if companion == PHOTON:
        return 0.0 if m >= top else 2.0 * BRANCHING[parent, companion] * (1.0 - (m / top) ** 2) ** 3
    other = mass(companion)
    if m + other >= top:
        return 0.0
    phase_space = kallen(top * top, m * m, other * other) / (top * top - other * other) ** 2
    return BRANCHING[parent, companion] * phase_space * math.sqrt(phase_space)


def production(m: float, yields: str = "sps", parents: tuple[int, ...] = SPECIES) -> dict[int, float]:
    """Return A' per proton on target and eps^2 from each parent species.

    Parameters
    ----------
    m
        A' mass, GeV.
    yields
        A key of `YIELDS`.
    parents
        Species to count.
    """
    numbers = dict(zip(SPECIES, YIELDS[yields], strict=True))
    out = dict.fromkeys(parents, 0.0)
    for parent, companion in CHANNELS:
        if parent in out:
            out[parent] += numbers[parent] * branching_ratio(parent, companion, m)
    return out
