"""N -> A B nu: closed forms of widths and of lepton spectra against the matrix element and what is drawn by it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from trigemu.jit import kernel
from trigemu.physics import hnl_widths
from trigemu.physics.constants import ELECTRON, MUON, mass
from trigemu.physics.pair_decay import largest_weight, pair_decay, squared_element, weights
from trigemu.physics.weak import FERMI, SIN2_THETA_W

MU, E = mass(MUON), mass(ELECTRON)


def width(m, first, second, element):
    """Return the width (GeV) from the matrix element: 64 G_F^2 times it, over flat phase space."""
    _, weight = weights(m, first, second, element)
    return FERMI**2 * 2.0 / (math.pi**3 * m * m) * (m - first - second) * float(weight.mean())


@pytest.mark.parametrize("m", [0.25, 0.5, 1.5])
def test_widths_are_the_closed_forms(m):
    expected = hnl_widths.charged_current(m, E, MU, 0.0)
    assert width(m, E, MU, (1.0, 0.0, 0.0)) == pytest.approx(expected, rel=2e-3)
    assert width(m, E, MU, (0.0, 1.0, 0.0)) == pytest.approx(expected, rel=2e-3)
    for own in (True, False):
        left, right = SIN2_THETA_W + (0.5 if own else -0.5), SIN2_THETA_W
        element = (left**2, right**2, left * right * MU**2)
        closed = hnl_widths.to_lepton_pair(m, MU, own_flavour=own)
        assert width(m, MU, MU, element) == pytest.approx(closed, rel=4e-3)


def test_interference_of_left_and_right_matters():
    closed = hnl_widths.to_pair(0.3, MU, 0.5, 0.5)
    assert width(0.3, MU, MU, (0.25, 0.25, 0.0)) < 0.85 * closed
    assert width(0.3, MU, MU, (0.25, 0.25, 0.25 * MU**2)) == pytest.approx(closed, rel=4e-3)


@kernel
def _draw(m, first, second, element, u, out):
    for i in range(len(out)):
        out[i] = pair_decay(np.uint64(7), 3, 1, i, m, first, second, element, u[i, 0], u[i, 1])


def drawn(m, first, second, element, n=20_000):
    out = np.zeros((n, 8))
    numbers = np.array([*element, largest_weight(m, first, second, element)])
    _draw(m, first, second, numbers, np.random.default_rng(5).random((n, 2)), out)
    return out[:, :4], out[:, 4:]


def test_spectra_of_a_massless_decay_are_those_of_the_muon():
    a, b = drawn(1.0, 0.0, 0.0, (1.0, 0.0, 0.0))
    x, y = 2.0 * a[:, 3], 2.0 * b[:, 3]
    assert stats.kstest(x, lambda z: z**3 * (2.0 - z)).pvalue > 1e-3
    assert stats.kstest(y, lambda z: z**3 * (4.0 - 3.0 * z)).pvalue > 1e-3


def test_what_is_drawn_follows_the_matrix_element():
    m, element = 0.6, (0.1, 0.05, 0.07 * MU * E)
    a, b = drawn(m, MU, E, element)
    for four, own in ((a, MU), (b, E)):
        assert four[:, 3] ** 2 - (four[:, :3] ** 2).sum(axis=1) == pytest.approx(own**2, abs=1e-9)
        assert (
            stats.kstest(four[:, 2] / np.linalg.norm(four[:, :3], axis=1), "uniform", (-1, 2)).pvalue > 1e-3
        )
    neutrino = -a[:, :3] - b[:, :3]
    assert np.linalg.norm(neutrino, axis=1) == pytest.approx(m - a[:, 3] - b[:, 3], abs=1e-9)
    pair, weight = weights(m, MU, E, element)
    found = np.sqrt((a[:, 3] + b[:, 3]) ** 2 - ((a + b)[:, :3] ** 2).sum(axis=1))
    edges = np.linspace(MU + E, m, 21)
    expected = np.histogram(pair, edges, weights=weight.mean(axis=1))[0]
    counts = np.histogram(found, edges)[0]
    assert stats.chisquare(counts, expected / expected.sum() * len(a)).pvalue > 1e-3


def test_the_largest_weight_is_one():
    random = np.random.default_rng(1)
    for m, first, second, element in ((0.3, MU, MU, (0.5, 0.1, 0.02)), (1.9, E, MU, (1.0, 0.3, 0.0))):
        pair = random.uniform(first + second, m, 20_000)
        cosine = random.uniform(-1.0, 1.0, 20_000)
        outer = (m * m - pair * pair) / (2.0 * m)
        e_first = (pair**2 + first**2 - second**2) / (2.0 * pair)
        inner = np.sqrt(np.maximum(e_first**2 - first**2, 0.0))
        energy = np.hypot(outer, pair)
        one = (energy * e_first + outer * inner * cosine) / pair
        value = squared_element(m, first, second, one, energy - one, *element) * outer * inner
        assert value.max() <= largest_weight(m, first, second, element)
        assert value.min() >= 0.0
