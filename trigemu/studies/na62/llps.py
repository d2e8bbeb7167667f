"""Closed forms of heavy neutral leptons, dark scalars and axion-like particles, recomputed."""

from __future__ import annotations

import numpy as np

from trigemu.measure.validate import Measured
from trigemu.physics import alp, dark_scalar, heavy_flavour, hnl, hnl_widths, mesons
from trigemu.physics.constants import B_PLUS, B_ZERO, K_STAR_ZERO, KAON, PION


def hnl_width(channel: str, mass: float) -> Measured:
    """Return a width (GeV) of a Dirac N of a mass (GeV), all squared mixings 1."""
    return hnl.widths(mass, (1.0, 1.0, 1.0))[channel], 0.0


def three_neutrinos(mass: float) -> Measured:
    """Return the width (GeV) of N -> 3 nu of a Dirac N of a mass (GeV), one squared mixing 1."""
    return hnl.widths(mass, (0.0, 1.0, 0.0))["3nu"], 0.0


def tau_to_pion(mass: float) -> Measured:
    """Return BR(tau -> pi N) for a mass of N (GeV), squared mixing 1."""
    return hnl_widths.tau_to_pseudoscalar(mass, PION), 0.0


def tau_to_rho(mass: float) -> Measured:
    """Return BR(tau -> rho N) for a mass of N (GeV), squared mixing 1."""
    return hnl_widths.tau_to_rho(mass), 0.0


def alp_photons(mass: float, coupling: float) -> Measured:
    """Return the width (GeV) of a -> gamma gamma for a mass (GeV) and a coupling (GeV^-1)."""
    return alp.widths(mass, alp.Couplings(photon=coupling))["gammagamma"], 0.0


def alp_lifetime(mass: float, coupling: float) -> Measured:
    """Return c tau (m) of an a that decays to photons alone."""
    return alp.ctau(mass, alp.Couplings(photon=coupling)) * 1e-3, 0.0


def scalar_to_muons(mass: float) -> Measured:
    """Return the width (GeV) of S -> mu mu for a mass (GeV) and full mixing."""
    return dark_scalar.widths(mass, 1.0)["mumu"], 0.0


def b_to_scalar(mass: float, kaon: str) -> Measured:
    """Return BR(B -> kaon S) for a mass (GeV) and full mixing; ``K`` (of B+) or ``Kstar`` (of B0)."""
    mode = {"K": (B_PLUS, KAON), "Kstar": (B_ZERO, K_STAR_ZERO)}[kaon]
    return dark_scalar.branching_ratio(mass, *mode), 0.0


def mean_energy(pdg: int) -> Measured:
    """Return the mean energy (GeV) in the laboratory of a heavy meson."""
    table = heavy_flavour.spectrum_table(pdg)
    xf, pt = table.cells[:, :2].mean(axis=1), table.cells[:, 2:].mean(axis=1)
    _, energy = mesons.lab_momentum(pdg, xf, pt)
    return float(np.sum(table.weight * energy)), 0.0


def mean_pt(pdg: int) -> Measured:
    """Return the mean pT (GeV) of a heavy meson."""
    table = heavy_flavour.spectrum_table(pdg)
    return float(np.sum(table.weight * table.cells[:, 2:].mean(axis=1))), 0.0
