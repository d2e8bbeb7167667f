"""A run on disk: a directory with its configuration, checksummed segments of records, and an index.

``run.json`` says what it is, ``config.json`` holds the resolved configuration, ``segment-000000.tgm`` and
so on the records, ``index.json`` what is where; ``totals.json`` and other summaries come from their makers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trigemu.errors import InputError, RunError
from trigemu.frames.files import write_whole
from trigemu.frames.records import FORMAT_VERSION, Record
from trigemu.frames.runfiles import CONFIG_FILE, TOTALS_FILE, RunInfo, read_json, write_json, write_run
from trigemu.frames.runreader import RunReader
from trigemu.frames.runwriter import RunWriter

__all__ = [
    "FORMAT_VERSION",
    "TOTALS_FILE",
    "Record",
    "RunInfo",
    "RunReader",
    "RunWriter",
    "create_run",
    "read_json",
    "write_json",
    "write_whole",
]


def create_run(path: Path, config: Mapping[str, Any], run_id: str) -> None:
    """Make the directory of a new run, with ``run.json`` and ``config.json``.

    Parameters
    ----------
    path
        A directory that does not exist or is empty; parents are made.
    config
        The resolved configuration, plain data; its run number is taken from ``config["run"]["number"]``.
    run_id
        Identity of the run.

    Raises
    ------
    InputError
        ``path`` exists and is not an empty directory, or cannot be made.
    RunError
        No space left for the files.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        taken = any(path.iterdir())
    except OSError as error:
        raise InputError(f"{path}: cannot be made the output directory ({error.strerror or error})") from None
    if taken:
        raise InputError(f"{path}: exists and is not empty; give another output directory or remove it")
    try:
        number = config["run"]["number"]
    except (KeyError, TypeError):
        raise InputError(f"{path}: the configuration has no run number") from None
    try:
        write_json(path / CONFIG_FILE, config, run_id)
        write_run(path, run_id, number)
    except RunError:
        # Half a run directory would only be in the way.
        (path / CONFIG_FILE).unlink(missing_ok=True)
        raise
