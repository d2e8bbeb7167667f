"""Closed forms for a heavy neutral lepton N: decays of N, and decays to N, per squared mixing.

Bondarenko et al., arXiv:1805.08567; N is a Dirac particle here, a Majorana N has twice these decay widths.
Masses in GeV.  All functions are 0 below threshold.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.physics.constants import HBAR_C_GEV_MM, PARTICLES, TAU, mass
from trigemu.physics.two_body import phase_space, velocity
from trigemu.physics.weak import F_NEUTRAL, F_V, FERMI, G_NEUTRAL, G_RHO, SIN2_THETA_W, V_UD

RHO_PLUS_GEV = 0.77526
"""The charged rho is taken as heavy as the neutral one."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def massless(m: float) -> float:
    """Return G_F^2 m^5 / (192 pi^3), the width of N -> 3 nu, and of any charged-current decay without masses."""
    return FERMI**2 * m**5 / (192.0 * math.pi**3)


def _pseudoscalar(x: float, y: float) -> float:
    """Return the shape of N -> lepton (x) + pseudoscalar (y); masses over that of N, as for all these shapes."""
    return ((1.0 - x * x) ** 2 - y * y * (1.0 + x * x)) * phase_space(x, y)


def _vector(x: float, y: float) -> float:
    """Return the shape of N -> lepton (x) + vector (y)."""
    return ((1.0 - x * x) ** 2 + y * y * (1.0 + x * x - 2.0 * y * y)) * phase_space(x, y)


def to_pseudoscalar(m: float, lepton: float, pdg: int) -> float:
    """Return the width of N -> l P for a charged meson of `weak.F_V`, the charge that conserves lepton number."""
    return FERMI**2 * F_V[pdg] ** 2 * m**3 / (16.0 * math.pi) * _pseudoscalar(lepton / m, mass(pdg) / m)


def to_rho(m: float, lepton: float) -> float:
    """Return the width of N -> l rho."""
    unit = FERMI**2 * (G_RHO * V_UD) ** 2 * m**3 / (16.0 * math.pi * RHO_PLUS_GEV**2)
    return unit * _vector(lepton / m, RHO_PLUS_GEV / m)


def to_neutral_pseudoscalar(m: float, pdg: int) -> float:
    """Return the width of N -> nu P for pi0, eta, eta'."""
    return FERMI**2 * F_NEUTRAL[pdg] ** 2 * m**3 / (32.0 * math.pi) * _pseudoscalar(0.0, mass(pdg) / m)


def to_neutral_vector(m: float, pdg: int) -> float:
    """Return the width of N -> nu V for rho, omega, phi."""
    constant, coupling = G_NEUTRAL[pdg]
    heavy = mass(pdg)
    return FERMI**2 * (constant * coupling / heavy) ** 2 * m**3 / (32.0 * math.pi) * _vector(0.0, heavy / m)


def to_pair(m: float, fermion: float, left: float, right: float) -> float:
    """Return the width of N -> nu f fbar for couplings ``left`` and ``right``; colours are not counted.

    Z alone: T3 - Q sin^2, -Q sin^2.  With the W (leptons of the flavour that N mixes with): 1/2 + sin^2, sin^2.
    """
    x = fermion / m
    root = velocity(m, fermion)
    if root == 0.0:
        return 0.0
    x2 = x * x
    # The argument of the logarithm as it is printed loses all digits for light fermions.
    log = math.log(4.0 * x2 * x2 / ((1.0 + root) * (1.0 - 3.0 * x2 + (1.0 - x2) * root)))
    square = (1.0 - 14.0 * x2 - 2.0 * x2**2 - 12.0 * x2**3) * root + 12.0 * x2**2 * (x2**2 - 1.0) * log
    mixed = x2 * (2.0 + 10.0 * x2 - 12.0 * x2**2) * root + 6.0 * x2**2 * (1.0 - 2.0 * x2 + 2.0 * x2**2) * log
    shape = (left * left + right * right) * square + 4.0 * left * right * mixed
    return massless(m) * max(shape, 0.0)


def to_lepton_pair(m: float, lepton: float, *, own_flavour: bool) -> float:
    """Return the width of N -> nu l+ l- where the neutrino has the flavour that N mixes with.

    Parameters
    ----------
    m, lepton
        Masses, GeV.
    own_flavour
        Whether the charged leptons have that flavour as well: then the W adds to the Z.
    """
    left = SIN2_THETA_W + (0.5 if own_flavour else -0.5)
    return to_pair(m, lepton, left, SIN2_THETA_W)


def charged_current(m: float, first: float, second: float, third: float) -> float:
    """Return the width of N -> a b c through a W, symmetric in the three masses, colour and CKM not counted."""
    a, b, c = ((value / m) ** 2 for value in (first, second, third))
    low, high = (first + second) / m, 1.0 - third / m
    if low >= high:
        return 0.0
    # s = q^2, and q = middle + half sin(t): the roots at both ends become smooth.
    t = 0.5 * math.pi * _NODES
    q = 0.5 * (low + high) + 0.5 * (high - low) * np.sin(t)
    s = q * q
    roots = np.maximum((s - a - b) ** 2 - 4.0 * a * b, 0.0) * np.maximum(
        (1.0 - s - c) ** 2 - 4.0 * s * c, 0.0
    )
    values = (s - a - b) * (1.0 + c - s) / s * np.sqrt(roots) * 2.0 * q * 0.5 * (high - low) * np.cos(t)
    return massless(m) * 12.0 * 0.5 * math.pi * float(np.sum(_WEIGHTS * values))


def from_meson(m: float, pdg: int, lepton: float) -> float:
    """Return BR(H -> l N) of a charged meson of `weak.F_V`."""
    heavy = mass(pdg)
    x, y = m / heavy, lepton / heavy
    shape = (x * x + y * y - (x * x - y * y) ** 2) * phase_space(x, y)
    width = FERMI**2 * F_V[pdg] ** 2 * heavy**3 / (8.0 * math.pi) * shape
    return width * PARTICLES[pdg].ctau / HBAR_C_GEV_MM


def tau_to_pseudoscalar(m: float, pdg: int) -> float:
    """Return BR(tau -> P N) for a charged meson of `weak.F_V`."""
    return to_pseudoscalar(mass(TAU), m, pdg) * PARTICLES[TAU].ctau / HBAR_C_GEV_MM


def tau_to_rho(m: float) -> float:
    """Return BR(tau -> rho N)."""
    return to_rho(mass(TAU), m) * PARTICLES[TAU].ctau / HBAR_C_GEV_MM
