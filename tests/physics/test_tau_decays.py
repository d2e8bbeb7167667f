from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from trigemu.physics import tau
from trigemu.physics.addressed import Draws
from trigemu.physics.particles import merge
from trigemu.physics.vectors import momentum_of_two


def decay(n, prongs="any", momentum=None):
    p = np.zeros((n, 4)) if momentum is None else momentum
    p[:, 3] = np.sqrt((p[:, :3] ** 2).sum(axis=1) + tau.TAU_MASS**2)
    sign = np.where(np.arange(n) % 2, 1, -1)
    index = np.arange(n)
    return p, sign, merge(tau.decay(p, sign, np.zeros((n, 4)), index, index, Draws(1, 2, 40), 3, prongs), n)


def test_momentum_charge_mass_and_flavour():
    n = 20_000
    p, sign, made = decay(n, momentum=np.random.default_rng(3).normal(0, 3, (n, 4)))
    total = np.zeros((n, 4))
    np.add.at(total, made.event, made.momentum)
    assert np.abs(total - p).max() < 1e-9
    assert np.array_equal(np.bincount(made.event, made.charge, minlength=n), -sign)
    square = made.momentum[:, 3] ** 2 - (made.momentum[:, :3] ** 2).sum(axis=1)
    assert np.abs(square - made.mass**2).max() < 1e-9
    # One nu_tau each, and lepton number of each flavour is kept.
    assert np.array_equal(made.event[made.pdg == 16 * sign[made.event]], np.arange(n))
    for lepton in (11, 13):
        flavour = np.where(np.isin(np.abs(made.pdg), (lepton, lepton + 1)), np.sign(made.pdg), 0)
        assert not np.bincount(made.event, flavour, minlength=n).any()


def test_branching_ratios():
    n = 100_000
    _, _, made = decay(n)
    prongs = np.bincount(made.event[made.charge != 0], minlength=n)
    assert set(prongs) == {1, 3}
    # signals_facts 0; one-prong and three-prong add up to 0.9979.  Four standard deviations.
    for seen, ratio in (
        (np.mean(prongs == 1), 0.8524),
        (np.sum(np.abs(made.pdg) == 11) / n, 0.1785),
        (np.sum(np.abs(made.pdg) == 13) / n, 0.1737),
    ):
        ratio /= 0.9979
        assert seen == pytest.approx(ratio, abs=4 * math.sqrt(ratio * (1 - ratio) / n))


@pytest.mark.parametrize(("prongs", "number"), [("1", 1), ("3", 3)])
def test_prongs(prongs, number):
    _, _, made = decay(2000, prongs)
    assert (np.bincount(made.event[made.charge != 0]) == number).all()


def test_michel_spectrum():
    _, _, made = decay(60_000)
    energy = made.momentum[np.abs(made.pdg) == 11, 3]
    x = energy / (0.5 * tau.TAU_MASS)
    # Cumulative of 2 x^2 (3 - 2x): 2 x^3 - x^4.
    assert stats.kstest(x, lambda v: 2 * v**3 - v**4).pvalue > 1e-3


def test_two_body_and_resonances():
    _, _, made = decay(60_000)
    alone = np.bincount(made.event, minlength=60_000) == 2
    pion = made.momentum[(np.abs(made.pdg) == 211) & alone[made.event]]
    assert pion[:, 3] == pytest.approx(0.5 * (tau.TAU_MASS**2 + 0.1395704**2) / tau.TAU_MASS, abs=1e-6)
    # pi pi0 nu: the mass of what is not the neutrino peaks at the rho.
    four = (np.bincount(made.event, minlength=60_000) == 4) & (
        np.bincount(made.event[made.pdg == 22], minlength=60_000) == 2
    )
    rows = four[made.event] & (np.abs(made.pdg) != 16)
    total = np.zeros((60_000, 4))
    np.add.at(total, made.event[rows], made.momentum[rows])
    mass = np.sqrt(total[four, 3] ** 2 - (total[four, :3] ** 2).sum(axis=1))
    assert 0.74 < np.median(mass) < 0.80
    assert mass.max() < tau.TAU_MASS


def test_directions_are_isotropic():
    _, _, made = decay(30_000)
    visible = made.momentum[made.charge != 0]
    cosine = visible[:, 2] / np.sqrt((visible[:, :3] ** 2).sum(axis=1))
    first = np.unique(made.event[made.charge != 0], return_index=True)[1]
    assert stats.kstest(cosine[first], stats.uniform(-1, 2).cdf).pvalue > 1e-3


def test_bound_of_omega_phase_space():
    m = np.linspace(0.28, 0.6476, 2000)
    product = momentum_of_two(0.78266, m, 0.1349768) * momentum_of_two(m, 0.1395704, 0.1395704)
    assert product.max() < 0.0425
