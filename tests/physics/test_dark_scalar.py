"""The dark scalar: widths against reference values, limits, thresholds, models of the hadrons."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.physics import dark_scalar, heavy_flavour
from trigemu.physics.constants import B_PLUS, B_ZERO, KAON, MUON, PION, TAU, mass

MODELS = st.sampled_from(("table", "chpt", "leptons"))
MASS = st.floats(*dark_scalar.MASS_RANGE)


# signals_published D.
@pytest.mark.parametrize(
    ("m", "width"),
    [(0.25, 2.79e-10), (0.3, 7.86e-10), (0.5, 2.73e-9), (1, 6.84e-9), (2, 1.44e-8), (4, 2.92e-8)],
)
def test_muons(m, width):
    assert dark_scalar.widths(m, 1.0)["mumu"] == pytest.approx(width, rel=5e-3)
    assert dark_scalar.widths(m, 1e-6, model="leptons")["mumu"] == pytest.approx(1e-6 * width, rel=5e-3)


@pytest.mark.parametrize(("m", "ctau"), [(0.1, 11.52), (0.2, 5.76), (0.25, 7.06e-4)])
def test_lifetime_below_two_pions(m, ctau):
    for model in ("table", "chpt", "leptons"):
        assert dark_scalar.ctau(m, 1.0, model=model) == pytest.approx(ctau, rel=5e-3)


# FORESEE's table; what the model "table" is set by, and from 2.5 GeV on what quarks and gluons are compared with.
@pytest.mark.parametrize(
    ("m", "ctau", "muons"), [(0.3, 5.6e-5, 0.22), (0.5, 8.1e-6, 0.110), (1.5, 1.6e-6, 0.086)]
)
def test_lifetime_with_mesons(m, ctau, muons):
    widths = dark_scalar.widths(m, 1.0)
    assert dark_scalar.ctau(m, 1.0) == pytest.approx(ctau, rel=1e-6)
    assert widths["mumu"] / sum(widths.values()) == pytest.approx(muons, rel=0.02)


@pytest.mark.parametrize(
    ("m", "ctau", "muons"), [(2.5, 1.08e-6, 0.098), (3, 7.4e-7, 0.081), (4, 1.1e-7, 0.017)]
)
def test_lifetime_with_quarks(m, ctau, muons):
    widths = dark_scalar.widths(m, 1.0)
    assert dark_scalar.ctau(m, 1.0) == pytest.approx(ctau, rel=0.2)
    assert widths["mumu"] / sum(widths.values()) == pytest.approx(muons, rel=0.2)


def test_lowest_order_by_hand():
    m, m_pi = 0.4, 0.1395704
    form = 7 / 9 * m_pi**2 + 2 / 9 * (2 * m_pi**2 + m**2)
    expected = 3 * math.sqrt(1 - 4 * m_pi**2 / m**2) / (32 * math.pi * 246.22**2 * m) * form**2
    assert dark_scalar.widths(m, 1.0, model="chpt")["pipi"] == pytest.approx(expected)


def test_many_mesons_against_muons():
    # Far above all thresholds pions and kaons are alike: four kaon fields to three pions.
    widths = dark_scalar.widths(1.999, 1.0, model="chpt")
    unit = 246.22**2 * 8 * math.pi * 1.999
    k = mass(KAON)
    form = (11 * k * k + 2 * 1.999**2) / 9
    assert widths["KK"] == pytest.approx(form**2 / unit * math.sqrt(1 - 4 * k * k / 1.999**2))


@pytest.mark.parametrize(
    ("channel", "edge", "power"),
    [
        ("mumu", 2 * mass(MUON), 1.5),
        ("tautau", 2 * mass(TAU), 1.5),
        ("pipi", 2 * mass(PION), 0.5),
        ("KK", 2 * mass(KAON), 0.5),
        ("4pi", 4 * mass(PION), 0.5),
        ("cc", 2 * 1.86484, 1.5),
    ],
)
def test_thresholds(channel, edge, power):
    assert channel not in dark_scalar.widths(edge - 1e-9, 1.0)
    near, far = (dark_scalar.widths(edge + d, 1.0)[channel] for d in (1e-6, 1e-4))
    assert far / near == pytest.approx(100**power, rel=1e-2)


def test_heavy_quarks_in_the_loop():
    # alpha_s^2 m^3 / (72 pi^3 v^2) for one heavy quark: the amplitude is 2/3; it is continuous where the pair opens.
    assert dark_scalar._loop(0.1, 173.0) == pytest.approx(2 / 3, rel=1e-5)
    below, above = (dark_scalar._loop(2.0 * (1 + sign * 1e-9), 1.0) for sign in (-1, 1))
    assert abs(below - above) < 1e-3
    assert below == pytest.approx(1.0, rel=1e-3)
    assert abs(dark_scalar._loop(5.0, 1e-4)) < 1e-5


@given(m=MASS, sin2=st.floats(1e-14, 1.0), model=MODELS)
def test_widths_add_up(m, sin2, model):
    found = dark_scalar.widths(m, sin2, model=model)
    assert all(width > 0.0 for width in found.values())
    total = dark_scalar.total_width(m, sin2, model=model)
    assert sum(width / total for width in found.values()) == pytest.approx(1.0)
    assert dark_scalar.ctau(m, sin2, model=model) * total == pytest.approx(1.973270e-13)
    unit = dark_scalar.widths(m, 1.0, model=model)
    assert found == {name: pytest.approx(sin2 * width) for name, width in unit.items()}


def test_models_differ_by_hadrons_alone():
    table, chpt, leptons = (dark_scalar.widths(0.5, 1.0, model=m) for m in ("table", "chpt", "leptons"))
    assert set(leptons) == {"ee", "mumu"}
    assert all(leptons[name] == table[name] == chpt[name] for name in leptons)
    assert 2.0 < table["pipi"] / chpt["pipi"] < 10.0
    assert table["pipi"] / chpt["pipi"] == pytest.approx(4.2, rel=0.02)


def test_production():
    sources = dark_scalar.production(1.0, 1e-8)
    assert [s.parent for s in sources] == [B_PLUS, B_PLUS, B_ZERO, B_ZERO]
    expected = 1e-8 * sum(heavy_flavour.per_proton(s.parent) for s in sources) / 2 * (0.450 + 0.494)
    # Charged and neutral modes differ by masses and lifetimes.
    assert sum(s.per_proton for s in sources) == pytest.approx(expected, rel=0.03)
    assert [s.companion for s in dark_scalar.production(4.6, 1.0)] == [321, 311]
    assert dark_scalar.production(4.8, 1.0) == []


@pytest.mark.parametrize("m", [1e-3, 4.79, math.nan])
def test_outside_the_range(m):
    with pytest.raises(ValueError, match="dark scalar"):
        dark_scalar.widths(m, 1.0)


@pytest.mark.parametrize("function", [dark_scalar.production, dark_scalar.widths, dark_scalar.ctau])
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_mixing_that_is_none_is_refused(function, value):
    with pytest.raises(ValueError, match=rf"^sin\^2\(theta\) must be finite and at least 0, not {value:g}$"):
        function(1.0, value)


@pytest.mark.parametrize("m", [0.0, -1.0, math.nan, math.inf])
def test_production_of_masses_that_are_none_is_refused(m):
    with pytest.raises(ValueError, match="the mass must be finite and above 0"):
        dark_scalar.production(m, 1.0)
