"""BESIII's shipped menus and configurations: lines, bits, and what they make of a frame."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.decision.candidates import CandidateFinder
from trigemu.experiments.besiii.bits import BITS, CHANNELS, CONDITIONS, WORDS
from trigemu.experiments.besiii.config import EPOCHS, section_of
from trigemu.experiments.besiii.filter.bits import CLASSES, FILTER_BITS
from trigemu.experiments.besiii.sources import TIMING
from trigemu.experiments.besiii.trigger import BesiiiTrigger
from trigemu.frames.frame import TRUTH
from trigemu.measure.offline import make_frames
from trigemu.menu.planes import unpack_lines
from trigemu.setup.build import load_setup

SHIPPED = ("besiii.toml", "besiii-single-photon.toml")


def test_names_are_unique_and_in_their_words():
    named = [name for name in BITS if name]
    assert len(set(named)) == len(named)
    assert len(BITS) == 64 * WORDS == 192
    for first, names in ((0, CONDITIONS), (64, CHANNELS), (128, FILTER_BITS)):
        assert BITS[first : first + len(names)] == tuple(names)


def test_every_channel_of_every_epoch_has_a_line(configs):
    names = set(load_setup(configs / "besiii.toml").menu.names)
    for epoch in EPOCHS:
        assert {f"channel_{channel.slot}" for channel in section_of(epoch).gtl.channel} <= names
    assert "channel_9" in names
    assert {name.removeprefix("ef_") for name in FILTER_BITS} <= names


def test_energies_of_the_search_are_those_of_the_data(configs):
    setup = load_setup(configs / "besiii-single-photon.toml")
    for table in setup.signals:
        energy, luminosity = np.array(table.energies).T
        assert energy[0] > 4.12
        assert energy[-1] == 4.6
        assert np.all(np.diff(energy) > 0)
        # 14.9 1/fb (besiii_babar_facts A9.1); the recalled luminosities add up to a little more.
        assert luminosity.sum() == pytest.approx(14_900, rel=0.05)


@pytest.fixture(scope="module")
def made(configs):
    setup = load_setup(configs / "besiii.toml", ["besiii.frame_ticks=2000000"])
    (frame,) = make_frames(setup, [0])
    return setup, frame


def test_lines_of_a_frame(made):
    """Each line says what its bit says; random triggers fire theirs and no other candidate does."""
    setup, frame = made
    words = BesiiiTrigger(setup).words(frame)
    candidates = CandidateFinder(setup).candidates(frame)
    rows = np.searchsorted(frame[TIMING]["time"], candidates.time)
    fired = unpack_lines(candidates.fired, len(setup.menu.names)).astype(bool)
    assert len(rows) > 50
    for column, name in enumerate(setup.menu.names):
        bit = BITS.index(name if name in BITS else f"ef_{name}")
        expected = words.bits[rows, bit // 64] >> np.uint64(bit % 64) & np.uint64(1) == 1
        np.testing.assert_array_equal(fired[:, column], expected, err_msg=name)
    random = frame[TIMING]["random"][rows] == 1
    names = list(setup.menu.names)
    np.testing.assert_array_equal(fired[:, names.index("channel_9")], random)
    np.testing.assert_array_equal(fired[:, names.index("random")], random)


def test_each_crossing_has_one_class(made):
    setup, frame = made
    words = BesiiiTrigger(setup).words(frame).bits[:, 2]
    assert np.all(np.bitwise_count(words & np.uint64((1 << len(CLASSES)) - 1)) == 1)


def test_classes_know_their_processes(made):
    """Of what the filter is sure of: Bhabha, cosmic rays and signals are in no wrong class of the three."""
    setup, frame = made
    words, truth = BesiiiTrigger(setup).words(frame).bits[:, 2], frame[TRUTH]
    names = [table.process for table in setup.section.process]
    classes = {name: words >> np.uint64(CLASSES.index(name)) & np.uint64(1) == 1 for name in CLASSES}
    from_process = {name: truth["process"] == number for number, name in enumerate(names)}
    assert from_process["bhabha"].sum() > 15
    assert not (classes["cosmic"] & ~from_process["cosmic"]).any()
    assert classes["cosmic"][from_process["cosmic"]].mean() > 0.1
    assert not (classes["bhabha"] & ~(from_process["bhabha"])).any()
    assert classes["bhabha"][from_process["bhabha"]].mean() > 0.5
    assert not classes["single_photon"][from_process["cosmic"]].any()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_configurations_say_where_lines_come_from(configs, name):
    setup = load_setup(configs / name)
    assert all(line.source for line in setup.config.menu.line)
