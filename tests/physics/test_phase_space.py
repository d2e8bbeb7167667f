"""Decays by phase space, and tables of hadronic decays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from trigemu.physics.addressed import Draws
from trigemu.physics.hadron_decays import K_SHORT, LAMBDA, LAMBDA_C, MODES, decay, mass_of
from trigemu.physics.particles import merge
from trigemu.physics.phase_space import phase_space
from trigemu.physics.vectors import boost, invariant_mass, momentum_of_two

DRAWS = Draws(5, 0, 99)
N = 20_000


def at_rest(mass: float, n: int = N) -> np.ndarray:
    rest = np.zeros((n, 4))
    rest[:, 3] = mass
    return rest


@pytest.mark.parametrize(
    "masses", [(0.5, 0.1), (0.9, 0.5, 0.1), (0.9, 0.1, 0.1, 0.1), (0.1, 0.2, 0.3, 0.4, 0.5)]
)
def test_daughters_have_their_masses_and_add_up(masses: tuple[float, ...]) -> None:
    parent = boost(at_rest(2.2, 500), [0.3, -0.2, 0.6])
    made = phase_space(parent, np.full(500, 2.2), masses, np.arange(500), DRAWS, 1)
    for own, mass in zip(made, masses, strict=True):
        assert invariant_mass(own) == pytest.approx(mass, abs=1e-6)
    assert np.abs(sum(made) - parent).max() < 1e-9
    few = phase_space(parent[:20], np.full(20, 2.2), masses, np.arange(20), DRAWS, 1)
    assert np.array_equal(few[0], made[0][:20])


def test_three_bodies_fill_the_dalitz_plot_evenly() -> None:
    """The mass of two of three daughters goes as the product of the two momenta."""
    top, masses = 2.28646, (0.9382721, 0.493677, 0.1395704)
    made = phase_space(at_rest(top), np.full(N, top), masses, np.arange(N), DRAWS, 1)
    for i, j, k in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        low, high = masses[i] + masses[j], top - masses[k]
        m = np.linspace(low, high, 2001)
        density = momentum_of_two(top, m, masses[k]) * momentum_of_two(m, masses[i], masses[j])
        below = integrate.cumulative_trapezoid(density, m, initial=0.0)
        pair = invariant_mass(made[i] + made[j])
        # Uniform where the distribution is the one expected.
        assert stats.kstest(np.interp(pair, m, below / below[-1]), "uniform").pvalue > 1e-4


def test_four_bodies_that_are_alike_have_equal_spectra() -> None:
    made = phase_space(at_rest(2.0), np.full(N, 2.0), (0.14,) * 4, np.arange(N), DRAWS, 1)
    first = made[0][:, 3]
    assert first.mean() == pytest.approx(0.5, abs=4 * first.std() / np.sqrt(N))
    for other in made[1:]:
        assert stats.ks_2samp(first, other[:, 3]).pvalue > 1e-4
    # And point everywhere.
    assert (
        stats.kstest(made[2][:, 2] / np.linalg.norm(made[2][:, :3], axis=1), stats.uniform(-1, 2).cdf).pvalue
        > 1e-4
    )


@pytest.mark.parametrize("masses", [(0.5,), (1.5, 0.6), (0.1,) * 6])
def test_what_cannot_be_is_refused(masses: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="two to 5 daughters"):
        phase_space(at_rest(2.0, 3), np.full(3, 2.0), masses, np.arange(3), DRAWS, 1)


@pytest.mark.parametrize("code", [111, K_SHORT, LAMBDA, LAMBDA_C])
def test_decays_end_with_what_is_seen(code: int) -> None:
    n = 8000
    sign = np.where(np.arange(n) % 3 == 0, -1, 1)
    parent = boost(at_rest(mass_of(code), n), [0.0, 0.4, 0.5])
    origin = np.zeros((n, 4))
    parts = decay(code, sign=sign, momentum=parent, origin=origin, index=np.arange(n), draws=DRAWS, first=1)
    made = merge(parts, n)
    total = np.zeros((n, 4))
    np.add.at(total, made.event, made.momentum)
    assert np.abs(total - parent).max() < 1e-9
    assert set(np.unique(np.abs(made.pdg)).tolist()) <= {22, 211, 321, 2112, 2212}
    charge = np.bincount(made.event, made.charge, minlength=n)
    assert np.array_equal(charge, sign * (code == LAMBDA_C))
    baryons = np.isin(np.abs(made.pdg), (2112, 2212))
    assert np.array_equal(
        np.bincount(made.event, baryons * np.sign(made.pdg), minlength=n), sign * (code > 1000)
    )


def test_modes_come_in_proportion_and_hadrons_fly() -> None:
    n = 20_000
    rest = boost(at_rest(mass_of(LAMBDA), n), [0.0, 0.0, 0.6])
    made = merge(
        decay(
            LAMBDA,
            sign=np.ones(n, np.int64),
            momentum=rest,
            origin=np.zeros((n, 4)),
            index=np.arange(n),
            draws=DRAWS,
            first=1,
        ),
        n,
    )
    protons = made.pdg == 2212
    assert stats.binomtest(int(protons.sum()), n, 0.641).pvalue > 1e-4
    # Decay length: beta gamma c tau = 0.75 x 78.9 mm.
    assert stats.kstest(made.point[protons, 2], stats.expon(scale=0.75 * 78.9).cdf).pvalue > 1e-4
    assert sum(mode.fraction for mode in MODES[LAMBDA]) == pytest.approx(1.0)


def test_masses_of_modes_leave_room() -> None:
    for code, modes in MODES.items():
        for mode in modes:
            assert sum(mass_of(daughter) for daughter in mode.daughters) < mass_of(code)
