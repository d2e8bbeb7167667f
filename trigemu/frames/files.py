"""Files that are written whole or not at all, and read with a bound."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from trigemu.errors import InputError, RunError
from trigemu.stopping import cleaned


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all, whatever ends the process on the way.

    Raises
    ------
    RunError
        It cannot be written, for instance for want of space.
    """
    try:
        replace_file(path, text)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None


def replace_file(path: Path, text: str) -> None:
    """Do as `write_whole`, but let the OSError through."""
    # A name of its own: two processes that write the same file do not meet in the draft.
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")

    def remove() -> None:
        draft.unlink(missing_ok=True)

    with cleaned(remove):
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync_folder(path.parent)
        except BaseException:
            remove()
            raise


def _sync_folder(folder: Path) -> None:
    """Make a new name durable, where the file system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_regular(path: Path) -> int:
    """Open a file for reading and return its descriptor.

    Raises
    ------
    InputError
        It is not there, is no ordinary file, or cannot be read.
    """
    descriptor = -1
    try:
        # A pipe that nobody writes to would wait for ever without O_NONBLOCK.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError) as error:
        if descriptor >= 0:
            os.close(descriptor)
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read ({reason})") from None
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
        raise InputError(f"{path}: cannot be read (it is {what})")
    return descriptor


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the content of a file of at most ``limit`` bytes.

    Raises
    ------
    InputError
        It cannot be read, or is larger.
    """
    with open(open_regular(path), "rb") as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    if len(data) > limit:
        raise InputError(f"{path}: has more than the {limit >> 20} MiB that such a file may have")
    return data
