"""Closest approach of lines, and what smeared tracks make of the vertex and of the line to the dump."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import na62_offline as reference
from scipy.stats import chi2

from trigemu.experiments.na62.config.offline import Offline
from trigemu.experiments.na62.detector.geometry import STRAW, TAX_SOURCE
from trigemu.experiments.na62.offline.tracks import find_pairs
from trigemu.experiments.na62.offline.vertex import closest_approach, reconstruct
from trigemu.experiments.na62.response.detectors import Exposure
from trigemu.experiments.na62.signals.aprime_decays import SignalSource
from trigemu.experiments.na62.signals.catalogue import SIGNALS
from trigemu.physics.constants import MUON, mass
from trigemu.physics.particles import make_particles

EXACT = Offline(
    momentum_resolution=0.0,
    momentum_resolution_per_gev=0.0,
    angle_resolution_urad=0.0,
    angle_scattering_urad_gev=0.0,
    position_resolution_mm=0.0,
    beam_spot_mm=0.0,
    track_efficiency=1.0,
)
VERTEX_Z, ANGLE, HALF_OPENING, P = 140_000.0, 2e-3, 3e-3, 50.0
EVENTS = 4000


def exposure_of(particles):
    return Exposure(particles, np.zeros(len(particles)), np.zeros(len(particles), np.uint8))


def same_pairs(events=EVENTS):
    """Events that are all alike: from the dump at an angle in x, two muons that open in y."""
    flown = VERTEX_Z - TAX_SOURCE[2]
    start = [TAX_SOURCE[0] + ANGLE * flown, TAX_SOURCE[1], VERTEX_Z, 0.0]
    four = np.zeros((2 * events, 4))
    for k, sign in enumerate((1, -1)):
        slopes = np.array([ANGLE, sign * HALF_OPENING, 1.0])
        four[k::2, :3] = P * slopes / np.linalg.norm(slopes)
    pdg = np.tile(np.array([MUON, -MUON], np.int32), events)
    point = np.tile(np.array(start), (2 * events, 1))
    return make_particles(np.repeat(np.arange(events), 2), pdg, mass(MUON), four, point)


def found(events=EVENTS, **resolution):
    pairs = find_pairs(exposure_of(same_pairs(events)), 1, 0, EXACT.model_copy(update=resolution))
    assert len(pairs.event) == events
    return pairs, reconstruct(pairs.rows, pairs.spot)


def agrees(values, sigma):
    """Return the probability of a variance at least so far from sigma^2 (chi-squared, two-sided)."""
    n = len(values)
    below = chi2.cdf(np.var(values, ddof=1) * (n - 1) / sigma**2, n - 1)
    return 2 * min(below, 1 - below)


def test_exact_tracks_give_the_true_vertex_and_the_dump():
    table = SIGNALS[0].model(mass=0.3)
    leptons, _, _ = SignalSource(table, None, 3, 0).sample(0, 500)
    pairs = find_pairs(exposure_of(leptons), 1, 0, EXACT)
    lines = reconstruct(pairs.rows, pairs.spot)
    assert len(pairs.event) > 50
    first = leptons.offsets[pairs.event]
    np.testing.assert_allclose(lines.vertex.point, leptons.point[first, :3], rtol=0, atol=1e-3)
    assert np.abs(lines.vertex.distance).max() < 1e-6
    # The line is that of the A' to a part of 1e-9 of its slope; z is that over the A' angle.
    assert lines.dump.distance.max() < 1e-3
    np.testing.assert_allclose(lines.dump.z_m, TAX_SOURCE[2] * 1e-3, rtol=0, atol=1e-2)


def test_width_of_the_vertex_follows_from_the_angles():
    _, lines = found(angle_resolution_urad=20.0)
    lever = STRAW[0].z - VERTEX_Z
    # Each track is 20 urad times the lever arm off; together over the opening angle.
    sigma_m = math.sqrt(2.0) * 20e-6 * lever / (2.0 * HALF_OPENING) * 1e-3
    assert agrees(lines.vertex.z_m, sigma_m) > 1e-3
    assert abs(lines.vertex.z_m.mean() - VERTEX_Z * 1e-3) < 4 * sigma_m / math.sqrt(EVENTS)
    # At the vertex they miss each other in x, which is across their plane.
    distance = np.sqrt(np.mean(lines.vertex.distance**2))
    assert distance == pytest.approx(math.sqrt(2.0) * 20e-6 * lever, rel=0.04)


@pytest.mark.parametrize(
    ("resolution", "at_dump_mm"),
    [
        ({"angle_resolution_urad": 20.0}, 20e-6 * (STRAW[0].z - TAX_SOURCE[2]) / math.sqrt(2.0)),
        ({"angle_scattering_urad_gev": 1000.0}, 20e-6 * (STRAW[0].z - TAX_SOURCE[2]) / math.sqrt(2.0)),
        ({"position_resolution_mm": 3.0}, 3.0 / math.sqrt(2.0)),
        ({"beam_spot_mm": 5.0}, 5.0),
    ],
)
def test_widths_at_the_dump_follow_from_each_resolution(resolution, at_dump_mm):
    # Equal momenta: the common line is the mean of the two, so its error is a track's over the root of two.
    _, lines = found(**resolution)
    assert np.sqrt(np.mean(lines.dump.distance**2)) == pytest.approx(at_dump_mm, rel=0.04)
    assert agrees(lines.dump.z_m, at_dump_mm / ANGLE * 1e-3) > 1e-3


def test_momenta_have_the_widths_of_the_configuration():
    pairs, _ = found(momentum_resolution=0.003, momentum_resolution_per_gev=5e-5)
    sigma = P * math.hypot(0.003, 5e-5 * P)
    assert agrees(pairs.p.ravel(), sigma) > 1e-3
    assert abs(pairs.p.mean() - P) < 4 * sigma / math.sqrt(2 * EVENTS)


def test_tracks_are_lost_by_their_efficiency():
    pairs = find_pairs(exposure_of(same_pairs()), 1, 0, EXACT.model_copy(update={"track_efficiency": 0.8}))
    assert abs(len(pairs.event) / EVENTS - 0.64) < 4 * math.sqrt(0.64 * 0.36 / EVENTS)


NUMBER = st.floats(-1e3, 1e3, allow_subnormal=False)
VECTOR = st.tuples(NUMBER, NUMBER, NUMBER)
SLOPE = st.floats(-0.02, 0.02, allow_subnormal=False)


@given(VECTOR, VECTOR, st.tuples(SLOPE, SLOPE), st.tuples(SLOPE, SLOPE))
def test_closest_approach_is_that_of_the_reference(a, b, first, second):
    if math.hypot(first[0] - second[0], first[1] - second[1]) < 1e-4:
        return
    u, v = (*first, 1.0), (*second, 1.0)
    point, distance = reference.closest_approach(a, u, b, v)
    got = closest_approach(*(np.array([each]) for each in (a, u, b, v)))
    scale = max(1.0, *map(abs, point))
    np.testing.assert_allclose(got.point[0], point, rtol=0, atol=1e-6 * scale)
    assert got.distance[0] == pytest.approx(distance, abs=1e-6 * scale)


def test_parallel_lines_have_no_vertex():
    a, b, u = np.zeros((1, 3)), np.ones((1, 3)), np.array([[0.0, 0.0, 1.0]])
    got = closest_approach(a, u, b, u)
    assert np.isnan(got.distance).all()
    assert np.isnan(got.point).all()
