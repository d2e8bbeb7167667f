"""Runs on disk: what is written is read back, by order, kind and frame, without a copy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trigemu
from trigemu.errors import InputError, RunError
from trigemu.frames.columns import Schema
from trigemu.frames.rundir import FORMAT_VERSION, RunReader, RunWriter, create_run
from trigemu.frames.wire import decode

Record = Callable[..., Path]


def summary(reader: RunReader, **choice: object) -> list[tuple[str, int]]:
    return [(record.kind, record.frame) for record in reader.records(**choice)]  # type: ignore[arg-type]


def test_records_come_back(record_run: Record, schemas: dict[str, Schema]) -> None:
    reader = RunReader(record_run(20))
    assert len(reader.segments) >= 3
    assert summary(reader) == [(kind, frame) for frame in range(20) for kind in ("fragment", "verdict")]
    assert reader.kinds == {"fragment": 20, "verdict": 20}
    assert (reader.torn_bytes, reader.closed) == (0, True)
    for frame, record in enumerate(reader.records("fragment")):
        block = decode(record.parts, schemas).block
        assert block is not None
        np.testing.assert_array_equal(block["time"], np.arange(10 + frame) + frame)


def test_records_by_kind_and_frame(record_run: Record) -> None:
    reader = RunReader(record_run(20))
    assert summary(reader, kind="verdict") == [("verdict", frame) for frame in range(20)]
    assert summary(reader, kind="readout") == []
    assert summary(reader, kind="fragment", frames=range(7, 12)) == [("fragment", f) for f in range(7, 12)]
    assert summary(reader, frames=range(18, 99, 1)) == [
        (kind, f) for f in (18, 19) for kind in ("fragment", "verdict")
    ]
    assert summary(reader, frames=range(5, 5)) == []
    assert summary(reader, kind="verdict", frames=range(9, 2, -3)) == [("verdict", f) for f in (3, 6, 9)]
    for frame in (19, 0, 11):
        assert [(r.kind, r.frame) for r in reader.by_frame(frame)] == [
            ("fragment", frame),
            ("verdict", frame),
        ]
    assert reader.by_frame(20) == []


def test_columns_are_views_of_the_mapped_file(record_run: Record, schemas: dict[str, Schema]) -> None:
    reader = RunReader(record_run(20))
    for record in reader.records("fragment"):
        block = decode(record.parts, schemas).block
        assert block is not None
        assert np.shares_memory(block["time"], np.frombuffer(record.parts[1], np.uint8))
        assert block["time"].flags.aligned
        assert not block["time"].flags.writeable


def test_records_outlive_the_reader(record_run: Record, schemas: dict[str, Schema]) -> None:
    records = list(RunReader(record_run(20)).records("fragment"))
    block = decode(records[3].parts, schemas).block
    assert block is not None
    assert block["time"][0] == 3


def test_run_directory_says_what_it_is(record_run: Record) -> None:
    path = record_run(3)
    run = json.loads((path / "run.json").read_text())
    assert run["format_version"] == FORMAT_VERSION
    assert run["package_version"] == trigemu.__version__
    reader = RunReader(path)
    assert (reader.info.run_id, reader.info.number) == ("id of run", 5)
    assert reader.config == {"experiment": "any", "run": {"number": 5, "seed": 1}}
    assert sorted(file.name for file in path.iterdir()) == [
        "config.json",
        "index.json",
        "run.json",
        *(f"segment-{n:06d}.tgm" for n in range(len(reader.segments))),
    ]


def test_run_without_records(record_run: Record) -> None:
    reader = RunReader(record_run(0))
    assert list(reader.records()) == []
    assert reader.closed


def test_unclosed_run_is_readable(record_run: Record) -> None:
    reader = RunReader(record_run(20, close=False))
    assert len(summary(reader)) == 40
    assert (reader.torn_bytes, reader.closed) == (0, False)


def test_index_is_rebuilt(record_run: Record) -> None:
    path = record_run(20)
    (path / "index.json").unlink()
    reader = RunReader(path)
    assert len(summary(reader)) == 40
    assert not reader.closed
    assert [record.frame for record in reader.by_frame(11)] == [11, 11]


def test_large_record_gets_a_segment_of_its_own(tmp_path: Path) -> None:
    create_run(tmp_path / "run", {"run": {"number": 1}}, "x")
    with RunWriter(tmp_path / "run", 1000) as writer:
        for size in (10, 5000, 10, 10):
            writer.append([b"h", bytes(size)], frame=0, kind="any")
    reader = RunReader(tmp_path / "run")
    assert [info.records for info in reader.segments] == [1, 1, 2]
    assert [len(record.parts[1]) for record in reader.records()] == [10, 5000, 10, 10]


@given(
    records=st.lists(
        st.tuples(
            st.lists(st.binary(max_size=200), min_size=1, max_size=2),
            st.integers(-(2**63), 2**63 - 1),
            st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=16),
        ),
        max_size=12,
    ),
    segment_bytes=st.integers(64, 2000),
)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_records_come_back(
    records: list[tuple[list[bytes], int, str]],
    segment_bytes: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("any") / "run"
    create_run(path, {"run": {"number": 1}}, "x")
    with RunWriter(path, segment_bytes) as writer:
        for parts, frame, kind in records:
            writer.append(parts, frame=frame, kind=kind)
    reader = RunReader(path)
    back = [([bytes(part) for part in r.parts], r.frame, r.kind) for r in reader.records()]
    assert back == records
    for _, frame, _ in records:
        assert len(reader.by_frame(frame)) == sum(f == frame for _, f, _ in records)


@pytest.mark.parametrize(
    ("parts", "frame", "kind"),
    [
        ([], 0, "any"),
        ([b"", b"", b""], 0, "any"),
        ([b""], 2**63, "any"),
        ([b""], 0, ""),
        ([b""], 0, "x" * 17),
        ([b""], 0, "größe"),
        ([b""], 0, "a\0b"),
    ],
)
def test_append_refuses(tmp_path: Path, parts: list[bytes], frame: int, kind: str) -> None:
    create_run(tmp_path / "run", {"run": {"number": 1}}, "x")
    with RunWriter(tmp_path / "run", 1000) as writer, pytest.raises(InputError, match="record"):
        writer.append(parts, frame=frame, kind=kind)
    assert list(RunReader(tmp_path / "run").records()) == []


def test_closed_writer_takes_nothing(record_run: Record) -> None:
    path = record_run(0, close=False)
    writer, _ = RunWriter.reopen(path, 4096)
    writer.close()
    writer.close()
    with pytest.raises(RunError, match="is closed"):
        writer.append([b""], frame=0, kind="any")
    with pytest.raises(RunError, match="is closed"):
        writer.flush()


def test_a_run_is_recorded_once(record_run: Record) -> None:
    with pytest.raises(InputError, match="recorded already"):
        RunWriter(record_run(1), 4096)


def test_create_run_takes_an_empty_directory_only(tmp_path: Path) -> None:
    create_run(tmp_path / "a" / "b", {"run": {"number": 1}}, "x")
    (tmp_path / "empty").mkdir()
    create_run(tmp_path / "empty", {"run": {"number": 1}}, "x")
    before = {file.name: file.read_bytes() for file in (tmp_path / "empty").iterdir()}
    with pytest.raises(InputError, match="exists and is not empty"):
        create_run(tmp_path / "empty", {"run": {"number": 2}}, "y")
    assert {file.name: file.read_bytes() for file in (tmp_path / "empty").iterdir()} == before
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made the output directory"):
        create_run(tmp_path / "file", {"run": {"number": 1}}, "x")
    with pytest.raises(InputError, match="cannot be made the output directory"):
        create_run(tmp_path / "file" / "below", {"run": {"number": 1}}, "x")
    with pytest.raises(InputError, match="no run number"):
        create_run(tmp_path / "other", {}, "x")
