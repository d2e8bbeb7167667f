"""Text of event files, plain or gzipped, in pieces: memory does not grow with the file.

What one piece may be is bounded, so that a damaged file, or one that was made to fill the memory, is refused when its
first impossible event or line is met.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from trigemu.errors import InputError
from trigemu.files import MIB, open_regular, shown

CHUNK = 4 * MIB
"""Bytes of text that are read at a time."""

LARGEST = 16 * MIB
"""Bytes of one event, or of all that stands before the first: a hundred times what generators write."""

_GZIP_MAGIC = b"\x1f\x8b"


def label(path: Path) -> str:
    """Return what messages call an event file."""
    return f"event file {shown(path)}"


def signature(path: Path, allowed: str) -> tuple[int, int]:
    """Return size and time of change of a file: with its path, what a remembered reading belongs to.

    Raises
    ------
    InputError
        There is no such file.
    """
    try:
        stat = path.stat()
    except (OSError, ValueError):
        raise InputError(f"{label(path)} does not exist: {allowed}") from None
    return stat.st_size, stat.st_mtime_ns


def read_chunks(path: Path, allowed: str) -> Iterator[bytes]:
    """Yield a file's text in pieces of at most `CHUNK` bytes, unpacked if it is gzipped.

    Raises
    ------
    InputError
        It is absent, no regular file, cannot be read, or its gzip data are torn; ``allowed`` says what to give.
    """
    where = label(path)
    with open_regular(path, where, allowed) as raw:
        packed = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        try:
            file: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=raw) if packed else raw
            while chunk := file.read(CHUNK):
                yield chunk
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InputError(
                f"{where} is truncated or damaged: its gzip data do not unpack; copy it again"
            ) from None
        except OSError as error:
            raise InputError(f"{where} cannot be read ({error.strerror}): {allowed}") from None


def too_large(path: Path, what: str) -> InputError:
    """Return the error of a file one of whose parts is larger than `LARGEST`."""
    return InputError(
        f"{label(path)} is damaged: {what} is larger than {LARGEST // MIB} MiB, which no generator writes"
    )
