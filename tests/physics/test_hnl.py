"""Heavy neutral leptons: closed forms against reference values, limits and integrals over phase space."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from trigemu.physics import heavy_flavour, hnl
from trigemu.physics import hnl_widths as forms
from trigemu.physics.constants import B_PLUS, D_PLUS, D_S, ELECTRON, MUON, PION, TAU, mass
from trigemu.physics.weak import SIN2_THETA_W

E_ONLY, MU_ONLY, TAU_ONLY = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
COUPLING = st.floats(1e-12, 1.0)
MASS = st.floats(*hnl.MASS_RANGE)


# signals_published A5: Dirac widths and branching ratios per squared mixing.
@pytest.mark.parametrize(
    ("m", "mu_pi", "e_pi", "three_nu"),
    [
        (0.3, 3.52e-16, 7.21e-16, 5.55e-17),
        (0.5, 3.93e-15, 4.62e-15, 7.14e-16),
        (1.0, 4.04e-14, 4.18e-14, 2.29e-14),
    ],
)
def test_widths(m, mu_pi, e_pi, three_nu):
    assert hnl.widths(m, MU_ONLY)["mupi"] == pytest.approx(mu_pi, rel=5e-3)
    assert hnl.widths(m, E_ONLY)["epi"] == pytest.approx(e_pi, rel=5e-3)
    for flavour in (E_ONLY, MU_ONLY, TAU_ONLY):
        assert hnl.widths(m, flavour)["3nu"] == pytest.approx(three_nu, rel=5e-3)


@pytest.mark.parametrize(
    ("m", "ratio"), [(0.0, 0.1063), (0.3, 0.0974), (0.6, 0.0736), (1.0, 0.0332), (1.3, 0.00987)]
)
def test_tau_to_pion(m, ratio):
    assert forms.tau_to_pseudoscalar(m, PION) == pytest.approx(ratio, rel=5e-3)


def test_tau_to_rho():
    assert forms.tau_to_rho(0.0) == pytest.approx(0.251, rel=5e-3)


# Without mass and with full mixing N is a neutrino: PDG (K nu and the leptonic ratios are recalled).
@pytest.mark.parametrize(
    ("found", "ratio", "tolerance"),
    [
        (forms.tau_to_pseudoscalar(0.0, PION), 0.1082, 0.02),
        (forms.tau_to_pseudoscalar(0.0, 321), 6.96e-3, 0.02),
        (forms.tau_to_rho(0.0), 0.2549, 0.02),
        (forms.from_meson(0.0, D_S, mass(MUON)), 5.37e-3, 0.03),
        (forms.from_meson(0.0, D_S, mass(TAU)), 0.0532, 0.02),
        (forms.from_meson(0.0, D_PLUS, mass(MUON)), 3.74e-4, 0.03),
        (forms.from_meson(0.0, B_PLUS, mass(TAU)), 1.09e-4, 0.25),
    ],
)
def test_standard_model(found, ratio, tolerance):
    assert found == pytest.approx(ratio, rel=tolerance)


def test_muon_lifetime():
    # The muon is a Dirac fermion that mixes fully: mu -> nu e nu.
    width = forms.charged_current(mass(MUON), 0.0, mass(ELECTRON), 0.0)
    assert 1.973270e-13 / width == pytest.approx(658.64e3, rel=5e-3)


def three_body(m, a, b, c, square):
    """Integrate a squared amplitude of N -> a b c over the Dalitz plot: |M|^2 of the dot products of momenta."""

    def inner(s_ab):
        root = math.sqrt(s_ab)
        e_b, e_c = (s_ab - a * a + b * b) / (2 * root), (m * m - s_ab - c * c) / (2 * root)
        p_b, p_c = (math.sqrt(max(e * e - x * x, 0)) for e, x in ((e_b, b), (e_c, c)))

        def value(s_bc):
            s_ac = m * m + a * a + b * b + c * c - s_ab - s_bc
            ab, bc, ac = (s_ab - a * a - b * b) / 2, (s_bc - b * b - c * c) / 2, (s_ac - a * a - c * c) / 2
            return square(ab, bc, ac, a * a + ab + ac, b * b + ab + bc, c * c + ac + bc)

        low, high = ((e_b + e_c) ** 2 - (p_b + sign * p_c) ** 2 for sign in (1, -1))
        return integrate.quad(value, low, high, epsrel=1e-9)[0]

    return integrate.quad(inner, (a + b) ** 2, (m - c) ** 2, epsrel=1e-8, limit=200)[0]


def vector_minus_axial(m, a, b, c):
    """Return the width over that without masses: b is the antifermion, so |M|^2 ~ (N b)(a c)."""

    def square(_ab, _bc, ac, _na, nb, _nc):
        return nb * ac

    return three_body(m, a, b, c, square) / three_body(m, 0.0, 0.0, 0.0, square)


@pytest.mark.parametrize("m", [0.25, 0.6, 1.9])
def test_charged_current_against_the_dalitz_plot(m):
    mu, e = mass(MUON), mass(ELECTRON)
    for first, second in ((mu, e), (e, mu), (mu, 0.3 * m)):
        expected = forms.massless(m) * vector_minus_axial(m, first, second, 0.0)
        assert forms.charged_current(m, 0.0, first, second) == pytest.approx(expected, rel=1e-6)


def test_charged_current_is_symmetric():
    values = [forms.charged_current(1.5, *p) for p in ((0.1, 0.3, 0.6), (0.6, 0.1, 0.3), (0.3, 0.6, 0.1))]
    assert values[1:] == pytest.approx(values[:1] * 2, rel=1e-9)


def test_charged_current_with_one_mass():
    for x in (1e-4, 0.01, 0.3, 0.7):
        x2 = x * x
        shape = 1 - 8 * x2 + 8 * x2**3 - x2**4 - 12 * x2**2 * math.log(x2)
        assert forms.charged_current(1.0, 0.0, x, 0.0) == pytest.approx(forms.massless(1.0) * shape, rel=1e-7)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("m", [0.22, 0.3, 0.5, 1.5])
def test_pairs_against_the_dalitz_plot(m, own):
    """The slow reference: |M|^2 of a neutrino scattering off a lepton, crossed; a = nu, b = l-, c = l+."""
    right = SIN2_THETA_W
    left = right + (0.5 if own else -0.5)
    lepton = mass(MUON)

    def square(ab, _bc, ac, na, nb, nc):
        return left**2 * nc * ab + right**2 * nb * ac + left * right * lepton**2 * na

    def massless(_ab, _bc, ac, _na, nb, _nc):
        return nb * ac

    shape = three_body(m, 0.0, lepton, lepton, square) / three_body(m, 0.0, 0.0, 0.0, massless)
    expected = forms.massless(m) * shape
    assert forms.to_lepton_pair(m, lepton, own_flavour=own) == pytest.approx(expected, rel=1e-5)


def test_pairs_without_mass():
    s = SIN2_THETA_W
    own, other = (1 + 4 * s + 8 * s * s) / 4, (1 - 4 * s + 8 * s * s) / 4
    for lepton in (1e-9, 1e-5):
        assert forms.to_lepton_pair(1.0, lepton, own_flavour=True) == pytest.approx(own * forms.massless(1.0))
        assert forms.to_lepton_pair(1.0, lepton, own_flavour=False) == pytest.approx(
            other * forms.massless(1.0)
        )


def test_neutral_mesons_by_hand():
    x2 = (0.77526 / 1.5) ** 2
    unit = 1.1663788e-5**2 * 0.162**2 * 1.5**3 / (32 * math.pi * 0.77526**2)
    expected = unit * (1 - 2 * SIN2_THETA_W) ** 2 * (1 + 2 * x2) * (1 - x2) ** 2
    assert hnl.widths(1.5, MU_ONLY)["nurho"] == pytest.approx(expected, rel=1e-9)
    y2 = (0.1349768 / 0.5) ** 2
    expected = 1.1663788e-5**2 * 0.1302**2 * 0.5**3 / (32 * math.pi) * (1 - y2) ** 2
    assert hnl.widths(0.5, TAU_ONLY)["nupi0"] == pytest.approx(expected, rel=1e-9)


THRESHOLDS = {
    "nuee": 2 * 0.000510999,
    "numumu": 2 * 0.1056583755,
    "nuemu": 0.1056583755 + 0.000510999,
    "numutau": 1.77693 + 0.1056583755,
    "epi": 0.1395704 + 0.000510999,
    "mupi": 0.1395704 + 0.1056583755,
    "taupi": 1.77693 + 0.1395704,
    "muK": 0.493677 + 0.1056583755,
    "murho": 0.77526 + 0.1056583755,
    "nupi0": 0.1349768,
    "nueta": 0.547862,
    "nuetap": 0.95778,
    "nurho": 0.77526,
    "nuomega": 0.78266,
    "nuphi": 1.01946,
    "hadrons": 1.0,
}


@pytest.mark.parametrize(("channel", "edge"), THRESHOLDS.items())
def test_thresholds(channel, edge):
    everywhere = (1.0, 1.0, 1.0)
    assert channel not in hnl.widths(edge * (1 - 1e-6), everywhere)
    above = hnl.widths(edge * 1.01, everywhere)[channel]
    assert above > 0.0
    if channel != "hadrons":
        assert hnl.widths(edge * 1.0005, everywhere)[channel] < 0.25 * above


@given(m=MASS, e=COUPLING, mu=COUPLING, tau=COUPLING)
def test_widths_add_up(m, e, mu, tau):
    couplings = (e, mu, tau)
    found = hnl.widths(m, couplings)
    assert all(width > 0.0 for width in found.values())
    total = hnl.total_width(m, couplings)
    assert sum(width / total for width in found.values()) == pytest.approx(1.0, rel=1e-12)
    assert hnl.ctau(m, couplings) * total == pytest.approx(1.973270e-13)
    # Squared mixings add: no interference between flavours.
    parts = [hnl.widths(m, flavour) for flavour in (E_ONLY, MU_ONLY, TAU_ONLY)]
    for name in set(found) - {"hadrons"}:
        expected = sum(c * part.get(name, 0.0) for c, part in zip(couplings, parts, strict=True))
        assert found[name] == pytest.approx(expected, rel=1e-9)
    double = hnl.widths(m, couplings, majorana=True)
    assert double == {name: pytest.approx(2 * width) for name, width in found.items()}
    assert hnl.ctau(m, couplings, majorana=True) == pytest.approx(0.5 * hnl.ctau(m, couplings))


@given(m=st.floats(0.01, 1.9), step=st.floats(1.0001, 1.02), e=COUPLING, mu=COUPLING, tau=COUPLING)
def test_heavier_decays_faster(m, step, e, mu, tau):
    low, high = hnl.widths(m, (e, mu, tau)), hnl.widths(m * step, (e, mu, tau))
    for name in set(low) - {"hadrons"}:
        assert high[name] > low[name]


def test_hadrons_start_where_several_mesons_matter():
    below, above = (hnl.total_width(m, MU_ONLY) for m in (1.0 - 1e-6, 1.0))
    assert 1.0 < above / below < 1.2
    # FairShip's total at 1 GeV, from a comment in its code, with its own constants: a Majorana N.
    ctau = hnl.ctau(1.0, (1e-8, 2e-8, 1e-9), majorana=True)
    assert ctau == pytest.approx(4.7777e-5 * 299.792458e9, rel=0.25)


@pytest.mark.parametrize("m", [0.0005, 1.951, math.nan])
def test_outside_the_range(m):
    with pytest.raises(ValueError, match="heavy neutral leptons"):
        hnl.widths(m, MU_ONLY)


def test_without_couplings():
    assert hnl.ctau(0.5, (0.0, 0.0, 0.0)) == math.inf
    assert hnl.production(0.5, (0.0, 0.0, 0.0)) == []


def test_production_of_a_muon_neutrino_at_1_gev():
    sources = {source.parent: source for source in hnl.production(1.0, (0.0, 1e-6, 0.0))}
    assert sorted(sources) == [D_PLUS, D_S, B_PLUS]
    for parent, source in sources.items():
        assert source.companion_mass == mass(MUON)
        assert source.companion == MUON
        assert source.via == 0
        expected = heavy_flavour.per_proton(parent) * 1e-6 * forms.from_meson(1.0, parent, mass(MUON))
        assert source.per_proton == pytest.approx(expected)
    # Helicity: the heavier of N and lepton decides, so 1 GeV beats a neutrino by (1 / 0.106)^2 and phase space.
    gain = forms.from_meson(1.0, D_S, mass(MUON)) / forms.from_meson(0.0, D_S, mass(MUON))
    assert 40 < gain < 60


def test_production_through_taus():
    sources = hnl.production(0.15, (0.0, 0.0, 1.0))
    chain = [source for source in sources if source.via]
    assert {(source.parent, source.via) for source in chain} == {(TAU, D_S), (TAU, D_PLUS)}
    pions = sum(source.per_proton for source in chain if source.companion == PION)
    expected = heavy_flavour.per_proton(TAU) * forms.tau_to_pseudoscalar(0.15, PION)
    assert pions == pytest.approx(expected)
    # Ds -> tau N is open to 0.191 GeV, D -> tau N to 0.093 GeV.
    assert [s.parent for s in sources if s.companion == TAU and s.parent != B_PLUS] == [D_S]
    assert not any(s.parent in (D_S, D_PLUS) for s in hnl.production(0.2, (0.0, 0.0, 1.0)))


@given(m=st.floats(0.01, 5.0), e=COUPLING, mu=COUPLING, tau=COUPLING)
def test_sources_are_open_and_positive(m, e, mu, tau):
    for source in hnl.production(m, (e, mu, tau)):
        assert source.per_proton > 0.0
        assert m + source.companion_mass < mass(source.parent)
        assert source.parent in heavy_flavour.PARENTS
        assert np.isfinite(source.per_proton)


@pytest.mark.parametrize("function", [hnl.production, hnl.widths, hnl.total_width, hnl.ctau])
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_couplings_that_are_none_are_refused(function, value):
    with pytest.raises(ValueError, match=rf"^\|Umu\|\^2 must be finite and at least 0, not {value:g}$"):
        function(1.0, (0.0, value, 0.0))


@pytest.mark.parametrize("m", [0.0, -1.0, math.nan, math.inf])
def test_production_of_masses_that_are_none_is_refused(m):
    with pytest.raises(
        ValueError, match="production of heavy neutral leptons: the mass must be finite and above 0"
    ):
        hnl.production(m, MU_ONLY)
