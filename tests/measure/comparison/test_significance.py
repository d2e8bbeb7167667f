"""Significances against closed forms, exact tests of scipy, and what they must be under the null hypothesis."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact, norm

from trigemu.errors import InputError
from trigemu.measure.comparison.significance import binomial_difference, poisson_difference


def sigmas(tail: float) -> float:
    return float(max(0.0, norm.isf(tail)))


@pytest.mark.parametrize(
    ("a", "time_a", "b", "time_b"),
    [(10, 1.0, 20, 1.0), (3, 2.0, 0, 1.0), (0, 1.0, 5, 3.0), (100, 0.5, 260, 1.0), (7, 1.0, 7, 1.0)],
)
def test_rates_against_the_exact_binomial_test(a: int, time_a: float, b: int, time_b: float) -> None:
    share = time_a / (time_a + time_b)
    fewer, more = (binomtest(a, a + b, share, alternative=side).pvalue for side in ("less", "greater"))
    expected = sigmas(fewer) if fewer < more else -sigmas(more)
    assert poisson_difference(a, time_a, b, time_b) == pytest.approx(expected, abs=1e-9)
    assert poisson_difference(b, time_b, a, time_a) == pytest.approx(-expected, abs=1e-9)


def test_rates_in_closed_form() -> None:
    # Of one count in all, A has it with a chance of 1/2: no deviation.  None against n: one side of a coin n times.
    assert poisson_difference(0, 1.0, 1, 1.0) == 0.0
    for n in (3, 10, 40):
        assert poisson_difference(0, 1.0, n, 1.0) == pytest.approx(norm.isf(0.5**n))
        assert poisson_difference(n, 1.0, 0, 3.0) == pytest.approx(-norm.isf(0.25**n))
    # Many counts: the difference over the root of their sum, half a count less for what is discrete.
    assert poisson_difference(10_000, 1.0, 10_300, 1.0) == pytest.approx(299 / math.sqrt(20_300), rel=1e-3)
    # Where a double holds no p-value any more.
    assert poisson_difference(10_000, 1.0, 20_000, 1.0) == pytest.approx(10_000 / math.sqrt(30_000), rel=0.1)
    assert poisson_difference(0, 1.0, 0, 1.0) == 0.0


@pytest.mark.parametrize(
    ("k_a", "n_a", "k_b", "n_b"),
    [(8, 10, 3, 12), (0, 1000, 5, 1000), (90, 100, 99, 110), (5, 5, 0, 4), (2, 9, 2, 9)],
)
def test_efficiencies_against_fishers_test(k_a: int, n_a: int, k_b: int, n_b: int) -> None:
    table = [[k_a, n_a - k_a], [k_b, n_b - k_b]]
    fewer, more = (fisher_exact(table, alternative=side).pvalue for side in ("less", "greater"))
    expected = sigmas(fewer) if fewer < more else -sigmas(more)
    assert binomial_difference(k_a, n_a, k_b, n_b) == pytest.approx(expected, abs=1e-7)
    assert binomial_difference(k_b, n_b, k_a, n_a) == pytest.approx(-expected, abs=1e-7)


def test_efficiencies_that_say_nothing() -> None:
    for counts in ((0, 10, 0, 20), (10, 10, 20, 20), (0, 0, 5, 9), (3, 9, 0, 0)):
        assert binomial_difference(*counts) == 0.0
    assert binomial_difference(1000, 10_000, 9000, 10_000) == pytest.approx(8000 / math.sqrt(5000), rel=0.01)


def test_chance_exceeds_one_sigma_no_more_often_than_it_may() -> None:
    rng = np.random.default_rng(8)
    counts = rng.poisson([50.0, 100.0], (1000, 2))
    found = np.array([poisson_difference(a, 1.0, b, 2.0) for a, b in counts.tolist()])
    # 31.7 % by definition, less for what is discrete; 1.5 % is one standard deviation.
    assert 0.22 < np.mean(np.abs(found) > 1.0) < 0.34
    passed = rng.binomial([80, 150], 0.3, (1000, 2))
    found = np.array([binomial_difference(a, 80, b, 150) for a, b in passed.tolist()])
    assert 0.2 < np.mean(np.abs(found) > 1.0) < 0.34
    assert abs(found.mean()) < 0.12


@pytest.mark.parametrize("bad", [(-1, 1.0, 2, 1.0), (1, 0.0, 2, 1.0)])
def test_what_cannot_be_compared(bad: tuple[int, float, int, float]) -> None:
    with pytest.raises(InputError, match="not negative"):
        poisson_difference(*bad)
    with pytest.raises(InputError, match="passed <= total"):
        binomial_difference(3, 2, 1, 2)
