"""Intervals: against closed forms, against scipy's own inversion, and their coverage, summed exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, poisson

from trigemu.errors import InputError
from trigemu.measure.statistics import (
    ONE_SIGMA,
    Efficiency,
    clopper_pearson,
    finite,
    garwood,
    rate,
    weighted_efficiency,
)


@given(st.integers(1, 400), st.floats(0, 1), st.sampled_from([ONE_SIGMA, 0.9, 0.95]))
def test_clopper_pearson_equals_the_exact_test_of_scipy(n: int, fraction: float, cl: float) -> None:
    k = round(n * fraction)
    low, high = clopper_pearson(k, n, cl)
    exact = binomtest(k, n).proportion_ci(cl, method="exact")
    assert low == pytest.approx(exact.low, abs=1e-9)
    assert high == pytest.approx(exact.high, abs=1e-9)


def test_interval_is_exact_when_none_or_all_pass() -> None:
    tail = (1 - ONE_SIGMA) / 2
    low, high = clopper_pearson([0, 7], [7, 7])
    assert low[0] == 0.0
    assert high[1] == 1.0
    assert high[0] == pytest.approx(1 - tail ** (1 / 7), rel=1e-12)
    assert low[1] == pytest.approx(tail ** (1 / 7), rel=1e-12)


def test_one_sided_limits_spend_everything_on_one_end() -> None:
    low, high = clopper_pearson(0, 20, 0.9, side="upper")
    assert low == 0.0
    assert high == pytest.approx(1 - 0.1 ** (1 / 20), rel=1e-12)
    low, high = clopper_pearson(20, 20, 0.9, side="lower")
    assert high == 1.0
    assert low == pytest.approx(0.1 ** (1 / 20), rel=1e-12)


def test_nothing_counted_says_nothing() -> None:
    low, high = clopper_pearson(0, 0)
    assert (low, high) == (0.0, 1.0)
    assert math.isnan(Efficiency.of(0, 0).value)


@pytest.mark.parametrize("cl", [ONE_SIGMA, 0.9])
@pytest.mark.parametrize("n", [1, 5, 30])
def test_clopper_pearson_covers_at_every_true_efficiency(n: int, cl: float) -> None:
    k = np.arange(n + 1)
    low, high = clopper_pearson(k, np.full(n + 1, n), cl)
    for p in np.linspace(0, 1, 501):
        inside = (low <= p + 1e-12) & (p - 1e-12 <= high)
        assert binom.pmf(k, n, p)[inside].sum() >= cl - 1e-9


def test_clopper_pearson_is_not_needlessly_wide() -> None:
    k = np.arange(1001)
    low, high = clopper_pearson(k, 1000)
    inside = (low <= 0.3) & (high >= 0.3)
    assert binom.pmf(k, 1000, 0.3)[inside].sum() < ONE_SIGMA + 0.04


@pytest.mark.parametrize("mean", [0.3, 1.0, 4.7, 20.0])
def test_garwood_covers(mean: float) -> None:
    k = np.arange(200)
    low, high = garwood(k)
    inside = (low <= mean) & (mean <= high)
    assert poisson.pmf(k, mean)[inside].sum() >= ONE_SIGMA


def test_garwood_is_not_needlessly_wide() -> None:
    k = np.arange(1200)
    low, high = garwood(k)
    inside = (low <= 900.5) & (high >= 900.5)
    assert poisson.pmf(k, 900.5)[inside].sum() < ONE_SIGMA + 0.04


def test_garwood_closed_forms() -> None:
    low, high = garwood(0, 0.9, side="upper")
    assert low == 0.0
    assert high == pytest.approx(math.log(10), rel=1e-12)  # 2.30, the familiar 90 % limit
    assert garwood(0)[0] == 0.0
    assert garwood(3, 0.9, side="lower")[1] == math.inf


def test_equal_weights_are_counts() -> None:
    passed = np.arange(40) < 13
    plain, weighted = Efficiency.of(13, 40), weighted_efficiency(np.full(40, 0.25), passed)
    assert weighted.total == pytest.approx(40)
    assert weighted.value == pytest.approx(plain.value)
    assert (weighted.low, weighted.high) == pytest.approx((plain.low, plain.high))


def test_weights_shrink_the_effective_sample() -> None:
    weights = np.array([10.0] + [0.1] * 50)
    result = weighted_efficiency(weights, np.ones(51, bool))
    assert result.total == pytest.approx(15.0**2 / (100 + 50 * 0.01))
    assert result.value == 1.0
    assert result.high == 1.0
    assert result.low < clopper_pearson(51, 51)[0]


def test_weighted_interval_covers_the_true_efficiency() -> None:
    # 600 samples of 60 events, weights uniform in 0.5-1.5, true efficiency 0.3, seed 7: at a coverage of 0.68
    # fewer than 375 hits have a probability of 0.002.
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(600):
        weights = rng.uniform(0.5, 1.5, 60)
        result = weighted_efficiency(weights, rng.random(60) < 0.3)
        hits += result.low <= 0.3 <= result.high
    assert hits >= 375


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -0.5], "1 of 2 weights are negative"),
        ([1.0, math.nan], "not a finite"),
        ([1.0], "equally long"),
    ],
)
def test_weights_without_a_meaning_are_refused(weights: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        weighted_efficiency(weights, [True, False])


def test_no_weight_at_all_is_no_measurement() -> None:
    assert math.isnan(weighted_efficiency([0.0, 0.0], [True, False]).value)


@pytest.mark.parametrize(("passed", "total"), [(3, 2), (-1, 2), (math.nan, 2)])
def test_impossible_counts_are_refused(passed: float, total: float) -> None:
    with pytest.raises(InputError, match="0 <= passed <= total"):
        clopper_pearson(passed, total)


@pytest.mark.parametrize("cl", [0.0, 1.0, -3.0, 68.27])
def test_confidence_level_must_be_a_probability(cl: float) -> None:
    with pytest.raises(InputError, match="confidence level"):
        clopper_pearson(1, 2, cl)


def test_rates_are_counts_over_live_time() -> None:
    result = rate(100, 0.5)
    assert (result.hz, result.error_hz) == (200.0, 20.0)
    assert result.low_hz < 200.0 < result.high_hz
    before = rate(100, 0.5, prescale=20)
    assert (before.hz, before.error_hz) == (4000.0, 400.0)


def test_rate_without_counts_has_an_upper_end() -> None:
    result = rate(0, 2.0)
    assert (result.hz, result.low_hz) == (0.0, 0.0)
    assert result.error_hz == result.high_hz == pytest.approx(-math.log((1 - ONE_SIGMA) / 2) / 2)


def test_rate_of_uneven_counts_has_the_interval_of_an_effective_number() -> None:
    """Ten events of weight 3 are as good as ten events; a counter of 5 that made 10 has seen 50 to 54."""
    heavy, ten = rate(30, 2.0, spread=3.0), rate(10, 2.0)
    assert (heavy.low_hz, heavy.high_hz) == pytest.approx((3 * ten.low_hz, 3 * ten.high_hz))
    assert heavy.error_hz == pytest.approx(3 * ten.error_hz)
    counted = rate(10, 1.0, spread=0.2, held=0.8)
    assert (counted.low_hz, counted.high_hz) == pytest.approx((garwood(50)[0] / 5, garwood(54)[1] / 5))
    assert counted.error_hz == pytest.approx(math.sqrt(50 / 25 + 0.64 / 12))


def test_rate_without_live_time_is_unknown() -> None:
    assert math.isnan(rate(3, 0.0).hz)


@pytest.mark.parametrize(("live", "prescale"), [(-1.0, 1.0), (1.0, 0.0)])
def test_impossible_rates_are_refused(live: float, prescale: float) -> None:
    with pytest.raises(InputError, match="live time"):
        rate(1, live, prescale)


def test_plain_data_has_no_nan() -> None:
    data = {"a": math.nan, "b": [np.float64(1.5), np.int64(2), (math.inf,)]}
    assert finite(data) == {"a": None, "b": [1.5, 2, [None]]}
