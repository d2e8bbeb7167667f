"""A run on disk: a directory with its configuration, checksummed segments of records, and an index.

``run.json`` says what it is, ``config.json`` holds the resolved configuration, ``segment-000000.tgm`` and
so on the records, ``index.json`` what is where; ``totals.json`` and other summaries come from their makers.
"""

from __future__ import annotations

import errno
import os
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
    "PROCESSES_FILE",
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


PROCESSES_FILE = "processes.json"
"""Says who is at work, while a run is alive."""

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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
        ``path`` exists and is not an empty directory, or cannot be made; of two processes that want the same
        directory one has it, and the other is refused and touches nothing.
    RunError
        No space left for the files.
    """
    path = Path(path)
    try:
        number = config["run"]["number"]
    except (KeyError, TypeError):
        raise InputError(f"{path}: the configuration has no run number") from None
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise FileExistsError
        # Whoever makes this file has the directory; the system lets only one process make it.
        os.close(os.open(path / CONFIG_FILE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        if path.is_dir():
            raise InputError(
                f"{path}: exists and is not empty; give another output directory or remove it"
            ) from None
        raise InputError(f"{path}: cannot be made the output directory (it is a file)") from None
    except OSError as error:
        reason = error.strerror or error
        if error.errno in NO_SPACE:
            raise RunError(f"{path}: no space left for a run ({reason})") from None
        raise InputError(f"{path}: cannot be made the output directory ({reason})") from None
    try:
        write_json(path / CONFIG_FILE, config, run_id)
        write_run(path, run_id, number)
    except RunError:
        # Half a run directory would only be in the way.
        (path / CONFIG_FILE).unlink(missing_ok=True)
        raise
