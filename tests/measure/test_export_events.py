"""The generated event beside each exported decision, and what files say of their columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.event_texts import lhe
from support.weighted_events import lhe_config

from trigemu import streaming
from trigemu.errors import InputError, RunError
from trigemu.experiments.pulser.generator import PulseGenerator
from trigemu.frames.frame import TRUTH
from trigemu.measure.export.events import nearest_events
from trigemu.measure.export.layout import Layout
from trigemu.measure.export.page import columns_page
from trigemu.measure.export.run import export_run
from trigemu.measure.summary import summarise
from trigemu.setup.build import load_setup
from trigemu.setup.load import shipped_configs

pd = pytest.importorskip("pandas")
pq = pytest.importorskip("pyarrow.parquet")
uproot = pytest.importorskip("uproot")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("export") / "run"
    setup = load_setup("pulser", ["run.frames=40"])
    return folder, summarise(setup, streaming.run(setup, folder, offline=True))


def test_events_beside_decisions_give_the_efficiencies_of_the_run(run, tmp_path: Path) -> None:
    folder, summary = run
    export_run(folder, "parquet", tmp_path / "all.parquet")
    table = pd.read_parquet(tmp_path / "all.parquet")
    about = json.loads(pq.read_schema(tmp_path / "all.parquet").metadata[b"trigemu"])
    ((label, lines),) = summary["efficiency"].items()
    assert about["signals"] == [label]
    signal = table[(table.event_signal == 0) & (table.event_accepted == 1)]
    for bit, line in enumerate(about["lines"]):
        passed = signal[(signal.passed.to_numpy() >> np.uint64(bit) & np.uint64(1)) == 1]
        assert len(passed.drop_duplicates(["frame", "event"])) == lines[line]["passed"] > 0
    none = table[table.event < 0]
    assert len(none) > 0
    assert set(none.event_signal) | set(none.event_time) == {-1}
    assert set(none.event_weight) == {0.0}
    assert (signal.event_weight == 1.0).all()


@pytest.mark.parametrize("form", ["root", "rntuple", "parquet"])
def test_only_recorded_leaves_the_others_out(run, tmp_path: Path, form: str) -> None:
    folder, summary = run
    rows = export_run(folder, form, tmp_path / "some", only_recorded=True)
    assert rows == summary["triggers"]["recorded"] < summary["decisions"]
    export_run(folder, "parquet", tmp_path / "all.parquet")
    every = pq.read_table(tmp_path / "all.parquet").to_pandas()
    recorded = every[every.state == 0].reset_index(drop=True)
    if form == "parquet":
        some = pq.read_table(tmp_path / "some").to_pandas()
        pd.testing.assert_frame_equal(some, recorded)
        return
    tree = uproot.open(tmp_path / "some")["decisions"]
    for name in recorded:
        assert tree[name].array().to_list() == [np.asarray(value).tolist() for value in recorded[name]]
    if form == "rntuple":
        frame = tree.arrays(library="pd")
        assert frame.triple_fired.tolist() == recorded.triple_fired.tolist()


def test_files_say_what_their_columns_mean(run, tmp_path: Path) -> None:
    folder, _ = run
    for form in ("root", "rntuple", "parquet"):
        export_run(folder, form, tmp_path / form)
    layout = Layout.of(load_setup("pulser"))
    schema = pq.read_schema(tmp_path / "parquet")
    assert schema.names == [column.name for column in layout]
    texts = [json.loads(schema.metadata[b"trigemu"])]
    texts += [json.loads(str(uproot.open(tmp_path / form)["run"])) for form in ("root", "rntuple")]
    for column in layout:
        said = schema.field(column.name).metadata
        assert (said[b"meaning"].decode(), said[b"unit"].decode()) == (column.meaning, column.unit)
        for text in texts:
            assert text["columns"][column.name] == column.to_dict()
    assert texts[0]["config"]["experiment"] == "pulser"


@pytest.mark.parametrize("config", sorted(shipped_configs()))
def test_every_column_of_every_experiment_is_described(config: str) -> None:
    page = columns_page() if config == "pulser" else ""
    for column in Layout.of(load_setup(config, ["record.mode=all"])):
        assert column.meaning, column.name
        assert column.meaning[0].isupper() or column.meaning[0].isdigit(), column.name
        assert not column.meaning.endswith("."), column.name
        of_time = column.name.endswith(("_time", "time", "_tdc")) and "event_event" not in column.name
        assert column.unit or not of_time, column.name
        assert (
            not page
            or column.name in page
            or column.name.removesuffix("_fired") in ("pair", "triple", "odd_pair")
        )


def test_events_that_are_made_again_must_be_those_of_the_run(run, tmp_path: Path, monkeypatch) -> None:
    folder, _ = run
    bursts = PulseGenerator._bursts
    monkeypatch.setattr(PulseGenerator, "_bursts", lambda self, frame: bursts(self, frame + 1))
    with pytest.raises(
        RunError, match=r"frame \d+: the generated events .* are not those .*; --no-truth leaves"
    ):
        export_run(folder, "parquet", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert export_run(folder, "parquet", tmp_path / "out", truth=False) > 0
    assert not any(name.startswith("event") for name in pq.read_schema(tmp_path / "out").names)


def test_a_replay_of_recorded_triggers_knows_no_events(run, tmp_path: Path) -> None:
    folder, _ = run
    streaming.replay(folder, load_setup("pulser", ["run.frames=40"]), tmp_path / "again", offline=True)
    export_run(tmp_path / "again", "parquet", tmp_path / "out")
    assert set(pd.read_parquet(tmp_path / "out").event) == {-1}


def test_weights_of_file_events_come_along_and_a_lost_file_is_said(tmp_path: Path) -> None:
    path = lhe_config(tmp_path, lhe([1.0, 0.25] * 10), seed=4, frames=2, rate_hz=20_000.0)
    setup = load_setup(path)
    streaming.run(setup, tmp_path / "run", offline=True)
    export_run(tmp_path / "run", "parquet", tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out")
    drawn = table[table.event_number >= 0]
    assert len(drawn) > 5
    assert set(drawn.event_signal) == {0}
    assert set(drawn.event_weight) <= {1.0, 0.25}
    assert (drawn.event_share > 0).all()
    (tmp_path / "events.lhe").unlink()
    with pytest.raises(InputError, match=r"events\.lhe.*; --no-truth leaves generated events out"):
        export_run(tmp_path / "run", "parquet", tmp_path / "other")
    assert export_run(tmp_path / "run", "parquet", tmp_path / "other", truth=False) == len(table)


times = st.lists(st.integers(-5, 45), max_size=12)


@given(times, st.lists(st.integers(0, 1), min_size=12, max_size=12), times, st.integers(0, 6))
def test_nearest_events_are_those_of_an_obvious_search(
    events: list[int], signal: list[int], decisions: list[int], window: int
) -> None:
    decisions = sorted(set(decisions))
    truth = {"time": np.array(events, np.int64), "signal": np.array(signal[: len(events)], np.uint16)}
    got = nearest_events(truth, np.array(decisions, np.int64), signals=1, frame_ticks=40, window=window)
    for time, row in zip(decisions, got.tolist(), strict=True):
        near = [i for i, t in enumerate(events) if 0 <= t < 40 and abs(t - time) <= window]
        if not near:
            assert row == -1
            continue
        best = min(near, key=lambda i: (signal[i], abs(events[i] - time), events[i]))
        assert (signal[row], events[row]) == (signal[best], events[best])


def test_the_truth_of_whole_runs_is_the_recorded_one(tmp_path: Path, monkeypatch) -> None:
    setup = load_setup("pulser", ["run.frames=5", "record.mode=all"])
    assert TRUTH in setup.schemas
    streaming.run(setup, tmp_path / "run", offline=True)
    monkeypatch.setattr(PulseGenerator, "fragment", None)
    export_run(tmp_path / "run", "parquet", tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out")
    assert (table.event >= 0).any()
    assert {"truth_time", "event_time"} <= set(table)
