"""The experiment's formula for the rate of level 1 (besiii_babar_published RB-4b, RB-4c)."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.babar.glt.rate_model import EXCEEDED, background_factor, level1_rate


@pytest.mark.parametrize(
    ("ler", "her", "luminosity", "wanted"), [(1.5, 1.0, 4e33, 1000.0), (2.4, 1.5, 8e33, 1855.0)]
)
def test_vectors(ler, her, luminosity, wanted):
    assert level1_rate(her, ler, luminosity).total() == pytest.approx(wanted, abs=1e-9)


def test_without_beams_there_are_cosmic_rays():
    rate = level1_rate(0.0, 0.0, 0.0)
    assert (rate.total(), rate.background) == (125.0, 0.0)


def test_a_factor_is_the_backgrounds():
    rate = level1_rate(1.0, 1.5, 4e33)
    assert rate.total(2.0) - rate.total() == pytest.approx(75 + 190 + 180 + 150)


def test_runs_exceed_the_formula_as_often_as_observed():
    for factor, share in EXCEEDED:
        assert background_factor(np.array([share]))[0] == pytest.approx(factor)
    shares = (np.arange(100_000) + 0.5) / 100_000
    factors = background_factor(shares)
    for factor, share in EXCEEDED:
        assert (factors > factor).mean() == pytest.approx(share, abs=2e-5)
    assert (np.diff(factors) < 0).all()
    assert factors.min() > 1.0
