"""Widths and branching ratios of new bosons, and rates of processes that make them.

A Z' of L_mu - L_tau (coupling g), a leptophilic scalar (coupling xi m_l / v) and dark Higgsstrahlung.
Sources: signals_facts 3, 5.2 and 7.  Masses in GeV.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.physics.constants import ALPHA, ELECTRON, MUON, PB_PER_GEV2, TAU, mass
from trigemu.physics.two_body import kallen, velocity
from trigemu.physics.weak import VACUUM_GEV

_LEPTONS = {"ee": mass(ELECTRON), "mumu": mass(MUON), "tautau": mass(TAU)}


def zprime_widths(m: float, coupling: float = 1.0) -> dict[str, float]:
    """Return the widths (GeV) of a Z' of L_mu - L_tau to ``mumu``, ``tautau`` and ``invisible``."""
    unit = coupling**2 * m / (12.0 * math.pi)
    widths = {"invisible": unit}
    for name in ("mumu", "tautau"):
        beta = velocity(m, _LEPTONS[name])
        widths[name] = unit * (1.0 + 0.5 * (1.0 - beta * beta)) * beta
    return widths


def scalar_widths(m: float, xi: float = 1.0) -> dict[str, float]:
    """Return the widths (GeV) of a scalar to lepton pairs, coupling ``xi`` m_l / v."""
    unit = xi**2 * m / (8.0 * math.pi * VACUUM_GEV**2)
    return {name: unit * lepton**2 * velocity(m, lepton) ** 3 for name, lepton in _LEPTONS.items()}


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
