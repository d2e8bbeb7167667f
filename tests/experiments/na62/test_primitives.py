"""NewCHOD and MUV3: kernels against the slow reference, and the golden numbers of the clustering rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference import na62_tiles as reference

from trigemu.errors import InputError
from trigemu.experiments.na62.bits import BIT_NAMES
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import L0
from trigemu.experiments.na62.detector.geometry import CHANNEL_IDS, PAD_IDS, TILE_IDS
from trigemu.experiments.na62.detector.tiles import INNER_TILES, MUV3_TILES, NEWCHOD_TILES
from trigemu.experiments.na62.level0.primitives import (
    Primitives,
    muv3_primitives,
    newchod_primitives,
    tile_keys,
)
from trigemu.experiments.na62.level0.scratch import Scratch

MAKE = {"newchod": newchod_primitives, "muv3": muv3_primitives}


def columns(hits):
    hits = sorted(hits)
    found = {
        "time": np.array([hit[0] for hit in hits], np.int64),
        "channel": np.array([hit[1] for hit in hits], np.uint16),
        "value": np.zeros(len(hits), np.uint16),
    }
    for values in found.values():
        values.flags.writeable = False
    return found


def rows(primitives: Primitives):
    return list(
        zip(primitives.time.tolist(), primitives.word.tolist(), primitives.hits.tolist(), strict=True)
    )


def fire(tiles_and_times, **kwargs):
    """Return NewCHOD primitives of tile hits with both channels at the same time."""
    hits = [(time, channel) for tile, time in tiles_and_times for channel in (tile, tile + 50)]
    return newchod_primitives(columns(hits), L0(**kwargs), 0, seed=1)


def fired(word):
    return {name for bit, name in enumerate(BIT_NAMES[64:80]) if word >> bit & 1}


def times(width):
    return st.integers(-width, width) | st.integers(0, 200) | st.integers(1000, 1100)


hit_lists = {
    "newchod": st.lists(
        st.tuples(times(4096), st.sampled_from(CHANNEL_IDS.tolist()) | st.integers(0, 65535)), max_size=60
    ),
    "muv3": st.lists(st.tuples(times(4096), st.integers(0, 360)), max_size=60),
}
tile_lists = st.lists(st.tuples(st.integers(0, 2500), st.sampled_from(TILE_IDS.tolist())), max_size=150)


@pytest.mark.parametrize("detector", ["newchod", "muv3"])
@given(data=st.data(), window=st.integers(1, 255))
def test_tile_hits_are_those_of_the_reference(detector, data, window):
    hits = sorted(data.draw(hit_lists[detector]))
    ids = TILE_IDS.tolist() if detector == "newchod" else list(range(152))
    expected = [
        (time << 16) | ids.index(tile) << 1 | tight
        for time, tile, tight in reference.tile_hits(hits, detector, window)
    ]
    assert tile_keys(columns(hits), detector, window).tolist() == expected


@pytest.mark.parametrize("detector", ["newchod", "muv3"])
@given(
    data=st.data(),
    window=st.integers(1, 300),
    period=st.integers(0, 3),
    bits=st.sampled_from(["qe", "cnt"]),
    seed=st.integers(0, 2**63 - 1),
    split=st.integers(0, 2**30),
)
@settings(max_examples=150, deadline=None)
def test_primitives_are_those_of_the_reference(detector, data, window, period, bits, seed, split):
    hits = data.draw(hit_lists[detector])
    if detector == "newchod":
        # Whole tiles, so that crowded splits come up as well.
        hits += [(t, c) for t, tile in data.draw(tile_lists) for c in (tile, tile + 50)]
    l0 = L0(window=(window,) * 7, muv3_period=period, newchod_period=period, newchod_bits=bits)
    tight = l0.tight_window if detector == "newchod" else l0.muv3_tight_window
    expected = reference.primitives(
        reference.tile_hits(sorted(hits), detector, tight),
        detector,
        layout=bits if detector == "newchod" else "muv3",
        window=window,
        period=period,
        seed=seed,
        start_timestamp=4 * split,
    )
    assert rows(MAKE[detector](columns(hits), l0, 4 * split, seed)) == expected


@given(hits=hit_lists["newchod"], shift=st.integers(-50, 50))
def test_only_absolute_time_matters(hits, shift):
    found = newchod_primitives(columns(hits), L0(), 4000, seed=7)
    moved = newchod_primitives(
        columns([(t - 1024 * shift, c) for t, c in hits]), L0(), 4000 + 4 * shift, seed=7
    )
    assert (moved.time + 1024 * shift).tolist() == found.time.tolist()
    assert moved.word.tolist() == found.word.tolist()


def test_channel_average_bias_is_a_quarter_of_a_count():
    # E9: over differences that are equally frequent, min + floor(diff / 2) is low by 1/4 count on average.
    bias = []
    for apart in range(-103, 105):
        hits = columns([(5000, 101), (5000 + apart, 151)])
        (key,) = tile_keys(hits, "newchod", 104).tolist()
        assert key & 1
        bias.append((key >> 16) - (5000 + apart / 2))
    assert sum(bias) / len(bias) == -0.25
    assert set(bias) == {0.0, -0.5}
    assert round(1000 * LSB_NS * -0.25) == -24
    assert 1000 * LSB_NS * min(bias) > -49


def test_a_pair_outside_the_window_is_two_loose_hits():
    inside = tile_keys(columns([(100, 101), (203, 151)]), "newchod", 103).tolist()
    outside = tile_keys(columns([(100, 101), (204, 151)]), "newchod", 103).tolist()
    assert inside == [151 << 16 | 1]
    assert outside == [100 << 16, 204 << 16]


@pytest.mark.parametrize("period", [0, 1, 2, 3])
@pytest.mark.parametrize("count", [31, 32, 33, 60])
def test_crowded_splits_by_firmware_period(period, count):
    # E10: all hits in one cluster, then in two, so that what was cut shows in the number of hits.
    found = fire([(tile, 100) for tile in TILE_IDS[:count].tolist()], newchod_period=period)
    assert len(found.time) == (0 if count > 31 and period < 2 else 1)
    halves = [(tile, 100 if k % 2 else 900) for k, tile in enumerate(TILE_IDS[:count].tolist())]
    order = reference.in_line([(t, tile, True) for tile, t in halves], "newchod", 1, 0)
    kept = [] if count > 31 and period < 2 else order if count <= 31 else order[:32]
    expected = [min(15, sum(t == at for t, _, _ in kept)) for at in (100, 900) if kept]
    assert fire(halves, newchod_period=period).hits.tolist() == expected


def test_the_first_32_hits_are_kept_in_the_shuffled_order():
    late = [(tile, 100 + 7 * k) for k, tile in enumerate(TILE_IDS[:80].tolist())]
    found = fire(late, newchod_period=3)
    order = reference.in_line([(t, tile, True) for tile, t in late], "newchod", 1, 0)[:32]
    expected = reference.clusters(order, 64)
    assert sum(len(cluster) for cluster in expected) < 80
    assert sorted(map(reference.cluster_time, expected)) == found.time.tolist()


def test_counters_saturate_at_fifteen():
    # E11, seen through the count bits; the 16th hit does not move the time either.
    for count in (14, 15, 16, 20):
        found = fire([(tile, 100) for tile in TILE_IDS[:count].tolist()], newchod_bits="cnt")
        assert found.word[0] & 15 == min(count, 15)
        assert found.hits[0] == min(count, 15)


def test_at_most_eight_clusters_in_a_split():
    found = fire([(TILE_IDS[k], 100 * k) for k in range(10)])
    assert len(found.time) == 8


def test_two_muons_in_opposite_quadrants():
    (word,) = fire([(105, 100), (305, 163)]).word
    assert fired(word) == {
        *("h1", "h2", "ht1", "ht2", "ho1", "hto1"),
        *("q2", "qx", "utmc", "utmco", "newchod|q1"),
    }


def test_the_window_is_strict():
    assert len(fire([(105, 100), (305, 163)]).time) == 1
    assert [fired(w) >= {"h2"} for w in fire([(105, 100), (305, 164)]).word] == [False, False]


def test_one_muon_in_an_inner_tile():
    (word,) = fire([(301, 100)]).word
    assert fired(word) == {"qe3", "h1", "ht1", "utmc", "utmco", "newchod|q1"}


def test_a_split_border_separates():
    assert len(fire([(105, 1020), (305, 1030)]).time) == 2


def test_geometry_of_the_boards():
    # E13, and the balance of the inner MUV3 pads.
    assert len(TILE_IDS) == 152
    assert len(CHANNEL_IDS) == 304
    assert len(PAD_IDS) == 148
    assert len(INNER_TILES) == 18
    assert np.count_nonzero(NEWCHOD_TILES & 16) == 152 - 18
    inner = MUV3_TILES[144:152]
    assert [np.count_nonzero(inner == 1 << q) for q in range(4)] == [2, 2, 2, 2]
    outer = MUV3_TILES[:144]
    assert [np.count_nonzero(outer == (16 | 1 << q)) for q in range(4)] == [35, 35, 35, 35]


def test_bad_input_is_named():
    unsorted = {"time": np.array([5, 4]), "channel": np.array([101, 102], np.uint16)}
    with pytest.raises(InputError, match="'newchod': hit 1 is out of time order"):
        newchod_primitives(unsorted, L0(), 0, 1)
    with pytest.raises(InputError, match="multiple of 4"):
        newchod_primitives(columns([]), L0(), 2, 1)
    with pytest.raises(ValidationError, match="at most 2044"):
        L0(slot_bits=3, read_latency_timestamps=2045)


def test_scratch_is_used_again_and_grows():
    scratch = Scratch()
    small = columns([(100, 101), (103, 151)])
    large = columns([(10 * k, 101 + k % 38) for k in range(5000)])
    fresh = [rows(newchod_primitives(hits, L0(), 0, 1)) for hits in (small, large, small)]
    reused = [rows(newchod_primitives(hits, L0(), 0, 1, scratch)) for hits in (small, large, small)]
    assert reused == fresh
    first = newchod_primitives(small, L0(), 0, 1, scratch)
    assert np.shares_memory(first.time, newchod_primitives(small, L0(), 0, 1, scratch).time)
