"""Data that come in crossings: decided, read out, replayed and exported crossing by crossing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.runs import same_decisions

from trigemu import streaming
from trigemu.decision.decide import Decider
from trigemu.decision.readout import readout_schemas
from trigemu.decision.rows import READOUT
from trigemu.errors import InputError
from trigemu.frames.columns import Block
from trigemu.frames.crossings import CrossingError, check_crossings, find_crossings, take_crossings
from trigemu.frames.rundir import RunReader
from trigemu.frames.wire import decode
from trigemu.measure.export.rows import Layout, read_tables
from trigemu.measure.offline import make_frames
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup
from trigemu.setup.registry import experiment_names

CONFIG = """experiment = "ring"
[run]
frames = 60
seed = 5
[streaming]
workers = 2
heartbeat_s = 0.5
[ring]
crossings = 30.0
[menu.dead_time]
fixed_ns = 2000.0
[[signal]]
signal = "flash"
"""
LINES = [
    '{ name = "low", when = "low", prescale = 2 }',
    '{ name = "high", when = "high and not pads" }',
    *(f'{{ name = "never{i}", when = "high and false" }}' for i in range(63)),
    '{ name = "pads", when = "pads and odd" }',
]
SOFTWARE = '{ name = "even", when = "even", level = "hlt" }'


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Setup[Any]]:
    """Install the experiment for this process and its children, and return what makes setups of it."""
    plugin = tmp_path / "plugin"
    info = plugin / "ring-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ring\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[trigemu.experiments]\nring = support.crossing_experiment:EXPERIMENT\n"
    )
    tests = str(Path(__file__).resolve().parents[1])
    monkeypatch.syspath_prepend(str(plugin))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(plugin), tests]))
    experiment_names.cache_clear()

    def make(*overrides: str, software: bool = True) -> Setup[Any]:
        lines = [*LINES, SOFTWARE] if software else LINES
        file = tmp_path / "ring.toml"
        file.write_text(
            CONFIG.replace("[menu.dead_time]", f"[menu]\nline = [{', '.join(lines)}]\n[menu.dead_time]")
        )
        return load_setup(file, overrides)

    yield make
    experiment_names.cache_clear()


@pytest.mark.parametrize("mode", ["accepted", "all"])
def test_the_same_offline_online_and_on_replay(ring, tmp_path: Path, mode: str) -> None:
    setup = ring(f"record.mode={mode}")
    assert (setup.menu.words, setup.crossings) == (2, "timing")
    offline = streaming.run(setup, tmp_path / "offline", offline=True)
    assert offline.quality == "good"
    assert offline.triggers["recorded"] > 50
    assert min(offline.triggers[state] for state in ("prescaled", "dead_time", "vetoed")) > 20
    for workers in (1, 2):
        live = streaming.run(
            ring(f"record.mode={mode}", f"streaming.workers={workers}"), tmp_path / f"w{workers}"
        )
        same_decisions(offline, live)
    again = streaming.replay(tmp_path / "w2", setup, tmp_path / "again", offline=mode == "all")
    if mode == "all":
        same_decisions(offline, again)
    else:
        assert again.replay is not None
        assert again.replay == {
            "compared": offline.triggers["recorded"],
            "same": offline.triggers["recorded"],
            "different": 0,
            "first": None,
        }


def test_what_is_read_out_are_the_crossings_themselves(ring, tmp_path: Path) -> None:
    setup = ring()
    totals = streaming.run(setup, tmp_path / "run", offline=True)
    reader = RunReader(tmp_path / "run")
    schemas = readout_schemas(setup.schemas)
    assert schemas["timing"] == setup.schemas["timing"].with_offsets()
    assert schemas["cells"] == setup.schemas["cells"]
    recorded = 0
    for frame in make_frames(setup, range(setup.frames)):
        blocks: dict[str, Block] = {}
        for record in reader.records(READOUT, range(frame.number, frame.number + 1)):
            block = decode(record.parts, schemas).block
            assert block is not None
            blocks[block.schema.source] = block
        if not blocks:
            continue
        time = blocks["timing"]["time"]
        assert blocks["timing"]["offsets"].tolist() == list(range(len(time) + 1))
        recorded += len(time)
        rows = np.flatnonzero(np.isin(frame["timing"]["time"], time))
        for source in ("cells", "pads"):
            whole, kept = frame[source], blocks[source]
            for piece, row in enumerate(rows):
                for name in set(whole) - {"offsets"}:
                    expected = whole[name][whole["offsets"][row] : whole["offsets"][row + 1]]
                    got = kept[name][kept["offsets"][piece] : kept["offsets"][piece + 1]]
                    assert got.tolist() == expected.tolist()
    assert recorded == totals.triggers["recorded"] > 50


def test_a_menu_without_software_lines(ring, tmp_path: Path) -> None:
    setup = ring(software=False)
    totals = streaming.run(setup, tmp_path / "run", offline=True)
    assert totals.triggers["vetoed"] == 0
    again = streaming.replay(tmp_path / "run", setup, tmp_path / "again", offline=True)
    assert again.replay is not None
    assert (again.replay["compared"], again.replay["different"]) == (totals.triggers["recorded"], 0)
    # Against a menu that fires something else, the difference is named.
    data = setup.to_dict()
    data["menu"]["line"][65]["when"] = "pads and not odd"
    other = streaming.replay(tmp_path / "run", build_setup(data), tmp_path / "other", offline=True)
    assert other.quality == "tainted"
    assert other.replay is not None
    _, _, expected, found = other.replay["first"]
    assert set(expected) ^ set(found) == {"pads"}


def test_export_of_crossings(ring, tmp_path: Path) -> None:
    tables = {}
    for mode in ("accepted", "all"):
        setup = ring(f"record.mode={mode}")
        streaming.run(setup, tmp_path / mode, offline=True)
        layout = Layout.of(setup)
        (tables[mode],) = read_tables(RunReader(tmp_path / mode), setup, layout)
    one, other = tables["accepted"], tables["all"]
    assert {"fired", "fired_1", "passed_1", "accepted_1", "pads", "even"} <= set(one.flat)
    for name, values in one.flat.items():
        assert np.array_equal(values, other.flat[name]), name
    assert np.array_equal(one.flat["pads"], one.flat["accepted_1"] >> np.uint64(1) & np.uint64(1) != 0)
    for source, columns in one.hits.items():
        assert np.array_equal(one.offsets[source], other.offsets[source])
        for name, values in columns.items():
            assert np.array_equal(values, other.hits[source][name])
    recorded = one.flat["state"] == 0
    assert np.array_equal(one.hits["timing"]["time"], one.flat["time"][recorded])
    assert np.array_equal(other.hits["truth"]["time"], one.flat["time"][recorded])
    assert len(one.hits["cells"]["channel"]) > 100


@pytest.mark.parametrize("offline", [True, False])
def test_fragments_that_contradict_each_other_cost_their_frame(ring, tmp_path: Path, offline: bool) -> None:
    totals = streaming.run(ring("ring.spoil=pads", "run.frames=10"), tmp_path / "run", offline=offline)
    assert totals.closed
    assert totals.quality == "incomplete"
    assert totals.frames["lost"] == 1
    assert totals.fragments["corrupt"] == 1
    assert totals.fragments["dropped"] == 3


def test_a_scan_says_what_is_wrong(ring) -> None:
    setup = ring("ring.spoil=cells")
    decider = Decider(setup, readout=False)
    good, bad = list(make_frames(setup, range(2, 4)))
    decider.decide(good)
    with pytest.raises(
        InputError, match=r"^frame 3: source 'cells' has \d+ crossings where 'timing' lists \d+$"
    ):
        decider.decide(bad)


def frame(time: list[int], offsets: list[int], hits: int) -> dict[str, dict[str, np.ndarray]]:
    return {
        "timing": {"time": np.array(time, np.int64)},
        "cells": {"channel": np.zeros(hits, np.uint16), "offsets": np.array(offsets, np.int64)},
        "truth": {"time": np.array([1], np.int64)},
    }


@pytest.mark.parametrize(
    ("fragments", "sentence"),
    [
        (
            frame([5, 5], [0, 1, 1], 1),
            "source 'timing': times of crossings must rise strictly from 0 to below 10",
        ),
        (frame([-1, 5], [0, 1, 1], 1), "source 'timing': times of crossings must rise"),
        (frame([1, 10], [0, 1, 1], 1), "source 'timing': times of crossings must rise"),
        (frame([1, 2], [0, 1], 1), "source 'cells' has 1 crossings where 'timing' lists 2"),
        (frame([1, 2], [0, 1, 3], 2), "source 'cells': offsets must start at 0, never fall and end at 2"),
        (frame([1, 2], [0, 3, 2], 2), "source 'cells': offsets must start at 0"),
        (
            {**frame([1], [0, 1], 1), "two": {"a": [1], "b": [], "offsets": [0, 1]}},
            "source 'two': hit columns of",
        ),
        (frame([], [], 0), "source 'cells': offsets must start at 0"),
        ({"cells": {}}, "source 'timing', which lists the crossings, is missing"),
    ],
)
def test_bad_frames(fragments: dict[str, dict[str, np.ndarray]], sentence: str) -> None:
    with pytest.raises(CrossingError) as error:
        check_crossings(fragments, "timing", 7, 10)
    assert str(error.value).startswith(f"frame 7: {sentence}")
    assert error.value.sources


def test_good_frames() -> None:
    check_crossings(frame([0, 9], [0, 0, 2], 2), "timing", 0, 10)
    check_crossings(frame([], [0], 0), "timing", 0, 10)


def test_taking_crossings() -> None:
    time = np.array([3, 7, 9], np.int64)
    rows = find_crossings(time, np.array([3, 9], np.int64))
    assert rows.tolist() == [0, 2]
    columns = {"a": np.arange(6), "offsets": np.array([0, 2, 2, 6])}
    taken = take_crossings(columns, rows, time[rows])
    assert (taken["a"].tolist(), taken["offsets"].tolist()) == ([0, 1, 2, 3, 4, 5], [0, 2, 6])
    taken = take_crossings(columns, np.array([1]), time[1:2])
    assert (taken["a"].tolist(), taken["offsets"].tolist()) == ([], [0, 0])
    taken = take_crossings({"time": time, "b": np.arange(3)}, rows, time[rows])
    assert (taken["b"].tolist(), taken["offsets"].tolist()) == ([0, 2], [0, 1, 2])
    with pytest.raises(InputError, match="has not the time of a crossing"):
        find_crossings(time, np.array([4], np.int64))
