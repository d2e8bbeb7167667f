"""Whether a run directory belongs to a run that is still going on, on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from trigemu.errors import InputError
from trigemu.frames.lock import is_locked
from trigemu.frames.rundir import PROCESSES_FILE, read_json

_MARGIN_S = 2.0


def is_running(path: Path) -> bool:
    """Return whether the run is being written, or its control is alive."""
    return is_locked(path) or _control_lives(path / PROCESSES_FILE)


def refuse_running(path: Path) -> None:
    """Raise `InputError` where the run is still going on."""
    if is_running(path):
        raise InputError(f"{path}: this run is still running; wait for its end")


def _control_lives(file: Path) -> bool:
    try:
        written = file.stat().st_mtime
        entries = read_json(file).get("processes")
    except (OSError, InputError):
        return False
    return any(
        _lives(entry.get("pid"), written)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and entry.get("role") == "control"
    )


def _lives(process: Any, written: float) -> bool:
    """Return whether a process that was there when a file was ``written`` still is."""
    if type(process) is not int or not 0 < process < 2**31:
        return False
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        boot = next(
            int(line.split()[1])
            for line in Path("/proc/stat").read_text().splitlines()
            if line.startswith("btime")
        )
        # A number that was given to another process since then does not count, nor does a process that has ended.
        began = boot + int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return fields[0] != "Z" and began <= written + _MARGIN_S
    except FileNotFoundError:
        return not Path("/proc/stat").exists() and _answers(process)
    except (OSError, StopIteration, ValueError, IndexError):
        return False


def _answers(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
