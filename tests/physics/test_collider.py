"""Frames, radiation and lowest-order pairs of e+e- colliders."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from trigemu.errors import RunError
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.beams import PEP2, SUPERKEKB, Beams, bepc2
from trigemu.physics.isr import Radiator, radiate, radiated_below, radiator_power, soft_factor
from trigemu.physics.pairs import born, cosine, photon_axion, photon_vector, photon_vector_density
from trigemu.physics.rng import uniforms

S = 10.58**2
C10 = math.cos(math.radians(10))


def test_belle2_boost():
    # belle2_facts 1: 10.5796 GeV, beta gamma 0.2868; the axis is tilted by 8.66 degrees.
    assert SUPERKEKB.sqrt_s == pytest.approx(10.5796, abs=5e-5)
    beta = np.linalg.norm(SUPERKEKB.beta)
    assert beta / math.sqrt(1 - beta**2) == pytest.approx(0.2868, abs=1e-4)
    assert SUPERKEKB.beta == pytest.approx([0.0415, 0.0, 0.2725], abs=5e-5)
    assert math.degrees(math.atan2(SUPERKEKB.beta[0], SUPERKEKB.beta[2])) == pytest.approx(8.66, abs=0.01)


def test_other_colliders():
    assert PEP2.sqrt_s == pytest.approx(10.5794, abs=1e-4)
    beta = np.linalg.norm(PEP2.beta)
    assert beta / math.sqrt(1 - beta**2) == pytest.approx(0.5575, abs=1e-3)
    assert bepc2(4.178).sqrt_s == pytest.approx(4.178, abs=1e-6)
    assert bepc2(4.178).beta == pytest.approx([0.011, 0, 0], abs=1e-5)


@pytest.mark.parametrize("beams", [SUPERKEKB, PEP2, bepc2(4.178)])
def test_beams_come_out_as_they_are(beams):
    p = math.sqrt(0.25 * beams.sqrt_s**2 - 0.000510999**2)
    pair = np.array([[0, 0, p, 0.5 * beams.sqrt_s], [0, 0, -p, 0.5 * beams.sqrt_s]])
    assert beams.to_lab(pair) == pytest.approx(beams.momenta, abs=1e-7)


@given(
    st.lists(st.floats(-5, 5), min_size=3, max_size=3),
    st.floats(1, 12),
    st.floats(1, 12),
    st.floats(-0.3, 0.3),
    st.floats(-0.3, 0.3),
)
@settings(deadline=None, max_examples=50)
def test_laboratory_and_back(p, first, second, a, b):
    beams = Beams(first, second, a, b)
    momentum = np.array([[*p, 8.0]])
    there = beams.to_lab(momentum)
    assert beams.to_cm(there) == pytest.approx(momentum, abs=1e-9)
    assert there[0, 3] ** 2 - (there[0, :3] ** 2).sum() == pytest.approx(64 - sum(v * v for v in p), abs=1e-8)
    assert beams.rotation @ beams.rotation.T == pytest.approx(np.eye(3), abs=1e-12)


def test_addressed_numbers_are_those_of_their_index():
    draws = Draws(3, 4, 40).step(2)
    index = np.array([5, 0, 2])
    want = uniforms(3, 4, 40, 6, block=2 * (1 << 20) + 7)
    assert draws.uniform(index, 7) == pytest.approx(want[index], abs=0)
    assert not np.array_equal(draws.uniform(index, 7), draws.normal(index, 7))


def test_rejection_does_not_mix_events():
    def sample(index):
        draws = Draws(1, 2, 40)

        def propose(rows, attempt):
            u = draws.uniform(index[rows], attempt)
            return u[:, 0], 0.2 - u[:, 1]

        return accept_reject(index, propose, "a test")

    whole = sample(np.arange(500))
    assert np.array_equal(whole[100:130], sample(np.arange(100, 130)))
    assert stats.kstest(whole, "uniform").pvalue > 1e-3
    assert len(sample(np.arange(0))) == 0


def test_rejection_gives_up():
    with pytest.raises(RunError, match="sampling of nothing found nothing"):
        accept_reject(np.arange(1), lambda rows, _: (0.0 * rows, -1.0 - rows), "nothing")


# signals_published B4.
@pytest.mark.parametrize(
    ("x", "fraction"),
    [(1e-4, 0.475), (1e-3, 0.581), (0.01, 0.711), (0.05, 0.815), (0.1, 0.862), (0.2, 0.909), (0.5, 0.964)],
)
def test_radiation(x, fraction):
    assert radiated_below(S, np.array([x, 1.0])) / radiated_below(S, np.ones(1)) == pytest.approx(
        [fraction, 1.0], rel=0.002
    )
    u = (np.arange(200_000) + 0.5) / 200_000
    drawn = Radiator(S, None, 1.0 - 1e-9).x(u)
    assert np.mean(drawn < x) == pytest.approx(fraction, rel=0.002)


def kuraev_fadin(x, s):
    """W(x), written out."""
    beta = 2 / (137.035999 * math.pi) * (math.log(s / 0.000510998950**2) - 1)
    delta = 3 * beta / 4 + (math.pi**2 / 3 - 1 / 2) / (137.035999 * math.pi)
    return (1 + delta) * beta * x ** (beta - 1) - beta * (1 - x / 2)


@pytest.mark.parametrize("root_s", [3.7, 4.178, 10.58])
def test_radiation_is_that_of_kuraev_and_fadin(root_s):
    s = root_s**2
    x = np.geomspace(1e-8, 1.0, 200)
    density = kuraev_fadin(x, s)
    assert (density > 0).all()
    for low, high in ((1e-6, 1e-3), (1e-3, 0.1), (0.1, 0.6), (0.6, 1.0)):
        area = quad(kuraev_fadin, low, high, args=(s,), epsrel=1e-10)[0]
        below = radiated_below(s, np.array([low, high]))
        assert below[1] - below[0] == pytest.approx(area, rel=1e-7)
    # All of it is 1 but for the vertex's correction.
    assert radiated_below(s, np.ones(1))[0] == pytest.approx(
        1 + (math.pi**2 / 3 - 0.5) / (137.035999 * math.pi)
    )
    # The hardest photons are about half as frequent as beta x^(beta - 1) alone says.
    assert density[-1] == pytest.approx(radiator_power(s) * (soft_factor(s) - 0.5), rel=1e-7)
    assert Radiator(s, None, 1.0).cross_section == pytest.approx(radiated_below(s, np.ones(1))[0], rel=1e-9)


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_moments_of_radiation(power):
    # Of W: (1 + delta) beta / (beta + k) - beta / (k + 1) + beta / (2 (k + 2)).
    beta, soft = radiator_power(S), soft_factor(S)
    moment = soft * beta / (beta + power) - beta / (power + 1) + beta / (2 * (power + 2))
    x = Radiator(S, None, 1.0).x((np.arange(400_000) + 0.5) / 400_000)
    assert np.mean(x**power) == pytest.approx(moment / radiated_below(S, np.ones(1))[0], rel=2e-5)


def test_drawn_radiation_follows_the_cumulative():
    x = Radiator(S, None, 0.9).x(np.random.default_rng(5).uniform(size=100_000))
    top = radiated_below(S, np.array([0.9]))[0]
    assert stats.kstest(x, lambda v: radiated_below(S, v) / top).pvalue > 1e-3


def test_radiation_keeps_momentum_and_follows_the_process():
    radiator = Radiator(S, lambda s: 1.0 / s, 0.9)
    x = radiator.x((np.arange(100_000) + 0.5) / 100_000)
    assert x.max() <= 0.9

    def area(low, high):
        return quad(lambda y: kuraev_fadin(y, S) / (S * (1 - y)), low, high, epsrel=1e-9, limit=200)[0]

    # What is below 1e-8 has s as it is.
    soft = radiated_below(S, np.array([1e-8]))[0] / S
    edges = [1e-8, 1e-3, 0.1, 0.5, 0.9]
    areas = np.cumsum([soft, *(area(a, b) for a, b in itertools.pairwise(edges))])
    assert radiator.cross_section == pytest.approx(areas[-1], rel=1e-6)
    for edge, below in zip(edges[1:-1], areas[1:-1], strict=True):
        assert np.mean(x < edge) == pytest.approx(below / areas[-1], abs=2e-5)
    photon, rest = radiate(10.58, x[-5:], np.array([1.0, -1, 1, -1, 1]))
    assert (photon + rest)[:, 3] == pytest.approx(10.58)
    assert (photon + rest)[:, :3] == pytest.approx(0.0, abs=1e-12)
    assert rest[:, 3] ** 2 - rest[:, 2] ** 2 == pytest.approx(S * (1 - x[-5:]))
    assert np.sign(photon[:, 2]) == pytest.approx([1, -1, 1, -1, 1])


# signals_published B2: pb for unit mixing at |c| < 0.6, < 0.94 and 10-170 degrees.
@pytest.mark.parametrize(
    ("root_s", "m", "values"),
    [
        (10.58, 0, (1830.3, 5903.5, 9049.7)),
        (10.58, 1, (1872.1, 5996.6, 9173.3)),
        (10.58, 3, (2247.4, 6843.8, 10305.4)),
        (10.58, 5, (3277.5, 9238.7, 13551.7)),
        (10.58, 8, (9400.6, 24134, 34161)),
        (4.178, 1.5, (16348, 48333, 72076)),
        (4.178, 2.0, (21351, 60032, 87977)),
        (4.178, 2.6, (33350, 88786, 127496)),
        (4.178, 2.9, (44561, 116101, 165315)),
    ],
)
def test_photon_and_vector(root_s, m, values):
    for c, value in zip((0.6, 0.94, C10), values, strict=True):
        assert photon_vector(root_s**2, m, -c, c) == pytest.approx(value, rel=2e-3)


def test_photon_and_vector_density():
    c = np.array([-0.9, -0.5, 0.0, 0.3, 0.8])
    assert photon_vector_density(S, 3.0, c) == pytest.approx(
        [12338, 2326.6, 1477.4, 1729.3, 6006.5], rel=2e-3
    )
    assert photon_vector(4.0, 3.0, -0.5, 0.5) == 0.0


def test_photon_and_axion():
    # signals_published F: fb for g = 1e-3.
    for m, value in ((0.2, 118.3), (1, 115.2), (3, 92.1)):
        assert photon_axion(S, m, 1e-3) * 1e3 == pytest.approx(value, rel=2e-3)


# signals_published B1: Born, nb.
def test_born_cross_sections():
    assert born("photons", S, -C10, C10) == pytest.approx(4525, rel=5e-3)
    assert born("bhabha", S, -C10, C10) == pytest.approx(286.8e3, rel=5e-3)
    assert born("muons", S, -1, 1, 0.1056583755) == pytest.approx(776, rel=5e-3)
    assert born("taus", S, -1, 1, 1.77693) == pytest.approx(772, rel=5e-3)
    assert born("taus", 9.0, -1, 1, 1.77693) == 0.0


@pytest.mark.parametrize(
    ("degrees", "value"), [(1, 3.053e4), (5, 1197), (15, 120.6), (17, 91.6), (30, 24.65), (45, 8.733)]
)
def test_bhabha_in_other_ranges(degrees, value):
    c = math.cos(math.radians(degrees))
    assert born("bhabha", S, -c, c) * 1e-3 == pytest.approx(value, rel=5e-3)


# signals_published B1: both particles in the calorimeter (12.4-155.1) or the drift chamber (17-150), laboratory.
@pytest.mark.parametrize(
    ("name", "mass", "low", "high", "value"),
    [
        ("bhabha", 0.0, 12.4, 155.1, 69.3e3),
        ("photons", 0.0, 12.4, 155.1, 3025.0),
        ("muons", 0.1056583755, 17, 150, 680.0),
    ],
)
def test_born_cross_sections_in_the_detector(name, mass, low, high, value):
    n = 200_000
    edge = math.cos(math.radians(8))
    total = born(name, SUPERKEKB.sqrt_s**2, -edge, edge, mass)
    draws = Draws(7, 0, 40)
    index = np.arange(n)
    c = cosine(name, draws, index, -edge, edge, np.full(n, 4 * mass**2 / S))
    phi = 2 * math.pi * draws.step(1).uniform(index)[:, 0]
    sine = np.sqrt(1 - c * c)
    e = np.full(n, 5.29)
    first = np.stack([e * sine * np.cos(phi), e * sine * np.sin(phi), e * c, e], axis=1)
    seen = np.ones(n, bool)
    for momenta in (first, first * (-1, -1, -1, 1)):
        lab = SUPERKEKB.to_lab(momenta)
        theta = np.degrees(np.arccos(lab[:, 2] / lab[:, 3]))
        seen &= (theta > low) & (theta < high)
    fraction = seen.mean()
    error = total * math.sqrt(fraction * (1 - fraction) / n)
    # 0.5 % wanted; three standard deviations of the counting beside it.
    assert total * fraction == pytest.approx(value, abs=0.005 * value + 3 * error)


@pytest.mark.parametrize(
    ("name", "extra", "density"),
    [
        ("photons", 0.0, lambda c: (1 + c**2) / (1 - c**2)),
        ("vector", 1.3, lambda c: (2.3 + c**2) / (1 - c**2)),
        ("bhabha", 0.0, lambda c: ((3 + c**2) / (1 - c)) ** 2),
        ("muons", 0.1, lambda c: 1 + c**2 + 0.1 * (1 - c**2)),
        ("axion", 0.0, lambda c: 1 + c**2),
    ],
)
def test_angles(name, extra, density):
    n = 20_000
    low, high = -0.9, 0.95
    c = cosine(name, Draws(2, 3, 40), np.arange(n), low, high, np.full(n, extra))
    grid = np.linspace(low, high, 20_001)
    values = density(0.5 * (grid[1:] + grid[:-1]))
    cumulative = np.concatenate([[0], np.cumsum(values)]) / values.sum()
    assert stats.kstest(c, lambda x: np.interp(x, grid, cumulative)).pvalue > 1e-3


def test_fractions_of_the_photon_angle():
    # signals_published B2: inside |c| < 0.3, 0.6, 0.9 of |c| < 0.98 for m = 3.
    n = 100_000
    c = np.abs(
        cosine("vector", Draws(1, 2, 40), np.arange(n), -0.98, 0.98, np.full(n, 36 * S / (S - 9) ** 2))
    )
    for edge, fraction in ((0.3, 0.0973), (0.6, 0.23389), (0.9, 0.58017)):
        # Four standard deviations.
        assert np.mean(c < edge) == pytest.approx(fraction, abs=4 * math.sqrt(fraction * (1 - fraction) / n))
