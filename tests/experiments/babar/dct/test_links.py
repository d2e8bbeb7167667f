"""The binary link tracker against its slow reference, and on tracks drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference import babar_blt

from trigemu.errors import InputError
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.dct.config import Blt
from trigemu.experiments.babar.dct.geometry import CELLS, OFFSET, pivot_rows
from trigemu.experiments.babar.dct.links import Linker
from trigemu.experiments.babar.dct.supercells import supercells
from trigemu.experiments.babar.records import Segments

WINDOWS = (5, 3, 5, 5, 3, 5, 5, 3, 5)


def records(*crossings):
    """Return segments of (superlayer, pivot, weight, tick) lists."""
    rows = np.array([row for rows in crossings for row in rows], np.int64).reshape(-1, 4)
    superlayer, pivot, weight, tick = (rows[:, k].astype(np.uint8) for k in range(4))
    offsets = np.concatenate([[0], np.cumsum([len(rows) for rows in crossings])]).astype(np.int64)
    return Segments(offsets, superlayer, pivot, weight, np.zeros(len(rows), np.int16), tick)


def pivot_of(superlayer, supercell):
    """Return the first pivot of a supercell."""
    return int(np.argmax(supercells()[superlayer] == supercell % 32))


def track(supercells_, tick=20, weight=3):
    """Return a segment in each superlayer; None: no segment."""
    return [
        (number, pivot_of(number, place), weight, tick)
        for number, place in enumerate(supercells_)
        if place is not None
    ]


def bins_of(word):
    return {k for k in range(16) if int(word) >> k & 1}


def link(config, *crossings):
    """Return, for each crossing, the bins of A and of B in each tick in which there are any."""
    a, b = Linker(config).link(records(*crossings))
    return [
        {t: (bins_of(a[i, t]), bins_of(b[i, t])) for t in range(TICKS) if a[i, t] or b[i, t]}
        for i in range(len(crossings))
    ]


def found(config, *crossings):
    """Return (whether there is an A, whether there is a B) for each crossing."""
    return [
        tuple(any(maps[k] for maps in ticks.values()) for k in range(2)) for ticks in link(config, *crossings)
    ]


def test_supercells_are_the_azimuth():
    """G3.2: N / 32 pivots, floor and ceiling in turn; pivots begin half a cell after the supercell's edge."""
    table = supercells()
    for number, row in enumerate(pivot_rows(2)):
        cells = int(CELLS[number])
        azimuth = (np.arange(cells) + OFFSET[row]) / cells
        np.testing.assert_array_equal(table[number, :cells], np.floor(32 * azimuth))
        assert (table[number, cells:] == 255).all()
        many = np.bincount(table[number, :cells])
        assert many[0::2].tolist() == [cells // 32] * 16
        assert many[1::2].tolist() == [-(-cells // 32)] * 16


def test_a_straight_track_is_long_and_lasts_as_long_as_its_segments():
    (ticks,) = link(Blt(hold=3), track([6] * 10))
    assert ticks == {t: ({3}, {3}) for t in (20, 21, 22)}


def test_a_short_track_ends_in_superlayer_five():
    assert found(Blt(), track([6] * 5), track([6] * 4), track([6] * 9)) == [
        (False, True),
        (False, False),
        (False, True),
    ]
    (ticks,) = link(Blt(), track([6, 6, 7, 7, 8]))
    assert ticks[20] == (set(), {4})


def test_tracks_are_in_the_bin_in_which_they_end():
    (ticks,) = link(Blt(), track([31, 31, 0, 1, 2, 2, 3, 4, 4, 5]))
    assert ticks[20] == ({2}, {1})


@pytest.mark.parametrize("step", range(9))
@pytest.mark.parametrize("side", [-1, 1])
def test_windows(step, side):
    """A jump of half the window is followed, one more is not."""
    config = Blt(missing=0)
    half = WINDOWS[step] // 2
    near, far = ([2] * (step + 1) + [2 + side * jump] * (9 - step) for jump in (half, half + 1))
    assert found(config, track(near), track(far)) == [(True, True), (False, step > 3)]


def test_one_superlayer_may_be_missing_but_not_the_last():
    lines = [[None if number == gap else 6 for number in range(10)] for gap in range(10)]
    wanted = [(gap != 9, gap != 4) for gap in range(10)]
    assert found(Blt(), *map(track, lines)) == wanted
    assert found(Blt(first_may_miss=False), *map(track, lines)) == [(False, False), *wanted[1:]]
    assert found(Blt(missing=0), *map(track, lines)) == [(False, gap > 4) for gap in range(10)]
    two = [[None if number in (1, 6) else 6 for number in range(10)]]
    assert found(Blt(), *map(track, two)) == [(False, True)]
    assert found(Blt(missing=2), *map(track, two)) == [(True, True)]


def test_a_missing_superlayer_may_have_been_crossed_anywhere_in_the_window():
    """From 6 to 6 + 1 + 2, over a gap between windows of 3 and 5."""
    assert found(Blt(), track([6, 6, None, 9, *[9] * 6]), track([6, 6, None, 10, *[10] * 6])) == [
        (True, True),
        (False, False),
    ]


def test_dead_supercells_count_as_hit():
    dead = [(number, 6) for number in (1, 2, 3, 10)]
    line = [None, None, None, 6, 6, 6, 6, 6, 6, None]
    assert found(Blt(dead=dead), track(line), []) == [(True, True), (False, False)]
    # Where all superlayers have a dead one, there is a track in every tick.
    (ticks,) = link(Blt(dead=[(number, 6) for number in range(1, 11)]), [])
    assert ticks == {t: ({3}, {3}) for t in range(TICKS)}


def test_segments_must_coincide():
    early, late = track([6] * 5, tick=20), track([6] * 10, tick=22)[5:]
    assert found(Blt(hold=2, missing=0), early + late) == [(False, True)]
    (ticks,) = link(Blt(hold=3, missing=0), early + late)
    assert [t for t, (a, _) in ticks.items() if a] == [22]
    # The axis ends.
    (ticks,) = link(Blt(hold=3), track([6] * 10, tick=63))
    assert list(ticks) == [63]


def test_light_segments_may_be_left_out():
    mixed = track([6] * 8, weight=3) + track([6] * 10, weight=2)[8:]
    assert found(Blt(minimum_weight=3), mixed) == [(False, True)]
    assert found(Blt(minimum_weight=2), mixed) == [(True, True)]


@st.composite
def events(draw):
    """Tracks that wander, gaps and single segments, near one azimuth so that they meet."""
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        place, tick = draw(st.integers(0, 6)), draw(st.integers(20, 22))
        for number in range(10):
            place += draw(st.integers(-2, 2))
            if draw(st.integers(0, 9)):
                rows.append(
                    (number, pivot_of(number, place), draw(st.integers(1, 3)), tick + draw(st.integers(0, 1)))
                )
    for _ in range(draw(st.integers(0, 8))):
        number = draw(st.integers(0, 9))
        rows.append(
            (number, draw(st.integers(0, int(CELLS[number]) - 1)), 3, draw(st.integers(0, TICKS - 1)))
        )
    return rows


@settings(max_examples=40)
@given(
    st.lists(events(), max_size=2),
    st.builds(
        Blt,
        minimum_weight=st.integers(1, 3),
        hold=st.integers(1, 4),
        windows=st.tuples(*[st.sampled_from([1, 3, 5])] * 9),
        missing=st.integers(0, 2),
        first_may_miss=st.booleans(),
        dead=st.lists(st.tuples(st.integers(1, 10), st.integers(0, 31)), max_size=3).map(tuple),
    ),
)
def test_kernel_is_the_reference(crossings, config):
    a, b = Linker(config).link(records(*crossings))
    for i, rows in enumerate(crossings):
        wanted = babar_blt.maps(rows, config)
        assert [(bins_of(a[i, t]), bins_of(b[i, t])) for t in range(TICKS)] == wanted


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ((10, 0, 1, 20), {}),
        ((0, 96, 1, 20), {}),
        ((0, 0, 1, 64), {}),
        ((0, 0, 1, 20), {"tick": np.zeros(2, np.uint8)}),
        ((0, 0, 1, 20), {"offsets": np.array([0, 2], np.int64)}),
    ],
)
def test_segments_that_cannot_be_are_refused(row, change):
    columns = records([row])
    given_ = Segments(
        **{**{name: getattr(columns, name) for name in Segments.__dataclass_fields__}, **change}
    )
    with pytest.raises(InputError, match="numbers"):
        Linker(Blt()).link(given_)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"windows": [3] * 8 + [4]}, "4 is even"),
        ({"windows": [3] * 8}, "at least 9"),
        ({"missing": 4}, "less than or equal to 3"),
        ({"dead": [(0, 1)]}, "greater than or equal to 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(change, words):
    with pytest.raises(ValidationError, match=words):
        Blt.model_validate(change)


def test_no_crossings():
    assert link(Blt()) == []
