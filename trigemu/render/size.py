"""The size of a terminal as its user gives it: ``COLUMNS`` and ``LINES``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

GIVEN = ("COLUMNS", "LINES")

_MOST_DIGITS = 6


def given_size(name: str) -> int:
    """Return the number of columns or lines that a variable gives; 0 if it gives no positive decimal number."""
    text = os.environ.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def console_on(stream: TextIO) -> Console:
    """Return a console of rich; what `given_size` does not take for a size is as if it were not set."""
    from rich.console import Console

    # Rich takes 0 for a size, and fails at digits that are not decimal.
    usable = {name: text for name, text in os.environ.items() if name not in GIVEN or given_size(name)}
    return Console(file=stream, highlight=False, _environ=usable)
