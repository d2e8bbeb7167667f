"""Opening what users name as a file: regular files only, and no more bytes than a file of its kind has."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path
from typing import BinaryIO

from trigemu.errors import InputError

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)

MIB = 1 << 20

_SHOWN = 200


def shown(path: str | Path) -> str:
    """Return a path for a message, shortened if it is longer than any that exists."""
    text = str(path)
    return text if len(text) <= _SHOWN else f"{text[:80]}...{text[-40:]}"


def open_regular(path: str | Path, where: str, hint: str = "") -> BinaryIO:
    """Open a regular file for reading; a pipe or device is refused without waiting for it.

    Parameters
    ----------
    path
        The file.
    where
        What a message calls it (``event file PATH``).
    hint
        What to give instead, for the message.

    Raises
    ------
    InputError
        It does not exist, cannot be read, or is not a regular file.
    """
    end = f": {hint}" if hint else ""
    try:
        # Opening a pipe would wait for somebody who writes to it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputError(f"{where} does not exist{end}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{where} cannot be read ({reason}){end}") from None
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    kind = next((name for test, name in KINDS if test(mode)), "something else")
    raise InputError(f"{where} cannot be read (it is {kind}, not a regular file){end}")


def read_regular(path: str | Path, most: int, where: str, hint: str = "") -> bytes:
    """Return the content of a regular file of at most ``most`` bytes; raises as `open_regular`, and if it is larger."""
    with open_regular(path, where, hint) as file:
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise InputError(f"{where} cannot be read ({error.strerror})") from None
    if len(data) > most:
        raise InputError(f"{where} is larger than {_size(most)}, more than a file of this kind can need")
    return data


def read_archive(path: str | Path, most: int, where: str, hint: str = "") -> zipfile.ZipFile:
    """Return a zip archive (``.npz``) in memory whose members unpack to at most ``most`` bytes together.

    Raises
    ------
    InputError
        As `read_regular`; or it says that it unpacks to more, or that a member is larger than what it can hold.
    zipfile.BadZipFile
        It is not a zip archive.
    """
    data = read_regular(path, most, where, hint)
    archive = zipfile.ZipFile(io.BytesIO(data))
    # What is read of a member never exceeds the size that the directory states.
    if sum(member.file_size for member in archive.infolist()) > most:
        raise InputError(
            f"{where} unpacks to more than {_size(most)}, more than a file of this kind can need"
        )
    return archive


def _size(size: int) -> str:
    return f"{size // MIB} MiB" if size >= MIB else f"{size // 1024} KiB"
