"""Short and inner tracks: a slow reference, tracks that must be seen, and the veto."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.belle2_cdc import bins
from reference.belle2_cdc import hit_maps as slow

from trigemu.experiments.belle2.cdc import geometry as g
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.hitmaps import hit_maps, segment_bins, short_patterns
from trigemu.experiments.belle2.records import Segments, Tracks2D

PATTERNS = short_patterns(Cdc().short_min_pt)
INSIDE = int(g.SEGMENT_FIRST[5])


def batch(events):
    count = sum(map(len, events))
    zero = np.zeros(count, np.int16)
    offsets = np.cumsum([0, *map(len, events)])
    numbers = np.array([own for event in events for own in event], np.int16)
    threes = np.full(count, 3, np.uint8)
    return Segments(offsets, numbers, threes, threes, zero, zero, zero, zero.astype(np.uint16))


def tracks2d(events):
    """Return `Tracks2D` from lists of (phi0, omega)."""
    flat = np.array([track for event in events for track in event], float).reshape(-1, 2)
    cuts = np.cumsum([0, *map(len, events)])
    empty = np.zeros((len(flat), 2), np.int16)
    none = np.zeros(0, np.int32)
    relations = np.zeros(len(flat) + 1, np.int64)
    return Tracks2D(cuts, flat[:, 0], flat[:, 1], empty, empty[:, 0], relations, none, none.astype(np.int8))


def bits(word):
    return {i for i in range(64) if int(word) >> i & 1}


def helix(phi0, omega, cot, superlayers):
    """Return the segments that a track from the collision point (1/cm) leaves in superlayers."""
    found = []
    for superlayer in superlayers:
        layer = int(g.PRIORITY_LAYER[superlayer])
        r = g.RADIUS[layer]
        turn = math.asin(r / 10 * omega / 2)
        z = cot * r * (turn / (r / 10 * omega / 2) if omega else 1.0)
        if not g.BACKWARD[layer] < z < g.FORWARD[layer]:
            return None
        wires = np.arange(g.WIRES[layer])
        away = np.abs((g.wire_phi(layer, wires, z) - phi0 + turn + np.pi) % (2 * np.pi) - np.pi)
        found.append(int(g.SEGMENT_FIRST[superlayer] + np.argmin(away)))
    return found


_low = st.integers(0, 40)
_crossing = st.lists(
    st.one_of(
        st.integers(0, INSIDE + 300),
        st.tuples(st.integers(0, 4), _low).map(lambda own: int(g.SEGMENT_FIRST[own[0]]) + own[1]),
        st.tuples(st.integers(0, 4), _low).map(lambda own: int(g.SEGMENT_FIRST[own[0] + 1]) - 1 - own[1]),
    ),
    max_size=60,
    unique=True,
).map(sorted)


@settings(max_examples=80, deadline=None)
@given(st.lists(_crossing, max_size=3))
def test_maps_are_the_slow_reference(events):
    maps = hit_maps(batch(events))
    for event, own in enumerate(events):
        short, inner = slow(own, PATTERNS)
        assert bits(maps.short[event]) == short
        assert bits(maps.inner[event]) == inner


def test_bins_of_segments():
    masks = segment_bins()
    assert len(masks) == INSIDE
    assert all(bits(masks[own]) == bins(own) for own in range(INSIDE))


@pytest.mark.parametrize("pt", [0.21, 0.3, 0.8, 3.0])
@pytest.mark.parametrize("charge", [-1, 1])
def test_tracks_through_superlayers_0_to_4_are_short_tracks(pt, charge):
    """At least 90 % of helices off the grid that the patterns come from (fixed seed)."""
    rng = np.random.default_rng(3)
    omega = charge * 29.9792458 * 1.5e-4 / pt
    helices = [
        helix(*track, range(5))
        for track in zip(rng.uniform(-3, 3, 300), [omega] * 300, rng.uniform(-0.8, 2, 300), strict=True)
    ]
    helices = [own for own in helices if own][:200]
    assert len(helices) > 150
    seen = hit_maps(batch(helices)).short != 0
    assert seen.sum() >= 0.9 * len(helices)


def test_a_hole_in_any_superlayer_leaves_no_short_track():
    own = helix(0.4, 0.003, 0.2, range(5))
    events = [own, *([other for other in own if other != left] for left in own)]
    assert [word != 0 for word in hit_maps(batch(events)).short] == [True, *[False] * 5]


@pytest.mark.parametrize("cot", [-0.5, 0.0, 1.0])
def test_tracks_through_superlayers_0_to_2_are_inner_tracks(cot):
    events = [helix(phi0, 0.004, cot, range(3)) for phi0 in np.linspace(-3, 3, 31)]
    found = hit_maps(batch(events)).inner
    assert (found != 0).all()
    for own, word in zip(events, found, strict=True):
        assert bits(word) <= bins(own[0])


@pytest.mark.parametrize("omega", [-0.012, 0.0, 0.012])
def test_full_tracks_are_no_short_ones_but_their_neighbours_are(omega):
    own = [helix(phi0, omega, 0.3, range(5)) for phi0 in np.linspace(-3.1, 3.1, 25)]
    on = [[(phi0, omega)] for phi0 in np.linspace(-3.1, 3.1, 25)]
    off = [[(phi0 + math.pi, omega), (phi0 - 2, omega)] for phi0 in np.linspace(-3.1, 3.1, 25)]
    alone = hit_maps(batch(own)).short
    assert (hit_maps(batch(own), tracks2d(on)).short == 0).all()
    np.testing.assert_array_equal(hit_maps(batch(own), tracks2d(off)).short, alone)
    np.testing.assert_array_equal(hit_maps(batch(own), tracks2d(on), Cdc(short_veto=False)).short, alone)


@settings(max_examples=40, deadline=None)
@given(_crossing, st.lists(st.tuples(st.floats(-3.2, 3.2), st.floats(-0.03, 0.03)), max_size=3))
def test_the_veto_blinds_the_bins_where_a_track_passes(own, full):
    blind = set()
    for phi0, omega in full:
        ends = [phi0 - math.asin(r * omega / 2) for r in (19.8, 62.0)]
        first, last = (math.floor(end * 32 / math.pi) for end in (min(ends), max(ends)))
        blind |= {b % 64 for b in range(first - 1, last + 2)}
    short, inner = slow(own, PATTERNS, blind)
    maps = hit_maps(batch([own]), tracks2d([full]))
    assert bits(maps.short[0]) == short
    assert bits(maps.inner[0]) == inner


def test_patterns_look_the_same_in_the_mirror_of_charge_and_fewer_are_needed_for_fast_tracks():
    assert len(short_patterns(0.4)) < len(short_patterns(0.3)) < len(PATTERNS) < 400
    assert np.abs(PATTERNS).max() < 16
    assert (short_patterns(0.3)[:, None] == PATTERNS).all(axis=2).any(axis=1).mean() > 0.8


def test_no_crossings_and_empty_ones():
    assert len(hit_maps(batch([])).short) == 0
    maps = hit_maps(batch([[], [5], []]))
    assert not maps.short.any()
    assert not maps.inner.any()


@pytest.mark.parametrize(
    ("min_pt", "start"), [(0.2, "5d0ded681d9c600d"), (0.3, "4e720f3f5cc9e498"), (0.4, "08ecf7ff33ff9d4d")]
)
def test_patterns_are_those_of_earlier_versions(min_pt, start):
    # Decisions depend on them: a change must be meant.
    assert hashlib.sha256(short_patterns(min_pt).tobytes()).hexdigest().startswith(start)
