"""Axion-like particles: widths, production, limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.physics import alp, b_to_kaon, heavy_flavour
from trigemu.physics.alp import Couplings
from trigemu.physics.constants import MUON, TAU, mass

G = st.floats(1e-9, 1.0)
MASS = st.floats(*alp.MASS_RANGE)


def test_photons():
    # signals_published A5.
    assert alp.widths(1.0, Couplings(photon=1e-3)) == {"gammagamma": pytest.approx(4.97e-9, rel=5e-3)}
    assert alp.ctau(1.0, Couplings(photon=1e-3)) == pytest.approx(3.97e-8 * 1e3, rel=5e-3)


def test_leptons_by_hand():
    # (c / f)^2 m_l^2 m beta / (8 pi).
    expected = 1e-6 * 0.1056583755**2 * 0.5 * math.sqrt(1 - 4 * (0.1056583755 / 0.5) ** 2) / (8 * math.pi)
    assert alp.widths(0.5, Couplings(lepton=1e-3))["mumu"] == pytest.approx(expected)


@pytest.mark.parametrize(("channel", "lepton"), [("mumu", MUON), ("tautau", TAU)])
def test_thresholds(channel, lepton):
    edge = 2 * mass(lepton)
    coupling = Couplings(lepton=1.0)
    assert channel not in alp.widths(edge - 1e-9, coupling)
    near, far = (alp.widths(edge + d, coupling)[channel] for d in (1e-6, 1e-4))
    # A pseudoscalar's leptons are in an S wave.
    assert far / near == pytest.approx(10.0, rel=1e-2)


@given(m=MASS, photon=G, lepton=G, w=G)
def test_widths_add_up(m, photon, lepton, w):
    coupling = Couplings(photon, lepton, w)
    found = alp.widths(m, coupling)
    assert all(width > 0.0 for width in found.values())
    total = alp.total_width(m, coupling)
    assert sum(width / total for width in found.values()) == pytest.approx(1.0)
    assert alp.ctau(m, coupling) * total == pytest.approx(1.973270e-13)


@given(m=st.floats(0.01, 4.0), step=st.floats(1.0001, 1.1), photon=G, lepton=G)
def test_heavier_decays_faster(m, step, photon, lepton):
    coupling = Couplings(photon, lepton)
    low, high = alp.widths(m, coupling), alp.widths(m * step, coupling)
    assert all(high[name] > low[name] for name in low)


def test_loop_function():
    assert alp.loop_function(1.0) == pytest.approx(0.5)
    assert alp.loop_function(1.0 + 2e-4) == pytest.approx(0.5, rel=1e-3)
    assert alp.loop_function(1e-4) == pytest.approx(1e-4, rel=1e-2)
    assert alp.loop_function(4.0) == pytest.approx(4.0 / 9.0 * (1.0 + 4.0 * (math.log(4.0) - 1.0)))


def test_coupling_to_quarks_from_w():
    # The charm adds 2e-4 of the top; Vtb Vts = 0.0398.
    top = (173.0 / 80.377) ** 2
    expected = (
        3 * math.sqrt(2) * 1.1663788e-5 * 80.377**2 / (16 * math.pi**2) * 0.0398 * alp.loop_function(top)
    )
    assert alp.quark_coupling(1.0) == pytest.approx(-expected, rel=2e-3)
    assert alp.quark_coupling(1e-3) == pytest.approx(1e-3 * alp.quark_coupling(1.0))


def test_production():
    by_w, by_quarks = (alp.production(1.0, c) for c in (Couplings(w=1e-3), Couplings(bs=1e-7)))
    ratio = (alp.quark_coupling(1e-3) / 1e-7) ** 2
    for one, two, (parent, kaon) in zip(by_w, by_quarks, b_to_kaon.MODES, strict=True):
        expected = heavy_flavour.per_proton(parent) * 1e-14 * b_to_kaon.branching_ratio(1.0, parent, kaon)
        assert two.per_proton == pytest.approx(expected)
        assert one.per_proton == pytest.approx(ratio * two.per_proton)
    # Both couplings can cancel.
    assert alp.production(1.0, Couplings(w=1e-3, bs=-alp.quark_coupling(1e-3))) == []
    assert alp.production(1.0, Couplings(photon=1.0, lepton=1.0)) == []


def test_without_couplings_and_outside_the_range():
    assert alp.ctau(1.0, Couplings()) == math.inf
    for m in (1e-4, 4.79, math.nan):
        with pytest.raises(ValueError, match="axion-like"):
            alp.widths(m, Couplings(photon=1.0))


@pytest.mark.parametrize("function", [alp.production, alp.widths, alp.ctau])
@pytest.mark.parametrize("name", ["photon", "lepton", "w", "bs"])
def test_couplings_are_finite_and_have_signs(function, name):
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match=rf"^{name} must be finite, not {value:g}$"):
            function(1.0, Couplings(**{name: value}))
    plus, minus = (function(1.0, Couplings(**{name: sign * 1e-3})) for sign in (1, -1))
    assert plus == minus


@pytest.mark.parametrize("m", [0.0, -1.0, math.nan, math.inf])
def test_production_of_masses_that_are_none_is_refused(m):
    with pytest.raises(ValueError, match="the mass must be finite and above 0"):
        alp.production(m, Couplings(bs=1.0))
