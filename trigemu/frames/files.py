"""Files of a run directory: written whole or not at all, and read with a bound."""

from __future__ import annotations

from pathlib import Path

from trigemu.drafts import write_whole as write_draft
from trigemu.errors import RunError
from trigemu.files import open_descriptor, read_regular

_MISSING = "cannot be read (No such file or directory)"


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all, whatever ends the process or the machine on the way.

    Raises
    ------
    RunError
        It cannot be written, for instance for want of space.
    """
    try:
        write_draft(path, text, durable=True)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None


def open_file(path: Path) -> int:
    """Open a regular file for reading and return its descriptor; `InputError` if it is none or cannot be read."""
    return open_descriptor(path, f"{path}:", missing=_MISSING)


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the content of a file of at most ``limit`` bytes; `InputError` if it cannot be read or is larger."""
    return read_regular(path, limit, f"{path}:", missing=_MISSING)
