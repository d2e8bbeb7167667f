"""The events of a file as frames, and what follows from a file for a configuration."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from support import besiii_raw as make

from trigemu.errors import InputError
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.raw.complete import complete
from trigemu.experiments.besiii.raw.file import open_raw
from trigemu.experiments.besiii.raw.generator import RawGenerator
from trigemu.experiments.besiii.raw.hardware import WORDS, read_boards
from trigemu.experiments.besiii.raw.sources import RAW
from trigemu.frames.columns import pack
from trigemu.frames.crossings import check_crossings
from trigemu.frames.ranges import Ranges

EVENT = make.event([make.detector(0xA5, [make.crate(2, make.board(0xD3, [0x5000010] * 3))])])


@pytest.fixture(scope="module")
def real(shared_data):
    return str(shared_data / "besiii" / "run91668.raw")


def generator(path, frames=1, **section):
    """The generator of a file; a setup is more than it looks at."""
    chosen = Besiii.model_validate({"events": "raw", "conditions": "2026", **section})
    config = SimpleNamespace(input=SimpleNamespace(path=path))
    return RawGenerator(SimpleNamespace(section=chosen, config=config, frames=frames), tuple(RAW))


@pytest.mark.parametrize("per_frame", [3, 10, 100])
def test_frames_hold_the_events_in_order(real, per_frame):
    frames = -(-10 // per_frame)
    made = generator(real, frames, raw={"events_per_frame": per_frame})
    whole = generator(real)
    all_of = {source: whole.fragment(source, 0) for source in RAW}
    pieces = {source: [] for source in RAW}
    # Backwards: what a frame holds does not depend on what was asked before.
    for frame in reversed(range(frames)):
        fragments = {source: made.fragment(source, frame) for source in RAW}
        check_crossings(fragments, "timing", frame, 5_000_000)
        for source, schema in RAW.items():
            assert Ranges(schema).complaint(pack(schema, fragments[source])) == ""
            pieces[source].insert(0, fragments[source])
    for source, schema in RAW.items():
        for name in set(schema.names) - {"time" if source == "timing" else "", "offsets"}:
            joined = np.concatenate([piece[name] for piece in pieces[source]])
            assert np.array_equal(joined, all_of[source][name])
    assert {
        source: len(made.fragment(source, frames)["offsets"]) for source in RAW if source != "timing"
    } == {source: 1 for source in RAW if source != "timing"}


def test_hardware_and_random_triggers(real):
    made = generator(real)
    file = open_raw(real)
    hardware = made.fragment("hardware", 0)
    assert np.array_equal(hardware["word"].reshape(10, WORDS), read_boards(*file.read(0, 10)))
    # Event 8 is a random trigger (besiii_real_facts 2.2).
    assert made.fragment("timing", 0)["random"].tolist() == [0] * 8 + [1, 0]
    assert made.dropped(0) == {"mdc": 1552, "tof": 136, "emc": 0}


def test_what_does_not_fit_the_file(real):
    with pytest.raises(InputError, match=r"holds 10 events: 4 frames of 3 .*, but run.frames is 5"):
        generator(real, 5, raw={"events_per_frame": 3})
    with pytest.raises(
        InputError, match=r"frame_ticks = 1000 is too short for besiii.raw.events_per_frame = 1000"
    ):
        generator(real, frame_ticks=1000, raw={"events_per_frame": 1000})
    with pytest.raises(InputError, match=r"needs a raw data file: --set input.path=FILE"):
        generator("")
    with pytest.raises(InputError, match=r"MRPC modules in the endcaps .*conditions = '2009'"):
        generator(real, conditions="2009").fragment("tof", 0)


def data(path, section, **run):
    return {"input": {"path": path}, "section": {"events": "raw", **section}, "run": {"seed": 1, **run}}


def test_conditions_and_length_follow_from_the_file(real, tmp_path):
    found = complete(data(real, {"conditions": "auto"}))
    assert found["section"] == {"events": "raw", "conditions": "2026"}
    assert found["run"] == {"seed": 1, "frames": 1}
    found = complete(data(real, {"raw": {"events_per_frame": 4}}))
    assert (found["section"]["conditions"], found["run"]["frames"]) == ("2026", 3)
    for run, name in ((10266, "2009"), (45095, "2016")):
        path = make.write(tmp_path / f"{run}.raw", [make.event([make.detector(0xA5, [])], run=run)], run=run)
        assert complete(data(str(path), {}))["section"]["conditions"] == name


def test_what_is_given_stays_and_needs_no_file():
    given = data("gone.raw", {"conditions": "2016"}, frames=5)
    assert complete(given) == given
    given = data("gone.raw", {"conditions": "2016"}, duration_s=0.1)
    assert complete(given) == given
    with pytest.raises(InputError, match=r"raw data file gone.raw does not exist"):
        complete(data("gone.raw", {"conditions": "auto"}, frames=5))


def test_a_configuration_without_a_file_can_be_shown():
    found = complete(data("", {"conditions": "auto"}))
    assert found["section"] == {"events": "raw"}
    assert found["run"] == {"frames": 1, "seed": 1}


def test_simulated_events_have_no_conditions_of_their_own():
    with pytest.raises(InputError, match=r'besiii.conditions = "auto" follows from a raw data file'):
        complete({"section": {"conditions": "auto"}})
    plain = {"section": {"conditions": "2009"}, "run": {"frames": 3}}
    assert complete(plain) == plain


@pytest.mark.parametrize(
    "odd",
    [{"section": 3}, {"section": {"events": "raw"}, "run": 5}, {"section": {"events": "raw"}, "input": []}],
)
def test_what_is_no_table_is_left_to_validation(odd):
    assert complete(odd) == odd


@pytest.mark.parametrize("odd", [0, True, "x", -3])
def test_odd_numbers_are_left_to_validation(real, odd):
    assert complete(data(real, {"raw": {"events_per_frame": odd}}))["run"]["frames"] == 1
    assert complete(data(real, {"raw": odd}))["run"]["frames"] == 1


def test_frames_are_of_bounded_size(tmp_path, monkeypatch):
    path = str(make.write(tmp_path / "a.raw", [EVENT] * 4))
    monkeypatch.setattr("trigemu.experiments.besiii.raw.generator.MAX_FRAME_BYTES", 5 * len(EVENT))
    with pytest.raises(InputError, match=r"4 events of it take 0 MiB.*smaller besiii\.raw\.events_per_frame"):
        generator(path, raw={"events_per_frame": 4})
    assert generator(path, 4, raw={"events_per_frame": 1})
