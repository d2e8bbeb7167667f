"""Left/right tables of the track-segment finder.

A table has one entry per hit pattern and priority: index ``2 * pattern + (priority is second left)``; 0 means no
segment, 1 the track passes right of the priority wire, 2 left (at larger azimuth), 3 a segment with unknown side
(belle2_facts 3).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import U8
from trigemu.errors import InputError
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.files import MIB, read_archive, read_array, read_regular

INNER_ENTRIES = 1 << 16
"""Entries for superlayer 0: 15 wires and the priority."""
OUTER_ENTRIES = 1 << 12
"""Entries for superlayers 1-8: 11 wires and the priority."""
HIGHEST = 3

_MISSING = "No such file or directory"
_RADIX = re.compile(r"\s*memory_initialization_radix\s*=\s*(\d+)\s*;", re.IGNORECASE)
_VECTOR = re.compile(r"\s*memory_initialization_vector\s*=\s*", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,\s]+")


def left_right(config: Cdc) -> tuple[U8, U8]:
    """Return the tables that a configuration asks for.

    Returns
    -------
    inner, outer
        uint8[65536] for superlayer 0 and uint8[4096] for the others, values 0-3.

    Raises
    ------
    InputError
        A file is missing, or not such a table.
    """
    if isinstance(config.tables, tuple):
        inner, outer = (Path(name) for name in config.tables)
        return load_coe(inner, INNER_ENTRIES), load_coe(outer, OUTER_ENTRIES)
    if config.tables is not None:
        return load_npz(Path(config.tables))
    with resources.as_file(resources.files(__package__) / "data" / "left_right.npz") as path:
        if not path.is_file():
            raise InputError(
                "this installation has no left/right tables of its own: make them with "
                "'trigemu train belle2-left-right' or set belle2.cdc.tables to a file"
            )
        return load_npz(path)


def load_npz(path: Path) -> tuple[U8, U8]:
    """Read a file with the arrays ``inner`` (uint8[65536]) and ``outer`` (uint8[4096]).

    Raises
    ------
    InputError
        No such file, not an ``.npz``, an array is missing or has another type, length or value.
    """
    try:
        with read_archive(path, MIB, f"left/right tables {path}:", missing=_MISSING) as archive:
            names = [name for name in ("inner", "outer") if f"{name}.npy" in archive.namelist()]
            arrays = {name: read_array(archive, name) for name in names}
    except (ValueError, EOFError, NotImplementedError, zlib.error, zipfile.BadZipFile):
        raise InputError(f"left/right tables {path}: not an .npz file") from None
    return (
        _checked(arrays.get("inner"), INNER_ENTRIES, f"left/right tables {path}: array 'inner'"),
        _checked(arrays.get("outer"), OUTER_ENTRIES, f"left/right tables {path}: array 'outer'"),
    )


def _checked(table: NDArray[np.generic] | None, entries: int, where: str) -> U8:
    if table is None:
        raise InputError(f"{where} is missing")
    if table.dtype != np.uint8 or table.shape != (entries,):
        raise InputError(f"{where} is {table.dtype}{list(table.shape)}, not uint8[{entries}]")
    values = table.astype(np.uint8, copy=False)
    if values.max() > HIGHEST:
        place = int(np.argmax(values > HIGHEST))
        raise InputError(f"{where} has {values[place]} at index {place}, allowed are 0-{HIGHEST}")
    return values


def load_coe(path: Path | str, entries: int) -> U8:
    """Read a table in the experiment's format, a Xilinx coefficient file (``.coe``).

    Parameters
    ----------
    path
        A text file: ``memory_initialization_radix=10;`` (2, 8, 10 or 16), then ``memory_initialization_vector=`` and
        the values, separated by commas or blanks and ended by a semicolon; lines that begin with a semicolon are
        comments.
    entries
        How many values it must have: `INNER_ENTRIES` or `OUTER_ENTRIES`.

    Returns
    -------
    uint8[entries], values 0-3.

    Raises
    ------
    InputError
        No such file, not in this format, another length or another value.
    """
    where = f"table {path}"
    try:
        text = read_regular(path, MIB, f"{where}:", missing=_MISSING).decode("ascii")
    except UnicodeDecodeError:
        raise InputError(f"{where}: not a .coe file (it holds bytes that are not text)") from None
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(";"))
    radix_line = _RADIX.match(text)
    if radix_line is None:
        raise InputError(f"{where}: begins without 'memory_initialization_radix=...;', so it is no .coe file")
    radix = int(radix_line[1])
    if radix not in (2, 8, 10, 16):
        raise InputError(f"{where}: radix {radix}, allowed are 2, 8, 10 and 16")
    vector = _VECTOR.match(text, radix_line.end())
    if vector is None:
        raise InputError(f"{where}: 'memory_initialization_vector=' does not follow the radix")
    body, end, rest = text[vector.end() :].partition(";")
    if not end or rest.strip():
        raise InputError(f"{where}: the values must end with one semicolon, at the end of the file")
    words = [word for word in _SEPARATOR.split(body) if word]
    if len(words) != entries:
        raise InputError(f"{where}: {len(words)} values, {entries} are needed")
    allowed = {np.base_repr(value, radix): value for value in range(HIGHEST + 1)}
    try:
        values = [allowed[word] if word in allowed else allowed[word.lstrip("0") or "0"] for word in words]
    except KeyError as error:
        raise InputError(
            f"{where}: value {error.args[0]!r}, allowed are 0-{HIGHEST} in radix {radix}"
        ) from None
    return np.array(values, np.uint8)
