"""Track segments: the experiment's conformance vectors, and a slow reference on hits made to hurt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.belle2_cdc import segments as slow

from trigemu.errors import InputError
from trigemu.experiments.belle2.cdc import geometry as g
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.segments import SegmentFinder, least_layers, lower_neighbours, wire_hits

NAMES = ("segment", "position", "left_right", "time", "fastest", "found", "pattern")
RNG = np.random.default_rng(5)
ONES = np.ones(1 << 16, np.uint8), np.ones(1 << 12, np.uint8)


def layers_hit(shape):
    """Number of layers with a hit, for every table index."""
    entries = np.arange(1 << (len(shape) + 1)) >> 1
    layers = {layer: sum(1 << b for b, (own, _) in enumerate(shape) if own == layer) for layer, _ in shape}
    return sum((entries & mask != 0).astype(int) for mask in layers.values())


def random_tables(least):
    """Return tables that fire at random, in both senses, where enough layers are hit."""
    counts = layers_hit(g.INNER_SHAPE), layers_hit(g.OUTER_SHAPE)
    return tuple(
        np.where(n >= least, RNG.choice(4, len(n), p=[0.2, 0.3, 0.3, 0.2]), 0).astype(np.uint8)
        for n in counts
    )


TABLES = [random_tables(least) for least in (4, 3, 2, 5)] + [ONES]


@pytest.fixture(scope="module")
def finder_of(tmp_path_factory):
    """Return a function: tables and options to a finder."""
    folder, made = tmp_path_factory.mktemp("tables"), {}

    def make(tables, **options):
        key = (tables[0].tobytes(), *options.items())
        if key not in made:
            path = folder / f"{len(made)}.npz"
            np.savez(path, inner=tables[0], outer=tables[1])
            made[key] = SegmentFinder(Cdc(tables=str(path), **options))
        return made[key]

    return make


def columns(events):
    """Return a source's columns, read-only, from lists of (channel, tdc)."""
    flat = [hit for event in events for hit in event]
    arrays = {
        "channel": np.array([hit[0] for hit in flat], np.uint16),
        "tdc": np.array([hit[1] for hit in flat], np.int16),
        "offsets": np.cumsum([0, *map(len, events)]),
    }
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def rows(found, event):
    part = slice(*found.offsets[event : event + 2])
    return list(zip(*(getattr(found, name)[part].tolist() for name in NAMES), strict=True))


def test_conformance(shared_data):
    """Zero differences to the experiment's own software, wire hits to track segments."""
    folder = shared_data / "belle2"
    with np.load(folder / "conformance" / "cdc_events.npz") as file:
        data = dict(file)
    tables = str(folder / "innerLUT_v3.0.coe"), str(folder / "outerLUT_v3.0.coe")
    hits = wire_hits(data["hit_layer"], data["hit_wire"], data["hit_tdc"], data["hit_offsets"])
    found = SegmentFinder(Cdc(tables=tables)).find(hits)
    expected = {
        "offsets": "offsets",
        "segment": "segment_id",
        "position": "priority_position",
        "left_right": "left_right_v3",
        "time": "priority_time",
        "fastest": "fastest_time",
        "found": "found_time",
        "pattern": "hit_pattern",
    }
    for name, key in expected.items():
        np.testing.assert_array_equal(getattr(found, name), data[f"ts_{key}"], err_msg=name)
    np.testing.assert_array_equal(g.segment_superlayer(found.segment), data["ts_superlayer"])
    layer, wire = g.priority_wire(found.segment, found.position)
    np.testing.assert_array_equal(layer, data["ts_priority_layer"])
    np.testing.assert_array_equal(wire, data["ts_priority_wire"])
    # The sample contains what the quirk changes; otherwise this test would say nothing about it.
    ideal = SegmentFinder(Cdc(tables=tables, ideal_neighbours=True)).find(hits)
    assert len(ideal.segment) != len(found.segment)


# Hits crowd around wire 0 and around the places where segment 0 wrongly looks for its neighbour.
_near = st.one_of(
    st.integers(-5, 5), st.integers(28, 34), st.integers(60, 66), st.integers(92, 98), st.integers(220, 226)
)
_hit = st.tuples(st.integers(0, 7), _near, st.integers(4445, 4955))
_crossing = st.tuples(st.integers(0, 8), st.lists(_hit, max_size=70))


def hits_of(crossing):
    superlayer, hits = crossing
    first = int(np.searchsorted(g.SUPERLAYER, superlayer))
    depth = int((superlayer == g.SUPERLAYER).sum())
    return [(int(g.wire_channel(first + layer % depth, wire)), tdc) for layer, wire, tdc in hits]


@settings(max_examples=80, deadline=None)
@given(st.lists(_crossing, max_size=3), st.sampled_from(range(len(TABLES))), st.booleans())
def test_kernel_is_the_slow_reference(finder_of, crossings, which, ideal):
    tables = TABLES[which]
    events = [hits_of(crossing) for crossing in crossings]
    found = finder_of(tables, ideal_neighbours=ideal).find(columns(events))
    assert len(found.offsets) == len(events) + 1
    for event, hits in enumerate(events):
        expected = slow([hit[0] for hit in hits], [hit[1] for hit in hits], *tables, ideal_neighbours=ideal)
        assert rows(found, event) == expected


@pytest.mark.parametrize("occupancy", [0.02, 0.15, 0.5])
def test_kernel_is_the_slow_reference_on_whole_chambers(finder_of, occupancy):
    """All wires everywhere: full superlayers, both ends of every row, and memory left by the crossing before."""
    rng = np.random.default_rng(17)
    events = []
    for _ in range(2):
        hit = np.flatnonzero(rng.random(g.CHANNELS) < occupancy)
        again = rng.choice(hit, len(hit) // 4)
        wires = rng.permutation(np.concatenate([hit, again]))
        events.append(list(zip(wires.tolist(), rng.integers(4440, 4960, len(wires)).tolist(), strict=True)))
    found = finder_of(TABLES[0]).find(columns(events))
    for event, hits in enumerate(events):
        assert rows(found, event) == slow(*zip(*hits, strict=True), *TABLES[0])


def test_all_wires_at_once(finder_of):
    """Every segment has its first-priority wire, so all 2336 fire."""
    found = finder_of(ONES).find(columns([[(wire, 4800) for wire in range(g.CHANNELS)]]))
    assert found.segment.tolist() == list(range(2336))
    assert set(found.position.tolist()) == {3}
    assert set(found.time.tolist()) == set(found.fastest.tolist()) == set(found.found.tolist()) == {50}


def test_window_is_inclusive_and_its_limits_are_options(finder_of):
    wires = g.segment_wires(4)[17]
    for tdc, seen in [(4449, False), (4450, True), (4950, True), (4951, False)]:
        found = finder_of(TABLES[4]).find(columns([[(int(wire), tdc) for wire in wires]]))
        assert (len(found.segment) > 0) == seen
    found = finder_of(TABLES[4], tdc_low=4500).find(columns([[(int(wire), 4499) for wire in wires]]))
    assert len(found.segment) == 0


def test_no_crossings_and_empty_crossings(finder_of):
    finder = finder_of(TABLES[4])
    none = finder.find(columns([]))
    assert none.offsets.tolist() == [0]
    assert len(none.segment) == 0
    one = [(int(wire), 4800) for wire in g.segment_wires(0)[0]]
    found = finder.find(columns([[], one, [], []]))
    assert found.offsets[1] == 0 < found.offsets[2] == found.offsets[4]
    assert finder.find(columns([[], []])).offsets.tolist() == [0, 0, 0]


def test_second_priority_without_a_time_difference_goes_right(finder_of):
    layer, wire = g.priority_wire(g.SEGMENT_FIRST[6] + 9, g.SECOND_LEFT)
    both = [int(g.wire_channel(layer, wire)), int(g.wire_channel(layer, wire - 1))]
    for times, position in [((4800, 4800), 1), ((4799, 4800), 1), ((4801, 4800), 2), ((4800, 4802), 1)]:
        found = finder_of(ONES).find(columns([list(zip(both, times, strict=True))]))
        own = found.segment == g.SEGMENT_FIRST[6] + 9
        assert found.position[own].tolist() == [position]


def test_channels_beyond_the_chamber_are_refused(finder_of):
    with pytest.raises(InputError, match=r"^source cdc: hit 1 has channel 14336, allowed are 0-14335$"):
        finder_of(ONES).find(columns([[(5, 4800)], [(14336, 4800)]]))


@pytest.mark.parametrize(("layer", "wire"), [(56, 0), (-1, 0), (0, 160), (7, -1), (55, 384)])
def test_wires_that_do_not_exist_are_refused(layer, wire):
    with pytest.raises(
        InputError, match=rf"^hit 1 is on wire {wire} of layer {layer}: allowed are layers 0-55 "
    ):
        wire_hits([3, layer], [4, wire], [4800, 4800], [0, 2])
    with pytest.raises(InputError, match="1 layers of hits but 2 wires"):
        wire_hits(np.array([3]), np.array([4, 5]), np.array([4800, 4800]), np.array([0, 2]))


@pytest.mark.parametrize(
    ("name", "value"), [("channel", 65536 + 5), ("channel", -1), ("tdc", 40000), ("tdc", 0.5)]
)
def test_numbers_that_do_not_fit_are_refused_not_cut(finder_of, name, value):
    hits = columns([[(5, 4800), (6, 4800)]])
    with pytest.raises(InputError, match=f"{name} holds numbers"):
        finder_of(ONES).find(hits | {name: np.array([1, value])})


@pytest.mark.parametrize("offsets", [[], [0, 1], [1, 2], [0, 2, 1, 2], [0, 3]])
def test_offsets_that_do_not_cut_the_hits_are_refused(finder_of, offsets):
    hits = columns([[(5, 4800), (6, 4800)]]) | {"offsets": np.array(offsets, np.int64)}
    with pytest.raises(InputError, match="offsets"):
        finder_of(ONES).find(hits)


def test_columns_of_different_lengths_are_refused(finder_of):
    hits = columns([[(5, 4800), (6, 4800)]])
    with pytest.raises(InputError, match="2 channels but 1 tdc"):
        finder_of(ONES).find(hits | {"tdc": hits["tdc"][:1]})


def test_lower_neighbour_of_segment_0():
    assert lower_neighbours(ideal=False).tolist() == [95, 95, 63, 31, 255, 255, 255, 223, 255]
    assert lower_neighbours(ideal=True).tolist() == (g.SEGMENTS - 1).tolist()


@pytest.mark.parametrize("least", [2, 3, 4, 5])
def test_least_layers(least):
    inner, outer = random_tables(least)
    assert least_layers(inner, g.INNER_SHAPE) == least_layers(outer, g.OUTER_SHAPE) == least
    assert least_layers(np.zeros(4096, np.uint8), g.OUTER_SHAPE) == 5
