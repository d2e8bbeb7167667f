"""Charm and beauty at 400 GeV: numbers per proton and spectra."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trigemu.physics import heavy_flavour as heavy
from trigemu.physics import mesons
from trigemu.physics.constants import B_PLUS, B_ZERO, D_PLUS, D_S, D_ZERO, PION, TAU, mass

MESONS = (D_PLUS, D_ZERO, D_S, B_PLUS, B_ZERO)


def moments(pdg):
    table = heavy.spectrum_table(pdg)
    xf, pt = table.cells[:, :2].mean(axis=1), table.cells[:, 2:].mean(axis=1)
    _, energy = mesons.lab_momentum(pdg, xf, pt)
    assert table.weight.sum() == pytest.approx(1.0)
    return np.sum(table.weight * energy), np.sum(table.weight * pt), np.sum(table.weight * np.abs(xf))


# signals_published A4: SensCalc's means for the SPS, which set n and b.
@pytest.mark.parametrize(
    ("pdg", "energy", "pt"), [(D_S, 36.3, 1.03), (B_PLUS, 87.6, 1.92), (B_ZERO, 87.6, 1.92)]
)
def test_means_that_set_the_spectra(pdg, energy, pt):
    found = moments(pdg)
    assert found[0] == pytest.approx(energy, rel=3e-3)
    assert found[1] == pytest.approx(pt, rel=3e-3)


# LEBC: (1 - x)^n has the mean 1 / (n + 2), exp(-b pT^2) the mean sqrt(pi / b) / 2.
@pytest.mark.parametrize(
    ("pdg", "parts"),
    [
        (D_PLUS, [(0.257, 3.1, 0.75), (0.299, 5.4, 0.93)]),
        (D_ZERO, [(0.482, 5.4, 1.04), (0.571, 8.1, 1.49)]),
    ],
)
def test_moments_of_charm_are_those_of_the_closed_form(pdg, parts):
    total = sum(number for number, _, _ in parts)
    x = sum(number / (n + 2) for number, n, _ in parts) / total
    pt = sum(number * math.sqrt(math.pi / b) / 2 for number, _, b in parts) / total
    _, found_pt, found_x = moments(pdg)
    assert found_pt == pytest.approx(pt, rel=2e-3)
    assert found_x == pytest.approx(x, rel=2e-3)


@pytest.mark.parametrize("pdg", MESONS)
def test_nothing_beyond_the_kinematic_limit(pdg):
    table = heavy.spectrum_table(pdg)
    inner_x, inner_pt = np.abs(table.cells[:, :2]).min(axis=1), table.cells[:, 2]
    beyond = inner_x**2 + 4 * (inner_pt**2 + mass(pdg) ** 2) / mesons.S >= 1
    assert beyond.any()
    assert (table.weight[beyond] == 0).all()
    assert (table.weight >= 0).all()
    _, energy = mesons.lab_momentum(pdg, table.cells[:, 0], table.cells[:, 2])
    assert energy[table.weight > 0].max() < mesons.BEAM_GEV
    half = len(table.weight) // 2
    assert table.weight[:half].sum() == pytest.approx(0.5)


@pytest.mark.parametrize("pdg", MESONS)
def test_density_is_normalised(pdg):
    x = (np.arange(400) + 0.5) / 400
    pt = 10 * (np.arange(1000) + 0.5) / 1000
    total = heavy.density(pdg, x[:, None], pt[None, :]).sum() / 400 / 100
    assert total == pytest.approx(1.0, abs=5e-3)


def test_numbers_per_proton():
    # 20 ub * 63.546^0.29 / 32.9 mb: the facts' enhancement is 3.3.
    pairs = heavy.pairs_per_proton(heavy.CHARM_MB)
    assert pairs == pytest.approx(20e-3 / 32.9 * 3.333, rel=1e-3)
    assert heavy.per_proton(D_PLUS) == pytest.approx(0.556 * pairs)
    assert heavy.per_proton(D_ZERO) == pytest.approx(1.053 * pairs)
    assert heavy.per_proton(D_S) == pytest.approx(0.167 * pairs)
    assert heavy.per_proton(B_PLUS) == pytest.approx(0.834 * pairs * 2.63e-9 / 20e-6)
    assert heavy.per_proton(TAU, D_S) == pytest.approx(0.0532 * 0.167 * pairs)
    assert heavy.per_proton(TAU) == pytest.approx(heavy.per_proton(TAU, D_S) + 1.2e-3 * 0.556 * pairs)


def test_no_other_parents():
    for pdg in (PION, -D_PLUS):
        with pytest.raises(ValueError, match=str(pdg)):
            heavy.per_proton(pdg)
    with pytest.raises(ValueError, match="15"):
        heavy.spectrum_table(TAU)
