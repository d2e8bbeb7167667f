"""The command line as a process that is disturbed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path


def start(*arguments: object, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start ``trigemu ARGUMENTS``."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "trigemu", *map(str, arguments)],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def complaints(said: str) -> list[str]:
    """Return the lines of a standard error that are no progress: a slow machine is told what it waits for."""
    return [line for line in said.splitlines() if line.startswith("trigemu: ")]


def until(
    done: Callable[[], object], process: subprocess.Popen[str] | None = None, seconds: float = 60.0
) -> None:
    """Wait for something, at most so long; fail at once where the process has ended without it."""
    deadline = time.monotonic() + seconds
    while not done():
        if process is not None and process.poll() is not None and not done():
            raise AssertionError(f"it has ended: {process.communicate()}")
        assert time.monotonic() < deadline, "it does not come to this"
        time.sleep(0.01)


def hears(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> bool:
    """Return whether a process has a handler for a signal."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return False
    caught = next(line for line in lines if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


def recorded(out: Path) -> bool:
    """Return whether frames have been recorded."""
    segment = out / "segment-000000.tgm"
    return segment.exists() and segment.stat().st_size > 20000


def pids(out: Path) -> dict[str, int]:
    """Return the processes of a run that is alive."""
    try:
        entries = json.loads((out / "processes.json").read_text())["processes"]
    except (OSError, ValueError):
        return {}
    return {each["name"]: each["pid"] for each in entries}


def alive(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def short_folder(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """Return an environment in which sockets are made in a folder of their own."""
    folder.mkdir()
    return {**environment, "TMPDIR": str(folder), "XDG_RUNTIME_DIR": str(folder)}
