"""The small JSON files of a run directory: ``run.json``, ``config.json``, ``index.json`` and others.

Those that readers rely on end with a key ``checksum``: a hash of everything else in the file, seeded with the
run's id and the file's name, so that a file that was edited or comes from another run is refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xxhash import xxh3_64_intdigest

from trigemu import __version__
from trigemu.drafts import write_whole
from trigemu.errors import InputError, RunError
from trigemu.frames.files import read_bounded
from trigemu.frames.records import FORMAT_VERSION, READ_VERSIONS, run_tag
from trigemu.frames.segments import SegmentInfo

RUN_FILE = "run.json"
CONFIG_FILE = "config.json"
INDEX_FILE = "index.json"
TOTALS_FILE = "totals.json"

FORMAT = "trigemu run"
CHECKSUM = "checksum"

MAX_JSON = 16 << 20
"""Bytes; a longer JSON file is refused before it is looked at."""

MAX_SEGMENTS = 1_000_000
"""Segments of a run, at most."""

_INT64 = 2**63
_FRAMES = 2**32
_SEGMENT_BYTES = 2**44


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What ``run.json`` says.

    Attributes
    ----------
    run_id, number
        Identity of this run, and the run number of its configuration.
    created
        When the directory was made (ISO 8601, UTC).
    package_version
        The trigemu that made it.
    version
        The format of the directory.
    """

    run_id: str
    number: int
    created: str
    package_version: str
    version: int = FORMAT_VERSION


@dataclass(frozen=True, slots=True)
class Index:
    """What ``index.json`` says.

    Attributes
    ----------
    infos
        Per segment, in order.
    closed
        Whether the run was closed in order.
    frames
        Frames that were complete when it was written; None where that is not known.
    """

    infos: list[SegmentInfo] = field(default_factory=list)
    closed: bool = False
    frames: int | None = None


def write_json(path: Path, data: Any, run_id: str | None = None) -> None:
    """Write a JSON file whole or not at all, with a checksum if it belongs to a run.

    Raises
    ------
    RunError
        It cannot be written, for instance for want of space.
    """
    try:
        _write_json(path, data, run_id)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None


def _write_json(path: Path, data: Any, run_id: str | None) -> None:
    if run_id is not None:
        data = {**data, CHECKSUM: _checksum(path.name, data, run_id)}
    write_whole(path, json.dumps(data, indent=1) + "\n", durable=True)


def _checksum(name: str, data: Mapping[str, Any], run_id: str) -> str:
    rest = {key: value for key, value in data.items() if key != CHECKSUM}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    seed = xxh3_64_intdigest(name.encode(), run_tag(run_id))
    return f"{xxh3_64_intdigest(text.encode(), seed):016x}"


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds a table.

    Raises
    ------
    InputError
        It is not there, cannot be read, is too large, or is not a JSON table.
    """
    content = read_bounded(path, MAX_JSON)
    try:
        data = json.loads(content)
        # Half a surrogate pair is legal JSON and no text.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:100]
        raise InputError(f"{path}: is not JSON ({reason})") from None
    if not isinstance(data, dict):
        raise InputError(f"{path}: is not a JSON table")
    return data


def read_checked(path: Path, info: RunInfo, advice: str) -> dict[str, Any]:
    """Read a JSON file of a run and compare it with its checksum (version 1 has none).

    Raises
    ------
    InputError
        As for `read_json`; or it was edited, or belongs to another run.
    """
    data = read_json(path)
    if info.version > 1:
        check(path, data, info.run_id, advice)
    elif CHECKSUM in data:
        raise InputError(
            f"{path.with_name(RUN_FILE)}: says run format 1, but {path.name} has a checksum, which that format "
            f"has not: {RUN_FILE} was edited; copy the run again"
        )
    return data


def check(path: Path, data: dict[str, Any], run_id: str, advice: str) -> None:
    """Take the checksum out of ``data``; `InputError` with ``advice`` if it is another."""
    found = data.pop(CHECKSUM, None)
    if found != _checksum(path.name, data, run_id):
        raise InputError(f"{path}: its checksum does not match: it was edited or is of another run; {advice}")


def write_run(path: Path, run_id: str, number: int) -> None:
    """Write ``run.json`` of a new run."""
    data = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "package_version": __version__,
        "run_id": run_id,
        "number": number,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_json(path / RUN_FILE, data, run_id)


def read_run(path: Path) -> RunInfo:
    """Read and check ``run.json``.

    Raises
    ------
    InputError
        ``path`` is not a run directory, or one of another format version, or the file was edited.
    """
    try:
        there = path.is_dir()
        file = path / RUN_FILE
        described = there and file.exists()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    if not there:
        raise InputError(f"{path}: no such run directory")
    if not described:
        raise InputError(f"{path}: is not a trigemu run directory (it has no {RUN_FILE})")
    data = read_json(file)
    version, writer = data.get("format_version"), str(data.get("package_version"))[:40]
    if data.get("format") != FORMAT or type(version) is not int:
        raise InputError(f"{file}: does not describe a trigemu run")
    if version not in READ_VERSIONS:
        age = "older" if version < FORMAT_VERSION else "newer"
        number = version if abs(version) < _INT64 else "of many digits"
        raise InputError(
            f"{path}: has the {age} run format {number} (written by trigemu {writer}); "
            f"this is trigemu {__version__}, which reads format {' and '.join(map(str, READ_VERSIONS))}"
        )
    run_id, run, created = data.get("run_id"), data.get("number"), data.get("created")
    if not (isinstance(run_id, str) and type(run) is int and isinstance(created, str)):
        raise InputError(f"{file}: run_id, number or created is missing or of the wrong type")
    if not 0 <= run < _INT64:
        raise InputError(f"{file}: number is not a run number")
    if version > 1 or CHECKSUM in data:
        check(file, data, run_id, "copy the run again")
    return RunInfo(run_id, run, created, writer, version)


def write_index(
    path: Path, infos: Sequence[SegmentInfo], run_id: str, *, closed: bool, frames: int | None = None
) -> None:
    """Write ``index.json``: a line per segment, and whether the run was closed in order (raises OSError)."""
    segments = [
        {
            "bytes": info.bytes,
            "kinds": dict(sorted(info.kinds.items())),
            "first_frame": info.first_frame,
            "last_frame": info.last_frame,
        }
        for info in infos
    ]
    data = {"closed": closed, "frames": frames, "segments": segments}
    _write_json(path / INDEX_FILE, data, run_id)


def read_index(path: Path, info: RunInfo) -> Index:
    """Return the index; an absent one is empty, and so is an unusable one of version 1.

    Raises
    ------
    InputError
        It was edited or is not of this run.
    """
    file = path / INDEX_FILE
    if not file.exists() and not file.is_symlink():
        return Index()
    try:
        data = read_checked(file, info, "remove it, then the segments are read instead")
        frames = data.get("frames")
        infos = [_segment_info(entry) for entry in data["segments"][:MAX_SEGMENTS]]
        return Index(infos, data["closed"] is True, None if frames is None else _count(frames, high=_FRAMES))
    except InputError:
        if info.version > 1:
            raise
        return Index()
    except (KeyError, TypeError, ValueError, AttributeError):
        if info.version > 1:
            raise InputError(
                f"{file}: is not an index; remove it, then the segments are read instead"
            ) from None
        return Index()


def _segment_info(entry: Mapping[str, Any]) -> SegmentInfo:
    kinds = {str(kind): _count(number, high=_FRAMES) for kind, number in entry["kinds"].items()}
    first, last = (
        None if f is None else _count(f, -_INT64) for f in (entry["first_frame"], entry["last_frame"])
    )
    return SegmentInfo(_count(entry["bytes"], high=_SEGMENT_BYTES), Counter(kinds), first, last)


def _count(number: Any, low: int = 0, high: int = _INT64) -> int:
    if type(number) is not int or not low <= number < high:
        raise ValueError("not a count")
    return number
