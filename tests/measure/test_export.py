"""Exported tables hold exactly what was recorded, decision by decision."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trigemu import streaming
from trigemu.decision.candidates import Candidates
from trigemu.decision.rows import READOUT, VERDICTS, Row, encode_rows
from trigemu.errors import InputError
from trigemu.frames.columns import cut_windows, pack
from trigemu.frames.frame import TRUTH, Fragment
from trigemu.frames.rundir import RunReader, RunWriter, create_run
from trigemu.frames.wire import encode, fragment_message
from trigemu.measure.export import rows as export_rows
from trigemu.measure.export.layout import column_names
from trigemu.measure.export.run import export_run
from trigemu.setup.build import load_setup
from trigemu.setup.experiment import Setup

SOURCES = ("p0", "p1", "p2")
FRAMES = 7


@dataclass
class Expected:
    """One decision, as plain numbers."""

    frame: int
    time: int
    fired: int
    accepted: int
    passed: int
    state: int
    hits: dict[str, list[tuple[int, int]]]


def make_run(path: Path, setup: Setup[Any], *, verdict_every: int = 3) -> list[Expected]:
    """Record a run by hand: pulses and decisions drawn from a fixed seed; return what an export must show."""
    random = np.random.default_rng(5)
    whole = setup.config.record.mode == "all"
    lines = len(setup.menu.lines)
    create_run(path, setup.to_dict(), "by hand")
    expected, rows = [], []
    with RunWriter(path, 4096) as writer:
        for frame in range(FRAMES):
            n = int(random.integers(0, 6)) if frame else 0
            time = np.sort(random.choice(10_000, n, replace=False)) * 100
            fired = random.integers(1, 1 << lines, n).astype(np.uint64)
            state = random.integers(0, 4, n).astype(np.uint8)
            accepted = np.where(state == 0, fired, 0).astype(np.uint64)
            row = Row(
                frame,
                candidates=Candidates(time, fired[:, None], fired[:, None]),
                state=state,
                accepted=accepted[:, None],
            )
            start, stop = setup.make_trigger().windows(time)
            decisions = [
                Expected(frame, *map(int, numbers), hits={})
                for numbers in zip(time, fired, accepted, fired, state, strict=True)
            ]
            for source in SOURCES:
                pulses = np.sort(
                    np.concatenate([start, start + 3, stop - 1, stop, random.integers(0, 10**6, 20)])
                )
                columns = {"time": pulses, "channel": random.integers(0, 256, len(pulses)).astype(np.uint16)}
                schema = setup.schemas[source]
                if whole:
                    parts = fragment_message(Fragment(1, frame, source, pack(schema, columns)))
                    writer.append(parts, frame=frame, kind="fragment")
                elif (state == 0).any():
                    windows = cut_windows(columns, start[state == 0], stop[state == 0])
                    parts = encode(READOUT, {"source": source}, pack(schema.with_offsets(), windows))
                    writer.append(parts, frame=frame, kind=READOUT)
                for decision, low, high in zip(decisions, start, stop, strict=True):
                    pairs = zip(columns["time"].tolist(), columns["channel"].tolist(), strict=True)
                    inside = [(t, c) for t, c in pairs if low <= t < high]
                    decision.hits[source] = inside if decision.state == 0 else []
            if whole:
                truth = {"time": time, "signal": np.zeros(n, "<u2"), "accepted": np.ones(n, np.uint8)}
                parts = fragment_message(Fragment(1, frame, TRUTH, pack(setup.schemas[TRUTH], truth)))
                writer.append(parts, frame=frame, kind="fragment")
            expected += decisions
            rows.append(row)
            if len(rows) == verdict_every or frame == FRAMES - 1:
                writer.append(encode_rows(rows), frame=rows[0].frame, kind=VERDICTS)
                rows = []
    assert sum(decision.state == 0 for decision in expected) > 3
    return expected


def read_root(file: Path) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    uproot = pytest.importorskip("uproot")
    with uproot.open(file) as root:
        arrays = root["decisions"].arrays()
        return {name: arrays[name].to_list() for name in arrays.fields}, json.loads(str(root["run"]))


def read_parquet(file: Path) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(file)
    assert not any(field.nullable for field in table.schema)
    return table.to_pydict(), json.loads(table.schema.metadata[b"trigemu"])


READERS = {"root": read_root, "rntuple": read_root, "parquet": read_parquet}


def by_hand(run: Path, form: str, file: Path, **options: Any) -> int:
    """Export a run made by hand, whose decisions have nothing to do with generated events."""
    return export_run(run, form, file, truth=False, **options)


@pytest.fixture(params=["accepted", "all"])
def setup(request: pytest.FixtureRequest, configs: Path) -> Setup[Any]:
    return load_setup(configs / "pulser.toml", [f"record.mode={request.param}", f"run.frames={FRAMES}"])


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("rows", [1, 4, 10**6])
def test_export_shows_what_was_recorded(
    setup: Setup[Any], tmp_path: Path, form: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = make_run(tmp_path / "run", setup)
    monkeypatch.setattr(export_rows, "DECISIONS", rows)
    file = tmp_path / f"out.{form}"
    assert by_hand(tmp_path / "run", form, file) == len(expected)
    table, about = READERS[form](file)
    for name in ("frame", "time", "fired", "accepted", "passed", "state"):
        assert table[name] == [getattr(decision, name) for decision in expected], name
    assert table["time_ns"] == [d.frame * setup.clock.frame_ticks * 1.0 + d.time for d in expected]
    for bit, line in enumerate(setup.menu.names):
        assert table[line.replace("-", "_")] == [
            bool(decision.accepted >> bit & 1) for decision in expected
        ], line
        fired = [bool(decision.fired >> bit & 1) for decision in expected]
        assert table[f"{line.replace('-', '_')}_fired"] == fired, line
    for source in SOURCES:
        for column, place in (("time", 0), ("channel", 1)):
            hits = [[hit[place] for hit in decision.hits[source]] for decision in expected]
            assert table[f"{source}_{column}"] == hits
            assert sum(map(len, hits)) > 10
    assert not any(name.startswith(("truth", "event")) for name in table)
    assert about["lines"] == list(setup.menu.names)
    assert (about["run_id"], about["experiment"], about["closed"]) == ("by hand", "pulser", True)
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith("out")] == [file.name]


@pytest.mark.parametrize("form", READERS)
def test_run_without_decisions_gives_an_empty_table(configs: Path, tmp_path: Path, form: str) -> None:
    setup = load_setup(configs / "pulser.toml")
    create_run(tmp_path / "run", setup.to_dict(), "empty")
    RunWriter(tmp_path / "run", 4096).close()
    assert export_run(tmp_path / "run", form, tmp_path / "out") == 0
    table, _ = READERS[form](tmp_path / "out")
    assert {"frame", "p2_channel", "odd_pair", "triple"} <= set(table)
    assert not any(table.values())


def test_windows_and_whole_fragments_export_the_same(configs: Path, tmp_path: Path) -> None:
    tables = {}
    for mode in ("accepted", "all"):
        setup = load_setup(configs / "pulser.toml", [f"record.mode={mode}", "run.frames=40"])
        totals = streaming.run(setup, tmp_path / mode, offline=True)
        assert export_run(tmp_path / mode, "parquet", tmp_path / f"{mode}.parquet") == totals.decisions > 50
        tables[mode], _ = read_parquet(tmp_path / f"{mode}.parquet")
    truth = {f"truth_{column.name}": None for column in setup.schemas[TRUTH].columns}
    assert tables["all"].keys() - tables["accepted"].keys() == truth.keys()
    for name, values in tables["accepted"].items():
        assert tables["all"][name] == values, name


@pytest.fixture
def run(configs: Path, tmp_path: Path) -> Path:
    make_run(tmp_path / "run", load_setup(configs / "pulser.toml"))
    return tmp_path / "run"


@pytest.mark.parametrize("form", READERS)
def test_export_refuses(run: Path, tmp_path: Path, form: Any) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        export_run(run, form, tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"
    with pytest.raises(InputError, match="there is no directory"):
        export_run(run, form, tmp_path / "nowhere" / "out")
    with pytest.raises(InputError, match="no such run directory"):
        export_run(tmp_path / "absent", form, tmp_path / "out")
    with pytest.raises(InputError, match="cannot export to 'csv'; allowed are root, rntuple, parquet"):
        export_run(run, "csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("form", "package", "extra"), [("root", "uproot", "root"), ("parquet", "pyarrow", "arrow")]
)
def test_missing_package_is_named(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Any, package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"needs the package {package}: pip install 'trigemu\[{extra}\]'"):
        export_run(run, form, tmp_path / "out")


@pytest.mark.parametrize("form", READERS)
def test_of_a_damaged_run_whole_frames_are_exported_and_the_others_said(
    setup: Setup[Any], tmp_path: Path, form: str
) -> None:
    expected = make_run(tmp_path / "run", setup)
    reader = RunReader(tmp_path / "run")
    kind = READOUT if setup.config.record.mode == "accepted" else "fragment"
    frame = next(record.frame for record in reader.records(kind) if record.frame)
    where = next(number for number, info in enumerate(reader.segments) if info.overlaps(frame, frame))
    segment = tmp_path / "run" / f"segment-{where:06d}.tgm"
    data = segment.read_bytes()
    at = data.find(frame.to_bytes(8, "little") + kind.encode())
    segment.write_bytes(data[:at] + b"x" + data[at + 1 :])
    said: list[str] = []
    rows = by_hand(tmp_path / "run", form, tmp_path / "out", on_missing=said.append)
    table, about = READERS[form](tmp_path / "out")
    left = [decision for decision in expected if decision.frame != frame]
    assert rows == len(left) < len(expected)
    assert list(zip(table["frame"], table["time"], strict=True)) == [(d.frame, d.time) for d in left]
    assert (about["missing"]["frames"], about["missing"]["records"]) == (1, 1)
    assert len(said) == 1
    assert "1 frame, 1 record," in said[0]
    assert f"segment-{where:06d}.tgm has no whole record at byte" in said[0]


@pytest.mark.parametrize("form", READERS)
def test_an_export_that_is_interrupted_leaves_no_file(
    run: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(export_rows, "_join", stop)
    (tmp_path / "out.part").write_text("somebody else's")
    with pytest.raises(KeyboardInterrupt):
        by_hand(run, form, tmp_path / "out")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["out.part", "run"]
    assert (tmp_path / "out.part").read_text() == "somebody else's"


def test_line_names_become_column_names() -> None:
    names = column_names(("H2", "Q1/20", "Q1 20", "time", "2mu", "é", "H2_fired"), {"time"})
    assert names == ("H2", "Q1_20", "line_Q1_20", "line_time", "line_2mu", "_", "line_H2_fired")
    assert len(set(names)) == len(names)
