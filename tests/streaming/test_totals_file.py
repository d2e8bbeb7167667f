"""A ``totals.json`` with the right checksum and something odd in it is refused in a sentence, whoever reads it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.calling import call
from support.rewriting import Entry, entries_of, replace_records
from support.spoilt_runs import record

from trigemu.decision.rows import SCHEMAS, VERDICTS, decode_rows, encode_rows
from trigemu.frames.rundir import RunReader, read_json, write_json
from trigemu.frames.wire import decode


@pytest.fixture(scope="module")
def sound(configs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sound") / "run"
    record(configs / "na62-dump.toml", out, "run.frames=2")
    return out


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "run"))


def edit(path: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    data = read_json(path / name)
    data.pop("checksum")
    change(data)
    write_json(path / name, data, RunReader(path, damaged=True).info.run_id)


def refused(*arguments: object) -> str:
    # A replay may say first that there is no report.
    return call(*arguments, code=2).stderr.strip().splitlines()[-1]


def commands(path: Path) -> list[tuple[object, ...]]:
    return [
        ("finish", path),
        ("replay", path, "--offline", "--out", path.with_name("again")),
        ("export", path, "--to", "parquet", path.with_name("out")),
    ]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("frames", {"planned": 2, "accepted": {}, "rejected": 0, "lost": 0}, "frames.accepted: "),
        ("frames", 1.5, "frames: "),
        ("run_id", 7, "run_id: "),
        ("run_id", "another", "names another run"),
        ("missing", [], "missing: "),
        ("latency", {"total": {"max": 0, "bucket": [10**6], "count": [1]}}, "latency.total.bucket.0: "),
    ],
)
def test_every_reader_refuses_it(path: Path, key: str, value: Any, expected: str) -> None:
    edit(path, "totals.json", lambda data: data.update({key: value}))
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    for arguments in commands(path):
        said = refused(*arguments)
        assert "totals.json" in said
        assert expected in said
        assert f"remove it, then trigemu finish {path} makes it again" in said
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    assert not path.with_name("again").exists()
    assert not path.with_name("out").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("line_names", ["a", "b", "c"]),
        ("tally", {"shape": [0, 7], "counts": []}),
        ("monitor", {"none of these": {"shape": [1], "counts": [1]}}),
        ("comparisons", {"none of these": {"shape": [1, 4], "counts": [0, 0, 0, 1]}}),
        ("latency", {"elsewhere": {"max": 1, "bucket": [1], "count": [1]}}),
    ],
)
def test_counts_of_another_configuration_are_not_finished(path: Path, key: str, value: Any) -> None:
    edit(path, "totals.json", lambda data: data.update({key: value}))
    assert "does not count the lines, signals, histograms" in refused("finish", path)


@pytest.mark.parametrize("number", [2**32, 2**62])
def test_an_index_of_more_frames_than_a_run_has_is_refused(path: Path, number: int) -> None:
    edit(path, "index.json", lambda data: data.update(frames=number))
    for arguments in commands(path):
        assert "index.json: is not an index" in refused(*arguments)


def test_records_that_amount_to_what_cannot_be_are_not_finished(path: Path) -> None:
    def more_than_all(entry: Entry) -> Entry:
        if entry.kind != VERDICTS:
            return entry
        rows = decode_rows(decode(entry.parts, SCHEMAS), ())
        next(row for row in rows if len(row.tally)).tally[1] += 10**6
        return entry._replace(parts=[bytes(memoryview(part).cast("B")) for part in encode_rows(rows)])

    replace_records(path, [more_than_all(each) for each in entries_of(path)])
    (path / "totals.json").unlink()
    assert "its records do not amount to a run (tally: more events passed" in refused("finish", path)
    assert not (path / "totals.json").exists()
