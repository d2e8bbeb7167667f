"""BaBar's muon trigger against its slow twin, exactly; the table of codes; hostile input."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.babar_ift import code, codes

from trigemu._kernels.babar_ift import Finder
from trigemu.errors import InputError
from trigemu.experiments.babar.ift.codes import MuonFinder, Topology, code_table, topology
from trigemu.experiments.babar.ift.config import Ift

IFT = Ift(hold_ticks=4)


def columns_of(events):
    """Return the source's columns of lists of (channel, time)."""
    rows = np.array([hit for event in events for hit in event], np.int64).reshape(-1, 2)
    return {
        "channel": rows[:, 0].astype(np.uint8),
        "time": rows[:, 1].astype(np.int16),
        "offsets": np.cumsum([0, *map(len, events)]).astype(np.int64),
    }


def found(hits, config=IFT):
    """Return the codes of one crossing."""
    return MuonFinder(config).codes(columns_of([hits]))[0].tolist()


def muon(sector, time=1030, layers=(0, 2, 5, 7)):
    """Return the hits of a muon."""
    return [(8 * sector + layer, time) for layer in layers]


# Muons whose hits straddle the window, single hits anywhere.
MUON = st.tuples(
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 140)), min_size=2, max_size=9),
    st.one_of(st.integers(1000, 1200), st.integers(-600, 0), st.integers(8000, 8300)),
).map(lambda m: [(8 * m[0] + layer, m[2] + after) for layer, after in m[1]])
NOISE = st.tuples(st.integers(0, 79), st.integers(-(2**15), 2**15 - 1)).map(lambda hit: [hit])
EVENT = st.lists(st.one_of(MUON, MUON, NOISE), max_size=8).map(lambda parts: list(itertools.chain(*parts)))


@settings(max_examples=60)
@given(
    events=st.lists(EVENT, max_size=3),
    changes=st.fixed_dictionaries(
        {},
        optional={
            "layers": st.integers(1, 8),
            "window_counts": st.sampled_from([1, 20, 4096]),
            "hold_ticks": st.integers(1, 16),
            "tolerance": st.integers(0, 1),
            "strict": st.booleans(),
            "codes": st.just((0, 7, 6, 0, 4, 5, 2, 1)),
        },
    ),
)
def test_every_code_is_the_slow_twins(events, changes):
    config = Ift(**changes)
    assert MuonFinder(config).codes(columns_of(events)).tolist() == [codes(event, config) for event in events]


@pytest.mark.parametrize("tolerance", [0, 1])
@pytest.mark.parametrize("strict", [False, True])
def test_the_whole_table(tolerance, strict):
    table = code_table(Ift(tolerance=tolerance, strict=strict))
    for sectors in range(1024):
        muons = {s for s in range(10) if sectors >> s & 1}
        assert table[sectors] == code(muons, tolerance, strict), muons


@pytest.mark.parametrize(
    ("barrel", "forward", "backward", "expected"),
    [
        (0b000000, 0, 0, Topology.NONE),
        (0b000000, 0, 1, Topology.BACKWARD),
        (0b000000, 1, 0, Topology.FORWARD),
        (0b100000, 0, 0, Topology.BARREL),
        (0b001001, 1, 0, Topology.PAIR_AND_FORWARD),
        (0b000001, 1, 0, Topology.BARREL_AND_FORWARD),
        (0b100100, 0, 0, Topology.PAIR),
        (0b000011, 0, 0, Topology.SEVERAL),
        (0b000000, 2, 0, Topology.SEVERAL),
        (0b000001, 0, 1, Topology.SEVERAL),
        (0b000000, 1, 1, Topology.SEVERAL),
        (0b000101, 0, 0, Topology.SEVERAL),
    ],
)
def test_topologies_of_the_facts(barrel, forward, backward, expected):
    """Rows of the table in section 7, and what is none of 5-7; with nothing else there strictness does not matter."""
    assert topology(barrel, forward, backward) == expected
    assert topology(barrel, forward, backward, strict=True) == expected


def test_more_muons_than_a_topology_names():
    assert topology(0b001001, 0, 1) == Topology.PAIR
    assert topology(0b001001, 0, 1, strict=True) == Topology.SEVERAL
    assert topology(0b000101, 0, 0, tolerance=1) == Topology.PAIR


@pytest.mark.parametrize(("spread", "there"), [(127, True), (128, False)])
def test_four_layers_within_the_window(spread, there):
    hits = [*muon(2, 1030, (0, 3, 4)), (8 * 2 + 6, 1030 + spread)]
    tick = (1030 + spread) // 128
    expected = [4 if there and tick <= t < tick + IFT.hold_ticks else 0 for t in range(64)]
    assert found(hits) == expected


def test_a_layer_counts_once():
    assert not any(found(muon(2, layers=(0, 0, 3, 3, 3, 5, 5, 5))))


def test_muons_of_a_pair_that_come_apart():
    """While both are held they are a pair; before and after, each is alone."""
    codes_ = found([*muon(0, 1024), *muon(3, 1024 + 2 * 128)])
    assert codes_[8:15] == [4, 4, 7, 7, 4, 4, 0]


def test_a_muon_before_the_axis_reaches_into_it():
    assert found(muon(9, -1))[:4] == [2, 2, 2, 0]
    assert found(muon(6, 8191))[62:] == [0, 3]


def test_many_hits_are_put_in_order():
    """More than any detector gives; the twin would take minutes, so the answer is made by hand."""
    rng = np.random.default_rng(3)
    n = 20_000
    hits = columns_of([list(zip(rng.integers(0, 3, n), rng.integers(0, 8192, n), strict=True))])
    assert not MuonFinder(IFT).codes(hits).any()
    hits["channel"][rng.integers(n)] = 7
    late = int(hits["time"][hits["channel"] == 7][0])
    on = np.flatnonzero(MuonFinder(IFT).codes(hits)[0])
    assert on[0] == late // 128
    assert on[-1] == (late + 127) // 128 + 3


@pytest.mark.parametrize(("name", "value"), [("channel", 80), ("offsets", 9), ("offsets", -1)])
def test_what_no_frame_holds(name, value):
    columns = columns_of([muon(1)])
    columns[name][-1] = value
    with pytest.raises(InputError, match=r"Finder\.run"):
        MuonFinder(IFT).codes(columns)


def test_arrays_that_do_not_fit():
    columns = columns_of([muon(1)])
    columns["time"] = columns["time"][:-1]
    with pytest.raises(InputError, match=r"Finder\.run"):
        MuonFinder(IFT).codes(columns)
    with pytest.raises(InputError, match="Finder"):
        Finder(IFT, code_table(IFT)[:-1])
    with pytest.raises(InputError, match="Finder"):
        Finder(IFT.model_copy(update={"hold_ticks": 65}), code_table(IFT))


def test_no_crossings_and_empty_ones():
    assert MuonFinder(IFT).codes(columns_of([])).shape == (0, 64)
    assert not MuonFinder(IFT).codes(columns_of([[], []])).any()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"codes": (0, 1)}, "at least 8"),
        ({"codes": (0, 1, 2, 3, 4, 5, 6, 8)}, "less than or equal to 7"),
        ({"layers": 9}, "equal to 8"),
    ],
)
def test_bad_settings(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        Ift(**changes)
