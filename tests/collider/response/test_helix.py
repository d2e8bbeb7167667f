"""Helices against the Lorentz force integrated step by step, and against their own definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference.collider_response import fly

from trigemu.collider.response.helix import (
    D0,
    OMEGA,
    PHI0,
    START,
    TAN_LAMBDA,
    Z0,
    apogee_radius,
    arc_at_radius,
    arc_at_z,
    crossing,
    direction,
    flight_ns,
    half_turn,
    perigee,
    perigees,
    position,
    positions,
    wrap,
)
from trigemu.physics.constants import gev_per_mm
from trigemu.physics.particles import from_columns

COORDINATE = st.floats(-400.0, 400.0)
MOMENTUM = st.floats(-3.0, 3.0)
CHARGE = st.sampled_from([-1, 0, 1])
BEND = gev_per_mm(1.5)


def track(x, y, z, px, py, pz, charge, field_t=1.5):
    assume(math.hypot(px, py) > 0.02)
    return perigee(x, y, z, px, py, pz, float(charge), gev_per_mm(field_t))


@given(COORDINATE, COORDINATE, COORDINATE, MOMENTUM, MOMENTUM, MOMENTUM, CHARGE)
@settings(deadline=None, max_examples=60)
def test_start_and_perigee(x, y, z, px, py, pz, charge):
    d0, phi0, omega, z0, tan, start = track(x, y, z, px, py, pz, charge)
    assert position(d0, phi0, omega, z0, tan, start) == pytest.approx((x, y, z), abs=1e-6)
    assert math.cos(direction(phi0, omega, start) - math.atan2(py, px)) == pytest.approx(1.0, abs=1e-9)
    px0, py0, _ = position(d0, phi0, omega, z0, tan, 0.0)
    assert (px0, py0) == pytest.approx((d0 * math.sin(phi0), -d0 * math.cos(phi0)), abs=1e-9)
    near = [math.hypot(*position(d0, phi0, omega, z0, tan, arc)[:2]) for arc in (-1.0, 0.0, 1.0)]
    assert near[1] <= min(near[0], near[2]) + 1e-9
    assert abs(start) <= half_turn(omega) * (1 + 1e-12)


FIELD = st.sampled_from([0.9, 1.0, 1.5])


@given(COORDINATE, COORDINATE, MOMENTUM, MOMENTUM, MOMENTUM, CHARGE, st.floats(10.0, 2500.0), FIELD)
@settings(deadline=None, max_examples=40)
def test_position_is_that_of_the_lorentz_force(x, y, px, py, pz, charge, length, field_t):
    d0, phi0, omega, z0, tan, start = track(x, y, 0.0, px, py, pz, charge, field_t)
    end = fly((x, y, 0.0), (px, py, pz), charge, length, 400, field_t)[-1]
    arc = start + length / math.sqrt(1.0 + tan * tan)
    assert position(d0, phi0, omega, z0, tan, arc) == pytest.approx(tuple(end), abs=1e-2)


@given(COORDINATE, COORDINATE, MOMENTUM, MOMENTUM, CHARGE, st.floats(20.0, 1500.0))
@settings(deadline=None, max_examples=80)
def test_crossings_are_all_crossings(x, y, px, py, charge, radius):
    d0, phi0, omega, z0, tan, start = track(x, y, 0.0, px, py, 0.1, charge)
    # Look for changes of side along two turns (or 5 m), away from tangents.
    assume(abs(radius - abs(d0)) > 1.0)
    assume(abs(radius - apogee_radius(d0, omega)) > 1.0)
    assume(abs(radius - math.hypot(x, y)) > 1e-3)
    reach = min(4.0 * half_turn(omega), 5000.0)
    arcs = np.linspace(start, start + reach, 4001)
    tracks = np.tile([d0, phi0, omega, z0, tan, start], (len(arcs), 1))
    points = positions(tracks, arcs)
    outside = np.hypot(points[:, 0], points[:, 1]) > radius
    expected = arcs[:-1][np.diff(outside)]
    found = []
    while len(found) < 20:
        arc = crossing(d0, omega, start, radius, len(found))
        if math.isnan(arc) or arc > arcs[-1]:
            break
        found.append(arc)
    spacing = arcs[1] - arcs[0]
    # A pair of crossings closer than the sampling may be missed there.
    for arc in expected:
        assert min(abs(arc + 0.5 * spacing - f) for f in found) < spacing
    for arc in found:
        assert math.hypot(*position(d0, phi0, omega, z0, tan, arc)[:2]) == pytest.approx(radius, abs=1e-6)
    assert sorted(found) == found
    assert len(found) >= len(expected)


def test_sign_conventions():
    # From the origin along +x: a positive particle turns to negative y.
    d0, phi0, omega, z0, tan, start = perigee(0.0, 0.0, 5.0, 1.0, 0.0, 1.0, 1.0, BEND)
    assert (d0, phi0, z0, tan, start) == pytest.approx((0.0, 0.0, 5.0, 1.0, 0.0))
    assert 1.0 / omega == pytest.approx(2223.8, rel=1e-4)  # 222.4 cm per GeV
    assert position(d0, phi0, omega, z0, tan, 100.0)[1] < 0.0
    # Flying along +x at y = -3: the axis lies to the left, d0 is positive.
    for charge in (-1.0, 0.0, 1.0):
        assert perigee(0.0, -3.0, 0.0, 1.0, 0.0, 0.0, charge, BEND)[0] == pytest.approx(3.0)


def test_arc_at_radius_closed_form():
    omega, radius = 1.0 / 700.0, 950.0
    assert arc_at_radius(0.0, omega, radius) == pytest.approx(2 * 700.0 * math.asin(radius / 1400.0))
    assert math.isnan(arc_at_radius(0.0, omega, 1400.1))
    assert math.isnan(arc_at_radius(30.0, omega, 29.0))
    assert arc_at_radius(0.0, 0.0, radius) == radius
    assert arc_at_z(10.0, 0.5, 60.0) == pytest.approx(100.0)
    assert math.isinf(arc_at_z(10.0, 0.0, 60.0))
    assert apogee_radius(0.0, omega) == pytest.approx(1400.0)
    assert math.isinf(apogee_radius(0.0, 0.0))


def test_time_of_flight():
    # A proton of 1 GeV pT and as much pz: path sqrt(2) times the arc, beta = p/E.
    p, mass = math.sqrt(2.0), 0.938272
    beta = p / math.hypot(p, mass)
    assert flight_ns(500.0, 1.0, 1.0, mass) == pytest.approx(500.0 * math.sqrt(2.0) / (299.792458 * beta))


def test_nothing_cancels_for_stiff_tracks():
    # 1e6 GeV from far outside: the same as a straight line.
    straight = perigee(300.0, -200.0, 1.0, -1e6, 2e5, 1e5, 0.0, BEND)
    stiff = perigee(300.0, -200.0, 1.0, -1e6, 2e5, 1e5, 1.0, BEND)
    assert stiff[:2] == pytest.approx(straight[:2], abs=1e-4)
    assert stiff[5] == pytest.approx(straight[5], abs=1e-3)


def test_arrays_agree_with_scalars():
    rng = np.random.default_rng(3)
    n = 50
    x, y, z, px, py, pz = rng.normal(0.0, 1.0, (6, n)) * np.array([[50, 50, 50, 1, 1, 1]]).T
    px[0] = py[0] = 0.0  # along the axis
    charge = rng.integers(-1, 2, n).astype(np.int8)
    zero = np.zeros(n)
    sample = from_columns(
        np.array([0, n]),
        np.full(n, 211, np.int32),
        charge,
        zero,
        px,
        py,
        pz,
        x,
        y,
        z,
        zero,
        zero.astype(np.int32),
    )
    rows = perigees(sample, 1.5)
    assert np.isfinite(rows).all()
    for i in range(1, n):
        expected = perigee(x[i], y[i], z[i], px[i], py[i], pz[i], float(charge[i]), BEND)
        np.testing.assert_allclose(rows[i, [D0, PHI0, OMEGA, Z0, TAN_LAMBDA, START]], expected)
    np.testing.assert_allclose(positions(rows, rows[:, START])[1:], np.stack([x, y, z], 1)[1:], atol=1e-7)


@given(st.floats(-50.0, 50.0))
def test_wrap(angle):
    assert -math.pi < wrap(angle) <= math.pi + 1e-12
    assert math.cos(wrap(angle) - angle) == pytest.approx(1.0)
