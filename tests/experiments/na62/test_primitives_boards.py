"""RICH, CHOD, LAV12 and LKr: kernels against the slow reference, and the rules by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import na62_boards as reference

from trigemu.errors import InputError
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import L0
from trigemu.experiments.na62.level0.primitives import (
    LAV_PAIR_LSB,
    chod_primitives,
    lav_pairs,
    lav_primitives,
    lkr_primitives,
    rich_primitives,
    talk_primitives,
)

MULTIPLICITY = {"rich": (rich_primitives, 488), "chod": (chod_primitives, 16)}

near = st.integers(-600, 3000) | st.integers(0, 300)
hits = st.lists(st.tuples(near, st.integers(0, 2500)), max_size=80)
crossings = st.lists(st.tuples(near, st.integers(0, 5), st.integers(0, 1)), max_size=80)
energies = st.lists(st.tuples(near, st.integers(0, 4), st.integers(0, 2500)), max_size=40)


def columns(rows):
    rows = sorted(rows)
    values = [row[2] if len(row) > 2 else 0 for row in rows]
    return {
        "time": np.array([row[0] for row in rows], np.int64),
        "channel": np.array([row[1] for row in rows], np.uint16),
        "value": np.array(values, np.uint16),
    }


def rows_of(found):
    return list(zip(found.time.tolist(), found.word.tolist(), found.hits.tolist(), strict=True))


@pytest.mark.parametrize("detector", MULTIPLICITY)
@given(rows=hits, window=st.integers(1, 200), low=st.integers(1, 4), high=st.integers(1, 8))
@settings(deadline=None)
def test_multiplicity_is_that_of_the_reference(detector, rows, window, low, high):
    make, channels = MULTIPLICITY[detector]
    l0 = L0(window=(window,) * 7, rich_pp_threshold=low, rich_sl_threshold=high)
    expected = reference.multiplicity(
        sorted(rows), channels_per_board=channels, window=window, board_threshold=low, threshold=high
    )
    assert rows_of(make(columns(rows), l0)) == expected


def test_multiplicity_is_capped_at_255():
    rows = [(100, channel) for channel in range(512)]
    assert rows_of(rich_primitives(columns(rows), L0())) == [(100, 1 << 14, 255)]
    assert rows_of(rich_primitives(columns(rows), L0(rich_sl_threshold=256))) == []


def test_each_board_must_reach_its_threshold():
    spread = [(100, 0), (100, 488), (100, 976), (100, 1464)]
    assert rows_of(rich_primitives(columns(spread), L0())) == []
    assert rows_of(rich_primitives(columns([*spread, (110, 1)]), L0())) == [(105, 1 << 14, 2)]


def test_a_cluster_goes_on_over_the_end_of_a_slot():
    # The second hit is in the next slot of 256 counts, 63 counts after the first; then one count too late.
    assert rows_of(chod_primitives(columns([(250, 0), (313, 64)]), L0())) == [(281, 1 << 14, 2)]
    assert rows_of(chod_primitives(columns([(250, 0), (314, 64)]), L0())) == []


def test_a_quadrant_of_both_planes_is_one_board_of_the_chod():
    for vertical in range(64):
        partners = [
            horizontal
            for horizontal in range(64, 128)
            if rows_of(chod_primitives(columns([(9, vertical), (9, horizontal)]), L0()))
        ]
        assert partners == list(range(64 + vertical // 16 * 16, 80 + vertical // 16 * 16))


def test_boards_wait_for_each_other():
    # Board 0 begins first and closes last: its primitive comes first all the same.
    rows = [(100, 0), (101, 16), (102, 17), (163, 1)]
    assert rows_of(chod_primitives(columns(rows), L0(window=(64,) * 7))) == [(116, 1 << 14, 4)]
    narrow = L0(window=(20,) * 7)
    late = [(100, 0), (119, 1), (109, 16), (110, 17)]
    assert rows_of(chod_primitives(columns(late), narrow)) == [(109, 1 << 14, 4)]


def test_each_pulse_is_a_primitive():
    pulses = [(0, 0), (1026, 0), (2052, 0)]
    assert rows_of(talk_primitives(columns(pulses), L0())) == [(time, 1 << 14, 1) for time, _ in pulses]


@given(rows=crossings)
@settings(deadline=None)
def test_lav_pairs_are_those_of_the_reference(rows):
    assert lav_pairs(columns(rows)).tolist() == reference.lav_pairs(sorted(rows))


@given(rows=crossings, window=st.integers(1, 300), minimum=st.integers(1, 4))
@settings(deadline=None)
def test_lav_primitives_are_those_of_the_reference(rows, window, minimum):
    l0 = L0(window=(window,) * 7, lav_minimum_hits=minimum)
    expected = reference.lav(reference.lav_pairs(sorted(rows)), window=window, minimum=minimum)
    assert rows_of(lav_primitives(columns(rows), l0)) == expected


def test_lav_pair_window():
    assert LAV_PAIR_LSB * LSB_NS < 6.5 < (LAV_PAIR_LSB + 1) * LSB_NS
    for apart, found in ((0, []), (1, [1000]), (10, [995]), (66, [967]), (67, [])):
        assert lav_pairs(columns([(1000, 3, 0), (1000 + apart, 3, 1)])).tolist() == found
    assert lav_pairs(columns([(1000, 3, 0), (1010, 4, 1)])).tolist() == []


def test_lav_sends_at_most_32_per_packet():
    rows = [(200 * k + t, c, v) for k in range(330) for c in range(3) for t, v in ((20, 0), (25, 1))]
    found = lav_primitives(columns(rows), L0())
    assert np.unique(found.time // 65536, return_counts=True)[1].tolist() == [32, 2]


@given(rows=energies, bit=st.sampled_from([10, 14]), threshold=st.integers(1, 300))
@settings(deadline=None)
def test_lkr_is_that_of_the_reference(rows, bit, threshold):
    l0 = L0(lkr_condition_bit=bit, lkr_threshold_gev=threshold / 100, lkr_cluster_gev=2.0)
    expected = reference.lkr(sorted(rows), threshold=threshold, cluster=200, condition_bit=bit)
    found = lkr_primitives(columns(rows), l0)
    assert rows_of(found) == expected
    assert np.all(np.diff(found.time) >= 0)


def test_lkr_sums_three_timestamps():
    shower = [(250, 1, 60), (300, 2, 70), (520, 3, 60)]
    assert rows_of(lkr_primitives(columns(shower), L0())) == [(353, 1 << 14 | 1 << 10, 0)]
    assert rows_of(lkr_primitives(columns(shower[1:2]), L0())) == []


def test_bad_order_is_named():
    bad = {"time": np.array([5, 4]), "channel": np.zeros(2, np.uint16), "value": np.zeros(2, np.uint16)}
    for name, make in (("rich", rich_primitives), ("lav", lav_primitives), ("lkr", lkr_primitives)):
        with pytest.raises(InputError, match=f"{name}.*hit 1 is out of time order"):
            make(bad, L0())
