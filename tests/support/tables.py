"""What a table looks like as text, read back: is every label and number there, whole and in its row?"""

from __future__ import annotations

import re
from collections import defaultdict

from trigemu.plain import short
from trigemu.render.layout import CELL, GAP, KEY
from trigemu.render.table import Column, Table
from trigemu.render.terminal import as_text
from trigemu.render.words import LEAST, width_of

WIDTHS = (40, 60, 80, 120, 300, None)


def check_table(table: Table, width: int | None) -> None:
    """Every label and number is whole, in its row, with the labels of that row; text loses no word."""
    text = as_text(table, width)
    lines = text.split("\n")
    grid, records = _grid(lines), text.split("\n\n")
    for row in range(len(table)):
        cells = [
            (column, _cell(table, row, place))
            for place, column in enumerate(table.columns)
            if not column.wide
        ]
        keys = [(column, cell) for column, cell in cells if column.kind == "key"]
        places = set.intersection(*(grid[cell] for _, cell in keys)) if keys else None
        for column, cell in cells:
            if column.kind in ("key", "number"):
                found = grid[cell] if places is None else grid[cell] & places
                record = records[row] if row < len(records) else ""
                assert found or _in_record(record, [*keys, (column, cell)]), (
                    table.title,
                    width,
                    column.name,
                    cell,
                )
            else:
                # Wrapped, but all there: in a pipe on one line; only a long word may be cut.
                assert cell in text or width is not None, (table.title, column.name, cell)
                lost = [word for word in cell.split(" ") if len(word) <= LEAST and word not in text]
                assert not lost, (table.title, width, column.name, cell)
    _check_width(table, lines, width)


def _check_width(table: Table, lines: list[str], width: int | None) -> None:
    """A line is too wide only where a label, a number or a word of a title or note is."""
    if width is None:
        return
    cells = [
        width_of(_cell(table, row, place)) for row in range(len(table)) for place in range(len(table.columns))
    ]
    heads = [width_of(word) for column in table.columns for word in column.head.split()]
    words = [width_of(word) - 6 for text in (table.title, *table.notes) for word in text.split()]
    allowed = max(width, *(each + 6 for each in (*cells, *heads, *words)))
    assert all(width_of(line) <= allowed for line in lines), (table.title, width)


def _cell(table: Table, row: int, place: int) -> str:
    text = table.columns[place].kind in ("text", "code")
    return short(table.rows[row][place].text, CELL if text else KEY)


def _grid(lines: list[str]) -> dict[str, set[int]]:
    """Return what stands between wide gaps -> the lines where it does."""
    found: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(lines):
        for piece in re.split(f" {{{GAP},}}", line.strip(" ")):
            found[piece].add(number)
    return found


def _in_record(text: str, wanted: list[tuple[Column, str]]) -> bool:
    """Return whether a record holds these values, each behind its heading."""
    return all(
        re.search(rf"^ *{_spaced(column.head)}:\s+{re.escape(cell)}$", text, re.MULTILINE)
        for column, cell in wanted
    )


def _spaced(head: str) -> str:
    return r"\s+".join(map(re.escape, short(head, KEY).split(" ")))
