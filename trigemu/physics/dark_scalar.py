"""A dark scalar S that mixes with the Higgs by sin(theta): production, widths, lifetime.

Production: B -> K S and K* S of charged and neutral B; heavier kaons (all together give 3.7 times as much), decays of
K, and Bs are left out.  Widths: Winkler, arXiv:1809.01876.  Hadrons from the two-pion threshold to 2 GeV are known to
factors of 2 to 10 only; ``model`` chooses what is counted there.
"""

from __future__ import annotations

import cmath
import math
from functools import cache
from typing import Literal

import numpy as np

from trigemu.physics import b_to_kaon
from trigemu.physics.constants import B_PLUS, D_ZERO, HBAR_C_GEV_MM, KAON, PION, mass
from trigemu.physics.heavy_flavour import Source
from trigemu.physics.in_range import check_couplings, check_mass
from trigemu.physics.new_bosons import scalar_widths
from trigemu.physics.qcd import alpha_s
from trigemu.physics.two_body import velocity
from trigemu.physics.weak import VACUUM_GEV

Model = Literal["table", "chpt", "leptons"]
"""Hadrons below 2 GeV: chiral perturbation theory at lowest order, with an estimate of four pions (``chpt``), the same
scaled to the lifetimes of a dispersive calculation (``table``), or none (``leptons``)."""

MASS_RANGE = (0.0011, mass(B_PLUS) - mass(KAON))
"""Masses, GeV: decay to electrons, and B -> K S."""

TOP_GEV, VTS_VTB = 173.0, 0.0398 * 0.999

_QUARKS_GEV = 2.0

_TABLE_GEV = (0.3, 0.5, 0.8, 1.0, 1.5, 2.0)
_TABLE_CTAU_MM = (5.6e-5, 8.1e-6, 2.2e-6, 3.0e-7, 1.6e-6, 1.7e-6)
"""Lifetimes for sin(theta) = 1 that FORESEE ships (read); the dip at 1 GeV is the f0(980)."""

_STRANGE, _CHARM, _BOTTOM = 0.095, 1.3, 4.18


def effective_coupling() -> float:
    """Return C / sin(theta) of B -> K S, GeV^-1, made by the top quark."""
    return 3.0 * TOP_GEV**2 * VTS_VTB / (16.0 * math.pi**2 * VACUUM_GEV**3)


def branching_ratio(m: float, parent: int, kaon: int) -> float:
    """Return BR(parent -> kaon S) / sin^2(theta) for a mode of `b_to_kaon.MODES`; ``m`` in GeV."""
    return effective_coupling() ** 2 * b_to_kaon.branching_ratio(m, parent, kaon)


def production(m: float, sin2_theta: float) -> list[Source]:
    """Return where S of mass ``m`` (GeV) come from, with numbers per proton on target.

    Raises
    ------
    ValueError
        If the mass is not finite and above 0, or ``sin2_theta`` not finite and at least 0.
    """
    _check(sin2_theta)
    return b_to_kaon.sources(m, sin2_theta * effective_coupling() ** 2)


def widths(m: float, sin2_theta: float, *, model: Model = "table") -> dict[str, float]:
    """Return the widths (GeV) of all open channels.

    Names: ``ee``, ``mumu``, ``tautau``; below 2 GeV ``pipi`` (charged and neutral), ``KK`` (likewise) and ``4pi``; from
    2 GeV on ``ss``, ``cc`` and ``gg``.

    Parameters
    ----------
    m
        Mass of S, GeV, inside `MASS_RANGE`.
    sin2_theta
        Squared sine of the mixing angle.
    model
        What is counted of the hadrons below 2 GeV.

    Raises
    ------
    ValueError
        If the mass is outside `MASS_RANGE`, or ``sin2_theta`` is not finite and at least 0.
    """
    check_mass(m, "widths of the dark scalar", MASS_RANGE)
    _check(sin2_theta)
    found = scalar_widths(m)
    if m >= _QUARKS_GEV:
        found |= _partons(m)
    elif model != "leptons":
        scale = _scale(m) if model == "table" else 1.0
        found |= {name: scale * width for name, width in _mesons(m).items()}
    return {name: sin2_theta * width for name, width in found.items() if width > 0.0}


def total_width(m: float, sin2_theta: float, *, model: Model = "table") -> float:
    """Return the total width in GeV; arguments as in `widths`."""
    return sum(widths(m, sin2_theta, model=model).values())


def ctau(m: float, sin2_theta: float, *, model: Model = "table") -> float:
    """Return c times the lifetime in mm, infinite without mixing; arguments as in `widths`."""
    total = total_width(m, sin2_theta, model=model)
    return HBAR_C_GEV_MM / total if total > 0.0 else math.inf


def _check(sin2_theta: float) -> None:
    check_couplings({"sin^2(theta)": sin2_theta})


def _mesons(m: float) -> dict[str, float]:
    """Return the widths to mesons: at lowest order both form factors are 7/9 M^2 + 2/9 (2 M^2 + m^2)."""
    unit = 1.0 / (32.0 * math.pi * VACUUM_GEV**2 * m)
    pion, kaon = ((11.0 * mass(pdg) ** 2 + 2.0 * m * m) / 9.0 for pdg in (PION, KAON))
    four_pions = max(1.0 - (4.0 * mass(PION) / m) ** 2, 0.0)
    return {
        "pipi": 3.0 * unit * pion**2 * velocity(m, mass(PION)),
        "KK": 4.0 * unit * kaon**2 * velocity(m, mass(KAON)),
        "4pi": 5.1e-9 * m**3 * math.sqrt(four_pions),
    }


@cache
def _table_scales() -> tuple[float, ...]:
    """Return what the widths to mesons are multiplied with at the masses of the table."""
    scales = []
    for m, length in zip(_TABLE_GEV, _TABLE_CTAU_MM, strict=True):
        hadrons = HBAR_C_GEV_MM / length - sum(scalar_widths(m).values())
        scales.append(hadrons / sum(_mesons(m).values()))
    return tuple(scales)


def _scale(m: float) -> float:
    """Return the factor between the table and lowest order: geometric between masses, constant below the first."""
    return math.exp(float(np.interp(m, _TABLE_GEV, np.log(_table_scales()))))


def _partons(m: float) -> dict[str, float]:
    """Return the widths to quarks, with the thresholds of their mesons, and gluons."""
    unit = 3.0 * m / (8.0 * math.pi * VACUUM_GEV**2)
    loops = sum(_loop(m, quark) for quark in (_STRANGE, _CHARM, _BOTTOM, TOP_GEV))
    gluons = alpha_s(m) ** 2 * m**3 / (32.0 * math.pi**3 * VACUUM_GEV**2)
    return {
        "ss": unit * _STRANGE**2 * velocity(m, mass(KAON)) ** 3,
        "cc": unit * _CHARM**2 * velocity(m, mass(D_ZERO)) ** 3,
        "gg": gluons * abs(loops) ** 2,
    }


def _loop(m: float, quark: float) -> complex:
    """Return the amplitude of a quark loop, 2/3 for a heavy quark."""
    tau = (m / (2.0 * quark)) ** 2
    if tau <= 1.0:
        f: complex = math.asin(math.sqrt(tau)) ** 2
    else:
        root = math.sqrt(1.0 - 1.0 / tau)
        f = -0.25 * (cmath.log((1.0 + root) / (1.0 - root)) - 1j * math.pi) ** 2
    return (tau + (tau - 1.0) * f) / tau**2
