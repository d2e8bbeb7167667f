"""Cross-section of e+e- -> l+ l- X by quadrature over the Dalitz plot, and the bound for sampling it.

Variables: logarithms of s13 - m_l^2 and s23 - m_l^2, in which the poles of both leptons are flat.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import ALPHA, PB_PER_GEV2
from trigemu.physics.fsr import Coupling, massless_scalar, massless_vector, tensor

_FB = 1000.0 * PB_PER_GEV2


def dalitz_range(s: F64 | float, lepton: float, x: float) -> tuple[F64, F64]:
    """Return the smallest and largest s13 - m_l^2 (s23 has the same range)."""
    low = (lepton + x) ** 2 - lepton * lepton
    high = (np.sqrt(s) - lepton) ** 2 - lepton * lepton
    return np.broadcast_to(low, np.shape(high)), np.asarray(high)


def dalitz_limits(s13: F64, s: F64 | float, lepton: float, x: float) -> tuple[F64, F64]:
    """Return the smallest and largest s23 for an s13 inside its range."""
    l2, x2 = lepton * lepton, x * x
    # In the frame of l- X: energies of X and of l+.
    root = np.sqrt(s13)
    e3 = (s13 + x2 - l2) / (2.0 * root)
    e2 = (s - s13 - l2) / (2.0 * root)
    p3 = np.sqrt(np.maximum(e3 * e3 - x2, 0.0))
    p2 = np.sqrt(np.maximum(e2 * e2 - l2, 0.0))
    total = (e3 + e2) ** 2
    # p2 - p3 loses digits near the edge, but the difference of squares does not matter at 1e-9.
    return np.asarray(total - (p2 + p3) ** 2), np.asarray(total - (p2 - p3) ** 2)


def density(s13: F64, s23: F64, s: F64 | float, lepton: float, x: float, coupling: Coupling) -> F64:
    """Return tr H times the Jacobian of the logarithms (0 outside the Dalitz plot): float64[n]."""
    h = tensor(s13, s23, s, lepton, x, coupling)
    l2 = lepton * lepton
    return np.asarray(h[:, :3].sum(axis=1) * (s13 - l2) * (s23 - l2))


def scan(s: float, lepton: float, x: float, coupling: Coupling, order: int = 80) -> tuple[float, float]:
    """Integrate over the Dalitz plot.

    Returns
    -------
    cross_section
        fb for a coupling of 1.
    bound
        Largest `density` on the nodes.
    """
    if math.sqrt(s) <= 2.0 * lepton + x:
        return 0.0, 0.0
    nodes, weights = np.polynomial.legendre.leggauss(order)
    l2 = lepton * lepton
    low, high = (float(v) for v in dalitz_range(s, lepton, x))
    u = 0.5 * (nodes + 1.0) * math.log(high / low) + math.log(low)
    s13 = np.exp(u) + l2
    below, above = dalitz_limits(s13, s, lepton, x)
    span = np.log((above - l2) / (below - l2))
    v = np.log(below - l2)[:, None] + 0.5 * (nodes + 1.0)[None, :] * span[:, None]
    s23 = np.exp(v) + l2
    grid13 = np.repeat(s13, order)
    values = density(grid13, s23.ravel(), s, lepton, x, coupling).reshape(order, order)
    area = 0.25 * math.log(high / low) * weights[:, None] * weights[None, :] * span[:, None]
    total = float((values * area).sum())
    # 1/(2 s) (e^4 / s^2)(s / 2)(2 / 3) tr H / (128 pi^3 s).
    e4 = (4.0 * math.pi * ALPHA) ** 2
    cross_section = e4 / (6.0 * s * s) * total / (128.0 * math.pi**3 * s) * _FB
    return cross_section, float(values.max())


def massless_cross_section(s: float, x: float, coupling: Coupling, order: int = 120) -> float:
    """Return the cross-section in fb for a coupling of 1 from the closed form with massless leptons."""
    y = x * x / s
    form = massless_vector if coupling == "vector" else massless_scalar
    nodes, weights = np.polynomial.legendre.leggauss(order)
    # A from y to 1; B from y / A to 1 + y - A; both by logarithms.
    a = np.exp(0.5 * (nodes - 1.0) * -math.log(y))
    top = 1.0 + y - a
    span = np.log(top * a / y)
    b = (y / a)[:, None] * np.exp(0.5 * (nodes + 1.0)[None, :] * span[:, None])
    values = form(a[:, None], b, y) * a[:, None] * b
    area = 0.25 * -math.log(y) * weights[:, None] * weights[None, :] * span[:, None]
    factor = 8.0 if coupling == "vector" else 16.0
    sigma0 = 4.0 * math.pi * ALPHA**2 / (3.0 * s) * _FB
    return sigma0 * float((values * area).sum()) / (factor * math.pi**2)
