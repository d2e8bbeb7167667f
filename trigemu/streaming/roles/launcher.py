"""Role processes on this machine: started, watched, started again, and gone at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from trigemu.errors import RunError
from trigemu.frames.rundir import PROCESSES_FILE, write_json
from trigemu.frames.runlog import RunLog
from trigemu.streaming.process import TICKET, process_state
from trigemu.streaming.roles.sockets import SocketFolder

_ONE_THREAD = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_FAREWELL_S = 10.0
_MOST_SAID = 64 << 10
_REUSE = {
    # Message buffers come and go; glibc would return each to the system and get it back page by page.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    # Each thread's own arena would fill one after the other: slow growth early in a run.
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(slots=True)
class Child:
    """A role process."""

    role: str
    name: str
    process: subprocess.Popen[bytes]


class Launcher:
    """Starts and watches role processes; a context manager that leaves none behind.

    Parameters
    ----------
    out
        The run directory, where ``processes.json`` says who is alive.
    log
        Told what the processes wrote on their standard error.

    Attributes
    ----------
    folder
        Private folder for the sockets.
    patience_s
        How long the children have to end by themselves, all together.
    """

    def __init__(self, out: Path, log: RunLog) -> None:
        self._out = out
        self._log = log
        self._children: dict[str, Child] = {}
        self._logged: dict[str, int] = {}
        self._sockets = SocketFolder()
        self.folder: Path = self._sockets.path
        self.patience_s = _FAREWELL_S

    def __enter__(self) -> Launcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(0.0 if error else self.patience_s)

    def start(self, role: str, name: str, control: str, ticket: int) -> None:
        """Start a role that shows control this ticket (and end what is left of an earlier life)."""
        earlier = self._children.pop(name, None)
        if earlier is not None:
            _kill(earlier)
        command = [
            *(sys.executable, "-P", "-m", "trigemu.streaming.roles.main"),
            *(role, control, name, str(os.getpid())),
        ]
        # The command line can be read by everybody, the environment by the same user only.
        environment = {**_REUSE, **os.environ, **dict.fromkeys(_ONE_THREAD, "1"), TICKET: str(ticket)}
        with self._errors(name).open("ab") as errors:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                # Ctrl-C in the terminal is for control alone.
                process_group=0,
            )
        self._children[name] = Child(role, name, process)

    def write_processes(self) -> None:
        """Write ``processes.json``."""
        entries: list[dict[str, Any]] = [{"role": "control", "name": "control", "pid": os.getpid()}]
        entries += [
            {"role": child.role, "name": child.name, "pid": child.process.pid}
            for child in self._children.values()
        ]
        write_json(self._out / PROCESSES_FILE, {"processes": entries})

    def states(self) -> Iterator[tuple[str, int, bool]]:
        """Yield name, processor time used and whether it is stopped, of every child of which the system tells this."""
        for child in self._children.values():
            state = process_state(child.process.pid)
            if state is not None:
                yield child.name, *state

    def ended(self) -> Iterator[tuple[str, str]]:
        """Yield name and story of every child that has ended since the last call."""
        for child in list(self._children.values()):
            code = child.process.poll()
            if code is not None:
                del self._children[child.name]
                yield child.name, self._story(child, code)

    def _story(self, child: Child, code: int) -> str:
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        lines = self._said(child.name)
        return f"{how} ({lines[-1].strip()})" if lines and code >= 0 else how

    def _said(self, name: str) -> list[str]:
        """Return what a process wrote on its standard error, which goes into the log."""
        try:
            with self._errors(name).open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - _MOST_SAID))
                lines = file.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return []
        # A next life of the same name writes into the same file.
        fresh, self._logged[name] = lines[self._logged.get(name, 0) :], len(lines)
        if fresh:
            self._log.say("\n".join([f"{name} wrote", *fresh]))
        return fresh

    def _errors(self, name: str) -> Path:
        return self.folder / f"{name}.err"

    def end(self, patience_s: float) -> None:
        """Wait for the children to end, end those that do not, and clean up."""
        until = time.monotonic() + patience_s
        try:
            for child in self._children.values():
                try:
                    child.process.wait(max(0.0, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.process.kill()
            for child in self._children.values():
                _kill(child)
                self._said(child.name)
        finally:
            self._children.clear()
            (self._out / PROCESSES_FILE).unlink(missing_ok=True)
            self._sockets.close()


def _kill(child: Child) -> None:
    child.process.kill()
    try:
        child.process.wait(_FAREWELL_S)
    except subprocess.TimeoutExpired:
        raise RunError(f"{child.name} (process {child.process.pid}) cannot be ended") from None
