"""Decays made more often where they are seen: picking bins is exact, whatever the table; cones see what hits them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from trigemu.physics import steered
from trigemu.physics.cone import Cone, hit
from trigemu.physics.steered import AZIMUTHS, COSINES, MOMENTA, OFFSETS, VERTICES, steer

CONE = Cone(distance=200e3, inner=100.0, outer=1000.0, daughters=(0.1, 0.1), least=5.0)
CONSTANTS = np.array([0.5, 80e3, 160e3, math.inf, 10.0, 1.0])
SHAPE = (VERTICES, COSINES, AZIMUTHS)
BINS = VERTICES * COSINES * AZIMUTHS
CLASSES = MOMENTA * (OFFSETS + 1)


def steered_by(tables: Any, n: int = 60_000, p: tuple[float, float, float] = (0.0, 0.0, 50.0)) -> Any:
    rows = np.random.default_rng(1).random((n, 3))
    return rows, np.array([steer(*p, *tables, *row) for row in rows])


def test_a_single_bin_leaves_everything_to_the_bit() -> None:
    rows, found = steered_by(steered.free().tables, 100)
    assert np.array_equal(found[:, :3], rows)
    assert (found[:, 3] == 1.0).all()


def test_weighted_uniforms_are_uniform() -> None:
    """Whatever the table: bins, places inside bins and their products have the means of uniform numbers."""
    bias = np.random.default_rng(2).exponential(1.0, (CLASSES, BINS)) + 0.1
    bias /= bias.mean(axis=1, keepdims=True)
    table = steered.steered(bias, steered.axes(10.0, CONE))
    rows, found = steered_by(table.tables)
    assert found[:, :3].min() >= 0.0
    assert found[:, :3].max() < 1.0
    weight = found[:, 3] / table.least
    assert found[:, 3].max() <= 1.0
    kind = steered.class_of(0.0, 0.0, 50.0, table.axes)
    at = np.minimum((found[:, :3] * SHAPE).astype(int), np.array(SHAPE) - 1)
    place = np.ravel_multi_index(tuple(at.T), SHAPE)
    # An event counts exactly what makes up for how often its bin is picked.
    assert weight == pytest.approx(1.0 / bias[kind, place], rel=1e-6)
    n = len(weight)
    picked = np.bincount(place, minlength=BINS) / n
    expected = bias[kind] / BINS
    chi2 = (n * (picked - expected) ** 2 / expected).sum()
    assert abs(chi2 - BINS) < 4.0 * math.sqrt(2.0 * BINS)
    inside = (found[:, :3] * SHAPE) % 1.0
    for one in (*found[:, :3].T, *inside.T):
        # Sum of w (u - 1/2), whose mean is 0, and of w (u - 1/2)^2.
        for value, mean in ((one - 0.5, 0.0), ((one - 0.5) ** 2, 1.0 / 12.0)):
            pull = weight * (value - mean)
            assert abs(pull.mean()) < 4.0 * pull.std() / math.sqrt(n)
    # The place in a bin does not depend on which part of the alias table it came from.
    assert abs(np.corrcoef(inside[:, 0], picked[place])[0, 1]) < 4.0 / math.sqrt(n)
    # Cosine and azimuth keep their own uniforms.
    assert inside[:, 1:] == pytest.approx(rows[:, 1:], abs=1e-12)


@pytest.mark.parametrize(
    ("momentum", "offset", "expected"),
    [
        (10.0, 0.0, 0),
        (9.0, 0.0, 0),
        (399.0, 0.0, MOMENTA - 1),
        (1000.0, 0.0, MOMENTA - 1),
        (10.0, 5.0, 0),
    ],
)
def test_classes(momentum: float, offset: float, expected: int) -> None:
    where = steered.axes(10.0, CONE)
    beyond = OFFSETS if offset > 1.0 else 0
    x = offset * CONE.outer / CONE.distance * momentum
    assert steered.class_of(x, 0.0, momentum, where) == expected * (OFFSETS + 1) + beyond


def test_chances_and_biases() -> None:
    chance = steered.chances(CONSTANTS, CONE).reshape(MOMENTA, OFFSETS + 1, BINS)
    assert (chance[:, OFFSETS] == 0.0).all()
    assert (chance[:, :OFFSETS] > 0.0).all()
    # Fast particles along the beam are seen where their daughters pass the hole; at 10 GeV none is.
    assert chance[0].max() < 0.01 < 0.9 < chance[5, 1].max() <= 1.01
    bias = steered.biases(chance.reshape(CLASSES, BINS), 0.01)
    assert bias.mean(axis=1) == pytest.approx(np.ones(CLASSES), abs=1e-12)
    assert bias.min() > 0.5 * steered.LEAST_BIAS
    assert bias.max() > 3.0
    open_cone = Cone(200e3, 100.0, 1000.0, (0.0, 0.0), 1.0, unseen=True)
    three = steered.chances(CONSTANTS, open_cone).reshape(MOMENTA, OFFSETS + 1, BINS)
    # With a third daughter a particle that flies past may be seen.
    assert three[:, OFFSETS].max() > 0.0
    assert steered.axes(10.0, open_cone)[3] < steered.axes(10.0, CONE)[3]


@pytest.mark.parametrize(
    ("change", "px", "pz", "kick", "expected"),
    [
        ({}, 0.05, 20.0, 0.0, True),
        ({}, 0.0, 20.0, 0.0, False),  # through the hole
        ({}, 0.25, 20.0, 0.0, False),  # outside
        ({}, 0.05, -20.0, 0.0, False),
        ({}, 0.001, 4.0, 0.0, False),  # too slow
        ({"bend": 150e3}, 0.05, 20.0, 0.25, True),
        ({"bend": 150e3}, 0.05, 20.0, 0.5, False),
        ({"chambers": ((150e3, 0.0, 100.0, 0.0),)}, 0.05, 20.0, 0.0, False),
        ({"chambers": ((150e3, 50.0, 1000.0, 125.0),)}, 0.05, 20.0, 0.0, False),  # the chamber's own hole
    ],
)
def test_what_a_cone_sees(change: Any, px: float, pz: float, kick: float, expected: bool) -> None:
    cone = Cone(200e3, 100.0, 1000.0, (0.0, 0.0), 5.0, **change)
    assert hit(0.0, 0.0, 100e3, px, 0.0, pz, kick, cone.numbers, cone.rings) == expected
