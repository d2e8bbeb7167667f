"""Ten real events of 2026: from their digis to the segments, cells and conditions that the hardware wrote.

Decoding, clocks and bounds: besiii_real_facts 2.1-2.3.  The momenta of the 2026 tables are fitted to these events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from trigemu.experiments.besiii.bits import MDC_CONDITIONS, MDC_FIRST
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.mdc.boards import BOARDS, segments_of_words, words_of_segments
from trigemu.experiments.besiii.mdc.cells import conditions_of_cells, thinned
from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST, CHANNELS, WIRES
from trigemu.experiments.besiii.mdc.patterns import TRACK_SUPERLAYERS
from trigemu.experiments.besiii.mdc.trigger import MdcFinder

EVENTS = 10
NO_VALUE = 0x7FFFFFFF
SCAN_NS = np.arange(480.0, 721.0, 12.0)
TRACK_NS = 840.0
COMPARED = [
    MDC_CONDITIONS.index(name) for name in ("strk_bb", "nstrk_2", "nstrk_1", "ltrk_bb", "nltrk_2", "nltrk_1")
]
CONFIG = Besiii.model_validate({"conditions": "2026"}).mdc


@pytest.fixture(scope="module")
def real(shared_data):
    with np.load(shared_data / "besiii" / "real_run91668.npz") as file:
        return dict(file)


def digis(real, superlayer_3_turned_by=0):
    """Return the columns of source ``mdc``; entries without time are noise of the charge measurement."""
    timed = real["mdc_timeChannel"] != NO_VALUE
    identifier = real["mdc_intId"][timed].astype(np.int64)
    layer, wire = identifier >> 9 & 63, identifier & 511
    wire = np.where((layer >= 8) & (layer < 12), (wire + superlayer_3_turned_by) % WIRES[layer], wire)
    event = np.repeat(np.arange(EVENTS), np.diff(real["mdc_offsets"]))[timed]
    return {
        "channel": (CHANNEL_FIRST[layer] + wire).astype(np.uint16),
        "time": real["mdc_timeChannel"][timed].astype(np.int32),
        "offsets": np.searchsorted(event, np.arange(EVENTS + 1)),
    }


def boards(real):
    return np.stack([real[f"board_{board:x}"] for board in BOARDS], axis=1)


@dataclass(frozen=True)
class Figures:
    """Efficiency and purity of segments and of track cells, and how many of 60 conditions are wrong."""

    segments: tuple[float, float]
    cells: tuple[float, float]
    wrong: int

    @property
    def good(self):
        return (
            self.segments[0] >= 0.85
            and self.segments[1] >= 0.97
            and self.cells[0] >= 0.90
            and self.cells[1] >= 0.95
            and self.wrong <= 2
        )


def ratios(found, extra, missed):
    return found / (found + missed), found / (found + extra)


def segment_ratios(finder, columns, hardware):
    """Compare exactly, at that instant of each event at which fewest segments differ."""
    counts = []
    for instant in SCAN_NS:
        own = finder.at(columns, np.full(EVENTS, instant)).segments
        pairs = [(own[superlayer], hardware[superlayer]) for superlayer in TRACK_SUPERLAYERS]
        counts.append(
            [sum(each.sum(axis=1) for each in kind) for kind in zip(*map(confusion, pairs), strict=True)]
        )
    counts = np.array(counts)
    best = counts[:, 1:].sum(axis=1).argmin(axis=0)
    return ratios(*counts[best, :, np.arange(EVENTS)].sum(axis=0))


def confusion(pair):
    own, hardware = pair
    return own & hardware, own & ~hardware, hardware & ~own


def near(cells):
    return cells | np.roll(cells, 1, axis=1) | np.roll(cells, -1, axis=1)


def cell_ratios(finder, columns, real):
    """Compare within one cell: hits below one instant for all events, those before the window are not known."""
    instant = finder.at(columns, np.full(EVENTS, TRACK_NS))
    found = extra = missed = 0
    for own, name in ((instant.short, "strk_cells"), (instant.long, "ltrk_cells")):
        hardware = real[name].astype(bool)
        found += (hardware & near(own)).sum()
        missed += (hardware & ~near(own)).sum()
        extra += (own & ~near(hardware)).sum()
    return ratios(found, extra, missed)


def figures(real, config=CONFIG, turned=0):
    finder, columns = MdcFinder(config), digis(real, turned)
    over_time = finder.decide(columns).conditions.any(axis=2)
    hardware = real["cond"][:, MDC_FIRST : MDC_FIRST + len(MDC_CONDITIONS)].astype(bool)
    return Figures(
        segment_ratios(finder, columns, segments_of_words(boards(real))),
        cell_ratios(finder, columns, real),
        int((over_time != hardware)[:, COMPARED].sum()),
    )


def test_boards_words_are_segments_and_back(real):
    segments = segments_of_words(boards(real))
    assert sum(int(own.sum()) for own in segments.values()) == 80
    np.testing.assert_array_equal(words_of_segments(segments), boards(real))


def test_hardware_s_cells_are_thinned(real):
    for name in ("strk_cells", "ltrk_cells"):
        cells = real[name].astype(bool)
        np.testing.assert_array_equal(thinned(cells), cells)
        assert not (cells & np.roll(cells, 1, axis=1)).any()


def test_conditions_of_the_hardware_s_cells(real):
    none = np.zeros(EVENTS, bool)
    short, long = real["strk_cells"].astype(bool), real["ltrk_cells"].astype(bool)
    found = conditions_of_cells(short, long, none, none, CONFIG)
    for letter, name in (("s", "strk_word6"), ("l", "ltrk_word6")):
        for bit, condition in ((0, f"n{letter}trk_1"), (1, f"n{letter}trk_2"), (3, f"{letter}trk_bb")):
            expected = (real[name] >> bit & 1).astype(bool)
            np.testing.assert_array_equal(found[:, MDC_CONDITIONS.index(condition)], expected)


def test_from_digis_to_segments_cells_and_conditions(real):
    found = figures(real)
    assert found.good, found
    # Measured: 71 of 80 segments and none false, 22 of 24 cells and none false, no condition wrong.
    assert found.segments[1] == found.cells[1] == 1.0
    assert found.wrong == 0


def test_without_the_inner_chamber_there_are_no_inner_tracks(real):
    columns = digis(real)
    assert (columns["channel"] >= CHANNEL_FIRST[8]).all()
    every = {
        "channel": np.arange(CHANNELS, dtype=np.uint16),
        "time": np.full(CHANNELS, 6000, np.int32),
        "offsets": np.array([0, CHANNELS]),
    }
    inner = MDC_CONDITIONS.index("nitrk_1")
    for year, there in (("2009", True), ("2016", True), ("2026", False)):
        config = Besiii.model_validate({"conditions": year}).mdc
        conditions = MdcFinder(config).decide(every).conditions
        assert conditions[0, inner].any() == conditions[0, inner - 1].any() == there
        assert conditions[0, MDC_CONDITIONS.index("nltrk_2")].any()


@pytest.mark.parametrize(
    ("changes", "turned"),
    [({"need_layers": 4}, 0), ({"need_layers": 2}, 0), ({}, 2)],
    ids=["four of four layers", "two of four layers", "superlayer 3 turned by two cells"],
)
def test_mutants_fail(real, changes, turned):
    found = figures(real, CONFIG.model_copy(update=changes), turned)
    assert not found.good
    assert found.segments[0] < 0.7 or found.segments[1] < 0.7
    assert found.wrong >= 6
