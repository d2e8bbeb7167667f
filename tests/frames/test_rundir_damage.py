"""Crashes and damage: torn tails are cut and counted, anything else is refused in one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigemu.errors import InputError, RunError
from trigemu.frames.rundir import RunReader, RunWriter, create_run
from trigemu.frames.wire import encode

Record = Callable[..., Path]


def frames(reader: RunReader) -> list[tuple[str, int]]:
    return [(record.kind, record.frame) for record in reader.records()]


def last_segment(path: Path) -> Path:
    return max(path.glob("segment-*.tgm"))


def refuses(path: Path, sentence: str) -> None:
    """Opening or reading the run raises one InputError sentence."""
    with pytest.raises(InputError, match=sentence) as caught:
        frames(RunReader(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("index", [True, False])
def test_torn_tail_at_every_length(record_run: Record, tmp_path: Path, index: bool) -> None:
    path = record_run(3, segment_bytes=1 << 20)
    whole = frames(RunReader(path))
    segment = last_segment(path)
    data = segment.read_bytes()
    ends = [64]
    for record in RunReader(path).records():
        sizes = [len(part) + -len(part) % 64 for part in record.parts]
        ends.append(ends[-1] + 64 + sum(sizes))
    assert ends[-1] == len(data)
    if not index:
        (path / "index.json").unlink()
    for length in range(len(data)):
        segment.write_bytes(data[:length])
        reader = RunReader(path)
        kept = sum(end <= length for end in ends[1:])
        assert frames(reader) == whole[:kept]
        lost = (len(data) if index else length) - (ends[kept] if length >= 64 else 0)
        assert reader.torn_bytes == lost
        assert not reader.closed


@pytest.mark.parametrize("tail", [b"\0" * 64, b"\0" * 640, b"TGMr" + bytes(100), b"x", b"\xff" * 1000])
def test_junk_tail_is_cut_and_counted(record_run: Record, tail: bytes) -> None:
    path = record_run(5, close=False)
    whole = frames(RunReader(path))
    segment = last_segment(path)
    before = segment.read_bytes()
    segment.write_bytes(before + tail)
    reader = RunReader(path)
    assert frames(reader) == whole
    assert reader.torn_bytes == len(tail)
    writer, cut = RunWriter.reopen(path, 4096)
    assert cut == len(tail)
    assert segment.read_bytes() == before
    writer.close()


def test_reopen_goes_on_where_the_crash_was(record_run: Record) -> None:
    path = record_run(20, close=False)
    segment = last_segment(path)
    segment.write_bytes(segment.read_bytes()[:-10])
    writer, cut = RunWriter.reopen(path, 4096)
    assert cut > 0
    for frame in range(19, 30):
        writer.append(encode("verdict", {"frame": frame}), frame=frame, kind="verdict")
    writer.close()
    reader = RunReader(path)
    assert [f for kind, f in frames(reader) if kind == "verdict"] == list(range(30))
    assert (reader.torn_bytes, reader.closed) == (0, True)


@pytest.mark.parametrize("length", [0, 1, 63])
def test_reopen_removes_a_segment_without_header(record_run: Record, length: int) -> None:
    path = record_run(20, close=False)
    segment = last_segment(path)
    before = frames(RunReader(path))
    lost = RunReader(path).segments[-1].records
    segment.write_bytes(segment.read_bytes()[:length])
    writer, cut = RunWriter.reopen(path, 4096)
    assert cut == length
    assert not segment.exists()
    writer.append([b"next"], frame=99, kind="any")
    writer.close()
    assert frames(RunReader(path)) == [*before[:-lost], ("any", 99)]


@pytest.mark.parametrize("segment_bytes", [300, 4096, 1 << 20])
@pytest.mark.parametrize("extra", [0, 1, 9])
def test_reopen_cuts_back_to_the_last_commit(record_run: Record, segment_bytes: int, extra: int) -> None:
    path = record_run(6, segment_bytes=segment_bytes, close=False)
    size = sum(file.stat().st_size for file in path.glob("segment-*.tgm"))
    writer, _ = RunWriter.reopen(path, segment_bytes)
    for _ in range(extra):
        writer.append([b"half a frame"], frame=6, kind="fragment")
    with pytest.raises(RunError, match="another process is writing this run"):
        RunWriter.reopen(path, segment_bytes, commit="verdict")
    del writer
    writer, cut = RunWriter.reopen(path, segment_bytes, commit="verdict")
    assert (cut > 0) == (extra > 0)
    assert sum(file.stat().st_size for file in path.glob("segment-*.tgm")) == size
    writer.append([b"again"], frame=6, kind="verdict")
    writer.close()
    found = frames(RunReader(path))
    assert found == [(k, f) for f in range(6) for k in ("fragment", "verdict")] + [("verdict", 6)]


def test_reopen_without_any_commit_starts_again(record_run: Record) -> None:
    path = record_run(6, segment_bytes=300, close=False)
    writer, _ = RunWriter.reopen(path, 300, commit="readout")
    writer.close()
    assert frames(RunReader(path)) == []


def test_every_flipped_bit_in_the_middle_is_named(record_run: Record) -> None:
    path = record_run(3, segment_bytes=1 << 20)
    segment = last_segment(path)
    data = segment.read_bytes()
    first = next(RunReader(path).records())
    sizes = [len(part) for part in first.parts]
    payload = 64 + -(-sizes[0] // 64) * 64
    covered = [*range(48 + 8), *range(64, 64 + sizes[0]), *range(payload, payload + sizes[1])]
    for index in (True, False):
        if not index:
            (path / "index.json").unlink()
        for byte in covered[::3]:
            damaged = bytearray(data)
            damaged[64 + byte] ^= 1 << byte % 8
            segment.write_bytes(bytes(damaged))
            refuses(path, r"segment-000000\.tgm: the record at byte 64 is damaged")


def test_damage_before_the_last_segment_is_no_tail(record_run: Record) -> None:
    path = record_run(20)
    first = path / "segment-000000.tgm"
    first.write_bytes(first.read_bytes()[:-70])
    refuses(path, r"segment-000000\.tgm: damaged from byte \d+ on, other segments follow")


@pytest.mark.parametrize("number", [0, 1])
def test_missing_segment(record_run: Record, number: int) -> None:
    path = record_run(20)
    (path / f"segment-00000{number}.tgm").unlink()
    refuses(path, f"segment-00000{number}.tgm is missing, later segments are there")


def test_missing_last_segment(record_run: Record) -> None:
    path = record_run(20)
    last_segment(path).unlink()
    refuses(path, "is missing, the index lists it")


def test_segments_of_other_runs_and_renamed_ones(record_run: Record) -> None:
    path, other = record_run(20), record_run(20, name="other")
    own = (path / "segment-000000.tgm").read_bytes()
    shutil.copy(other / "segment-000000.tgm", path / "segment-000000.tgm")
    refuses(path, "belongs to another run or was renamed")
    (path / "segment-000000.tgm").write_bytes(own)
    (path / "segment-000001.tgm").write_bytes(own)
    refuses(path, r"belongs to another run or was renamed \(it is segment 0\)")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"format_version": 0},
            r"older run format 0 \(written by trigemu .*\); this is trigemu .* reads format 1 and 2",
        ),
        ({"format_version": 3, "package_version": "9.9"}, r"newer run format 3 \(written by trigemu 9.9\)"),
        ({"format_version": "1"}, "does not describe a trigemu run"),
        ({"format_version": None}, "does not describe a trigemu run"),
        ({"format": "another"}, "does not describe a trigemu run"),
        ({"run_id": 5}, "missing or of the wrong type"),
        ({"number": "5"}, "missing or of the wrong type"),
    ],
)
def test_other_versions_and_foreign_directories(
    record_run: Record, change: dict[str, object], sentence: str
) -> None:
    path = record_run(1)
    run = json.loads((path / "run.json").read_text())
    (path / "run.json").write_text(json.dumps({**run, **change}))
    refuses(path, sentence)
    with pytest.raises(InputError, match=sentence):
        RunWriter.reopen(path, 4096)


def test_segment_of_another_version(record_run: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trigemu.frames.records.FORMAT_VERSION", 7)
    path = record_run(1)
    monkeypatch.undo()
    refuses(path, r"segment-000000\.tgm has format version 7; its run has version 2")


def test_what_is_no_run_directory(tmp_path: Path, record_run: Record) -> None:
    refuses(tmp_path / "absent", "no such run directory")
    refuses(tmp_path, "is not a trigemu run directory")
    path = record_run(1)
    (path / "config.json").unlink()
    refuses(path, r"config\.json: cannot be read")
    (path / "config.json").write_text("[1]")
    refuses(path, r"config\.json: is not a JSON table")
    (path / "run.json").write_bytes(b"\xff{")
    refuses(path, r"run\.json: is not JSON")
    (path / "run.json").write_text("[" * 100_000)
    refuses(path, r"run\.json: is not JSON")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "run"
    create_run(path, {"run": {"number": 1}}, "x")
    with RunWriter(path, 1 << 20) as writer:
        for frame in range(8):
            writer.append([b"header", bytes([frame]) * 50 * frame], frame=frame, kind="any")
    return path


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_fuzzed_segments_give_records_or_input_errors(
    data: st.DataObject, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "run"
    shutil.copytree(source, path)
    segment = path / "segment-000000.tgm"
    content = bytearray(segment.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(content)))
        drop = data.draw(st.sampled_from([0, 1, 4, 64, 200]))
        content[position : position + drop] = data.draw(st.binary(max_size=80))
    segment.write_bytes(bytes(content))
    if data.draw(st.booleans()):
        (path / "index.json").unlink()
    try:
        found = frames(RunReader(path))
    except InputError:
        return
    # What is given back is what was written, up to where the file is damaged.
    assert found == [("any", frame) for frame in range(len(found))]


@given(content=st.binary(max_size=400), file=st.sampled_from(["run.json", "config.json", "index.json"]))
@settings(deadline=None, max_examples=100)
def test_fuzzed_json_files(
    content: bytes, file: str, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "run"
    shutil.copytree(source, path)
    (path / file).write_bytes(content)
    try:
        found = frames(RunReader(path))
    except InputError:
        return
    assert len(found) == 8
