"""Plain data as TOML."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
WIDTH = 110
"""Characters of a line of comment."""


def toml_value(value: Any) -> str:
    """Return a value on one line: a number, text, truth, array, or an inline table.

    Raises
    ------
    ValueError
        TOML has no such value (None, for instance).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # Shortest text that is the same number; TOML wants a point or an exponent, which repr gives.
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{toml_key(str(key))} = {toml_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    raise ValueError(f"TOML has no value like {value!r}")


def toml_key(*parts: str) -> str:
    """Return a dotted key, quoted where need be."""
    return ".".join(part if _BARE.fullmatch(part) else toml_value(part) for part in parts)


def comment(text: str) -> list[str]:
    """Return a text as lines of comment."""
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
