"""The time-of-flight sub-trigger against its slow reference, and on vectors worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from reference import besiii_tof

from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import TOF_CONDITIONS
from trigemu.experiments.besiii.clock import TOF_COUNTS_PER_TICK
from trigemu.experiments.besiii.config import EPOCHS, Besiii
from trigemu.experiments.besiii.sources import BARS, FIRST_MRPC, TOF_CHANNELS
from trigemu.experiments.besiii.tof import geometry
from trigemu.experiments.besiii.tof.cells import conditions_of_cells
from trigemu.experiments.besiii.tof.config import Tof
from trigemu.experiments.besiii.tof.trigger import TofFinder


def settings(epoch, **changes):
    return Besiii.model_validate({"conditions": epoch, "tof": changes}).tof


def columns(*crossings):
    hits = [hit for crossing in crossings for hit in crossing]
    return {
        "channel": np.array([channel for channel, _ in hits], np.uint16),
        "time": np.array([time for _, time in hits], np.int32),
        "offsets": np.cumsum([0, *map(len, crossings)]).astype(np.int64),
    }


def bar(layer, cell, tick=20, config=None):
    """Return hits of both ends of the bar that the hardware calls ``cell``."""
    shift = 11 if config is None else config.barrel_shift
    channels = geometry.bar_channel(layer, (cell - shift) % BARS, [0, 1])
    return [(int(channel), tick * TOF_COUNTS_PER_TICK + 5) for channel in channels]


def strip(side, module, tick=20):
    return [(int(geometry.strip_channel(side, module, 4, 1)), tick * TOF_COUNTS_PER_TICK)]


def names(trigger, crossing=0):
    """Return the conditions that are true in any tick."""
    return {
        name for name, word in zip(TOF_CONDITIONS, trigger.conditions[crossing], strict=True) if word.any()
    }


def ticks(words):
    return {64 * w + t for w, word in enumerate(words.tolist()) for t in range(64) if word >> t & 1}


def found_cells(trigger, crossing):
    rows = slice(*trigger.offsets[crossing : crossing + 2])
    return {
        (int(ring), int(cell)): ticks(words)
        for ring, cell, words in zip(trigger.ring[rows], trigger.cell[rows], trigger.ticks[rows], strict=True)
    }


def test_bars_next_to_each_other_around_the_ring_are_one_group():
    """Vector C10 of besiii_babar_facts: bars 87 and 0."""
    ring = np.zeros((3, BARS), bool)
    ring[0, [87, 0]] = True
    ring[1, [87, 1]] = True
    ring[2] = True
    none = np.zeros((3, 36), bool)
    found = conditions_of_cells(ring, none, none, settings("2026"))
    assert found[:, TOF_CONDITIONS.index("nbtof_1")].all()
    assert found[:, TOF_CONDITIONS.index("nbtof_2")].tolist() == [False, True, False]


def test_a_full_ring_is_one_group_beside_others():
    none, full, one = np.zeros((1, 36), bool), np.ones((1, 36), bool), np.arange(36)[None] == 4
    barrel = np.zeros((1, BARS), bool)
    for east, west, twice in ((full, none, False), (full, one, True), (one, full, True), (full, full, True)):
        found = conditions_of_cells(barrel, east, west, settings("2026"))
        assert found[0, TOF_CONDITIONS.index("netof_2")] == twice


def test_a_bar_needs_both_its_ends():
    finder = TofFinder(settings("2026"))
    both = bar(0, 30)
    assert names(finder.decide(columns(both))) == {"nbtof_1", "ntof_1"}
    for one in both:
        assert not names(finder.decide(columns([one])))
        assert names(TofFinder(settings("2026", either_end=True)).decide(columns([one])))


def test_a_bar_begins_with_its_later_end_and_lasts_three_ticks():
    low, high = (int(channel) for channel in geometry.bar_channel(0, 0, [0, 1]))
    for apart, wanted in ((0, {20, 21, 22}), (1, {21, 22, 23}), (2, {22, 23, 24}), (3, set())):
        hits = [(low, 20 * TOF_COUNTS_PER_TICK), (high, (20 + apart) * TOF_COUNTS_PER_TICK)]
        found = found_cells(TofFinder(settings("2009")).decide(columns(hits)), 0)
        assert found.get((0, 11), set()) == wanted


@pytest.mark.parametrize(
    ("positions", "wanted"), [("inner", set()), ("next", {40, 39}), ("before", {40, 41})]
)
def test_a_bar_of_the_outer_layer_counts_where_the_epoch_says(positions, wanted):
    found = found_cells(TofFinder(settings("2026", positions=positions)).decide(columns(bar(1, 40))), 0)
    assert {cell for ring, cell in found if ring == 2} == wanted
    assert {cell for ring, cell in found if ring == 1} == {40}


@pytest.mark.parametrize(("epoch", "apart"), [("2009", (41, 47)), ("2016", (38, 50)), ("2026", (38, 50))])
def test_windows_of_back_to_back_bars_are_the_epochs(epoch, apart):
    finder = TofFinder(settings(epoch))
    first, last = apart
    for i, wanted in ((first - 1, False), (first, True), (last, True), (last + 1, False)):
        # The partner is 88 - i cells further the other way round: both windows are symmetric about 44.
        assert ("btof_bb" in names(finder.decide(columns(bar(0, 3) + bar(0, 3 + i))))) == wanted


def test_modules_are_back_to_back_from_west_to_east():
    finder = TofFinder(settings("2026"))
    for i in range(36):
        found = names(finder.decide(columns(strip(1, 30) + strip(0, (30 + i) % 36))))
        assert ("etof_bb" in found) == (16 <= i <= 20)
        assert {"netof_1", "netof_2", "ntof_1"} <= found


def test_scintillator_endcaps_are_turned_by_twelve():
    config = settings("2009")
    for side in (0, 1):
        hit = [(int(geometry.counter_channel(side, 40)), 20 * TOF_COUNTS_PER_TICK)]
        assert set(found_cells(TofFinder(config).decide(columns(hit)), 0)) == {(3 + side, 4)}


def test_hits_outside_the_window_belong_to_nothing():
    low, high = (int(channel) for channel in geometry.bar_channel(0, 0, [0, 1]))
    finder = TofFinder(settings("2026", window=(100, 200)))
    for times, wanted in (((100, 199), True), ((99, 150), False), ((150, 200), False), ((-5, 150), False)):
        assert bool(names(finder.decide(columns([(low, times[0]), (high, times[1])])))) == wanted


def hits_of(config):
    """Return a strategy for the hits of a crossing: a few neighbouring cells, ends and ticks."""
    first, last = (0, FIRST_MRPC - 1) if config.endcap == "scintillator" else (FIRST_MRPC, TOF_CHANNELS - 1)
    barrel = st.builds(
        lambda layer, cell, end: int(geometry.bar_channel(layer, cell % BARS, end)),
        st.integers(0, 1),
        st.one_of(st.integers(-3, 3), st.integers(40, 47)),
        st.integers(0, 1),
    )
    near = st.integers(280_000, 330_000)
    anywhere = st.integers(-20_000, 1_200_000)
    return st.lists(
        st.tuples(st.one_of(barrel, barrel, st.integers(first, last)), st.one_of(near, near, anywhere)),
        max_size=40,
    )


@pytest.mark.parametrize("epoch", EPOCHS)
@given(st.data(), st.sampled_from(["inner", "next", "before"]), st.integers(1, 16), st.booleans())
def test_kernel_is_the_reference(epoch, data, positions, integration, either_end):
    config = settings(
        epoch,
        positions=positions,
        integration_ticks=integration,
        either_end=either_end,
        window=(1000, 917_504),
    )
    crossings = data.draw(st.lists(hits_of(config), max_size=4))
    trigger = TofFinder(config).decide(columns(*crossings))
    assert not trigger.conditions[:, :, 2:].any()
    for i, hits in enumerate(crossings):
        found = besiii_tof.cells(hits, config)
        assert found_cells(trigger, i) == found
        wanted = besiii_tof.conditions_of_ticks(found, config) if found else {}
        for j in range(len(TOF_CONDITIONS)):
            assert ticks(trigger.conditions[i, j]) == {tick for tick, true in wanted.items() if true[j]}


@given(st.data(), st.sampled_from(EPOCHS))
def test_conditions_of_cells_are_the_reference(data, epoch):
    config = settings(epoch)
    rings = []
    for size in (BARS, config.endcap_cells, config.endcap_cells):
        ring = data.draw(
            st.one_of(st.lists(st.booleans(), min_size=size, max_size=size), st.just([True] * size))
        )
        few = data.draw(st.sets(st.integers(0, size - 1), max_size=4))
        rings.append(ring if data.draw(st.booleans()) else [i in few for i in range(size)])
    found = conditions_of_cells(*(np.array([ring]) for ring in rings), config)
    assert found[0].tolist() == besiii_tof.conditions(*rings, config)


@pytest.mark.parametrize(
    ("epoch", "channel", "words"),
    [
        ("2026", TOF_CHANNELS, "channel 2176, allowed: 0-2175"),
        ("2026", int(geometry.counter_channel(0, 3)), "a scintillator counter"),
        ("2009", int(geometry.strip_channel(1, 3, 2, 1)), "an MRPC strip"),
    ],
)
def test_channels_that_an_epoch_has_not_are_refused(epoch, channel, words):
    with pytest.raises(InputError, match=words) as error:
        TofFinder(settings(epoch)).decide(columns(bar(0, 3), [(0, 5), (channel, 5)]))
    assert "\n" not in str(error.value)


def test_wrong_offsets_and_rings_are_refused():
    block = columns(bar(0, 3))
    with pytest.raises(InputError, match="offsets"):
        TofFinder(settings("2026")).decide({**block, "offsets": np.array([0, 7])})
    ring = np.zeros((1, 48), bool)
    with pytest.raises(InputError, match=r"east are \(1, 48\)"):
        conditions_of_cells(np.zeros((1, BARS), bool), ring, ring, settings("2026"))


def test_no_crossings():
    found = TofFinder(settings("2026")).decide(columns())
    assert found.conditions.shape == (0, 7, 6)
    assert found.offsets.tolist() == [0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"window": (5, 5)}, "begins before it ends"),
        ({"barrel_bb": (50, 38)}, r"allowed: first <= last < 88"),
        ({"endcap_bb": (16, 36)}, "last < 36"),
    ],
)
def test_windows_that_are_none_are_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        Tof(**{**settings("2026").model_dump(), **changes})
