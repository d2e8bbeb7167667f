"""The files of a run directory: edited ones are refused, odd ones named, and nothing is believed without a bound."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from trigemu.errors import InputError, RunError
from trigemu.frames.files import read_bounded, write_whole
from trigemu.frames.lock import RESERVE_FILE, is_locked
from trigemu.frames.rundir import RunReader, RunWriter, create_run, read_json

Record = Callable[..., Path]


def edit(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


@pytest.mark.parametrize(
    ("name", "changes", "advice"),
    [
        ("config.json", {"experiment": "other"}, "put the recorded one back"),
        ("config.json", {"more": 1}, "put the recorded one back"),
        ("index.json", {"closed": False}, "remove it, then the segments are read instead"),
        ("index.json", {"segments": []}, "remove it, then the segments are read instead"),
        ("run.json", {"number": 6}, "copy the run again"),
        ("run.json", {"run_id": "mine"}, "copy the run again"),
    ],
)
def test_an_edited_file_is_refused(
    record_run: Record, name: str, changes: dict[str, object], advice: str
) -> None:
    path = record_run()
    edit(path / name, **changes)
    with pytest.raises(InputError, match=rf"{name}: its checksum does not match: .*{advice}"):
        RunReader(path)


@pytest.mark.parametrize("name", ["config.json", "index.json"])
def test_a_file_of_another_run_is_refused(record_run: Record, name: str) -> None:
    path, other = record_run(), record_run(name="other")
    (path / name).write_bytes((other / name).read_bytes())
    with pytest.raises(InputError, match=rf"{name}: its checksum does not match"):
        RunReader(path)


def test_a_file_written_with_other_spaces_is_the_same(record_run: Record) -> None:
    path = record_run()
    for name in ("run.json", "config.json", "index.json"):
        (path / name).write_text(json.dumps(json.loads((path / name).read_text())))
    assert RunReader(path).closed


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b'{"a": ' * 50_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\xff\xfe\xff",
        b'{"format": "\\ud800"}',
        b"[1]",
    ],
    ids=["empty", "deep", "deep tables", "5000 digits", "no UTF-8", "half a character", "a list"],
)
@pytest.mark.parametrize("name", ["run.json", "config.json", "index.json"])
def test_odd_content_gives_one_sentence(record_run: Record, name: str, content: bytes) -> None:
    path = record_run()
    (path / name).write_bytes(content)
    with pytest.raises(InputError, match=rf"{name}: is not ") as caught:
        RunReader(path)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["run.json", "config.json", "index.json", "segment-000000.tgm"])
def test_what_is_no_file_gives_one_sentence(record_run: Record, name: str) -> None:
    path = record_run()
    file = path / name
    content = file.read_bytes()
    file.unlink()
    file.mkdir()
    with pytest.raises(InputError, match=rf"{name}: cannot be read"):
        RunReader(path)
    file.rmdir()
    # Opening a pipe that nobody writes to would wait for ever.
    os.mkfifo(file)
    with pytest.raises(InputError, match=rf"{name}: cannot be read \(it is a pipe, no regular file\)"):
        RunReader(path)
    file.unlink()
    file.symlink_to(file)
    with pytest.raises(InputError, match=rf"{name}"):
        RunReader(path)
    file.unlink()
    (path / "elsewhere").write_bytes(content)
    file.symlink_to("elsewhere")
    assert len(list(RunReader(path).records())) == 40


def test_a_huge_file_is_refused_before_it_is_read(record_run: Record) -> None:
    path = record_run()
    os.truncate(path / "config.json", 1 << 40)
    with pytest.raises(InputError, match=r"config\.json: is larger than 16 MiB"):
        RunReader(path)


def test_a_file_that_is_cut_while_it_is_read_does_not_end_the_process(record_run: Record) -> None:
    path = record_run(400, segment_bytes=1 << 22)
    assert (path / "segment-000000.tgm").stat().st_size > 300_000
    records = RunReader(path).records()
    first = next(records)
    os.truncate(path / "segment-000000.tgm", 100)
    with pytest.raises(InputError, match="was cut while the run was open"):
        list(records)
    assert bytes(first.parts[0])


def test_a_segment_number_far_beyond_the_others_is_refused(record_run: Record) -> None:
    path = record_run()
    (path / "segment-999999.tgm").write_bytes(b"")
    for damaged in (False, True):
        with pytest.raises(InputError, match="segment-999999"):
            RunReader(path, damaged=damaged)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    write_whole(file, "one")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, "two")
    monkeypatch.undo()
    assert [each.read_text() for each in tmp_path.iterdir()] == ["one"]
    with pytest.raises(RunError, match="cannot write"):
        write_whole(tmp_path / "nowhere" / "file", "x")
    with pytest.raises(InputError, match="is larger than 0 KiB"):
        read_bounded(file, 2)


def test_the_lock_of_a_run_lasts_as_long_as_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "run"
    create_run(path, {"run": {"number": 1}}, "x")
    assert not is_locked(path)
    writer = RunWriter(path, 4096)
    assert is_locked(path)
    writer.close()
    assert not is_locked(path)
    writer, _ = RunWriter.reopen(path, 4096)
    assert is_locked(path)
    # As if its process had been killed.
    del writer
    assert (path / RESERVE_FILE).exists()
    assert not is_locked(path)


def test_read_json_needs_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("5")
    with pytest.raises(InputError, match="is not a JSON table"):
        read_json(tmp_path / "a.json")
