"""One hit that cannot be: its fragment is counted, its frame is lost, and everything else is as it was."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.runs import same_decisions

from trigemu import streaming
from trigemu.errors import TrigemuError
from trigemu.frames.columns import Block
from trigemu.frames.rundir import RunReader, RunWriter, create_run
from trigemu.frames.wire import FRAGMENT, decode, encode
from trigemu.setup.build import load_setup
from trigemu.setup.experiment import Setup
from trigemu.setup.registry import experiment_names

BAD = 7
"""The frame with the hit."""


def with_a_bad_hit(setup: Setup[Any], run: Path, copy: Path, source: str, column: str, value: int) -> Path:
    """Copy a run that kept all fragments, checksums right, with one wrong value."""
    reader = RunReader(run)
    create_run(copy, reader.config, "a bad hit")
    writer = RunWriter(copy, 64 << 20)
    for record in reader.records():
        parts: list[Any] = [bytes(part) for part in record.parts]
        if record.kind == FRAGMENT and record.frame == BAD:
            message = decode(parts, setup.schemas)
            assert message.block is not None
            if message.block.schema.source == source:
                block = Block(message.block.schema, message.block.lengths, message.block.buffer.copy())
                block[column][len(block[column]) // 2] = value
                parts = [bytes(part) for part in encode(message.kind, message.fields, block)]
        writer.append(parts, frame=record.frame, kind=record.kind)
    writer.close()
    return copy


@pytest.mark.parametrize(
    ("column", "value"), [("time", -5), ("time", 2**63 - 1), ("time", -(2**63)), ("channel", 60_000)]
)
def test_replayed_offline(pulser, tmp_path: Path, column: str, value: int) -> None:
    setup = pulser("run.frames=12", "record.mode=all", "pulser.bursts=1")
    whole = streaming.run(setup, tmp_path / "run", offline=True)
    bad = with_a_bad_hit(setup, tmp_path / "run", tmp_path / "bad", "p1", column, value)
    totals = streaming.replay(bad, setup, tmp_path / "again", offline=True)
    assert totals.closed
    assert totals.quality == "incomplete"
    assert totals.fragments["corrupt"] == 1
    assert totals.fragments["damaged"] == 0
    assert totals.frames["lost"] == 1
    assert totals.fragments["dropped"] == len(setup.schemas) - 1
    assert totals.decisions == whole.decisions - whole.decisions // 12


def test_live_offline_and_replayed_again_are_the_same(pulser, tmp_path: Path) -> None:
    setup = pulser("run.frames=40", "record.mode=all", "pulser.bursts=1")
    streaming.run(setup, tmp_path / "run", offline=True)
    bad = with_a_bad_hit(setup, tmp_path / "run", tmp_path / "bad", "p1", "time", 2**63 - 1)
    offline = streaming.replay(bad, setup, tmp_path / "offline", offline=True)
    live = streaming.replay(bad, setup, tmp_path / "live")
    # A frame that the run has lost is passed over by its replay: lost again.
    third = streaming.replay(tmp_path / "live", setup, tmp_path / "third", offline=True)
    for totals in (live, third):
        same_decisions(totals, offline)
        assert totals.closed
        assert totals.frames["lost"] == 1
    assert live.fragments["corrupt"] == 1


def test_the_muon_detector_of_na62(configs: Path, tmp_path: Path) -> None:
    setup = load_setup(
        configs / "na62-dump.toml", ["run.frames=9", "record.mode=all", "na62.frame_timestamps=256"]
    )
    streaming.run(setup, tmp_path / "run", offline=True)
    for value in (-5000, 2**63 - 1):
        bad = with_a_bad_hit(setup, tmp_path / "run", tmp_path / f"bad{value}", "muv3", "time", value)
        totals = streaming.replay(bad, setup, tmp_path / f"again{value}", offline=True)
        assert totals.closed
        assert totals.fragments["corrupt"] == 1
        assert totals.frames["lost"] == 1
        assert totals.frames["accepted"] + totals.frames["rejected"] == 8


PLUGGED = """
import dataclasses

import numpy as np

from trigemu.experiments.pulser.experiment import EXPERIMENT as PULSER
from trigemu.experiments.pulser.generator import PulseGenerator
from trigemu.experiments.pulser.trigger import PulserTrigger

EXPERIMENT = dataclasses.replace(
    PULSER, name="plug", generator="plugged:Generator", trigger="plugged:Trigger"
)


class Generator(PulseGenerator):
    def fragment(self, source, frame):
        columns = dict(super().fragment(source, frame))
        if frame == 7 and source == "p1":
            columns = {GENERATED}
        return columns


class Trigger(PulserTrigger):
    def words(self, frame):
        words = super().words(frame)
        if frame.number == 7 and len(words.time):
            words = dataclasses.replace(words, time={DECIDED})
        return words
"""
CONFIG = """
experiment = "plug"
[run]
frames = 30
[streaming]
heartbeat_s = 0.5
[[menu.line]]
name = "all"
when = "two"
"""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Setup[Any]]]:
    """Yield what makes the setup of an experiment whose generator, or trigger, does something wrong in a frame."""

    def make(generated: str = "columns", decided: str = "words.time") -> Setup[Any]:
        folder = tmp_path / "plugin"
        info = folder / "plug-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[trigemu.experiments]\nplug = plugged:EXPERIMENT\n")
        text = PLUGGED.replace("{GENERATED}", generated).replace("{DECIDED}", decided)
        (folder / "plugged.py").write_text(text)
        (tmp_path / "plug.toml").write_text(CONFIG)
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder)]))
        monkeypatch.delitem(sys.modules, "plugged", raising=False)
        experiment_names.cache_clear()
        return load_setup(tmp_path / "plug.toml")

    yield make
    sys.modules.pop("plugged", None)
    experiment_names.cache_clear()


@pytest.mark.parametrize(
    "decided", ["words.time[::-1].copy()", "words.time[:1].repeat(len(words.time))", "words.time + 2**40"]
)
def test_a_trigger_whose_answer_is_none(plugged, tmp_path: Path, decided: str) -> None:
    setup = plugged(decided=decided)
    told = []
    for offline in (True, False) if decided.endswith("40") else (True,):
        with pytest.raises(TrigemuError, match="frame 7: candidate") as error:
            streaming.run(setup, tmp_path / f"run{offline}", offline=offline)
        told.append(str(error.value))
    assert all("not in order, not inside the frame or not of this menu" in sentence for sentence in told)
    assert len(set(told)) == 1


@pytest.mark.parametrize(
    ("generated", "sentence"),
    [
        (
            '{**columns, "channel": columns["channel"] + np.uint16(256)}',
            r"'channel': entry 0 is \d+, allowed are 0 to 255",
        ),
        ('{**columns, "time": columns["time"] - 2**50}', "'time': entry 0 is -1"),
        ('{**columns, "channel": columns["channel"].astype(np.int64) - 70000}', "'channel': entry 0 is -"),
        ('{**columns, "time": columns["time"][::-1].copy()}', "values must not fall"),
    ],
)
def test_a_generator_that_makes_what_cannot_be(
    plugged, tmp_path: Path, generated: str, sentence: str
) -> None:
    setup = plugged(generated=generated)
    for offline in (True, False) if "256" in generated else (True,):
        with pytest.raises(
            TrigemuError, match=f"frame 7: Generator makes what cannot be: source 'p1'.*{sentence}"
        ):
            streaming.run(setup, tmp_path / f"run{offline}", offline=offline)
