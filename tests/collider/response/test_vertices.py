"""Where helices meet: closed form against a search along the tracks."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from reference.vertices import arc_nearest, point
from reference.vertices import meet as search
from scipy.stats import chi2

from trigemu.collider.response.vertices import Helices, chi2_limit, meet

LIMIT = chi2_limit(0.005)


def random_track(rng):
    row = {
        "d0": rng.uniform(-200, 200),
        "phi0": rng.uniform(-3.1, 3.1),
        "omega": rng.uniform(1e-4, 3e-3) * rng.choice([-1, 1]),
        "z0": rng.uniform(-100, 100),
        "tan_lambda": rng.uniform(-1.5, 1.5),
    }
    return {name: float(value) for name, value in row.items()}


def helices(*rows):
    return Helices(
        *(np.array([row[name] for row in rows]) for name in ("d0", "phi0", "omega", "z0", "tan_lambda"))
    )


@settings(max_examples=100, phases=[Phase.generate])
@given(st.integers(0, 2**32 - 1))
def test_closed_form_is_the_search(seed):
    rng = np.random.default_rng(seed)
    a, b = random_track(rng), random_track(rng)
    found = meet(helices(a), helices(b), 0.5, 3.0, LIMIT)
    ta, tb = SimpleNamespace(**a), SimpleNamespace(**b)
    wanted = search(ta, tb, 0.5, 3.0)
    for t in (ta, tb):  # half a turn from the perigee z jumps by a turn
        assume(abs(arc_nearest(t, *wanted.point[:2]) * t.omega) < 3.1)
    np.testing.assert_allclose(
        [found.x[0], found.y[0], found.z[0], math.sqrt(found.chi2[0])],
        [*wanted.point, math.sqrt(wanted.chi2)],
        rtol=1e-3,
        atol=0.05,
    )


def test_of_two_crossings_that_fit_the_nearer_counts():
    a = {"d0": 30.0, "phi0": 0.3, "omega": 4e-4, "z0": 0.0, "tan_lambda": 0.0}
    b = {"d0": -30.0, "phi0": -0.3, "omega": -4e-4, "z0": 0.0, "tan_lambda": 0.0}
    for pair in ((a, b), (b, a)):
        found = meet(*(helices(row) for row in pair), 0.5, 3.0, LIMIT)
        assert found.chi2[0] == 0
        assert 0 < found.x[0] < 200


def test_circles_that_miss_meet_half_way():
    # circles of radius 1000 around (0, -1000) and (0, 1004) leave a gap of 4 mm
    a = {"d0": 0.0, "phi0": 0.0, "omega": 1e-3, "z0": 0.0, "tan_lambda": 0.0}
    b = {"d0": 4.0, "phi0": math.pi, "omega": 1e-3, "z0": 6.0, "tan_lambda": 0.0}
    found = meet(helices(a), helices(b), 2.0, 3.0, LIMIT)
    np.testing.assert_allclose([found.x[0], found.z[0], found.chi2[0]], [0.0, 3.0, 8.0], atol=1e-6)
    assert abs(found.y[0]) == pytest.approx(2.0, abs=1e-6)


@settings(max_examples=50, phases=[Phase.generate])
@given(st.integers(0, 2**32 - 1))
def test_direction_of_flight(seed):
    rng = np.random.default_rng(seed)
    row = random_track(rng)
    track, arc = SimpleNamespace(**row), rng.uniform(-0.9, 0.9) * math.pi / abs(row["omega"])
    x, y, z = point(track, arc)
    own = helices(row)
    turned = own.azimuth_at(np.array([x]), np.array([y]))[0] - (track.phi0 - track.omega * arc)
    assert math.remainder(turned, 2 * math.pi) == pytest.approx(0.0, abs=1e-6)
    assert own.z_at(np.array([x]), np.array([y]))[0] == pytest.approx(z, abs=1e-3)


def test_rows_of_a_source():
    columns = {
        name: np.array([1.0, 2.0, 3.0], np.float32) for name in ("d0", "phi0", "omega", "z0", "tan_lambda")
    }
    own = Helices.of(columns, np.array([2, 0]))
    assert own.omega.tolist() == own.z0.tolist() == [3.0, 1.0]


def test_no_pairs():
    assert len(meet(helices(), helices(), 1.0, 1.0, LIMIT).x) == 0


@pytest.mark.parametrize("probability", [0.005, 0.05, 0.5, 1.0])
def test_limit_is_the_quantile(probability):
    assert chi2_limit(probability) == pytest.approx(chi2(1).isf(probability), abs=1e-9)


def test_limit_of_certainty():
    assert chi2_limit(0.0) == math.inf
