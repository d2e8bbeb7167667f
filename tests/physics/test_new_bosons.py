from __future__ import annotations

import numpy as np
import pytest

from trigemu.physics.addressed import Draws
from trigemu.physics.new_bosons import (
    branching,
    higgsstrahlung,
    higgsstrahlung_shape,
    scalar_widths,
    zprime_widths,
)
from trigemu.physics.two_photon import TwoPhotonMuons

S = 10.58**2


# signals_published C.
@pytest.mark.parametrize(
    ("m", "value"),
    [(0.1, 1.0), (0.25, 0.580), (0.5, 0.503), (1, 0.5), (3, 0.5), (4, 0.379), (6, 0.339), (8, 0.335)],
)
def test_invisible_zprime(m, value):
    assert branching(zprime_widths(m))["invisible"] == pytest.approx(value, abs=6e-4)


@pytest.mark.parametrize(("m", "value"), [(3.6, 0.106), (4, 0.242), (6, 0.321)])
def test_zprime_to_taus(m, value):
    assert branching(zprime_widths(m))["tautau"] == pytest.approx(value, abs=6e-4)


@pytest.mark.parametrize(("m", "value"), [(3.6, 0.536), (4, 0.965), (5, 0.990), (6.5, 0.994)])
def test_scalar_to_taus(m, value):
    assert branching(scalar_widths(m))["tautau"] == pytest.approx(value, abs=6e-4)


# signals_published F: fb for eps^2 alpha_D = 1e-8.
@pytest.mark.parametrize(
    ("vector", "higgs", "value"),
    [(1, 0.5, 0.29), (4, 1, 0.743), (5, 1, 1.096), (5, 4, 0.681), (7, 1, 2.51), (9, 1, 6.49)],
)
def test_higgsstrahlung(vector, higgs, value):
    assert higgsstrahlung(S, vector, higgs) * 1e3 * 1e-8 == pytest.approx(value, rel=5e-3)
    # 1 + d (1 - c^2) from lambda (1 - c^2) + 8 m_A^2 / s.
    a, h = vector**2 / S, higgs**2 / S
    k = 1 + a * a + h * h - 2 * (a + h + a * h)
    assert higgsstrahlung_shape(np.array([S]), vector, higgs)[0] == pytest.approx(k / (8 * a))


def test_higgsstrahlung_below_threshold():
    assert higgsstrahlung(S, 8.0, 3.0) == 0.0


def test_two_photon_muons():
    # signals_facts 2.2: 21.9 nb above 0.5 GeV.
    pairs = TwoPhotonMuons(10.58, 0.5)
    assert pairs.cross_section == pytest.approx(21.9e3, rel=5e-3)
    w, x, y, c = pairs.draw(Draws(1, 2, 40), 0, np.arange(20_000))
    assert w.min() >= 0.5
    assert x * y == pytest.approx((w / 10.58) ** 2)
    assert (np.maximum(x, y) <= 1).all()
    assert np.abs(c).max() < 1
    # The fraction above 1 GeV is the ratio of cross-sections: four standard deviations.
    share = TwoPhotonMuons(10.58, 1.0).cross_section / pairs.cross_section
    assert np.mean(w > 1.0) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 20_000))
    # Alike for both photons and both muons.
    assert abs(np.mean(x > y) - 0.5) < 4 * 0.5 / np.sqrt(20_000)
    assert abs(np.mean(c > 0) - 0.5) < 4 * 0.5 / np.sqrt(20_000)
