"""Time-of-flight counters: which are hit, when, and what else fires."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.besiii_response import COUNT_NS, LIGHT, counters_on_path
from reference.collider_response import fly
from scipy import stats

from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.tof import tof_hits
from trigemu.experiments.besiii.sources import FIRST_ENDCAP, FIRST_MRPC
from trigemu.physics.particles import Particles, make_particles

MUON_GEV = 0.1056583755
STEPS = 4000
SHARP = {"efficiency": 1.0, "strip_efficiency": 1.0, "bar_ns": 0.0, "counter_ns": 0.0, "strip_ns": 0.0}
SILENT = {"barrel_singles": 0.0, "endcap_singles": 0.0}


def response(**changes: Any) -> Response:
    usual = Response()
    return usual.model_copy(update={"tof": usual.tof.model_copy(update=changes)})


def muons(momenta: Any, start: Any = (0.0, 0.0, 0.0), sign: int = 1) -> Particles:
    p = np.atleast_2d(np.asarray(momenta, float))
    four = np.concatenate([p, np.sqrt((p**2).sum(axis=1) + MUON_GEV**2)[:, None]], axis=1)
    points = np.zeros((len(p), 4))
    points[:, :3] = start
    return make_particles(np.arange(len(p)), -13 * sign, MUON_GEV, four, points)


@settings(max_examples=60)
@given(
    pt=st.floats(0.2, 2.0),
    phi=st.floats(-3.14, 3.14),
    slope=st.floats(-3.0, 3.0),
    z=st.floats(-50.0, 50.0),
    sign=st.sampled_from([-1, 1]),
    endcap=st.sampled_from(["mrpc", "scintillator"]),
)
def test_counters_and_times_are_those_of_the_integrated_path(
    pt: float, phi: float, slope: float, z: float, sign: int, endcap: Any
) -> None:
    momentum = np.array([pt * np.cos(phi), pt * np.sin(phi), pt * slope])
    config = response(**SHARP, **SILENT)
    hits = tof_hits(muons(momentum, (0.0, 0.0, z), sign), config, 1, 0, endcap=endcap)
    length = 3000.0
    points = fly((0.0, 0.0, z), momentum, sign, length, STEPS, field_t=1.0)
    p = float(np.linalg.norm(momentum))
    beta = p / np.hypot(p, MUON_GEV)
    expected = {}
    for channel, way, light in counters_on_path(points, endcap):
        speed = config.tof.strip_mm_ns if channel >= FIRST_MRPC else config.tof.light_mm_ns
        flown = way * length / STEPS / (LIGHT * beta)
        expected[channel] = (config.timing.tof_ns + flown + light / speed) / COUNT_NS
    got = dict(zip(hits["channel"].tolist(), hits["time"].tolist(), strict=True))
    # Where a path passes the edge of a counter, a hair decides: leave such paths to others.
    near = counters_on_path(points + np.array([0.05, 0.05, 0.05]), endcap)
    other = counters_on_path(points - np.array([0.05, 0.05, 0.05]), endcap)
    if {c for c, *_ in near} == {c for c, *_ in other} == set(expected):
        assert set(got) == set(expected)
        for channel, time in got.items():
            assert time == pytest.approx(expected[channel], abs=3.0)


def test_flight_light_and_resolution_add_up() -> None:
    """Muons of 1 GeV at 90 degrees: both ends later than the collision by flight and half a bar; 68 ps an end."""
    n = 4000
    config = response(efficiency=1.0, **SILENT)
    phi = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    hits = tof_hits(muons(np.stack([np.cos(phi), np.sin(phi), 0 * phi], axis=1)), config, 2, 0)
    assert hits["channel"].max() < FIRST_ENDCAP
    assert (np.diff(hits["offsets"]) == 4).all()
    inner = hits["channel"] < FIRST_ENDCAP // 2
    ns = hits["time"][inner] * COUNT_NS - config.timing.tof_ns
    beta = 1.0 / np.hypot(1.0, MUON_GEV)
    assert ns.mean() == pytest.approx(838.5 / (LIGHT * beta) + 1150.0 / 140.0, abs=0.01)
    # Standard error of a standard deviation of 8000: 0.8 %; the bend adds 1 ps.
    assert ns.std() == pytest.approx(0.068, rel=0.04)
    assert np.bincount(hits["channel"][inner] // 2, minlength=88).min() > 0.5 * 2 * n / 88


def test_a_bar_fires_at_both_ends_or_not_at_all() -> None:
    n = 5000
    config = response(efficiency=0.9, **SILENT)
    phi = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    hits = tof_hits(muons(np.stack([np.cos(phi), np.sin(phi), 0.3 + 0 * phi], axis=1)), config, 2, 0)
    event = np.repeat(np.arange(n), np.diff(hits["offsets"]))
    bars = event * 1000 + hits["channel"] // 2
    assert (np.unique(bars, return_counts=True)[1] == 2).all()
    fired = len(np.unique(bars))
    assert stats.binomtest(fired, 2 * n, 0.9).pvalue > 1e-4


def test_endcaps_follow_the_epoch() -> None:
    particles = muons([[0.3, 0.1, 0.8], [0.3, 0.1, -0.8]])
    config = response(**SHARP, **SILENT)
    old = tof_hits(particles, config, 1, 0, endcap="scintillator")
    assert (np.diff(old["offsets"]) == 1).all()
    assert ((old["channel"] >= FIRST_ENDCAP) & (old["channel"] < FIRST_MRPC)).all()
    assert np.diff(old["channel"].astype(int)) == 48
    new = tof_hits(particles, config, 1, 0, endcap="mrpc")
    assert (new["channel"] >= FIRST_MRPC).all()


def test_noise_is_single_ends_and_neutral_particles_leave_nothing() -> None:
    n = 3000
    event = np.arange(n)
    photons = make_particles(event, 22, 0.0, np.tile([1.0, 0.0, 0.1, np.sqrt(1.01)], (n, 1)))
    hits = tof_hits(photons, response(barrel_singles=2.0, endcap_singles=0.5), 5, 1)
    barrel = hits["channel"] < FIRST_ENDCAP
    for found, mean in ((barrel.sum(), 2.0), ((~barrel).sum(), 0.5)):
        assert abs(found - n * mean) < 4 * np.sqrt(n * mean)
    assert (hits["channel"][~barrel] >= FIRST_MRPC).all()
    assert stats.kstest(hits["time"] * COUNT_NS / 1500.0, "uniform").pvalue > 1e-4
    quiet = tof_hits(photons, response(**SILENT), 5, 1)
    assert len(quiet["channel"]) == 0


def test_an_event_s_hits_do_not_depend_on_the_others() -> None:
    phi = np.linspace(0.0, 6.0, 60)
    momenta = np.stack([np.cos(phi), np.sin(phi), np.linspace(-2.5, 2.5, 60)], axis=1)
    some, all_of = (tof_hits(muons(momenta[:k]), Response(), 9, 4) for k in (20, 60))
    k = some["offsets"][-1]
    assert k > 20
    for name in ("channel", "time"):
        assert np.array_equal(some[name], all_of[name][:k])
    assert not np.array_equal(some["time"], tof_hits(muons(momenta[:20]), Response(), 9, 5)["time"][:k])


def test_no_particle_can_crash_it() -> None:
    wild = [[0.0, 0.0, 1.0], [1e-300, 0.0, 0.0], [1e18, 1e18, 1e18], [np.inf, 0.0, 1.0], [np.nan, 1.0, 0.0]]
    for endcap in ("mrpc", "scintillator"):
        hits = tof_hits(muons(wild), response(**SILENT), 1, 0, endcap=endcap)
        assert hits["offsets"][-1] == len(hits["channel"])
    far = tof_hits(muons([[1.0, 0.0, 0.0]], (5000.0, 0.0, 0.0)), response(**SILENT), 1, 0)
    assert len(far["channel"]) == 0
