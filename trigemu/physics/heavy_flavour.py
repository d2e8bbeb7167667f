"""Charm and beauty mesons, and taus, from 400 GeV protons on a thick copper target.

Pairs per proton on target: sigma A^0.29 / 32.9 mb, because hard cross-sections grow as A and the inelastic one as
A^0.71; sigma(cc) = 20 +- 4.5 ub, sigma(bb) = 2.63 +- 0.76 nb per nucleon (arXiv:2407.08673).  Cascades are left out.

Spectra: ``dn / (d|xF| dpT^2) ~ (1 - |xF|)^n exp(-b pT^2)``, up to the kinematic limit xF^2 + 4 mT^2 / s = 1,
with both charges of a meson added.  D: LEBC's fits.  Ds and B: n and b are inferred, such that the means of energy
and pT are those of SensCalc's tables for the SPS (36.3, 1.03 and 87.6, 1.92 GeV).  These Ds are softer than LEBC's D.

Left out: Bs, Lambda_c, Lambda_b, charmonium, and taus from B.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from trigemu.arrays import F64
from trigemu.physics import mesons
from trigemu.physics.constants import B_PLUS, B_ZERO, D_PLUS, D_S, D_ZERO, TAU, mass

PARENTS = (D_PLUS, D_ZERO, D_S, B_PLUS, B_ZERO, TAU)
"""Parents of new particles; each stands for particle and antiparticle."""

COPPER_A = 63.546
INELASTIC_MB = 32.9
CHARM_MB, BEAUTY_MB = 20e-3, 2.63e-6
"""Cross-sections per nucleon, mb."""

TAU_FROM = {D_S: 0.0532, D_PLUS: 1.20e-3}
"""BR(-> tau nu): PDG 2022, as in ALPINIST."""

_PT_MAX = 8.0


@dataclass(frozen=True, slots=True)
class Source:
    """One way to make a new particle X: parent -> companion X.

    Attributes
    ----------
    parent
        PDG code of the parent, one of `PARENTS`; antiparticles are counted with it.
    companion_mass
        Mass of the other daughter, GeV (the pole, where it has a width).
    per_proton
        X per proton on target for the couplings that were asked for.
    via
        PDG code of the meson that makes the parent in ``meson -> parent nu``, 0 if the parent is made directly.
    companion
        PDG code of the other daughter.
    """

    parent: int
    companion_mass: float
    per_proton: float
    via: int = 0
    companion: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """One charge of a meson: mesons per quark pair, and the powers ``n`` and ``b`` (GeV^-2) of its spectrum."""

    number: float
    n: float
    b: float


_SHAPES = {
    D_PLUS: (Shape(0.257, 3.1, 0.75), Shape(0.299, 5.4, 0.93)),
    D_ZERO: (Shape(0.482, 5.4, 1.04), Shape(0.571, 8.1, 1.49)),
    D_S: (Shape(0.077, 15.7, 0.740), Shape(0.090, 15.7, 0.740)),
    B_PLUS: (Shape(0.417, 7.55, 0.213), Shape(0.417, 7.55, 0.213)),
    B_ZERO: (Shape(0.418, 7.55, 0.213), Shape(0.418, 7.55, 0.213)),
}
"""Particle and antiparticle.  Numbers per pair: ALPINIST (charm), SHiP-NOTE-2015-009 as noted there (beauty)."""


def pairs_per_proton(quark_mb: float) -> float:
    """Return quark pairs per proton on target for a cross-section per nucleon (mb)."""
    enhancement: float = COPPER_A**0.29
    return quark_mb * enhancement / INELASTIC_MB


def per_proton(pdg: int, via: int = 0) -> float:
    """Return particles and antiparticles per proton on target.

    Parameters
    ----------
    pdg
        One of `PARENTS`.
    via
        For taus: the meson they come from; 0 for all.

    Raises
    ------
    ValueError
        If ``pdg`` is no parent.
    """
    if pdg == TAU:
        return sum(per_proton(parent) * ratio for parent, ratio in TAU_FROM.items() if via in (0, parent))
    quark_mb = BEAUTY_MB if pdg in (B_PLUS, B_ZERO) else CHARM_MB
    return pairs_per_proton(quark_mb) * sum(shape.number for shape in _shapes(pdg))


def density(pdg: int, xf: F64, pt: F64) -> F64:
    """Return the spectrum in ``|xF|`` and pT (GeV), both charges, normalised but for the kinematic limit.

    Parameters
    ----------
    pdg
        A meson of `PARENTS`.
    xf, pt
        ``|xF|`` and pT (GeV); arrays that broadcast.
    """
    m = mass(pdg)
    total = sum(shape.number for shape in _shapes(pdg))
    value = np.zeros(np.broadcast_shapes(np.shape(xf), np.shape(pt)))
    for shape in _shapes(pdg):
        norm = shape.number / total * (shape.n + 1.0) * 2.0 * shape.b
        value += norm * np.maximum(1.0 - xf, 0.0) ** shape.n * pt * np.exp(-shape.b * pt * pt)
    return np.where(xf * xf + 4.0 * (pt * pt + m * m) / mesons.S < 1.0, value, 0.0)


def spectrum_table(pdg: int) -> mesons.SpectrumTable:
    """Tabulate the spectrum of a meson of `PARENTS`, both charges.

    Taus have none of their own: they come from mesons by ``TAU_FROM``.

    Raises
    ------
    ValueError
        If ``pdg`` is no meson of `PARENTS`.
    """
    _shapes(pdg)
    return mesons.tabulate(partial(density, pdg), _PT_MAX)


def _shapes(pdg: int) -> tuple[Shape, Shape]:
    if pdg not in _SHAPES:
        raise ValueError(f"no spectrum for PDG code {pdg}; there is one for {', '.join(map(str, _SHAPES))}")
    return _SHAPES[pdg]
