"""``run.log`` of a run directory: what happened, when, in plain text; for people, no program reads it."""

from __future__ import annotations

import os
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trigemu.plain import printable

LOG_FILE = "run.log"

MAX_BYTES = 1 << 20
"""A log that is longer takes only what is said of the end."""

END_BYTES = 64 << 10
"""Room for what is said of the end of a run."""

MAX_LINE = 2000
MAX_LINES = 100
"""Lines of one entry, a traceback for instance; of a longer one the last."""

_FULL = "the log is full; only the end of the run is added"


def _utc() -> datetime:
    return datetime.now(UTC)


class RunLog:
    """Appends to the log of a run.

    A log that cannot be written (no space, no such folder any more) is no reason to lose a run: it then ends early.

    Parameters
    ----------
    folder
        The run directory.
    clock
        Gives the time, in UTC.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _utc) -> None:
        self._path = folder / LOG_FILE
        self._clock = clock
        self._size: int | None = None
        self._full = False

    def say(self, text: str, *, end: bool = False) -> None:
        """Add an entry: a line with a time stamp, and further lines (a traceback) below it.

        Parameters
        ----------
        text
            What happened; control characters are escaped.
        end
            It belongs to the end of the run, for which room is kept.
        """
        lines = text.splitlines()[-MAX_LINES:] or [""]
        shown = [printable(line, keep="")[:MAX_LINE] for line in lines]
        stamp = self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entry = f"{stamp} " + "\n    ".join(shown) + "\n"
        with suppress(OSError):
            self._append(entry.encode("utf-8", "replace"), f"{stamp} {_FULL}\n".encode(), end=end)

    def _append(self, entry: bytes, full: bytes, *, end: bool) -> None:
        if self._size is None:
            self._size = self._path.stat().st_size if self._path.exists() else 0
        if not end and (self._full or self._size + len(entry) > MAX_BYTES):
            if self._full:
                return
            self._full, entry = True, full
        if self._size + len(entry) > MAX_BYTES + END_BYTES:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self._path, flags, 0o666)
        try:
            os.write(descriptor, entry)
        finally:
            os.close(descriptor)
        self._size += len(entry)


def command_line() -> str:
    """Return the command of this process, as one would type it."""
    name = Path(sys.argv[0]).name if sys.argv else "python"
    return shlex.join(["trigemu" if name == "__main__.py" else name, *sys.argv[1:]])


@contextmanager
def warned(log: RunLog) -> Iterator[None]:
    """Put the warnings of Python's libraries into the log as well, for a block."""
    show = warnings.showwarning

    def told(message: Any, category: Any, filename: str, lineno: int, *rest: Any, **named: Any) -> None:
        log.say(f"warning: {category.__name__}: {message} ({Path(filename).name}, line {lineno})")
        show(message, category, filename, lineno, *rest, **named)

    warnings.showwarning = told
    try:
        yield
    finally:
        warnings.showwarning = show
