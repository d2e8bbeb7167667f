"""The reserve of a run that is being written: some space for its end, and a lock that says that somebody writes.

The system lets go of the lock when its process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import weakref
from pathlib import Path

RESERVE_FILE = "reserve.tmp"
RESERVE_BYTES = 1 << 20
"""Kept free while a run is written, so that index and totals still find room on a full disk."""

_ATTEMPTS = 10


class RunLock:
    """Holds the reserve of a run until `release` (OSError if it cannot be made, or is held by another)."""

    def __init__(self, path: Path) -> None:
        file = os.open(path / RESERVE_FILE, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        self._close = weakref.finalize(self, os.close, file)
        with contextlib.suppress(_UnsupportedError):
            for attempt in range(_ATTEMPTS):
                try:
                    _lock(file, fcntl.LOCK_EX)
                    break
                except BlockingIOError:
                    # Somebody may be looking at it just now.
                    if attempt == _ATTEMPTS - 1:
                        raise
                    time.sleep(0.02)
        written = 0
        while written < RESERVE_BYTES:
            written += os.pwrite(file, bytes(RESERVE_BYTES - written), written)

    def release(self) -> None:
        """Let go of it."""
        self._close()


class _UnsupportedError(Exception):
    """The file system has no locks."""


def _lock(file: int, kind: int) -> None:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:
        raise _UnsupportedError from error


def is_locked(path: Path) -> bool:
    """Return whether a living process of this machine writes the run."""
    try:
        file = os.open(path / RESERVE_FILE, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        _lock(file, fcntl.LOCK_SH)
    except BlockingIOError:
        return True
    except _UnsupportedError:
        return False
    finally:
        os.close(file)
    return False
