"""Ways to spoil a recorded run: bytes, whole files, JSON and records, with and without matching checksums."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.rewriting import Entry, entries_of, write_entries

from trigemu.errors import InputError
from trigemu.frames.records import RECORD_MARKER
from trigemu.frames.runfiles import _checksum

JSON_FILES = ("run.json", "config.json", "index.json", "totals.json")


_NUMBERS = (0, -1, 1, 2**31, 2**32, 2**53 + 1, 2**63, 2**64, 10**300, -(10**18), 1.5, 1e308)
_OTHERS = (float("inf"), float("nan"), None, True, False, "", "x", "y" * 500, "\u202e\x1b[31m")
ODD: tuple[Any, ...] = (*_NUMBERS, *_OTHERS, [], {}, [[]], [None] * 5000, {"a": {"b": []}})
"""Values that are not what stands in a file."""


def odd_value(rng: random.Random) -> Any:
    return rng.choice(ODD)


def odd_text(rng: random.Random) -> bytes:
    return rng.choice(
        [
            b"",
            b"\0" * 100,
            b"[]",
            b"null",
            b"{",
            b"{}",
            b'{"a": ' * 100_000,
            b"[" * 1_000_000,
            b'{"format": ' + b"9" * 5000 + b"}",
            b"\xff\xfe{}",
            b"\xef\xbb\xbf{}",
            '{"run_id": "größe"}'.encode("latin-1"),
            b'{"run_id": "\\ud800"}',
            b'{"format": "trigemu run", "format_version": ' + b"1" * 4000 + b"}",
            b"-" * 70_000,
        ]
    )


def places(data: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*where, key)
        yield from places(value, (*where, key))


def drop(file: Path) -> None:
    if file.is_symlink() or not file.is_dir():
        file.unlink(missing_ok=True)


def text_of(file: Path) -> str:
    """Return a file's text; OSError unless it is a regular file (a pipe would be waited for)."""
    if not file.is_file():
        raise OSError(f"{file} is no file")
    return file.read_text()


def edit_json(rng: random.Random, path: Path) -> None:
    """Change a value somewhere, or take it away; half of the time the checksum is made to match."""
    file = path / rng.choice(JSON_FILES)
    try:
        data = json.loads(text_of(file))
        run_id = json.loads(text_of(path / "run.json"))["run_id"]
        where = rng.choice(list(places(data)))
        *head, last = where
        table = data
        for key in head:
            table = table[key]
        value = table[last]
        choice = rng.random()
        if choice < 0.2:
            del table[last]
        elif choice < 0.6 and type(value) is int:
            table[last] = value + rng.choice([-10, -1, 1, 10, 1000])
        elif choice < 0.7 and isinstance(value, str):
            table[last] = value[::-1] + "x"
        else:
            table[last] = odd_value(rng)
        # What an experiment's own table may hold is for the tests of configurations.
        own = file.name == "config.json" and where[0] == "section"
        if rng.random() < 0.5 and isinstance(run_id, str) and not own:
            data["checksum"] = _checksum(file.name, data, run_id)
        if file.name == "run.json" and rng.random() < 0.5:
            data["checksum"] = _checksum(file.name, data, data["run_id"])
        # A link leads out of the run: what it names stays as it is.
        drop(file)
        file.write_text(json.dumps(data))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return


def spoil_text(rng: random.Random, path: Path) -> None:
    """Put something else in the place of a small file."""
    file = path / rng.choice((*JSON_FILES, "processes.json"))
    if not file.is_dir():
        file.unlink(missing_ok=True)
        file.write_bytes(odd_text(rng))


def any_file(rng: random.Random, path: Path) -> Path | None:
    segments = sorted(file for file in path.glob("segment-*") if file.is_file() and not file.is_symlink())
    files = [*segments, *segments, *(path / name for name in JSON_FILES if (path / name).is_file())]
    return rng.choice(files) if files else None


def spoil_bytes(rng: random.Random, path: Path) -> None:
    """Flip, cut, fill, splice or add bytes."""
    file = any_file(rng, path)
    if file is None or file.is_symlink():
        return
    data = bytearray(file.read_bytes())
    size = len(data)
    at, length = rng.randrange(size + 1), rng.choice([1, 4, 63, 64, 100, 1000, 8192])
    how = rng.randrange(8)
    if how == 0 and size:
        for _ in range(rng.choice([1, 1, 1, 20])):
            data[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif how == 1:
        del data[at:]
    elif how == 2:
        data[at : at + length] = bytes(len(data[at : at + length]))
    elif how == 3:
        del data[at : at + length]
    elif how == 4:
        data[at:at] = rng.randbytes(length)
    elif how == 5:
        other = rng.randrange(size + 1)
        data[at : at + length] = data[other : other + length]
    elif how == 6:
        data += rng.choice(
            [rng.randbytes(length), bytes(length), RECORD_MARKER + bytes(100), bytes(data[-length:])]
        )
    else:
        del data[size // 2 :]
    file.write_bytes(bytes(data))


def spoil_files(rng: random.Random, path: Path, stranger: Path) -> None:
    """Take away, exchange, double or replace whole files."""
    file = any_file(rng, path)
    if file is None:
        return
    other = any_file(rng, path) or file
    how = rng.randrange(11)
    if how == 0:
        file.unlink()
    elif how == 1 and other != file:
        aside = path / "aside"
        file.rename(aside)
        other.rename(file)
        aside.rename(other)
    elif how == 2 and (stranger / file.name).is_file():
        drop(file)
        shutil.copy(stranger / file.name, file)
    elif how == 3:
        target = path / f"segment-{rng.choice([0, 1, 2, 3, 50, 999_999]):06d}.tgm"
        # Copying to a pipe would wait for somebody who reads it.
        if target != file and (target.is_file() or not target.exists()) and not target.is_symlink():
            shutil.copy(file, target)
    elif how == 4:
        file.unlink()
        file.mkdir()
    elif how == 5:
        file.unlink()
        file.symlink_to(rng.choice([file, Path("nowhere"), Path("."), stranger / file.name]))
    elif how == 6:
        file.unlink()
        os.mkfifo(file)
    elif how == 7:
        target = path / f"segment-{rng.randrange(12):06d}.tgm"
        if target.is_symlink() or not target.is_dir():
            file.rename(target)
    elif how == 8:
        for each in path.iterdir():
            if each.is_dir() and not each.is_symlink():
                each.rmdir()
            else:
                each.unlink()
    elif how == 9:
        drop(path / "index.json")
    else:
        drop(path / "totals.json")


def leave_things(rng: random.Random, path: Path) -> None:
    """Leave what a process that was killed leaves."""
    (path / "reserve.tmp").write_bytes(bytes(1000))
    pid = rng.choice([2**22 + 5, -1, 0, "x", 2**40, None])
    entry: Any = {"role": "control", "name": "control", "pid": pid}
    (path / "processes.json").write_text(json.dumps({"processes": rng.choice([[entry], entry, 5, [5]])}))
    (path / "index.json.77.tmp").write_text("{")
    for name in ("totals.json", "index.json"):
        if rng.random() < 0.7:
            drop(path / name)


def forge_records(rng: random.Random, path: Path) -> None:
    """Drop, double or exchange records, or change their frame, with all checksums as they must be."""
    try:
        run_id = json.loads(text_of(path / "run.json"))["run_id"]
        entries = entries_of(path, damaged=True)
    except (OSError, ValueError, LookupError, TypeError, InputError, RecursionError):
        return
    if not entries or not isinstance(run_id, str):
        return
    at, other = rng.randrange(len(entries)), rng.randrange(len(entries))
    kind, frame, parts = entries[at]
    how = rng.randrange(6)
    if how == 0:
        del entries[at]
    elif how == 1:
        entries.insert(other, entries[at])
    elif how == 2:
        entries[at], entries[other] = entries[other], entries[at]
    elif how == 3:
        entries[at] = Entry(kind, rng.choice([frame + 1, -1, 2**62, 0]), parts)
    elif how == 4:
        entries[at] = Entry(rng.choice(["verdicts", "fragment", "readout", "junk"]), frame, parts)
    else:
        entries[at] = Entry(kind, frame, [part[: rng.randrange(len(part) + 1)] for part in parts])
    for file in path.glob("segment-*"):
        if file.is_dir() and not file.is_symlink():
            return
        file.unlink()
    write_entries(path, entries, run_id)
    if rng.random() < 0.8:
        drop(path / "index.json")


def spoil(rng: random.Random, path: Path, stranger: Path) -> None:
    """Spoil a run directory in one to three ways."""
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        choice = rng.random()
        if choice < 0.4:
            spoil_bytes(rng, path)
        elif choice < 0.6:
            spoil_files(rng, path, stranger)
        elif choice < 0.78:
            edit_json(rng, path)
        elif choice < 0.84:
            spoil_text(rng, path)
        elif choice < 0.9:
            leave_things(rng, path)
        else:
            forge_records(rng, path)
