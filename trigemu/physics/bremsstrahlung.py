"""A' from bremsstrahlung of beam protons: splitting function, form factors, yields.

Per inelastic proton-nucleon interaction, with z = E_A' / E_p and pT the transverse momentum,

    dN / (dz dpT^2) = eps^2 |F1(m^2)|^2 F_v^2 w(z, pT^2) sigma_pp(s') / sigma_pp(s),   s' from E_p (1 - z).

Sources: Bluemlein and Brunner, arXiv:1311.3870 (w; checked against the shape of a public table of NA62's
framework); sigma_pp and the time-like form factor as ALPINIST v1.4 has them (Faessler et al.,
arXiv:0910.5589); the off-shell factor of arXiv:2108.05900 in quasi-real approximation.  Used by others for
0.1 < z < 0.9 and pT < 1 GeV; above 0.6 GeV theory spreads by more than a factor 3.

The functions of z and pT^2 take floats or arrays; GeV throughout.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import ALPHA, PARTICLES, PROTON

Real = TypeVar("Real", float, F64)

PROTON_MASS = PARTICLES[PROTON].mass
BEAM_GEV = 400.0

_VMD = (
    (0.77526, 0.1474, 0.616),
    (1.465, 0.40, 0.223),
    (1.72, 0.25, -0.339),
    (0.78266, 0.00868, 1.011),
    (1.41, 0.29, -0.881),
    (1.67, 0.315, 0.369),
)
"""Mass, width (GeV) and coupling of the three rho and three omega states."""

_Z_NODES, _U_NODES = 200, 96


def sigma_pp(s: Real) -> Real:
    """Return the total pp cross-section (mb) at squared centre-of-mass energy s (GeV^2)."""
    value: Real = 35.45 + 0.308 * np.log(s / 28.94) ** 2 + 42.53 * s**-0.458 - 33.34 * s**-0.545
    return value


def sigma_ratio(z: Real, beam: float = BEAM_GEV) -> Real:
    """Return sigma_pp of the proton that is left over that of the beam proton."""
    rest = 2.0 * PROTON_MASS * PROTON_MASS
    full = rest + 2.0 * PROTON_MASS * beam
    return sigma_pp(rest + 2.0 * PROTON_MASS * beam * (1.0 - z)) / sigma_pp(full)


def virtuality(z: Real, mass: float) -> Real:
    """Return A = (1 - z) m^2 + z^2 m_p^2; H = pT^2 + A is the denominator of the splitting function."""
    return (1.0 - z) * mass * mass + z * z * PROTON_MASS * PROTON_MASS


def splitting(z: Real, pt2: Real, mass: float) -> Real:
    """Return w(z, pT^2), GeV^-2, per eps^2."""
    mp2 = PROTON_MASS * PROTON_MASS
    m2 = mass * mass
    h = pt2 + (1.0 - z) * m2 + z * z * mp2
    y = 1.0 - z
    plus = 1.0 + y * y
    quadratic = 4.0 * z * z * z * y * mp2 * mp2 + 2.0 * z * y * plus * mp2 * m2 + 2.0 * z * y * y * m2 * m2
    bracket = plus / z - 2.0 * z * y * (2.0 * mp2 + m2) / h + quadratic / (h * h)
    return ALPHA / (2.0 * math.pi * h) * bracket


def splitting_integral(z: Real, mass: float, pt2_low: float, pt2_high: float) -> Real:
    """Return the integral of w over pT^2 between two values, in closed form."""
    mp2 = PROTON_MASS * PROTON_MASS
    m2 = mass * mass
    a = virtuality(z, mass)
    low, high = a + pt2_low, a + pt2_high
    y = 1.0 - z
    plus = 1.0 + y * y
    quadratic = 4.0 * z * z * z * y * mp2 * mp2 + 2.0 * z * y * plus * mp2 * m2 + 2.0 * z * y * y * m2 * m2
    first = np.log(high / low)
    second = 1.0 / low - 1.0 / high
    third = 0.5 * (1.0 / low**2 - 1.0 / high**2)
    total = plus / z * first - 2.0 * z * y * (2.0 * mp2 + m2) * second + quadratic * third
    value: Real = ALPHA / (2.0 * math.pi) * total
    return value


def off_shell_factor(z: Real, pt2: Real, mass: float, cutoff: float) -> Real:
    """Return F_v^2 with F_v = L^4 / (L^4 + (p'^2 - m_p^2)^2), p'^2 - m_p^2 = -H / z, L the cut-off in GeV."""
    h = pt2 + (1.0 - z) * mass * mass + z * z * PROTON_MASS * PROTON_MASS
    factor = 1.0 / (1.0 + (h / (z * cutoff * cutoff)) ** 2)
    return factor * factor


def time_like_factor(mass: float) -> float:
    """Return |F1(m^2)|^2 of the proton: vector-meson dominance with three rho and three omega states."""
    m2 = mass * mass
    terms = (f * pole**2 / complex(pole**2 - m2, -pole * width) for pole, width, f in _VMD)
    return abs(sum(terms)) ** 2


def z_spectrum(
    z: F64, mass: float, *, pt2_low: float = 0.0, pt2_high: float = 1.0, cutoff: float | None = None
) -> F64:
    """Return dN/dz per proton and eps^2 at each z (float64[n]), without the time-like factor.

    Parameters
    ----------
    z
        Energy fractions, 0 < z < 1.
    mass
        A' mass, GeV.
    pt2_low, pt2_high
        Range of pT^2, GeV^2.
    cutoff
        Off-shell cut-off in GeV; None switches the factor off.
    """
    if cutoff is None:
        return splitting_integral(z, mass, pt2_low, pt2_high) * sigma_ratio(z)
    # Gauss-Legendre in ln H, in which the integrand is smooth.
    nodes, weights = np.polynomial.legendre.leggauss(_U_NODES)
    a = virtuality(z, mass)[:, None]
    low, span = np.log(a + pt2_low), np.log((a + pt2_high) / (a + pt2_low))
    h = np.exp(low + 0.5 * span * (nodes + 1.0))
    pt2 = np.maximum(h - a, 0.0)
    column = z[:, None]
    values = splitting(column, pt2, mass) * off_shell_factor(column, pt2, mass, cutoff) * h
    return np.asarray(np.sum(values * weights, axis=1) * 0.5 * span[:, 0] * sigma_ratio(z))


def production(
    mass: float,
    *,
    z_range: tuple[float, float] = (0.1, 0.9),
    pt2_low: float = 0.0,
    pt2_high: float = 1.0,
    form_factor: bool = False,
    cutoff: float | None = None,
) -> float:
    """Return A' per proton on target and eps^2.

    Parameters
    ----------
    mass
        A' mass, GeV.
    z_range, pt2_low, pt2_high
        Limits of z and pT^2 (GeV^2).
    form_factor
        Multiply by the time-like form factor |F1(m^2)|^2.
    cutoff
        Off-shell cut-off in GeV; None switches the factor off.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_Z_NODES)
    low, high = z_range
    z = low + 0.5 * (high - low) * (nodes + 1.0)
    spectrum = z_spectrum(z, mass, pt2_low=pt2_low, pt2_high=pt2_high, cutoff=cutoff)
    total = float(np.sum(spectrum * weights)) * 0.5 * (high - low)
    return total * (time_like_factor(mass) if form_factor else 1.0)
