"""An axion-like particle a: production in B decays, widths, lifetime.

Production: B -> K a and K* a of charged and neutral B, by a coupling to s and b quarks or by the loop that a
coupling to W makes.  Widths: photons and leptons.  Left out, because no closed form is at hand: Primakoff production
by photons of the dump, mixing with pi0, eta and eta', decays of K and D, and hadrons, which open at three pions for
couplings to quarks or gluons.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from trigemu.physics import b_to_kaon
from trigemu.physics.constants import B_PLUS, ELECTRON, HBAR_C_GEV_MM, KAON, MUON, TAU, mass
from trigemu.physics.dark_scalar import TOP_GEV, VTS_VTB
from trigemu.physics.heavy_flavour import Source
from trigemu.physics.in_range import check_couplings, check_mass
from trigemu.physics.two_body import velocity
from trigemu.physics.weak import FERMI, SIN2_THETA_W, W_GEV

MASS_RANGE = (0.001, mass(B_PLUS) - mass(KAON))
"""Masses, GeV."""

LEPTONS = {"ee": ELECTRON, "mumu": MUON, "tautau": TAU}

_CHARM_GEV, _VCB_VCS = 1.273, -0.0405 * 0.9732
"""Charm, and its CKM elements (PDG 2020, as in ALPINIST), which have the sign opposite to the top's."""


@dataclass(frozen=True, slots=True)
class Couplings:
    """Couplings in GeV^-1.

    Attributes
    ----------
    photon
        g of -(g / 4) a F F~.
    lepton
        c_l / f, one for all leptons; the amplitude is proportional to the lepton's mass.
    w
        g_aW of -(g / 4) a W W~; it makes B -> K a, and photons with g sin^2(theta_W).
    bs
        g of the coupling to s and b quarks, besides what ``w`` makes.
    """

    photon: float = 0.0
    lepton: float = 0.0
    w: float = 0.0
    bs: float = 0.0


def loop_function(x: float) -> float:
    """Return x [1 + x (ln x - 1)] / (1 - x)^2, 1/2 at x = 1."""
    if abs(x - 1.0) < 1e-4:
        return 0.5
    return x * (1.0 + x * (math.log(x) - 1.0)) / (1.0 - x) ** 2


def quark_coupling(w: float) -> float:
    """Return the coupling to s and b quarks (GeV^-1) that ``w`` makes (arXiv:1611.09355, recalled)."""
    top = VTS_VTB * loop_function((TOP_GEV / W_GEV) ** 2)
    charm = _VCB_VCS * loop_function((_CHARM_GEV / W_GEV) ** 2)
    return -3.0 * math.sqrt(2.0) * FERMI * W_GEV**2 * w / (16.0 * math.pi**2) * (top + charm)


def production(m: float, couplings: Couplings) -> list[Source]:
    """Return where a of mass ``m`` (GeV) come from, with numbers per proton on target.

    Raises
    ------
    ValueError
        If the mass is not finite and above 0, or a coupling is not finite.
    """
    check_couplings(asdict(couplings), signed=True)
    return b_to_kaon.sources(m, (couplings.bs + quark_coupling(couplings.w)) ** 2)


def widths(m: float, couplings: Couplings) -> dict[str, float]:
    """Return the widths (GeV) of ``gammagamma``, ``ee``, ``mumu`` and ``tautau``, those that are open.

    Raises
    ------
    ValueError
        If the mass (GeV) is outside `MASS_RANGE`, or a coupling is not finite.
    """
    check_mass(m, "widths of axion-like particles", MASS_RANGE)
    check_couplings(asdict(couplings), signed=True)
    photon = couplings.photon + SIN2_THETA_W * couplings.w
    found = {"gammagamma": photon**2 * m**3 / (64.0 * math.pi)}
    for name, lepton in LEPTONS.items():
        strength = couplings.lepton * mass(lepton)
        found[name] = strength**2 * m / (8.0 * math.pi) * velocity(m, mass(lepton))
    return {name: width for name, width in found.items() if width > 0.0}


def total_width(m: float, couplings: Couplings) -> float:
    """Return the total width in GeV."""
    return sum(widths(m, couplings).values())


def ctau(m: float, couplings: Couplings) -> float:
    """Return c times the lifetime in mm, infinite without couplings."""
    total = total_width(m, couplings)
    return HBAR_C_GEV_MM / total if total > 0.0 else math.inf
