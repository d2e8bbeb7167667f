from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trigemu.physics import rng
from trigemu.physics.constants import KAON, PARTICLES, PION
from trigemu.physics.decay import decay_length, decay_probability, truncated_exponential
from trigemu.physics.purpose import Purpose

P_MIN = 1e-3


@pytest.mark.parametrize(
    ("pdg", "stop", "expected"), [(KAON, 180.0, 0.1285), (KAON, 265.0, 0.2505), (PION, 265.0, 0.0380)]
)
def test_decay_fractions_of_the_na62_beam(pdg, stop, expected):
    """From 102.425 m on, 75 GeV/c (inputs of the NA62 Monte Carlo)."""
    particle = PARTICLES[pdg]
    length = decay_length(75.0, particle.mass, particle.ctau * 1e-3)
    assert decay_probability(0.0, stop - 102.425, length) == pytest.approx(expected, abs=2e-4)


@given(st.floats(0, 300), st.floats(0.01, 300), st.floats(1e-2, 1e9))
@settings(deadline=None)
def test_probability_is_the_difference_of_exponentials(near, depth, length):
    expected = math.exp(-near / length) - math.exp(-(near + depth) / length)
    assert decay_probability(near, near + depth, length) == pytest.approx(expected, rel=1e-6, abs=1e-15)


@given(st.floats(0, 1, exclude_max=True), st.floats(1e-3, 1e12), st.floats(1e-3, 1e3))
@settings(deadline=None)
def test_inverse_of_the_cumulative_function(u, length, depth):
    x = truncated_exponential(u, length, depth)
    assert 0 <= x <= depth
    cumulative = math.expm1(-x / length) / math.expm1(-depth / length)
    assert cumulative == pytest.approx(u, rel=1e-9, abs=1e-12)


def test_long_lived_limit():
    assert truncated_exponential(0.25, math.inf, 75.0) == 0.25 * 75.0
    assert decay_probability(82.0, 157.0, 1e12) == pytest.approx(75e-12, rel=1e-6)
    ratio = decay_probability(82.0, 157.0, 1e12) / decay_probability(82.0, 157.0, 3e12)
    assert ratio == pytest.approx(3.0, rel=1e-6)  # L is proportional to p, so the weight to 1/p


@pytest.mark.parametrize("length", [5.0, 75.0, 1e4])
def test_sample_is_exponential(length):
    u = rng.uniforms(6, 0, int(Purpose.TEST), 5000)[:, 0]
    x = np.array([truncated_exponential(a, length, 75.0) for a in u])
    assert stats.kstest(x, stats.truncexpon(75.0 / length, scale=length).cdf).pvalue > P_MIN
