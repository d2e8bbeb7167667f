"""Tables on a terminal, in a pipe, and as plain text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from trigemu.render.layout import Line, laid_out
from trigemu.render.size import given_size
from trigemu.render.table import Table

if TYPE_CHECKING:
    from rich.text import Text

USUAL = 80
"""Columns of a terminal that does not say how many it has."""

STYLES = {"title": "bold", "head": "", "body": "", "note": ""}


def width_for(stream: TextIO) -> int | None:
    """Return how many columns a stream has: ``COLUMNS``, or those of the terminal; None of a pipe or file."""
    if given := given_size("COLUMNS"):
        return given
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL


def as_text(table: Table, width: int | None = None) -> str:
    """Return a table as plain text that fits a width (None: as wide as its content)."""
    return "\n".join(line.text for line in laid_out(table, width))


def styled(table: Table, width: int | None = None) -> Text:
    """Return a table as rich text; it is to be printed as it is, without further wrapping."""
    return in_style(laid_out(table, width))


def in_style(lines: list[Line]) -> Text:
    """Return lines as rich text."""
    from rich.text import Text

    return Text("\n").join(Text(line.text, STYLES[line.style]) for line in lines)
