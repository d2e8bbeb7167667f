"""Opening what users name as a file: regular files only, and no more bytes than a file of its kind has."""

from __future__ import annotations

import io
import math
import os
import stat
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError

_KINDS = (
    (stat.S_ISDIR, "Is a directory"),
    (stat.S_ISFIFO, "it is a pipe, no regular file"),
    (stat.S_ISCHR, "it is a device, no regular file"),
)

MIB = 1 << 20

_SHOWN = 200


def shown(path: str | Path) -> str:
    """Return a path for a message, shortened if it is longer than any that exists."""
    text = str(path)
    return text if len(text) <= _SHOWN else f"{text[:80]}...{text[-40:]}"


def open_descriptor(path: str | Path, where: str, hint: str = "", missing: str = "does not exist") -> int:
    """Open a regular file for reading and return its descriptor; a pipe or device is refused without waiting for it.

    Parameters
    ----------
    path
        The file.
    where
        What a message calls it (``event file PATH``).
    hint
        What to give instead, for the message.
    missing
        What the message says of a file that is not there.

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
        raise InputError(f"{where} {missing}{end}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{where} cannot be read ({reason}){end}") from None
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return handle
    os.close(handle)
    kind = next((name for test, name in _KINDS if test(mode)), "it is no regular file")
    raise InputError(f"{where} cannot be read ({kind}){end}")


def open_regular(path: str | Path, where: str, hint: str = "", missing: str = "does not exist") -> BinaryIO:
    """Open a regular file for reading; parameters and errors are those of `open_descriptor`."""
    return os.fdopen(open_descriptor(path, where, hint, missing), "rb")


def read_regular(
    path: str | Path, most: int, where: str, hint: str = "", missing: str = "does not exist"
) -> bytes:
    """Return the content of a regular file of at most ``most`` bytes; raises as `open_regular`, and if it is larger."""
    with open_regular(path, where, hint, missing) as file:
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise InputError(f"{where} cannot be read ({error.strerror})") from None
    if len(data) > most:
        raise InputError(f"{where} is larger than {_size(most)}, more than a file of this kind can need")
    return data


def read_archive(
    path: str | Path, most: int, where: str, hint: str = "", missing: str = "does not exist"
) -> zipfile.ZipFile:
    """Return a zip archive (``.npz``) in memory whose members unpack to at most ``most`` bytes together.

    Raises
    ------
    InputError
        As `read_regular`; or it says that it unpacks to more, or that a member is larger than what it can hold.
    zipfile.BadZipFile
        It is not a zip archive.
    """
    data = read_regular(path, most, where, hint, missing)
    archive = zipfile.ZipFile(io.BytesIO(data))
    # What is read of a member never exceeds the size that the directory states.
    if sum(member.file_size for member in archive.infolist()) > most:
        raise InputError(
            f"{where} unpacks to more than {_size(most)}, more than a file of this kind can need"
        )
    return archive


def read_array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Return an array of an archive; ValueError if it is pickled, damaged, or larger than its member."""
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        head = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = head(file)
    # numpy sets the memory aside before it reads.
    if dtype.hasobject or math.prod(shape) * dtype.itemsize > member.file_size:
        raise ValueError(f"array {name} is not what its header says")
    return np.asarray(np.lib.format.read_array(io.BytesIO(archive.read(member)), allow_pickle=False))


def _size(size: int) -> str:
    return f"{size // MIB} MiB" if size >= MIB else f"{size // 1024} KiB"
