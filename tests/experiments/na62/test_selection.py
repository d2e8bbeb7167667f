"""The e+e- selection and the monitoring histograms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import na62_monitor as reference

from trigemu._kernels import na62_monitor as kernels
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import DETECTOR_ORDER, L0, Selection
from trigemu.experiments.na62.experiment import EXPERIMENT
from trigemu.experiments.na62.level0.primitives import muv3_primitives, newchod_primitives
from trigemu.experiments.na62.monitor import HISTOGRAMS, fill
from trigemu.experiments.na62.selection import PASSES, pads_near, passes_ee, passes_mumu, window_lsb
from trigemu.frames.frame import TimeFrame


def columns(rows):
    rows = sorted(rows)
    return {
        "time": np.array([row[0] for row in rows], np.int64),
        "channel": np.array([row[1] for row in rows], np.uint16),
        "value": np.array([row[2] if len(row) > 2 else 0 for row in rows], np.uint16),
    }


DEFAULT = Selection()


def passes(time=(5000,), selection=DEFAULT, **sources):
    frame = TimeFrame(1, 0, {name: columns(rows) for name, rows in sources.items()})
    return passes_ee(frame, np.array(time, np.int64), selection).tolist()


def pair(time, channel=3):
    return [(time + 5, channel, 0), (time + 15, channel, 1)]


def test_nothing_seen_passes():
    assert passes(lav=[], anti0=[]) == [True]
    assert passes() == [True]


def test_lav_window_is_inclusive_and_needs_a_pair():
    limit = window_lsb(6.0)
    assert limit == 61
    assert passes(lav=pair(5000 + limit)) == [False]
    assert passes(lav=pair(5000 + limit + 1)) == [True]
    assert passes(lav=pair(5000 - limit)) == [False]
    assert passes(lav=pair(5000 - limit - 1)) == [True]
    assert passes(lav=[(5000, 3, 0)]) == [True]


def test_lav_pairs_needed():
    two = Selection(lav_pairs=2)
    assert passes(selection=two, lav=pair(5000)) == [True]
    assert passes(selection=two, lav=pair(5000) + pair(5010, 4)) == [False]


def test_anti0_window():
    limit = window_lsb(10.0)
    times = (5000, 6000, 7000)
    assert passes(times, anti0=[(5000 + limit, 0), (6000 + limit + 1, 0), (7000 - limit, 0)]) == [
        False,
        True,
        False,
    ]


def mumu(time=(5000,), selection=DEFAULT, **sources):
    frame = TimeFrame(1, 0, {name: columns(rows) for name, rows in sources.items()})
    return passes_mumu(frame, np.array(time, np.int64), selection).tolist()


def test_mumu_needs_two_pads_in_the_window():
    limit = window_lsb(5.0)
    assert mumu() == mumu(muv3=[]) == [False]
    # The two channels of a pad, or a pad twice, are one pad; a channel that reads none is none.
    assert mumu(muv3=[(5000, 13), (5003, 213), (5010, 13), (5005, 65)]) == [False]
    assert mumu(muv3=[(5000 - limit, 13), (5000 + limit, 214)]) == [True]
    assert mumu(muv3=[(5000 - limit - 1, 13), (5000 + limit, 214)]) == [False]
    assert mumu(muv3=[(5000, 13), (5000 + limit + 1, 214)]) == [False]


def test_vetoes_of_mumu_are_looser():
    two = [(5000, 13), (5000, 14)]
    three = [hit for channel in range(3) for hit in pair(5000, channel)]
    assert mumu(muv3=two, lav=three[:4]) == [True]
    assert mumu(muv3=two, lav=three) == [False]
    assert passes(lav=three[:2]) == [False]
    apart = 5000 + window_lsb(5.0) + 1
    assert mumu(muv3=two, anti0=[(apart, 0)]) == [True]
    assert passes(anti0=[(apart, 0)]) == [False]
    assert mumu(muv3=two, anti0=[(apart - 1, 0)]) == [False]


PADS = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from([0, 1, 65, 143, 151, 200, 201, 350])), max_size=40
)


@given(PADS, st.lists(st.integers(0, 300), max_size=5), st.integers(0, 60))
def test_pads_are_counted_as_the_obvious_loop_does(rows, times, window):
    found = pads_near(columns(rows), np.array(times, np.int64), (window + 0.5) * LSB_NS)
    wanted = [
        len({channel % 200 for hit, channel in rows if abs(hit - time) <= window and channel % 200 != 65})
        for time in times
    ]
    assert found.tolist() == wanted


def test_every_selection_of_the_experiment_has_a_function():
    assert set(EXPERIMENT.selections) == set(PASSES)


def monitored(**sources):
    frame = TimeFrame(1, 0, {name: columns(rows) for name, rows in sources.items()})
    found = dict.fromkeys(DETECTOR_ORDER)
    if "newchod" in sources:
        found["newchod"] = newchod_primitives(frame["newchod"], L0(), 0, 1)
    if "muv3" in sources:
        found["muv3"] = muv3_primitives(frame["muv3"], L0(), 0, 1)
    return fill(frame, found, L0())


def test_histograms_have_the_shapes_that_are_announced():
    counts = monitored(newchod=[], muv3=[])
    assert {name: array.shape for name, array in counts.items()} == {
        name: spec.shape for name, spec in HISTOGRAMS.items()
    }
    assert all(array.dtype == np.int64 for array in counts.values())
    assert not any(array.any() for array in counts.values())


def test_tile_map_shows_a_tile_on_its_bricks():
    counts = monitored(newchod=[(100, 101), (107, 151), (100, 65000)])
    # Tile 1 of quadrant 1 is the two bricks nearest the beam in x, y >= 0.
    assert np.argwhere(counts["newchod_tiles"]).tolist() == [[8, 10], [9, 10]]
    assert counts["newchod_tiles"].sum() == 2 * 2
    assert np.flatnonzero(counts["newchod_channels"]).tolist() == [0, 38]
    assert np.flatnonzero(counts["newchod_pair_dt"]).tolist() == [128 - 7]
    assert counts["newchod_multiplicity"].tolist() == [0, 1, *[0] * 14]


def test_pairs_need_two_sides_and_the_window():
    assert monitored(newchod=[(100, 101), (110, 101)])["newchod_pair_dt"].sum() == 0
    assert monitored(newchod=[(100, 101), (204, 151)])["newchod_pair_dt"].sum() == 0
    counts = monitored(newchod=[(100, 151), (110, 101), (200, 102), (200, 152)])["newchod_pair_dt"]
    assert np.flatnonzero(counts).tolist() == [128, 128 + 10]


def test_muv3_map_and_time_difference():
    counts = monitored(
        newchod=[(100, 101), (100, 151), (900, 101), (900, 151)],
        muv3=[(140, 13), (140, 213), (800, 144), (5000, 65)],
    )
    assert np.argwhere(counts["muv3_pads"]).tolist() == [[1, 1], [5, 5]]
    assert counts["muv3_pads"][1, 1] == 2
    assert np.flatnonzero(counts["muv3_newchod_dt"]).tolist() == [(512 - 100) // 8, (512 + 40) // 8]
    assert counts["muv3_multiplicity"].tolist() == [0, 2, *[0] * 14]


TILES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=60).map(sorted)


@given(TILES, st.integers(0, 30))
def test_kernel_counts_tiles_as_the_obvious_loop_does(rows, window):
    # Channels 0 to 7 read four tiles, 8 and 9 none.
    code_of = np.full(1 << 16, 0xFFFF, np.uint16)
    code_of[:8] = np.arange(8)
    time, channel = (
        np.array([row[k] for row in rows], dtype) for k, dtype in ((0, np.int64), (1, np.uint16))
    )
    hits, pairs = np.zeros(8, np.int64), np.zeros(20, np.int64)
    kernels.tile_hits(time, channel, code_of, window, hits, pairs)
    wanted_hits, wanted_pairs = reference.tile_hits(
        time.tolist(), channel.tolist(), {c: c for c in range(8)}, window
    )
    assert hits.tolist() == [wanted_hits[code] for code in range(8)]
    assert pairs.tolist() == [wanted_pairs[apart] for apart in range(-10, 10)]


SORTED = st.lists(st.integers(-50, 50), max_size=20).map(sorted)


@given(SORTED, SORTED, st.integers(1, 5))
def test_kernel_finds_the_nearest(time, other, width):
    counts = np.zeros(10, np.int64)
    kernels.nearest(np.array(time, np.int64), np.array(other, np.int64), width, counts)
    wanted = np.zeros(10, np.int64)
    for apart, count in reference.nearest(time, other).items():
        if 0 <= apart // width + 5 < 10:
            wanted[apart // width + 5] += count
    assert counts.tolist() == wanted.tolist()


def test_kernel_refuses_tables_that_do_not_fit():
    none, channel = np.zeros(0, np.int64), np.zeros(0, np.uint16)
    with pytest.raises(ValueError, match="lengths"):
        kernels.tile_hits(none, channel, np.zeros(8, np.uint16), 5, np.zeros(8, np.int64), none)
    with pytest.raises(ValueError, match="lengths"):
        kernels.tile_hits(none, channel, np.zeros(1 << 16, np.uint16), 5, np.zeros(514, np.int64), none)
