"""Heavy neutral leptons N: where they come from in a beam dump, what they decay to, and how fast.

Couplings are ``(|Ue|^2, |Umu|^2, |Utau|^2)``.  Formulas: `hnl_widths`, from arXiv:1805.08567.

Production: D, Ds, B -> l N; Ds, D -> tau nu with tau -> pi N, K N, rho N; Ds, D -> tau N.  Left out: three-body
decays (D -> K l N, B -> D l N, tau -> l nu N), kaons and pions, Bs and Bc.  What is left out only adds: D -> K l N
exceeds what is counted here below 1 GeV for electron and muon mixing, B -> D l N above the mass of the Ds.

Decays: all with leptons and with one meson.  From 1 GeV on several mesons join: the channel ``hadrons`` is what decays
to quarks, with QCD corrections, have beyond the single mesons; the total width is then known to some 20 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from trigemu.physics import hnl_widths as forms
from trigemu.physics.constants import (
    B_PLUS,
    D_PLUS,
    D_S,
    ELECTRON,
    ETA,
    ETA_PRIME,
    HBAR_C_GEV_MM,
    KAON,
    MUON,
    OMEGA,
    PHI,
    PI0,
    PION,
    RHO0,
    TAU,
    mass,
)
from trigemu.physics.heavy_flavour import TAU_FROM, Source, per_proton
from trigemu.physics.in_range import check_couplings, check_mass
from trigemu.physics.qcd import alpha_s
from trigemu.physics.weak import SIN2_THETA_W, V_UD

Couplings = tuple[float, float, float]
"""``|Ue|^2, |Umu|^2, |Utau|^2``."""

MASS_RANGE = (0.001, 1.95)
"""Masses (GeV) for which widths are given: below the thresholds of charm."""

LEPTONS = {"e": ELECTRON, "mu": MUON, "tau": TAU}
NEUTRAL = {"pi0": PI0, "eta": ETA, "etap": ETA_PRIME}
VECTORS = {"rho": RHO0, "omega": OMEGA, "phi": PHI}

RHO_PLUS = 213

_PERTURBATIVE_GEV = 1.0
_QUARKS = {"u": 2.16e-3, "d": 4.7e-3, "s": 93.5e-3}
"""Masses, GeV (PDG 2024, as in ALPINIST)."""
_V_US = 0.2243
"""PDG (recalled)."""


def production(m: float, couplings: Couplings) -> list[Source]:
    """Return where N come from, with numbers per proton on target.

    N and its antiparticle (Dirac), or both helicities (Majorana), are counted alike.

    Parameters
    ----------
    m
        Mass of N, GeV.
    couplings
        ``|Ue|^2, |Umu|^2, |Utau|^2``.

    Raises
    ------
    ValueError
        If the mass is not finite and above 0, or a coupling not finite and at least 0.
    """
    check_mass(m, "production of heavy neutral leptons")
    _check(couplings)
    sources = [*_from_mesons(m, couplings), *_from_taus(m, couplings[2])]
    return [source for source in sources if source.per_proton > 0.0]


def _check(couplings: Couplings) -> None:
    check_couplings(dict(zip(("|Ue|^2", "|Umu|^2", "|Utau|^2"), couplings, strict=True)))


def _from_mesons(m: float, couplings: Couplings) -> Iterator[Source]:
    for parent in (D_PLUS, D_S, B_PLUS):
        for lepton, coupling in zip(LEPTONS.values(), couplings, strict=True):
            ratio = forms.from_meson(m, parent, mass(lepton))
            yield Source(parent, mass(lepton), per_proton(parent) * coupling * ratio, 0, lepton)


def _from_taus(m: float, coupling: float) -> Iterator[Source]:
    ratios = {
        PION: (mass(PION), forms.tau_to_pseudoscalar(m, PION)),
        KAON: (mass(KAON), forms.tau_to_pseudoscalar(m, KAON)),
        RHO_PLUS: (forms.RHO_PLUS_GEV, forms.tau_to_rho(m)),
    }
    for via in TAU_FROM:
        for hadron, (heavy, ratio) in ratios.items():
            yield Source(TAU, heavy, per_proton(TAU, via) * coupling * ratio, via, hadron)


def widths(m: float, couplings: Couplings, *, majorana: bool = False) -> dict[str, float]:
    """Return the widths (GeV) of all open channels.

    Names: ``3nu``; ``nuee``, ``numumu``, ``nuemu``, ``nuetau``, ``numutau``; lepton and meson, as ``epi``, ``muK``,
    ``murho``; ``nupi0``, ``nueta``, ``nuetap``, ``nurho``, ``nuomega``, ``nuphi``; ``hadrons``, what else there is.

    Parameters
    ----------
    m
        Mass of N, GeV, inside `MASS_RANGE`.
    couplings
        ``|Ue|^2, |Umu|^2, |Utau|^2``.
    majorana
        A Majorana N decays to each state and to its charge conjugate: all widths are twice as large.

    Raises
    ------
    ValueError
        If the mass is outside `MASS_RANGE`, or a coupling is not finite and at least 0.
    """
    check_mass(m, "widths of heavy neutral leptons", MASS_RANGE)
    _check(couplings)
    found = _leptonic(m, couplings)
    mesons = _single_meson(m, couplings)
    found |= mesons
    if m >= _PERTURBATIVE_GEV:
        found["hadrons"] = max(_to_quarks(m, couplings) - sum(mesons.values()), 0.0)
    factor = 2.0 if majorana else 1.0
    return {name: factor * width for name, width in found.items() if width > 0.0}


def total_width(m: float, couplings: Couplings, *, majorana: bool = False) -> float:
    """Return the total width in GeV; arguments as in `widths`."""
    return sum(widths(m, couplings, majorana=majorana).values())


def ctau(m: float, couplings: Couplings, *, majorana: bool = False) -> float:
    """Return c times the lifetime in mm, infinite without couplings; arguments as in `widths`."""
    total = total_width(m, couplings, majorana=majorana)
    return HBAR_C_GEV_MM / total if total > 0.0 else math.inf


def _leptonic(m: float, couplings: Couplings) -> dict[str, float]:
    found = {"3nu": sum(couplings) * forms.massless(m)}
    names = list(LEPTONS)
    for i, name in enumerate(names):
        own = forms.to_lepton_pair(m, mass(LEPTONS[name]), own_flavour=True)
        other = forms.to_lepton_pair(m, mass(LEPTONS[name]), own_flavour=False)
        found[f"nu{name}{name}"] = couplings[i] * own + (sum(couplings) - couplings[i]) * other
        for j in range(i):
            pair = mass(LEPTONS[names[j]]), mass(LEPTONS[name])
            # N -> l_i l_j nu_j with |U_i|^2, and the other way round: the same phase space.
            found[f"nu{names[j]}{name}"] = (couplings[i] + couplings[j]) * forms.charged_current(
                m, 0.0, *pair
            )
    return found


def _single_meson(m: float, couplings: Couplings) -> dict[str, float]:
    found = {}
    for (name, lepton), coupling in zip(LEPTONS.items(), couplings, strict=True):
        found[f"{name}pi"] = coupling * forms.to_pseudoscalar(m, mass(lepton), PION)
        found[f"{name}K"] = coupling * forms.to_pseudoscalar(m, mass(lepton), KAON)
        found[f"{name}rho"] = coupling * forms.to_rho(m, mass(lepton))
    for name, pdg in NEUTRAL.items():
        found[f"nu{name}"] = sum(couplings) * forms.to_neutral_pseudoscalar(m, pdg)
    for name, pdg in VECTORS.items():
        found[f"nu{name}"] = sum(couplings) * forms.to_neutral_vector(m, pdg)
    return found


def _to_quarks(m: float, couplings: Couplings) -> float:
    """Return the width to light quarks with the QCD correction of hadronic tau decays (GeV)."""
    s, (up, down, strange) = SIN2_THETA_W, _QUARKS.values()
    neutral = forms.to_pair(m, up, 0.5 - 2.0 / 3.0 * s, -2.0 / 3.0 * s)
    neutral += sum(forms.to_pair(m, q, -0.5 + s / 3.0, s / 3.0) for q in (down, strange))
    total = sum(couplings) * neutral
    for lepton, coupling in zip(LEPTONS.values(), couplings, strict=True):
        for q, element in ((down, V_UD), (strange, _V_US)):
            total += coupling * element**2 * forms.charged_current(m, mass(lepton), up, q)
    a = alpha_s(m) / math.pi
    return 3.0 * total * (1.0 + a + 5.2 * a**2 + 26.4 * a**3)
