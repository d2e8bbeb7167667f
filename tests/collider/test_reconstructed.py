"""What software levels share: rows by event, leading rows, momenta, event shape; against slow twins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigemu.collider.reconstructed import (
    events_of,
    leaders,
    photon_momenta,
    picked,
    track_momenta,
    transverse_momenta,
)
from trigemu.collider.shapes import fox_wolfram_r2
from trigemu.errors import InputError
from trigemu.physics.angles import acollinearity
from trigemu.physics.vectors import invariant_mass

SIZES = st.sampled_from((0.0, 1.0, 1.5, 2.0, math.inf, -math.inf, math.nan))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(SIZES, max_size=5), max_size=5), st.integers(1, 3))
def test_leaders_are_the_largest_first_ones(events, number):
    lengths = [len(sizes) for sizes in events]
    event = np.repeat(np.arange(len(events)), lengths)
    flat = np.array([size for sizes in events for size in sizes])
    rows = leaders(event, flat, len(events), number)
    first = 0
    for own, found in zip(events, rows, strict=True):
        usable = [k for k, size in enumerate(own) if size > -math.inf]
        order = sorted(usable, key=lambda k: -own[k])[:number]
        assert found.tolist() == [first + k for k in order] + [-1] * (number - len(order))
        first += len(own)


def test_picked_rows():
    values = np.array([1.0, 2.0])
    np.testing.assert_array_equal(picked(values, np.array([[1, -1], [0, 1]]), 7.0), [[2.0, 7.0], [1.0, 2.0]])
    assert picked(np.zeros(0), np.array([-1]), 3.0).tolist() == [3.0]


def test_momenta():
    tracks = {
        "omega": np.array([0.000299792458 * 1.5 / 2.0, 0.0, np.nan]),
        "phi0": np.array([math.pi / 2, 1.0, 1.0]),
        "tan_lambda": np.array([-1.0, 1.0, 1.0]),
    }
    p = track_momenta(tracks, 1.0, 1.5)
    np.testing.assert_allclose(p[0], [0.0, 2.0, -2.0, 3.0], atol=1e-12)
    np.testing.assert_allclose(p[1:], [[0, 0, 0, 1]] * 2)
    np.testing.assert_allclose(transverse_momenta(tracks, 1.5), [2.0, 0.0, 0.0])
    photon = {"energy": np.array([2.0]), "theta": np.array([2.0]), "phi": np.array([-1.0])}
    q = photon_momenta(photon)
    assert invariant_mass(q)[0] == pytest.approx(0.0, abs=1e-7)
    assert np.arctan2(q[0, 1], q[0, 0]) == pytest.approx(-1.0)
    assert q[0, 2] == pytest.approx(2.0 * math.cos(2.0))


def test_pieces_must_fit():
    good = {"energy": np.zeros(3), "phi": np.zeros(3), "offsets": np.array([0, 0, 3])}
    assert events_of("clusters", good).tolist() == [1, 1, 1]
    with pytest.raises(InputError, match="'clusters': columns of different lengths"):
        events_of("clusters", {**good, "phi": np.zeros(2)})
    with pytest.raises(InputError, match="'clusters': offsets"):
        events_of("clusters", {**good, "offsets": np.array([0, 1, 2])})
    with pytest.raises(InputError, match="'clusters' has pieces for 2 events of 3"):
        events_of("clusters", good, 3)


MOMENTA = st.lists(
    st.tuples(*[st.floats(-5, 5)] * 3).filter(lambda p: sum(c * c for c in p) > 1e-3), min_size=1, max_size=6
)


@settings(max_examples=50, deadline=None)
@given(MOMENTA)
def test_r2_is_the_sum_over_pairs(momenta):
    p = np.array(momenta)
    expected = total = 0.0
    for a in p:
        for b in p:
            size = math.sqrt(a @ a) * math.sqrt(b @ b)
            cosine = (a @ b) / size
            expected += size * (3 * cosine**2 - 1) / 2
            total += size
    found = fox_wolfram_r2(np.full(len(p), 1), p, 3)
    assert found[1] == pytest.approx(expected / total, abs=1e-9)
    assert np.isnan(found[[0, 2]]).all()


def test_r2_of_known_shapes():
    line = np.array([[0, 0, 1.0], [0, 0, -2.0]])
    axes = np.vstack([np.eye(3), -np.eye(3)])
    event = np.array([0, 0, *[1] * 6])
    np.testing.assert_allclose(fox_wolfram_r2(event, np.vstack([line, axes]), 2), [1.0, 0.0], atol=1e-15)


def test_acollinearity():
    z = np.array([[0.0, 0.0, 2.0, 9.0]] * 3)
    other = np.array([[0.0, 0.0, -1.0, 1.0], [3.0, 0.0, -3.0, 1.0], [0.0, 0.0, 0.0, 1.0]])
    np.testing.assert_allclose(acollinearity(z, other), [0.0, 45.0, np.nan])
