"""Reading TOML files, with errors that name line and column."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from trigemu.config.origin import Path as KeyPath
from trigemu.config.origin import toml_lines
from trigemu.errors import InputError


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
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a TOML file (it is not UTF-8 text)") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    try:
        return tomllib.loads(text), toml_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}{_toml_place(str(error), text)}") from None
    except ValueError:
        # Python reads no number of more than 4300 digits; where it stands is not said.
        raise InputError(f"{path}: not valid TOML: a whole number of thousands of digits") from None
    except RecursionError:
        raise InputError(f"{path}: not valid TOML (nested too deep)") from None


def _toml_place(message: str, text: str) -> str:
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if match is None:
        return f": not valid TOML: {message}"
    what = match[1][:1].lower() + match[1][1:]
    line = match[2] or str(text.count("\n") + 1)
    column = match[3] or str(len(text) - text.rfind("\n"))
    return f", line {line}, column {column}: not valid TOML: {what}"
