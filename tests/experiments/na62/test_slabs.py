"""The CHOD: where its slabs are, and what muons make of it through to its bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference.na62_response import slab_at as slow_slab_at
from support.na62_guns import FRAME_TICKS, SPACING_NS, guns

from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import L0, Losses, Response
from trigemu.experiments.na62.detector.slabs import chod_channel, slab_rectangle
from trigemu.experiments.na62.level0.primitives import chod_primitives
from trigemu.experiments.na62.response.detectors import Exposure, detectors
from trigemu.experiments.na62.response.hits import unpack
from trigemu.experiments.na62.response.pulser import pulses

N = 4000
EDGES = [65.3 * k for k in range(12)] + [718.3 + 99.3 * k for k in range(1, 6)]
COORDINATE = st.one_of(
    st.floats(-1300, 1300),
    st.builds(
        lambda edge, d, sign: sign * (edge + d),
        st.sampled_from(EDGES),
        st.floats(-1, 1),
        st.sampled_from([-1, 1]),
    ),
)


@settings(deadline=None)
@given(COORDINATE, COORDINATE, st.integers(0, 1))
@example(0.0, 500.0, 0)
@example(math.nan, 500.0, 0)
@example(500.0, math.inf, 1)
@example(1e9, 1e9, 1)
def test_the_slab_of_a_point_is_that_of_a_scan_over_all(x: float, y: float, plane: int) -> None:
    found, expected = chod_channel(x, y, plane), slow_slab_at(x, y, plane)
    if found != expected:
        # Only within rounding of a slab's edge may the two differ.
        assert {slow_slab_at(x + dx, y + dy, plane) for dx in (-1e-9, 1e-9) for dy in (-1e-9, 1e-9)} >= {
            found
        }


@pytest.mark.parametrize("channel", range(128))
def test_a_slab_is_where_its_channel_is(channel: int) -> None:
    x_low, x_high, y_low, y_high = slab_rectangle(channel)
    # Outside the hole, which the innermost slabs reach.
    x, y = (
        0.25 * low + 0.75 * high if abs(high) > abs(low) else 0.75 * low + 0.25 * high
        for low, high in ((x_low, x_high), (y_low, y_high))
    )
    assert chod_channel(x, y, channel // 64) == channel
    with pytest.raises(KeyError):
        slab_rectangle(channel + 128)


def test_slabs_are_those_of_the_framework() -> None:
    """A few places of its tables (CHODGeometryParameters.cc), which have no gap between them written down."""
    assert slab_rectangle(0) == pytest.approx((-65.15, -0.15, 0.15, 1210.15))
    assert slab_rectangle(15) == pytest.approx((-1214.65, -1115.65, 0.15, 600.15))
    assert slab_rectangle(16) == pytest.approx((-1214.65, -1115.65, -600.15, -0.15))
    assert slab_rectangle(64) == pytest.approx((-600.15, -0.15, 1115.65, 1214.65))
    assert slab_rectangle(127) == pytest.approx((0.15, 600.15, 1115.65, 1214.65))


def test_slabs_cover_their_plane_but_for_gaps_and_hole() -> None:
    """The area of a ring inside of the slabs is that of the ring without the gaps that cross it."""
    inner, outer = 130.0, 1100.0
    step = 2.0
    axis = np.arange(-outer + step / 2, outer, step)
    x, y = (grid.ravel() for grid in np.meshgrid(axis, axis))
    r = np.hypot(x, y)
    ring = (r > inner) & (r < outer)
    x, y = x[ring], y[ring]
    rng = np.random.default_rng(3)
    x, y = x + rng.uniform(-step / 2, step / 2, len(x)), y + rng.uniform(-step / 2, step / 2, len(x))
    seen = np.array([chod_channel(a, b, 0) >= 0 for a, b in zip(x, y, strict=True)])

    def chord(radius: float, at: float) -> float:
        return 2.0 * math.sqrt(max(radius**2 - at**2, 0.0))

    gaps = sum(0.3 * (chord(outer, at) - chord(inner, at)) for edge in EDGES for at in {edge, -edge})
    gaps += 0.3 * 2.0 * (outer - inner)  # slabs begin 0.15 mm from the other axis
    expected = 1.0 - gaps / (math.pi * (outer**2 - inner**2))
    assert expected == pytest.approx(0.9956, abs=5e-5)
    # A point is scattered evenly in its cell: the error of the share is below the binomial one.
    assert seen.mean() == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / len(x)))


def hits_of(muons: Exposure, **config: Any) -> dict[str, np.ndarray]:
    """Return the CHOD hits of a frame."""
    chod = detectors(Response(**config), Losses(enabled=False), 5, FRAME_TICKS)["chod"]
    return dict(unpack(chod.core(chod.nothing(), chod.raw(muons, 3))))


def test_a_particle_fires_a_slab_of_each_plane_in_time() -> None:
    hits = hits_of(guns(N, 300.0, -200.0), chod_efficiency=1.0, chod_light_ns_per_m=0.0)
    vertical, horizontal = chod_channel(300.0, -200.0, 0), chod_channel(300.0, -200.0, 1)
    assert sorted(set(hits["channel"].tolist())) == [vertical, horizontal]
    for channel in (vertical, horizontal):
        mine = hits["channel"] == channel
        residual = hits["time"][mine] * LSB_NS - (SPACING_NS * np.arange(N) + 300.0)
        # Standard errors 0.4 / sqrt(N) and 0.4 / sqrt(2 N), four of them.
        assert residual.mean() == pytest.approx(0.0, abs=0.0253)
        assert residual.std() == pytest.approx(0.4, abs=0.018)
        assert hits["value"][mine].mean() * LSB_NS == pytest.approx(11.7, abs=0.1)


@pytest.mark.parametrize(("x", "y"), [(300.0, -200.0), (-100.0, 700.0), (750.0, 300.0)])
def test_light_runs_to_the_outer_end(x: float, y: float) -> None:
    hits = hits_of(guns(20, x, y), chod_efficiency=1.0, chod_resolution_ns=0.0)
    for plane, along in ((0, abs(y)), (1, abs(x))):
        channel = chod_channel(x, y, plane)
        _, _, low, high = slab_rectangle(channel) if plane == 0 else (0, 0, *slab_rectangle(channel)[:2])
        late = 7.2e-3 * ((high - low) / 2 - along)
        time = hits["time"][hits["channel"] == channel] * LSB_NS - (SPACING_NS * np.arange(20) + 300.0)
        assert time == pytest.approx(late, abs=LSB_NS / 2 + 1e-6)


def test_a_slab_misses_what_its_efficiency_says() -> None:
    hits = hits_of(guns(N, 300.0, -200.0), chod_efficiency=0.9)
    for plane in range(2):
        seen = np.count_nonzero(hits["channel"] == chod_channel(300.0, -200.0, plane))
        assert seen / N == pytest.approx(0.9, abs=4 * math.sqrt(0.09 / N))
    # The planes miss independently of each other.
    per_muon = np.bincount(np.rint((hits["time"] * LSB_NS - 300.0) / SPACING_NS).astype(int), minlength=N)
    assert np.mean(per_muon == 2) == pytest.approx(0.81, abs=4 * math.sqrt(0.81 * 0.19 / N))


def test_what_has_no_charge_or_goes_by_is_not_seen() -> None:
    assert len(hits_of(guns(50, 300.0, 300.0, charge=0, pdg=22))["time"]) == 0
    for x, y in ((50.0, 50.0), (1300.0, 0.0), (900.0, 900.0)):
        assert len(hits_of(guns(50, x, y))["time"]) == 0


def fired(muons: Exposure, **config: Any) -> np.ndarray:
    """Return how many CHOD primitives each muon makes; they come at all phases of the 25 ns slots."""
    made = chod_primitives(hits_of(muons, **config), L0()).time * LSB_NS
    return np.bincount(np.rint((made - 300.0) / SPACING_NS).astype(int), minlength=len(muons.t0))


def test_a_muon_makes_a_primitive_if_both_slabs_see_it() -> None:
    """At all phases of the slots, since a cluster goes on over their end."""
    seen = fired(guns(N, 300.0, -200.0), chod_efficiency=0.9)
    assert set(seen.tolist()) == {0, 1}
    assert seen.mean() == pytest.approx(0.81, abs=4 * math.sqrt(0.81 * 0.19 / N))
    assert fired(guns(N, 300.0, -200.0), chod_efficiency=1.0).tolist() == [1] * N


def test_light_that_takes_too_long_parts_the_planes() -> None:
    """583 mm between the ways to their ends make 4.2 ns at 7.2 ns/m, within the window of 6.24 ns; 12 ns/m do not."""
    muons = guns(200, 750.0, 60.0)
    for speed, share in ((7.2, 1), (12.0, 0)):
        given = {"chod_efficiency": 1.0, "chod_light_ns_per_m": speed, "chod_resolution_ns": 0.1}
        assert fired(muons, **given).tolist() == [share] * 200


@given(st.floats(1000.0, 1e7), st.integers(1, 5000), st.integers(0, 10**6))
def test_pulses_go_on_from_frame_to_frame(every: float, packets: int, frame: int) -> None:
    ticks = 65536 * packets
    time = [(pulses(every, ticks, frame + k) >> 32) + (frame + k) * ticks for k in range(2)]
    assert all(
        ((frame + k) * ticks <= each).all() and (each < (frame + k + 1) * ticks).all()
        for k, each in enumerate(time)
    )
    both = np.concatenate(time)
    count = 2 * ticks / every
    assert abs(len(both) - count) <= 1.0
    if len(both) > 1:
        assert np.abs(np.diff(both) - every).max() <= 1.0
    assert len(pulses(every, ticks, -1)) == 0
    assert pulses(every, ticks, 0)[0] == 0
