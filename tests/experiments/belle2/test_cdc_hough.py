"""2D tracks and event time: the experiment's conformance vectors, and the recursive search itself as reference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.belle2_cdc_hough import Reference

from trigemu.experiments.belle2.cdc import geometry as g
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.event_time import binned_ns, event_time
from trigemu.experiments.belle2.cdc.hough import HoughFinder
from trigemu.experiments.belle2.cdc.plane import make_plane
from trigemu.experiments.belle2.records import Segments

AXIAL = [s for s in range(2336) if g.segment_superlayer(s) % 2 == 0]


def batch(events, times=None):
    """Return `Segments` from lists of (segment, position) in rising order."""
    flat = [own for event in events for own in event]
    count = len(flat)
    time = np.zeros(count, np.int16) if times is None else np.array(times, np.int16)
    arrays = [
        np.cumsum([0, *map(len, events)]),
        np.array([own[0] for own in flat], np.int16),
        np.array([own[1] for own in flat], np.uint8),
        np.full(count, 3, np.uint8),
        *(time, time, time),
        np.zeros(count, np.uint16),
    ]
    for array in arrays:
        array.setflags(write=False)
    return Segments(*arrays)


def tracks_of(tracks, event, segments):
    """Return a crossing's tracks as the reference gives them."""
    result = []
    for i in range(tracks.offsets[event], tracks.offsets[event + 1]):
        part = slice(tracks.rel_offsets[i], tracks.rel_offsets[i + 1])
        local = (tracks.rel_segment[part] - segments.offsets[event]).tolist()
        relations = list(zip(local, tracks.rel_weight[part].tolist(), strict=True))
        corner = tuple(tracks.corner[i].tolist())
        result.append((tracks.phi0[i], tracks.omega[i], corner, tracks.squares[i], relations))
    return result


def along(phi0, omega, spread=0):
    """Return the axial segments nearest to a track from the origin (curvature in 1/cm)."""
    found = []
    for superlayer in (0, 2, 4, 6, 8):
        r = g.RADIUS[g.PRIORITY_LAYER[superlayer]] / 10
        phi = phi0 - math.asin(max(-1.0, min(1.0, r * omega / 2)))
        count = int(g.SEGMENTS[superlayer])
        number = round(phi / (2 * math.pi) * count)
        found += [int(g.SEGMENT_FIRST[superlayer]) + (number + k) % count for k in range(-spread, spread + 1)]
    return found


@pytest.fixture(scope="module")
def conformance(shared_data):
    with np.load(shared_data / "belle2" / "conformance" / "cdc_events.npz") as file:
        data = dict(file)
    segments = Segments(
        data["ts_offsets"].astype(np.int64),
        data["ts_segment_id"],
        data["ts_priority_position"].astype(np.uint8),
        data["ts_left_right_v3"].astype(np.uint8),
        data["ts_priority_time"],
        data["ts_fastest_time"],
        data["ts_found_time"],
        data["ts_hit_pattern"].astype(np.uint16),
    )
    return data, segments


def test_conformance(conformance):
    """Zero differences to the experiment's own software, segments to tracks, to the last bit of the floats."""
    data, segments = conformance
    tracks, unambiguous = HoughFinder(Cdc()).find_all(segments)
    np.testing.assert_array_equal(tracks.offsets, data["trk_offsets"])
    np.testing.assert_array_equal(tracks.phi0, data["trk_phi0"])
    np.testing.assert_array_equal(tracks.omega, data["trk_omega"])
    np.testing.assert_array_equal(tracks.corner, data["trk_cluster_corner"])
    np.testing.assert_array_equal(tracks.squares, data["trk_cluster_nsquares"])
    np.testing.assert_array_equal(tracks.rel_offsets, data["rel_offsets"])
    event = np.repeat(np.arange(len(segments.offsets) - 1), np.diff(tracks.offsets))
    start = np.repeat(segments.offsets[event], np.diff(tracks.rel_offsets))
    np.testing.assert_array_equal(tracks.rel_segment - start, data["rel_ts_index"])
    np.testing.assert_array_equal(tracks.rel_weight, data["rel_weight"])
    np.testing.assert_array_equal(unambiguous, data["finder_return_value"])


def test_conformance_of_the_event_time(conformance):
    data, segments = conformance
    time = event_time(segments, HoughFinder(Cdc()).find(segments))
    np.testing.assert_array_equal(time.found, data["etf_has_t0"])
    found = time.found > 0
    np.testing.assert_array_equal(binned_ns(time)[found], data["etf_binned_t0"][found])


_SETTINGS = {
    "default": {},
    "low momentum": {"min_pt": 0.255},
    "turning curves": {"min_pt": 0.18},
    "loose": {"min_hits": 3, "min_hits_short": 2},
    "loose inside": {"min_hits": 5, "min_hits_short": 3},
    "other cells": {"phi_cells": 96, "curvature_cells": 20},
}
_FINDERS = {}


def both(name):
    options = _SETTINGS[name]
    if name not in _FINDERS:
        _FINDERS[name] = HoughFinder(Cdc(**options))
    names = {"phi_cells": "columns", "curvature_cells": "rows", "min_hits_short": "min_short"}
    return _FINDERS[name], Reference(**{names.get(key, key): value for key, value in options.items()})


_track = st.tuples(st.floats(-math.pi, math.pi), st.floats(-0.02, 0.02), st.integers(0, 1)).map(
    lambda track: along(*track)
)
_crossing = st.tuples(
    st.lists(_track, max_size=3),
    st.lists(st.sampled_from(AXIAL), max_size=12),
    st.lists(st.integers(320 // 2, 319), max_size=2),
    st.integers(0, 2**32 - 1),
)


def segments_of(crossing):
    tracks, noise, stereo, seed = crossing
    numbers = sorted({*(own for track in tracks for own in track), *noise, *stereo})
    positions = np.random.default_rng(seed).choice([3, 3, 3, 1, 2], len(numbers))
    return list(zip(numbers, positions.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "examples"), [(name, 60 if name == "default" else 15) for name in _SETTINGS]
)
def test_finder_is_the_recursive_search(name, examples):
    finder, slow = both(name)

    @settings(max_examples=examples, deadline=None)
    @given(st.lists(_crossing, max_size=2))
    def check(crossings):
        events = [segments_of(crossing) for crossing in crossings]
        segments = batch(events)
        tracks, unambiguous = finder.find_all(segments)
        for event, own in enumerate(events):
            assert tracks_of(tracks, event, segments) == slow.find(own)
            assert bool(unambiguous[event]) == slow.unambiguous

    check()


def test_finder_is_the_recursive_search_in_crowds():
    """Long clusters that are cut and appear again, clusters across -pi, at the edges of the curvature."""
    rng = np.random.default_rng(23)
    finder, slow = both("default")
    events, ambiguous = [], 0
    for share in (0.02, 0.05, 0.1):
        numbers = np.flatnonzero(rng.random(2336) < share)
        events.append(list(zip(numbers.tolist(), rng.choice([3, 1, 2], len(numbers)).tolist(), strict=True)))
    for omega in (0.0149, -0.0149, 0.0151, 0.0):
        events.append([(own, 3) for own in sorted(along(math.pi - 0.01, omega, spread=2))])
    segments = batch(events)
    tracks, unambiguous = finder.find_all(segments)
    for event, own in enumerate(events):
        assert tracks_of(tracks, event, segments) == slow.find(own)
        assert bool(unambiguous[event]) == slow.unambiguous
        ambiguous += not slow.unambiguous
    assert ambiguous > 0
    # Without memory for all of them the finder makes more, and says the same.
    again = HoughFinder(Cdc())
    again._allocate(1)
    np.testing.assert_array_equal(again.find(segments).rel_segment, tracks.rel_segment)


def test_relations_look_at_all_priority_wires_of_a_segment():
    """A track's segments move by up to half a cell when their priority does; relations must not."""
    finder, _ = both("default")
    own = sorted(along(0.3, 0.002))
    tracks = [finder.find(batch([[(number, position) for number in own]])) for position in (3, 1, 2)]
    assert all(len(found.phi0) == 1 and len(found.rel_segment) == 5 for found in tracks)


@pytest.mark.parametrize("pt", [0.35, 0.6, 1.5, 6.0])
@pytest.mark.parametrize("charge", [-1, 1])
def test_tracks_have_their_direction_and_curvature(pt, charge):
    """In the cell of truth or next to it; charge is the sign of omega."""
    finder, _ = both("default")
    omega = charge * 29.9792458 * 1.5e-4 / pt
    for phi0 in np.linspace(-3.1, 3.1, 7):
        found = finder.find(batch([[(own, 3) for own in sorted(along(phi0, omega))]]))
        assert len(found.phi0) >= 1
        distance = np.abs((found.phi0 - phi0 + np.pi) % (2 * np.pi) - np.pi)
        best = np.argmin(distance)
        assert distance[best] < 2 * np.pi / 160 * 1.5
        assert abs(found.omega[best] - omega) < 2 * 0.00088 * 1.5


def test_no_crossings_and_crossings_without_tracks():
    finder, _ = both("default")
    none = finder.find(batch([]))
    assert none.offsets.tolist() == none.rel_offsets.tolist() == [0]
    three = [(own, 3) for own in sorted(along(1.0, 0.001))[:3]]
    tracks, unambiguous = finder.find_all(batch([[], three, [(200, 3)]]))
    assert tracks.offsets.tolist() == [0, 0, 0, 0]
    assert unambiguous.tolist() == [1, 1, 1]


def test_event_time_is_the_earliest_of_chosen_segments():
    finder, _ = both("default")
    one, two = sorted(along(0.5, 0.003)), sorted(along(-2.0, -0.006))
    events = [[], [(own, 3) for own in one], [(5, 3)], [(own, 3) for own in sorted(one + two)]]
    times = [*(30, 40, 25, 90, 35), 1, *range(40, 30, -1)]
    segments = batch(events, times)
    tracks = finder.find(segments)
    time = event_time(segments, tracks)
    assert time.found.tolist() == [0, 1, 0, 1]
    assert time.ticks.tolist() == [0, 25, 0, 31]
    assert binned_ns(time).tolist() == [-10, 40, -10, 52]
    assert event_time(batch([]), finder.find(batch([]))).found.tolist() == []


def test_steps_of_the_search_that_matter():
    """By default only the last step can say no; with a wider range of curvature curves turn round in rectangles."""
    assert len(make_plane(Cdc()).levels) == 1
    assert len(make_plane(Cdc(min_pt=0.255)).levels) == 2
    assert len(make_plane(Cdc(min_pt=0.18)).levels) > 3
