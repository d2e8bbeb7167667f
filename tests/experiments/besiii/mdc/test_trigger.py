"""The drift chamber's trigger against its slow reference, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import besiii_mdc as slow

from trigemu.collider.wire_patterns import Helices, nearest
from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import MDC_CONDITIONS
from trigemu.experiments.besiii.clock import TICK_WORDS
from trigemu.experiments.besiii.mdc.config import Mdc
from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST, CHANNELS, WIRES, chamber
from trigemu.experiments.besiii.mdc.patterns import CURVATURE, IN_TRIGGER
from trigemu.experiments.besiii.mdc.trigger import MdcFinder

LAYERS = np.array([layer for own in IN_TRIGGER.values() for layer in own.layers])
CONFIGS = {
    "2016": Mdc(inner_chamber=True, segment_pt_gev=0.085),
    "without the inner chamber": Mdc(inner_chamber=False, segment_pt_gev=0.085),
    "four of four": Mdc(inner_chamber=True, segment_pt_gev=0.2, need_layers=4, many_short=1, many_long=2),
    "two of four, short hits": Mdc(
        inner_chamber=True, segment_pt_gev=0.07, need_layers=2, hit_counts=257, many_short=3, many_long=3
    ),
    "one of four, long tracks of lower momentum": Mdc(
        inner_chamber=True,
        segment_pt_gev=0.5,
        need_layers=1,
        short_pt_gev=0.6,
        long_pt_gev=0.3,
        hit_counts=1,
        back_to_back=(1, 3),
    ),
}


class Pair:
    """A finder and what the reference needs."""

    def __init__(self, config):
        self.config, self.finder = config, MdcFinder(config)
        self.patterns, self.tuples = slow.patterns_of(config), slow.tuples_of(config)


@pytest.fixture(scope="module", params=CONFIGS)
def pair(request):
    return Pair(CONFIGS[request.param])


def columns(events):
    flat = [hit for event in events for hit in event]
    return {
        "channel": np.array([channel for channel, _ in flat], np.uint16),
        "time": np.array([time for _, time in flat], np.int32),
        "offsets": np.cumsum([0, *map(len, events)]).astype(np.int64),
    }


def ticks(mask):
    """Return the set of ticks of a mask of words."""
    return {tick for tick in range(64 * len(mask)) if int(mask[tick // 64]) >> (tick % 64) & 1}


def track_hits(phi0, curvature, time, spread):
    """Return hits of a track from the collision point: the nearest wire of each layer, later in outer layers."""
    track = Helices(np.array([phi0]), np.array([curvature]), np.zeros(1), np.zeros(1))
    found = []
    for layer in LAYERS.tolist():
        wire, reached = nearest(chamber(), track, np.array([layer]))
        if reached[0]:
            channel = int(CHANNEL_FIRST[layer] + wire[0, 0] % WIRES[layer])
            found.append((channel, time + spread * layer % 3000))
    return found


def arc_hits(layers, start, length, time):
    """Return hits on all wires of layers in an arc (parts of the turn), which makes runs of cells."""
    found = []
    for layer in layers:
        wires = int(WIRES[layer])
        first = int(start * wires)
        found += [
            (int(CHANNEL_FIRST[layer]) + (first + k) % wires, time) for k in range(int(length * wires) + 1)
        ]
    return found


def joined(pieces):
    return [hit for piece in pieces for hit in piece]


_times = st.integers(-9000, 40_000) | st.sampled_from([0, -1, 255, 256, -8534, -8533, 32767, 32768, -(2**24)])
_turn = st.floats(0, 0.999)
_tracks = st.builds(
    track_hits,
    st.floats(-np.pi, np.pi),
    st.floats(-1 / 0.06, 1 / 0.06).map(lambda x: x * CURVATURE),
    _times,
    st.integers(0, 500),
)
_noise = st.lists(st.tuples(st.integers(0, CHANNELS - 1), _times), max_size=40)
_arcs = st.builds(arc_hits, st.just(range(16, 20)), _turn, st.floats(0, 0.2) | st.just(0.999), _times)
_flood = st.builds(
    arc_hits, st.just([*range(8, 16), *range(36, 40)]), _turn, st.sampled_from([0.3, 0.999]), _times
)
_pieces = st.lists(_tracks | _noise | _arcs, max_size=5).map(joined)
_rings = st.tuples(_flood, _arcs, _arcs, _arcs).map(joined)
_event = _pieces | _rings


@settings(max_examples=20)
@given(events=st.lists(_event, max_size=2))
def test_ticks_are_those_of_the_reference(pair, events):
    found = pair.finder.decide(columns(events))
    assert found.conditions.shape == (len(events), len(MDC_CONDITIONS), TICK_WORDS)
    for i, event in enumerate(events):
        conditions, kept = slow.decide(event, pair.config, pair.patterns, pair.tuples)
        for name, mask in zip(MDC_CONDITIONS, found.conditions[i], strict=True):
            assert ticks(mask) == conditions.get(name, set()), name
        rows = slice(found.offsets[i], found.offsets[i + 1])
        keys = list(zip(found.long[rows].tolist(), found.cell[rows].tolist(), strict=True))
        assert keys == sorted(kept)
        assert [ticks(mask) for mask in found.ticks[rows]] == [kept[key] for key in keys]


@settings(max_examples=25)
@given(event=_event, instant=_times | st.integers(0, 8000))
def test_an_instant_is_that_of_the_reference(pair, event, instant):
    # Half a count earlier is the same instant: whole counts are later.
    found = pair.finder.at(columns([event, event]), np.array([instant, instant - 0.5]) * 0.09375)
    segments, short, long = slow.at(event, instant, pair.config, pair.patterns, pair.tuples)
    for i in (0, 1):
        assert set(np.flatnonzero(found.short[i])) == short
        assert set(np.flatnonzero(found.long[i])) == long
        for number, own in found.segments.items():
            expected = segments[number] if number > 2 or pair.config.inner_chamber else set()
            assert set(np.flatnonzero(own[i])) == expected


def test_a_hit_counts_for_exactly_800_ns():
    finder = MdcFinder(CONFIGS["2016"])
    for time in (1000, 1024, 1279, 1280, 20_000):
        found = finder.decide(columns([track_hits(0.1, 0.0, time, 0)]))
        wanted = {
            tick for tick in range(128) if 24 * tick < time * 3 / 32 + 800 and time * 3 / 32 < 24 * (tick + 1)
        }
        assert ticks(found.conditions[0, MDC_CONDITIONS.index("nltrk_1")]) == wanted
        assert len(wanted) in (34, 35)


def test_many_rows_find_room():
    # All cells of both rings, more often than there is room for rows at first.
    flood = arc_hits(LAYERS.tolist(), 0.0, 0.999, 3000)
    found = MdcFinder(CONFIGS["2016"]).decide(columns([flood] * 40))
    assert np.diff(found.offsets).tolist() == [128] * 40
    assert found.cell.tolist() == [*range(0, 128, 2)] * 80
    assert found.long.tolist() == ([0] * 64 + [1] * 64) * 40
    assert (found.ticks == found.ticks[0]).all()


def test_no_crossings_and_empty_ones():
    finder = MdcFinder(CONFIGS["2016"])
    assert len(finder.decide(columns([])).conditions) == 0
    found = finder.decide(columns([[], []]))
    assert not found.conditions.any()
    assert found.offsets.tolist() == [0, 0, 0]
    instant = finder.at(columns([[]]), np.array([588.0]))
    assert not instant.long.any()
    assert {number: own.shape[1] for number, own in instant.segments.items()} == {
        1: 48, 2: 80, 3: 88, 4: 112, 5: 128, 10: 128
    }  # fmt: skip


def test_a_refused_crossing_leaves_nothing_behind():
    finder = MdcFinder(CONFIGS["2016"])
    event = track_hits(0.1, 0.0, 6000, 0)
    before = finder.decide(columns([event]))
    for call in (finder.decide, lambda bad: finder.at(bad, np.zeros(1))):
        with pytest.raises(InputError, match=r"hit 20 is on channel 6796, allowed are 0-6795"):
            call(columns([[*event[:20], (6796, 6000), *event[20:]]]))
        assert not finder.decide(columns([[]])).conditions.any()
        np.testing.assert_array_equal(finder.decide(columns([event])).conditions, before.conditions)


def test_columns_that_are_no_hits_are_refused():
    finder = MdcFinder(CONFIGS["2016"])
    good = columns([[(1, 2)], [(3, 4)]])
    for changes in (
        {"channel": good["channel"].astype(np.int64)},
        {"time": good["time"][:1]},
        {"offsets": np.array([0, 2, 1])},
        {"offsets": np.array([1, 2])},
        {"offsets": np.zeros(0, np.int64)},
        {"time": good["time"].reshape(1, 2)},
    ):
        with pytest.raises(InputError, match="mdc: "):
            finder.decide({**good, **changes})
    for instants in (np.zeros(3), np.array([0.0, np.nan]), np.array([0.0, 1e30])):
        with pytest.raises(InputError, match="instants"):
            finder.at(good, instants)
