from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trigemu.physics import rng
from trigemu.physics.constants import KAON, MUON, PION, mass
from trigemu.physics.kinematics import (
    decay_daughter,
    from_rest_frame,
    isotropic,
    kallen,
    two_body_momentum,
)
from trigemu.physics.purpose import Purpose
from trigemu.physics.vectors import boost, invariant_mass

P_MIN = 1e-3
MOMENTUM = st.floats(-400.0, 400.0)
UNIT = st.floats(0.0, 1.0, exclude_max=True)


@given(st.floats(0.1, 10), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None)
def test_two_body_momentum_is_the_kallen_form(parent, x, y):
    first, second = x * parent, y * parent
    momentum = two_body_momentum(parent, first, second)
    if first + second >= parent:
        assert momentum == 0.0
    else:
        square = kallen(parent**2, first**2, second**2)
        assert momentum == pytest.approx(math.sqrt(max(square, 0.0)) / (2 * parent), abs=1e-7 * parent)


def test_two_body_momentum_of_kaon_and_pion():
    assert two_body_momentum(mass(KAON), mass(MUON), 0.0) == pytest.approx(0.23553, abs=2e-5)  # PDG
    assert two_body_momentum(mass(PION), mass(MUON), 0.0) == pytest.approx(0.02979, abs=2e-5)  # PDG


@given(MOMENTUM, MOMENTUM, MOMENTUM, st.floats(0.05, 5.0), UNIT, UNIT, UNIT, UNIT)
@settings(deadline=None)
def test_decay_conserves_four_momentum_and_mass(qx, qy, qz, parent, a, b, u, v):
    first, second = 0.5 * a * parent, 0.5 * b * parent
    px, py, pz, e = decay_daughter(qx, qy, qz, parent, first, second, u, v)
    total = math.sqrt(qx * qx + qy * qy + qz * qz + parent**2)
    rest = (qx - px, qy - py, qz - pz, total - e)
    # Rounding of squares of the energy limits how well a mass comes back.
    scale = 1e-12 * total**2
    assert e * e - px * px - py * py - pz * pz == pytest.approx(first**2, abs=scale)
    assert rest[3] ** 2 - sum(c * c for c in rest[:3]) == pytest.approx(second**2, abs=scale)
    assert rest[3] > 0


@given(MOMENTUM, MOMENTUM, MOMENTUM, st.floats(0.05, 5.0))
@settings(deadline=None)
def test_scalar_and_array_boost_agree(qx, qy, qz, parent):
    energy = math.sqrt(qx * qx + qy * qy + qz * qz + parent**2)
    four = (0.1, -0.2, 0.3, 0.5)
    array = boost([four], np.array([qx, qy, qz]) / energy)[0]
    scalar = from_rest_frame(*four, qx, qy, qz, parent)
    # 1 - beta^2 is known to 1e-16, hence gamma to gamma^2 x 1e-16.
    assert array == pytest.approx(
        scalar, rel=1e-14 * (energy / parent) ** 2 + 1e-12, abs=1e-9 * energy / parent
    )


def test_boost_keeps_mass_and_its_inverse_undoes_it():
    p = np.array([[0.1, 0.2, -0.3, 1.0], [0.0, 0.0, 2.0, 2.5]])
    beta = np.array([0.3, -0.2, 0.6])
    moved = boost(p, beta)
    assert invariant_mass(moved) == pytest.approx(invariant_mass(p), rel=1e-12)
    assert boost(moved, -beta) == pytest.approx(p, abs=1e-12)
    assert boost([[0, 0, 0, 2.0]], beta)[0] == pytest.approx(
        np.array([*(2 * beta), 2.0]) / math.sqrt(1 - beta @ beta), rel=1e-12
    )


def test_isotropic_directions():
    u = rng.uniforms(5, 0, int(Purpose.TEST), 5000)
    n = np.array([isotropic(a, b) for a, b in u])
    assert np.sum(n * n, axis=1) == pytest.approx(1.0)
    for axis in range(3):
        assert stats.kstest(n[:, axis], stats.uniform(-1, 2).cdf).pvalue > P_MIN
