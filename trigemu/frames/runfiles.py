"""The small JSON files of a run directory: ``run.json``, ``config.json``, ``index.json`` and others."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trigemu import __version__
from trigemu.errors import InputError, RunError
from trigemu.frames.records import FORMAT_VERSION
from trigemu.frames.segments import SegmentInfo

RUN_FILE = "run.json"
CONFIG_FILE = "config.json"
INDEX_FILE = "index.json"
TOTALS_FILE = "totals.json"

FORMAT = "trigemu run"


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
    """

    run_id: str
    number: int
    created: str
    package_version: str


def write_json(path: Path, data: Any) -> None:
    """Write a JSON file whole or not at all.

    Raises
    ------
    RunError
        It cannot be written, for instance for want of space.
    """
    try:
        _write_json(path, data)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None


def _write_json(path: Path, data: Any) -> None:
    draft = path.with_name(path.name + ".tmp")
    try:
        with draft.open("w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds a table.

    Raises
    ------
    InputError
        It is not there, cannot be read, or is not a JSON table.
    """
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not JSON ({error})") from None
    if not isinstance(data, dict):
        raise InputError(f"{path}: is not a JSON table")
    return data


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
    write_json(path / RUN_FILE, data)


def read_run(path: Path) -> RunInfo:
    """Read and check ``run.json``.

    Raises
    ------
    InputError
        ``path`` is not a run directory, or one of another format version.
    """
    if not path.is_dir():
        raise InputError(f"{path}: no such run directory")
    file = path / RUN_FILE
    if not file.exists():
        raise InputError(f"{path}: is not a trigemu run directory (it has no {RUN_FILE})")
    data = read_json(file)
    version, writer = data.get("format_version"), data.get("package_version")
    if data.get("format") != FORMAT or type(version) is not int:
        raise InputError(f"{file}: does not describe a trigemu run")
    if version != FORMAT_VERSION:
        age = "older" if version < FORMAT_VERSION else "newer"
        raise InputError(
            f"{path}: has the {age} run format {version} (written by trigemu {writer}); "
            f"this is trigemu {__version__}, which reads format {FORMAT_VERSION}"
        )
    run_id, number, created = data.get("run_id"), data.get("number"), data.get("created")
    if not (isinstance(run_id, str) and type(number) is int and isinstance(created, str)):
        raise InputError(f"{file}: run_id, number or created is missing or of the wrong type")
    return RunInfo(run_id, number, created, str(writer))


def write_index(path: Path, infos: Sequence[SegmentInfo], *, closed: bool) -> None:
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
    _write_json(path / INDEX_FILE, {"closed": closed, "segments": segments})


def read_index(path: Path) -> tuple[list[SegmentInfo], bool]:
    """Return the index and whether it says closed; an absent or unusable one is empty."""
    try:
        data = read_json(path / INDEX_FILE)
        return [_segment_info(entry) for entry in data["segments"]], data["closed"] is True
    except (InputError, KeyError, TypeError, ValueError):
        return [], False


def _segment_info(entry: Mapping[str, Any]) -> SegmentInfo:
    numbers = [entry["bytes"], *entry["kinds"].values()]
    frames = [entry["first_frame"], entry["last_frame"]]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("a count is not a number")
    if not all(frame is None or type(frame) is int for frame in frames):
        raise ValueError("a frame is not a number")
    return SegmentInfo(entry["bytes"], Counter(entry["kinds"]), *frames)
