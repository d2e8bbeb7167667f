"""Reading TOML files, with errors that name line and column."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from trigemu.config.origin import Path as KeyPath
from trigemu.config.origin import toml_lines
from trigemu.errors import InputError
from trigemu.files import MIB, read_regular, shown

LARGEST = MIB
"""Bytes of a configuration or menu: the largest that comes with the package has 30 kB."""

DEEPEST = 32
"""How deep tables and lists may be nested."""

_MANY_PARTS = re.compile(rf"""(?<![\w"'-])(?:[\w"'-]+[ \t]*\.[ \t]*){{{DEEPEST}}}""")


def read_toml(path: str | Path) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """Read a TOML file.

    Returns
    -------
    tuple
        Its data, and the line of every key and table header.

    Raises
    ------
    InputError
        There is no such file, it cannot be read, or it is not TOML (with line and column).
    """
    try:
        read = read_regular(path, LARGEST, f"{shown(path)}:", missing="there is no such file")
        # Some editors begin a text with a byte order mark.
        text = read.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{shown(path)}: not a TOML file (it is not UTF-8 text)") from None
    if _MANY_PARTS.search(text):
        raise InputError(f"{path}: a dotted key has more than {DEEPEST} parts")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}{_toml_place(str(error), text)}") from None
    except ValueError:
        # Python reads no number of more than 4300 digits; where it stands is not said.
        raise InputError(f"{path}: not valid TOML: a whole number of thousands of digits") from None
    except RecursionError:
        raise InputError(f"{path}: not valid TOML (nested too deep)") from None
    if deeper(data, DEEPEST):
        raise InputError(f"{path}: tables are nested more than {DEEPEST} deep")
    return data, toml_lines(text)


def deeper(data: Any, most: int) -> bool:
    """Return whether tables and lists are nested more than ``most`` deep."""
    if isinstance(data, dict):
        data = list(data.values())
    if not isinstance(data, list):
        return False
    return most == 0 or any(deeper(each, most - 1) for each in data)


def _toml_place(message: str, text: str) -> str:
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if match is None:
        return f": not valid TOML: {message}"
    what = match[1][:1].lower() + match[1][1:]
    line = match[2] or str(text.count("\n") + 1)
    column = match[3] or str(len(text) - text.rfind("\n"))
    return f", line {line}, column {column}: not valid TOML: {what}"
