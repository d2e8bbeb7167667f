"""Widths and branching ratios of new bosons, and rates of processes that make them.

A Z' of L_mu - L_tau (coupling g), a leptophilic scalar (coupling xi m_l / v), dark Higgsstrahlung and B -> K S.
Sources: signals_facts 3, 5.1, 5.2 and 7.  Masses in GeV.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import ALPHA, ELECTRON, MUON, mass
from trigemu.physics.kinematics import kallen
from trigemu.physics.pairs import PB_PER_GEV2

VACUUM_GEV = 246.22
_TAU = 1.77693
_LEPTONS = {"ee": mass(ELECTRON), "mumu": mass(MUON), "tautau": _TAU}


def _beta(m: float, lepton: float) -> float:
    return math.sqrt(max(1.0 - 4.0 * (lepton / m) ** 2, 0.0))


def zprime_widths(m: float, coupling: float = 1.0) -> dict[str, float]:
    """Return the widths (GeV) of a Z' of L_mu - L_tau to ``mumu``, ``tautau`` and ``invisible``."""
    unit = coupling**2 * m / (12.0 * math.pi)
    widths = {"invisible": unit}
    for name in ("mumu", "tautau"):
        beta = _beta(m, _LEPTONS[name])
        widths[name] = unit * (1.0 + 0.5 * (1.0 - beta * beta)) * beta
    return widths


def scalar_widths(m: float, xi: float = 1.0) -> dict[str, float]:
    """Return the widths (GeV) of a scalar to lepton pairs, coupling ``xi`` m_l / v."""
    unit = xi**2 * m / (8.0 * math.pi * VACUUM_GEV**2)
    return {name: unit * lepton**2 * _beta(m, lepton) ** 3 for name, lepton in _LEPTONS.items()}


def branching(widths: dict[str, float]) -> dict[str, float]:
    """Return the widths divided by their sum."""
    total = sum(widths.values())
    return {name: width / total for name, width in widths.items()}


def higgsstrahlung(s: float, vector: float, higgs: float) -> float:
    """Return the cross-section (pb) of e+e- -> A' h' for eps^2 alpha_D = 1; 0 below threshold."""
    if math.sqrt(s) <= vector + higgs:
        return 0.0
    a, h = vector * vector / s, higgs * higgs / s
    k = kallen(1.0, a, h)
    form = math.pi * ALPHA / (3.0 * s) / (1.0 - a) ** 2 * math.sqrt(k) * (k + 12.0 * a)
    return form * PB_PER_GEV2


def higgsstrahlung_shape(s: F64, vector: float, higgs: float) -> F64:
    """Return d for an angular distribution 1 + d (1 - c^2), float64[n]."""
    a, h = vector * vector / s, higgs * higgs / s
    k = 1.0 + a * a + h * h - 2.0 * (a + h + a * h)
    return np.asarray(np.maximum(k, 0.0) / (8.0 * a))


_TOP, _VTS_VTB = 173.0, 0.0398 * 0.999
_TO_K = 5.27941, 0.493677, 490.7e-3
_TO_KSTAR = 5.27972, 0.89556, 453.1e-3


def b_to_scalar(m: float, *, kstar: bool) -> float:
    """Return BR(B -> K S) or BR(B -> K* S) over the squared mixing angle, form factors of hep-ph/0406232 and 0412079.

    The operator is <K|s_L b_R|B>, half the scalar one.
    """
    heavy, kaon, ctau_mm = _TO_KSTAR if kstar else _TO_K
    if m >= heavy - kaon:
        return 0.0
    c = 3.0 * _TOP**2 * _VTS_VTB / (16.0 * math.pi**2 * VACUUM_GEV**3)
    q2 = m * m
    root = math.sqrt(kallen(heavy**2, kaon**2, q2))
    unit = c * c / (64.0 * math.pi * heavy**3)
    if kstar:
        factor = 1.364 / (1.0 - q2 / heavy**2) - 0.990 / (1.0 - q2 / 36.78)
        width = unit * factor**2 * root**3
    else:
        factor = 0.330 / (1.0 - q2 / 37.46)
        width = unit * (heavy**2 - kaon**2) ** 2 * factor**2 * root
    return width * ctau_mm / 1.973270e-13
