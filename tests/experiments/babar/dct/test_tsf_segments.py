"""The track segment finder against its slow reference, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import babar_tsf as slow

from trigemu._kernels import babar_tsf
from trigemu.collider.wire_patterns import Helices, nearest
from trigemu.errors import InputError
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.config import Tsf
from trigemu.experiments.babar.dct.geometry import CELLS, CHANNEL_FIRST, CHANNELS, WIRES, chamber
from trigemu.experiments.babar.dct.segments import SegmentFinder
from trigemu.experiments.babar.dct.tsf_tables import CURVATURE, make_tables

CONFIGS = {
    "2006": Babar.of("2006").dct.tsf,
    "2001, mirrored, good ones": Tsf(position_bits=5, pivot_layer=3, minimum_weight=2),
    "four layers, at once": Tsf(position_bits=6, minimum_weight=3, latency_ticks=0),
}
LAYERS = np.arange(40)


@pytest.fixture(scope="module", params=CONFIGS)
def pair(request):
    config = CONFIGS[request.param]
    return config, SegmentFinder(config), make_tables(config)


def columns(events):
    flat = [hit for event in events for hit in event]
    return {
        "channel": np.array([channel for channel, _ in flat], np.uint16),
        "time": np.array([time for _, time in flat], np.int16),
        "offsets": np.cumsum([0, *map(len, events)]).astype(np.int64),
    }


def rows_of(found, event):
    """Return the rows of a crossing as tuples of the reference."""
    own = slice(found.offsets[event], found.offsets[event + 1])
    return list(
        zip(
            *(
                each[own].tolist()
                for each in (found.superlayer, found.pivot, found.weight, found.phi, found.tick)
            ),
            strict=True,
        )
    )


def track_hits(phi0, curvature, time, drifts):
    """Return hits of a track from the collision point: the nearest wire of each layer, after some drift time."""
    track = Helices(np.array([phi0]), np.array([curvature]), np.zeros(1), np.zeros(1))
    found = []
    for layer in LAYERS.tolist():
        wire, reached = nearest(chamber(), track, np.array([layer]))
        if reached[0]:
            channel = int(CHANNEL_FIRST[layer] + wire[0, 0] % WIRES[layer])
            found.append((channel, min(time + drifts[layer % len(drifts)], 32767)))
    return found


def group_hits(superlayer, pivot, hits):
    """Return hits (cell of layer relative to the pivot's, time) around a pivot, the first and last wires included."""
    cells = int(CELLS[superlayer])
    pivot = pivot % cells
    return [
        (int(CHANNEL_FIRST[4 * superlayer + layer]) + (pivot + step) % cells, time)
        for layer, step, time in hits
    ]


_times = st.integers(0, 8191) | st.sampled_from([-32768, -1, 0, 255, 256, 7935, 7936, 8191, 8192, 32767])
_tracks = st.builds(
    track_hits,
    st.floats(-np.pi, np.pi),
    st.floats(-1 / 0.15, 1 / 0.15).map(lambda x: x * CURVATURE),
    _times,
    st.lists(st.integers(0, 530), min_size=1, max_size=7),
)
_noise = st.lists(st.tuples(st.integers(0, CHANNELS - 1), _times), max_size=30)
_near = st.tuples(st.integers(0, 3), st.integers(-2, 2), st.integers(1000, 4000) | _times)
_groups = st.builds(
    group_hits,
    st.integers(0, 9),
    st.sampled_from([0, 1, 31, 32, 63, 64, 127, 128, 191, -1, -2]),
    st.lists(_near, min_size=3, max_size=40),
)
_event = st.lists(_tracks | _noise | _groups, max_size=4).map(
    lambda pieces: [hit for p in pieces for hit in p]
)


@settings(max_examples=40)
@given(events=st.lists(_event, max_size=3))
def test_segments_are_those_of_the_reference(pair, events):
    config, finder, tables = pair
    found = finder.find(columns(events))
    assert len(found.offsets) == len(events) + 1
    for i, event in enumerate(events):
        assert rows_of(found, i) == slow.segments_of(event, config, tables)


def test_a_counter_ignores_hits_while_it_counts(pair):
    _, finder, _ = pair
    early = track_hits(0.3, 0.0, 2560, [100])
    once, more = (
        finder.find(columns([event])) for event in (early, early + [(c, t + 512) for c, t in early])
    )
    assert rows_of(once, 0) == rows_of(more, 0)
    assert len(once.tick) >= 9
    # Three samples later the counters have cleared: the same again, six ticks later.
    later = finder.find(columns([early + [(c, t + 768) for c, t in early]]))
    assert len(later.tick) == 2 * len(once.tick)
    assert set(rows_of(later, 0)) == {
        (*row[:4], row[4] + step) for row in rows_of(once, 0) for step in (0, 6)
    }


def test_hits_come_in_any_order(pair):
    _, finder, _ = pair
    event = track_hits(0.3, 0.001, 2000, [0, 300, 20, 500]) + track_hits(2.3, -0.002, 2100, [100, 400])
    assert rows_of(finder.find(columns([event])), 0) == rows_of(finder.find(columns([event[::-1]])), 0)


def test_many_segments_find_room():
    # Every wire fires every third sample: more segments than there is room for at first.  The last ones are too late.
    flood = [(channel, 768 * k) for k in range(10) for channel in range(CHANNELS)]
    found = SegmentFinder(CONFIGS["2006"]).find(columns([flood] * 3))
    assert np.diff(found.offsets).tolist() == [int(found.offsets[1])] * 3
    assert found.offsets[1] == 1776 * 9
    assert rows_of(found, 0) == rows_of(found, 2)
    assert rows_of(found, 0) == sorted(rows_of(found, 0), key=lambda row: (row[0], row[1], row[4]))


def test_no_crossings_and_empty_ones():
    finder = SegmentFinder(CONFIGS["2006"])
    assert finder.find(columns([])).offsets.tolist() == [0]
    found = finder.find(columns([[], [(0, 0)], []]))
    assert found.offsets.tolist() == [0, 0, 0, 0]
    assert len(found.tick) == len(found.phi) == 0


def test_a_refused_crossing_leaves_nothing_behind():
    finder = SegmentFinder(CONFIGS["2006"])
    event = track_hits(0.1, 0.0, 3000, [0])
    before = rows_of(finder.find(columns([event])), 0)
    with pytest.raises(InputError, match=r"hit 20: channel 7104, allowed: 0-7103"):
        finder.find(columns([[*event[:20], (7104, 3000), *event[20:]]]))
    assert rows_of(finder.find(columns([[]])), 0) == []
    assert rows_of(finder.find(columns([event])), 0) == before


def test_columns_that_are_no_hits_are_refused():
    finder = SegmentFinder(CONFIGS["2006"])
    good = columns([[(1, 2)], [(3, 4)]])
    for changes in (
        {"channel": np.array([1, 70_000])},
        {"time": good["time"][:1]},
        {"offsets": np.array([0, 2, 1])},
        {"offsets": np.array([1, 2])},
        {"offsets": np.zeros(0, np.int64)},
        {"time": good["time"].reshape(1, 2)},
    ):
        with pytest.raises(InputError, match=r"dch|find"):
            finder.find({**good, **changes})


def test_what_the_kernel_refuses():
    table = make_tables(CONFIGS["2006"]).packed()
    group = ((0, 0, 1, 2, 2, 3, 3, 3), (0, 1, 0, 0, 1, -1, 0, 1))
    cells = CELLS.tolist()
    for arguments in (
        (table[:9], cells, *group, 1, 12),
        (table, cells[:9], *group, 1, 12),
        (table, [*cells[:8], 240 + 256, 0], *group, 1, 12),
        (table, cells, group[0][::-1], group[1], 1, 12),
        (table, cells, group[0], (0, 2, *group[1][2:]), 1, 12),
        (table, cells, *group, 0, 12),
        (table, cells, *group, 1, 65),
    ):
        with pytest.raises(InputError, match="Finder"):
            babar_tsf.Finder(*arguments)
    finder = babar_tsf.Finder(table, cells, *group, 1, 12)
    good = columns([[(1, 2)], [(3, 4)]])
    empty = SegmentFinder(CONFIGS["2006"]).find(columns([[], []]))
    with pytest.raises(InputError, match="rows"):
        finder.find(good["channel"], good["time"], good["offsets"], 0, empty)
