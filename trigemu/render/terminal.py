"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from trigemu.plain import short

CELL = 400
"""Characters of a cell that are shown."""


class PlainTable(Table):
    """A table of texts from outside: brackets mean nothing in them, and control characters are shown as escapes."""

    def add_column(self, header: Any = "", footer: Any = "", **options: Any) -> None:
        """Add a column."""
        super().add_column(_cell(header), footer, **options)

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Add a row."""
        super().add_row(*map(_cell, cells), **options)


def _cell(value: Any) -> Any:
    return Text(short(value, CELL)) if isinstance(value, str) else value


def new_table(title: str, head: Sequence[str], text_columns: Sequence[int] = (0,)) -> Table:
    """Return an empty table in the house style; columns are numbers unless listed as text."""
    shown = Text(short(title, CELL), style="bold") if title else None
    table = PlainTable(title=shown, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(head):
        left = index in text_columns
        table.add_column(name, justify="left" if left else "right", no_wrap=not left)
    return table


def plain_table(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return rows of plain data as a table."""
    head = list(rows[0]) if rows else ["name"]
    table = new_table(title, head, range(len(head)))
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    return table
