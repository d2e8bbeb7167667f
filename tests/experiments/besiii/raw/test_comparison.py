"""Level 1 against the hardware: blocks that say just what was recorded agree, and what they change is found."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.besiii.bits import CHANNELS, CONDITIONS
from trigemu.experiments.besiii.clock import EARLY_WORDS, TICK_WORDS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.raw import comparison
from trigemu.experiments.besiii.raw import hardware as hw
from trigemu.experiments.besiii.raw.comparison import compare, comparisons
from trigemu.experiments.besiii.raw.file import open_raw
from trigemu.experiments.besiii.raw.hardware import WORDS, Hardware, read_boards
from trigemu.experiments.besiii.records import (
    EmcTrigger,
    GlobalTrigger,
    Level1,
    MdcInstant,
    MdcTrigger,
    TofTrigger,
)
from trigemu.frames.frame import TimeFrame

SECTION = Besiii.model_validate({"events": "raw", "conditions": "2026"})
N = 10
INSTANT = 588.0
"""When the fake chamber's boards hold what was recorded; at other times one segment more."""


@pytest.fixture(scope="module")
def rows(shared_data):
    file = open_raw(str(shared_data / "besiii" / "run91668.raw"))
    return read_boards(*file.read(0, N))


class Chamber:
    """Says what was recorded."""

    def __init__(self, rows):
        self.hardware = Hardware(rows)
        self.shift = 0

    def at(self, columns, instant_ns):
        found = {
            number: np.roll(self.hardware.segments(number), self.shift, axis=1)
            for number in comparison.SUPERLAYERS
        }
        found[3] = found[3] | (instant_ns != INSTANT)[:, None]
        rings = (np.roll(self.hardware.ring(part), self.shift, axis=1) for part in (hw.SHORT, hw.LONG))
        return MdcInstant(found, *rings)


def rows_of(cells):
    """Offsets and numbers of true cells, bool[n, cells]."""
    event, cell = np.nonzero(cells)
    return np.concatenate([[0], np.cumsum(np.bincount(event, minlength=len(cells)))]), cell


def channels_of(rows):
    """Channels as `GlobalTrigger` has them: at the tick, in the record, and of conditions in any tick."""
    return (rows[:, [hw.CHANNELS, hw.CHANNELS + 2, hw.CHANNELS + 2]] & 0xFFFF).astype(np.uint16)


def level1(rows, conditions=None, channels=None, tick=100):
    """What level 1 would say if it said what was recorded."""
    hardware = Hardware(rows)
    n = len(rows)
    parts = [hardware.tof_cells(0), hardware.tof_cells(1)]
    rings = np.concatenate(parts, axis=1)
    offsets, cell = rows_of(rings)
    ticks = np.zeros((len(cell), EARLY_WORDS), np.uint64)
    ticks[:, 0] = 1 << 20
    tof = TofTrigger(
        np.zeros((n, 7, TICK_WORDS), np.uint64),
        offsets,
        np.where(cell < 88, 2, 1).astype(np.uint8),
        (cell % 88).astype(np.uint8),
        ticks,
    )
    cells = np.concatenate(
        [
            hardware.barrel_cells().any(axis=1).reshape(n, 330),
            *(hardware.endcap_cells(side).any(axis=1) for side in range(2)),
        ],
        axis=1,
    )
    offsets, cell = rows_of(cells)
    emc = EmcTrigger(
        np.zeros((n, 16, TICK_WORDS), np.uint64),
        hardware.charges()[:, :16],
        np.zeros((n, 3), np.int32),
        offsets,
        cell.astype(np.uint16),
        np.full(len(cell), tick, np.int16),
        np.zeros(len(cell), np.uint8),
    )
    words = [hardware.condition_words(part) for part in (hw.AT_TICK, hw.OF_FOUR)]
    recorded = channels_of(rows)
    decision = GlobalTrigger(
        np.full(n, 200, np.int16),
        words[0],
        words[1],
        words[1] if conditions is None else conditions,
        recorded if channels is None else channels,
        (rows[:, hw.CHANNELS + 2] >> 16 & 7).astype(np.uint8),
    )
    none = np.zeros(0, np.uint8)
    mdc = MdcTrigger(
        np.zeros((n, 10, TICK_WORDS), np.uint64),
        np.zeros(n + 1, np.int64),
        none,
        none,
        np.zeros((0, EARLY_WORDS), np.uint64),
    )
    match = np.zeros((n, 9, TICK_WORDS), np.uint64)
    return Level1(mdc, tof, emc, match, np.zeros((n, 48, TICK_WORDS), np.uint64), decision)


def counted(rows, found, chamber=None, section=SECTION):
    frame = TimeFrame(
        1, 0, {"mdc": {}, "hardware": {"word": rows.ravel(), "offsets": np.arange(len(rows) + 1) * WORDS}}
    )
    counts = compare(section, chamber or Chamber(rows), frame, found)
    specs = comparisons(section)
    assert {name: table.shape for name, table in counts.items()} == {n: s.shape for n, s in specs.items()}
    return {
        name: {
            row: dict(zip(spec.states, values, strict=True))
            for row, values in zip(spec.rows, counts[name].tolist(), strict=True)
        }
        for name, spec in specs.items()
    }


def differing(counts):
    agreeing = {"both", "neither", "within"}
    return {
        (name, row, state): count
        for name, table in counts.items()
        for row, states in table.items()
        for state, count in states.items()
        if count and state not in agreeing
    }


def test_what_was_recorded_agrees_with_itself(rows):
    counts = counted(rows, level1(rows))
    assert differing(counts) == {}
    assert sum(row["both"] for row in counts["segments"].values()) == 80
    # Event 4 has no track record though its conditions say that there are tracks: it is left out.
    assert sum(counts["track_cells"]["long"].values()) == 9 * 128
    assert (counts["track_cells"]["long"]["both"], counts["track_cells"]["short"]["both"]) == (9, 15)
    # The same with the counters of event 1.
    assert sum(counts["tof_cells"]["outer"].values()) == 9 * 88
    assert sum(row["both"] for row in counts["tof_cells"].values()) == 42
    assert sum(row["both"] for row in counts["trigger_cells"].values()) == 24
    assert sum(row["within"] for row in counts["energy_blocks"].values()) == 160
    assert list(counts["conditions_tick"]) == [name for name in CONDITIONS if name]
    assert list(counts["channels_tick"]) == list(CHANNELS)
    assert sum(counts["conditions_tick"]["nclus_1"].values()) == N


def test_cells_that_are_one_off_are_near(rows):
    chamber = Chamber(rows)
    chamber.shift = 1
    counts = counted(rows, level1(rows), chamber)
    assert differing({name: counts[name] for name in ("segments_near", "track_cells_near")}) == {}
    assert counts["track_cells"]["long"]["only_recorded"] == 9
    assert counts["track_cells_near"]["long"]["both"] == 9
    chamber.shift = 2
    assert counted(rows, level1(rows), chamber)["track_cells_near"]["long"]["only_recorded"] > 0


def test_late_cells_are_there_only_if_the_record_ends_late(rows):
    early, late = comparison.CUT_TICKS[0], comparison.CUT_TICKS[-1]
    counts = counted(rows, level1(rows, tick=comparison.CELL_TICKS))
    assert sum(row["only_recorded"] for row in counts["trigger_cells"].values()) == 24
    assert differing({"best": counts["trigger_cells_best"]}) == {}
    counts = counted(rows, level1(rows, tick=late))
    assert sum(row["only_recorded"] for row in counts["trigger_cells_best"].values()) == 24
    assert differing(counted(rows, level1(rows, tick=early - 1))) == {}


def test_either_record_is_right(rows):
    hardware = Hardware(rows)
    tick, four = (hardware.condition_words(part) for part in (hw.AT_TICK, hw.OF_FOUR))
    assert (tick != four).any()
    for word in (tick, four):
        assert not differing({"": counted(rows, level1(rows, conditions=word))["conditions_any_tick"]})
    wrong = four ^ np.uint64(1)
    counts = counted(rows, level1(rows, conditions=wrong))["conditions_any_tick"]
    first = CONDITIONS[0]
    assert counts[first]["both"] + counts[first]["neither"] == 0
    assert not any(
        row["only_emulated"] + row["only_recorded"] for name, row in counts.items() if name != first
    )


def test_channels_one_by_one(rows):
    channels = channels_of(rows) ^ np.uint16(1 << 7)
    counts = counted(rows, level1(rows, channels=channels))
    assert differing(
        {name: counts[name] for name in ("channels_tick", "channels_record", "channels_any_tick")}
    ) == {
        ("channels_tick", "channel_7", "only_emulated"): N,
        ("channels_record", "channel_7", "only_emulated"): N,
        ("channels_any_tick", "channel_7", "only_emulated"): N,
    }


def test_blocks_that_are_too_large_or_too_small(rows):
    found = level1(rows)
    blocks = found.emc.blocks
    blocks[0, 0] += 1000
    blocks[1, 15] -= 1000
    counts = counted(rows, found)
    assert differing({"energy_blocks": counts["energy_blocks"]}) == {
        ("energy_blocks", "barrel 0", "above"): 1,
        ("energy_blocks", "west 1", "below"): 1,
    }


def test_boards_that_were_not_read_out_are_left_out(rows):
    without = rows.copy()
    without[3, hw.KNOWN] = 0
    counts = counted(without, level1(rows), Chamber(rows))
    assert differing(counts) == {}
    for name, row in (
        ("conditions_or4", "nclus_1"),
        ("channels_tick", "channel_0"),
        ("energy_blocks", "east 1"),
    ):
        assert sum(counts[name][row].values()) == N - 1


def test_frames_without_crossings(rows):
    counts = counted(rows[:0], level1(rows[:0]))
    assert not any(count for table in counts.values() for row in table.values() for count in row.values())


def test_rows_follow_from_the_conditions():
    assert comparisons(Besiii()) == {}
    old = Besiii.model_validate({"events": "raw", "conditions": "2009"})
    assert comparisons(old)["tof_cells"].rows == ("inner or combined", "outer", "east", "west")
    assert comparisons(SECTION)["tof_cells"].rows == ("inner or combined", "outer")


def test_scintillators_of_the_endcaps(rows):
    old = Besiii.model_validate({"events": "raw", "conditions": "2009"})
    with_endcap = rows.copy()
    with_endcap[:, hw.COUNTERS + 5] |= 1 << 4  # east 4
    with_endcap[:, hw.COUNTERS + 2] |= 1 << 1  # west 25
    counts = counted(with_endcap, level1(rows), Chamber(rows), old)
    known = 9
    assert (counts["tof_cells"]["east"]["only_recorded"], counts["tof_cells"]["west"]["only_recorded"]) == (
        known,
    ) * 2
    hardware = Hardware(with_endcap)
    assert np.flatnonzero(hardware.tof_cells(2)[0]).tolist() == [4]
    assert np.flatnonzero(hardware.tof_cells(3)[0]).tolist() == [25]
