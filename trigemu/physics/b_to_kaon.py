"""B -> K X and B -> K* X for a light scalar or pseudoscalar X that couples to s and b quarks.

The effective coupling C multiplies <K| s_L b_R |B>, half the scalar matrix element: without that half, rates are four
times too large.  Form factors: hep-ph/0406232 and hep-ph/0412079.
"""

from __future__ import annotations

import math

from trigemu.physics.constants import (
    B_PLUS,
    B_ZERO,
    HBAR_C_GEV_MM,
    K_STAR_PLUS,
    K_STAR_ZERO,
    K_ZERO,
    KAON,
    PARTICLES,
    mass,
)
from trigemu.physics.heavy_flavour import Source, per_proton
from trigemu.physics.in_range import check_couplings, check_mass
from trigemu.physics.two_body import phase_space

MODES = ((B_PLUS, KAON), (B_PLUS, K_STAR_PLUS), (B_ZERO, K_ZERO), (B_ZERO, K_STAR_ZERO))
"""Parent and companion."""


def branching_ratio(m: float, parent: int, kaon: int) -> float:
    """Return BR(parent -> kaon X) / |C|^2 in GeV^2; 0 beyond the kinematic limit.

    Parameters
    ----------
    m
        Mass of X, GeV.
    parent, kaon
        One of `MODES`.

    Raises
    ------
    ValueError
        If the mass is not finite and above 0.
    """
    check_mass(m, "decays of beauty to X")
    heavy, light, q2 = mass(parent), mass(kaon), m * m
    root = phase_space(m / heavy, light / heavy)
    if root == 0.0:
        return 0.0
    unit = heavy**3 / (64.0 * math.pi) * PARTICLES[parent].ctau / HBAR_C_GEV_MM
    if kaon in (K_STAR_PLUS, K_STAR_ZERO):
        factor = 1.364 / (1.0 - q2 / heavy**2) - 0.990 / (1.0 - q2 / 36.78)
        return unit * factor**2 * root**3
    factor = 0.330 / (1.0 - q2 / 37.46)
    return unit * (1.0 - (light / heavy) ** 2) ** 2 * factor**2 * root


def sources(m: float, coupling2: float) -> list[Source]:
    """Return the sources of X of mass ``m`` (GeV) for ``coupling2`` = |C|^2 (GeV^-2); those that are open.

    Raises
    ------
    ValueError
        If the mass is not finite and above 0, or ``coupling2`` not finite and at least 0.
    """
    check_couplings({"|C|^2": coupling2})
    found = [
        Source(b, mass(kaon), per_proton(b) * coupling2 * branching_ratio(m, b, kaon), 0, kaon)
        for b, kaon in MODES
    ]
    return [source for source in found if source.per_proton > 0.0]
