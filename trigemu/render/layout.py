"""A table as lines of text that fit a width: what is too wide is set below, and no label or number is ever cut.

Columns of text are wrapped first, headings too.  What then does not fit beside one another comes in several parts, one
below the other, each with the columns that name the rows.  Where not even these and one more column fit, or where that
is shorter (few rows with many columns), every row becomes a record, one value per line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trigemu.plain import printable, short
from trigemu.render.table import Table
from trigemu.render.words import filled, padded, width_of, wrapped

GAP = 3
"""Blanks between columns."""

TEXT = 16
"""Width that a column of text keeps, at least."""

KEY, CELL = 400, 4000
"""Characters that are shown of a text from outside: of a row's name or a heading, and of any other cell."""

Style = Literal["title", "head", "body", "note"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and what it is (for colours)."""

    text: str
    style: Style = "body"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as texts.

    Attributes
    ----------
    head, kind, right, cells
        What it shows, and whether it is set to the right.
    natural, least
        Its width where there is room, and the least one that cuts nothing.
    """

    head: str
    kind: str
    right: bool
    cells: tuple[str, ...]
    natural: int
    least: int

    @property
    def wraps(self) -> bool:
        return self.kind in ("text", "code")


def laid_out(table: Table, width: int | None = None) -> list[Line]:
    """Return a table as lines.

    Parameters
    ----------
    table
        The table; its wide columns are left out.
    width
        Characters of a line; None: as many as it takes.
    """
    columns = _columns(table)
    notes = [Line(line, "note") for note in table.notes for line in wrapped(printable(note), width)]
    if not table.rows:
        body = [*_title(table, width), Line("none")]
    elif (parts := _parts(columns, width)) is None:
        body = [*_title(table, width), *_records(columns, len(table.rows), width)]
    else:
        body = []
        for number, part in enumerate(parts, start=1):
            said = f"part {number} of {len(parts)}" if len(parts) > 1 else ""
            body += [Line("")] if number > 1 else []
            body += [*_title(table, width, said), *_grid(part, width)]
    return [*body, *notes]


def beginning(table: Table, width: int) -> list[Line]:
    """Return the columns that fit into one part of a table, for where there is no room for the others; no title."""
    columns = _columns(table)
    parts = _parts(columns, width) if table.rows else None
    return _grid(parts[0], width) if parts else []


def sentences(text: str, width: int | None = None) -> list[Line]:
    """Return a text of one or more lines, wrapped; a word that is wider than a line, as a hash, is broken."""
    return [Line(each) for line in text.split("\n") for each in wrapped(printable(line), width, fold=True)]


def _columns(table: Table) -> list[_Column]:
    found = []
    for index, column in enumerate(table.columns):
        if column.wide:
            continue
        wraps = column.kind in ("text", "code")
        cells = tuple(short(row[index].text, CELL if wraps else KEY) for row in table.rows)
        head = short(column.head, KEY)
        longest = max(map(width_of, cells), default=0)
        words = max(map(width_of, head.split(" ")))
        natural = max(longest, width_of(head))
        least = max(words, min(longest, TEXT) if wraps else longest)
        right = column.kind == "number" or (column.kind == "key" and _numbers(table, index))
        found.append(_Column(head, column.kind, right, cells, natural, least))
    return found


def _numbers(table: Table, index: int) -> bool:
    return all(isinstance(row[index].value, int | float) for row in table.rows)


def _title(table: Table, width: int | None, said: str = "") -> list[Line]:
    title = short(table.title, KEY)
    words = [*title.split(" "), *([f"({said})"] if said else [])] if title else [said]
    # What is said of the part is not broken.
    lines = [" ".join(words)] if width is None else filled(words, width, " ")
    return [Line(line, "title") for line in lines if line]


def _parts(columns: Sequence[_Column], width: int | None) -> list[list[_Column]] | None:
    """Return the columns of each part; None where rows have to become records."""
    if width is None or _total([column.natural for column in columns]) <= width:
        return [list(columns)]
    keys = [column for column in columns if column.kind == "key"]
    others = [column for column in columns if column.kind != "key"]
    if not keys:
        # Parts of rows without a name cannot be told apart.
        return [list(columns)] if _total([column.least for column in columns]) <= width else None
    parts = [list(keys)]
    for column in others:
        if _total([each.least for each in (*keys, column)]) > width:
            return None
        if _total([each.least for each in (*parts[-1], column)]) > width:
            parts.append(list(keys))
        parts[-1].append(column)
    if _total([column.least for column in keys]) > width:
        return None
    rows = len(columns[0].cells)
    # A part has a title, a heading and its rule, and a line between two parts; records have a line between two rows.
    return parts if len(parts) * (rows + 4) <= rows * (len(columns) + 1) else None


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _widths(columns: Sequence[_Column], width: int | None) -> list[int]:
    """Return the width of each column: what is left over goes to text first, then to headings."""
    if width is None:
        return [column.natural for column in columns]
    widths = [column.least for column in columns]
    left = width - _total(widths)
    wanting = [i for i, column in enumerate(columns) if column.wraps]
    wanted = sum(columns[i].natural - widths[i] for i in wanting)
    share = min(1.0, left / wanted) if wanted else 0.0
    for i in wanting:
        more = int(share * (columns[i].natural - widths[i]))
        widths[i] += more
        left -= more
    for i, column in enumerate(columns):
        more = column.natural - widths[i]
        # A heading that still has to wrap is no better for being wider.
        more = more if more <= left else left if column.wraps else 0
        widths[i] += more
        left -= more
    return widths


def _grid(columns: Sequence[_Column], width: int | None) -> list[Line]:
    widths = _widths(columns, width)
    gap = " " * GAP
    heads = [wrapped(column.head, size) for column, size in zip(columns, widths, strict=True)]
    deepest = max(map(len, heads))
    # Headings end on the same line.
    heads = [[""] * (deepest - len(head)) + head for head in heads]
    lines = [Line(text, "head") for text in _beside(columns, heads, widths, gap)]
    lines.append(Line("─" * _total(widths), "head"))
    for row in range(len(columns[0].cells)):
        cells = [
            wrapped(column.cells[row], size, fold=True) if column.wraps else [column.cells[row]]
            for column, size in zip(columns, widths, strict=True)
        ]
        lines += [Line(text) for text in _beside(columns, cells, widths, gap)]
    return lines


def _beside(
    columns: Sequence[_Column], cells: Sequence[list[str]], widths: Sequence[int], gap: str
) -> list[str]:
    """Return cells of one or more lines each beside one another."""
    found = []
    for depth in range(max(map(len, cells))):
        texts = [
            padded(cell[depth] if depth < len(cell) else "", size, right=column.right)
            for column, cell, size in zip(columns, cells, widths, strict=True)
        ]
        found.append(gap.join(texts).rstrip(" "))
    return found


def _records(columns: Sequence[_Column], rows: int, width: int | None) -> list[Line]:
    lines: list[Line] = []
    for row in range(rows):
        lines += [Line("")] if row else []
        for column in columns:
            indent = "" if column.kind == "key" else "  "
            lines += [Line(text) for text in _record(column, row, indent, width)]
    return lines


def _record(column: _Column, row: int, indent: str, width: int | None) -> list[str]:
    """Return ``name: value``; a value that does not fit beside its name goes below it."""
    name, value = f"{indent}{column.head}:", column.cells[row]
    if width is None or width_of(name) + 1 + width_of(value) <= width:
        return [f"{name} {value}"]
    deeper = f"{indent}    "
    lines = wrapped(value, width - len(deeper), fold=True) if column.wraps else [value]
    heads = wrapped(name.strip(" "), width - len(indent))
    return [*(f"{indent}{line}" for line in heads), *(f"{deeper}{line}" for line in lines)]
