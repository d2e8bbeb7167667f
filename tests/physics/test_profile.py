"""Polygons of intensity: mean 1, exact integrals, and an inverse that is one."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.arrays import F64
from trigemu.physics.profile import Profile, profile

SHAPES = {
    "flat": np.ones(3),
    "a ramp from 0": np.array([0.0, 2.0]),
    "a tooth that touches 0": np.array([0.0, 3.0, 0.0, 1.0, 0.0, 0.0, 2.0]),
    "a wave": 1.0 + np.sin(np.linspace(0.0, 20.0, 501)),
}


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> Profile:
    values: F64 = SHAPES[request.param]
    return profile(values, 7.5)


def test_the_mean_is_1_and_the_form_is_kept(shape: Profile) -> None:
    assert shape.below[-1] == shape.length == 7.5
    assert np.trapezoid(shape.values, dx=shape.step) == pytest.approx(7.5, rel=1e-12)
    assert shape.peak == shape.values.max()


def test_integrals_are_those_of_the_polygon(shape: Profile) -> None:
    for time in (0.0, 0.3, 2.5, 7.4999, 7.5, 20.0):
        fine = np.linspace(0.0, time, 200_001)
        at = np.interp(fine % 7.5, np.linspace(0.0, 7.5, len(shape.values)), shape.values)
        assert shape.until(np.array([time]))[0] == pytest.approx(np.trapezoid(at, fine), rel=1e-3, abs=1e-9)


def test_the_inverse_is_one_in_every_period(shape: Profile) -> None:
    integral = np.concatenate(
        [np.linspace(0.0, 30.0, 3001), np.random.default_rng(1).uniform(0.0, 1e6, 1000)]
    )
    times = shape.when(integral)
    assert (np.diff(times[:3001]) >= 0.0).all()
    assert np.allclose(shape.until(times), integral, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("values", [[1.0, -1e-9], [0.0, 0.0, 0.0], [1.0, np.nan], [np.inf, 1.0]])
def test_what_is_no_intensity_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="not negative"):
        profile(np.array(values), 1.0)
