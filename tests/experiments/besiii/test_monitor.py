"""Monitoring histograms: each counts what it says, on records made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.besiii.clock import EARLY_WORDS, TICK_WORDS
from trigemu.experiments.besiii.monitor import HISTOGRAMS, fill
from trigemu.experiments.besiii.records import EmcTrigger, GlobalTrigger, Level1, MdcTrigger, TofTrigger
from trigemu.experiments.besiii.sources import MDC
from trigemu.frames.frame import TimeFrame


@pytest.fixture
def counted():
    """Two crossings: the first with two long and one short track, the second with a short one."""

    def ticks(rows, words):
        return np.zeros((rows, words), np.uint64)

    mdc = MdcTrigger(
        np.zeros((2, 10, TICK_WORDS), np.uint64),
        np.array([0, 3, 4]),
        np.array([1, 1, 0, 0], np.uint8),
        np.array([5, 70, 5, 127], np.uint8),
        ticks(4, EARLY_WORDS),
    )
    tof = TofTrigger(
        np.zeros((2, 7, TICK_WORDS), np.uint64),
        np.array([0, 2, 3]),
        np.array([0, 2, 2], np.uint8),
        np.array([9, 10, 87], np.uint8),
        ticks(3, EARLY_WORDS),
    )
    emc = EmcTrigger(
        np.zeros((2, 16, TICK_WORDS), np.uint64),
        np.zeros((2, 16), np.int32),
        np.array([[0, 0, 35], [0, 0, 3999]], np.int32),
        np.array([0, 1, 2]),
        np.array([0, 393], np.uint16),
        np.array([100, 120], np.int16),
        np.ones(2, np.uint8),
    )
    decision = GlobalTrigger(
        np.array([200, -1], np.int16),
        np.array([0, 0], np.uint64),
        np.array([1 << 47 | 1, 0], np.uint64),
        np.array([0, 0], np.uint64),
        np.array([[0, 1 << 8, 0], [0, 0, 0]], np.uint16),
        np.zeros(2, np.uint8),
    )
    none = np.zeros((2, 48, TICK_WORDS), np.uint64)
    level = Level1(mdc, tof, emc, none[:, :9], none, decision)
    frame = TimeFrame(0, 0, {MDC: {"offsets": np.array([0, 30, 31])}})
    return fill(frame, level)


def test_every_histogram_is_filled(counted):
    assert set(counted) == set(HISTOGRAMS)
    assert all(counts.shape == HISTOGRAMS[name].shape for name, counts in counted.items())


@pytest.mark.parametrize(
    ("name", "bins"),
    [
        ("mdc_hits", [0, 3]),
        ("long_track_cell", [5, 70]),
        ("short_tracks", [1, 1]),
        ("tof_position", [10, 87]),
        ("trigger_cell", [0, 393]),
        ("energy_sum", [0, 99]),
        ("condition", [0, 47]),
        ("channel", [8]),
        ("decision_tick", [50]),
    ],
)
def test_counts(counted, name, bins):
    expected = np.zeros(HISTOGRAMS[name].shape, np.int64)
    np.add.at(expected, bins, 1)
    np.testing.assert_array_equal(counted[name], expected)
