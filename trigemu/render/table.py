"""Tables of results as plain data: made once, shown on terminals, on pages, in notebooks and to pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Value = float | int | str | bool | None
"""What a cell sorts by, and what a script gets."""

Kind = Literal["key", "number", "text", "code"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes
    ----------
    name
        Its heading, also its name for scripts.
    unit
        Shown in brackets behind the name ("" where there is none).
    kind
        ``key`` names the row: it is never cut, and repeated where a table is split.  ``number`` is set to the right and
        never cut; ``text`` may be wrapped; ``code`` is text in a fixed-width font.
    wide
        Whether it is left out on terminals: pages and scripts have it.
    meaning
        One sentence on what it holds ("" if the name says it).
    """

    name: str
    unit: str = ""
    kind: Kind = "number"
    wide: bool = False
    meaning: str = ""

    @property
    def head(self) -> str:
        """Name and unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what is read, and what it sorts by (its text if None).

    ``low`` and ``high`` are the errors of a number as texts, ``+0.02`` and ``−0.01``, for where there is room to set
    them above each other; ``text`` has them, too.
    """

    text: str
    value: Value = None
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    title
        What it shows.
    columns
        Its columns.
    rows
        Cells of each row, one per column.
    notes
        Sentences that belong below it: what is left out, what errors mean.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[Value]:
        """Return the values of a column; KeyError if there is none of this name."""
        for index, column in enumerate(self.columns):
            if column.name == name:
                return [
                    row[index].text if row[index].value is None else row[index].value for row in self.rows
                ]
        raise KeyError(name)


def table(
    title: str,
    columns: Sequence[Column | str],
    rows: Sequence[Sequence[Cell | Value]],
    notes: Sequence[str] = (),
) -> Table:
    """Return a table; names stand for columns of numbers, and plain values for cells.

    Raises
    ------
    ValueError
        A row has another number of cells than there are columns.
    """
    heads = tuple(each if isinstance(each, Column) else Column(each) for each in columns)
    return Table(
        title, heads, tuple(_row(row, len(heads)) for row in rows), tuple(note for note in notes if note)
    )


def from_rows(
    title: str, rows: Sequence[Mapping[str, Value]], keys: int = 1, notes: Sequence[str] = ()
) -> Table:
    """Return rows of plain data as a table: columns are those of the first row, in its order.

    Parameters
    ----------
    title, rows, notes
        What it shows.
    keys
        How many of the first columns name a row.  Of the others those with numbers alone are columns of numbers.
    """
    names = list(rows[0]) if rows else ["name"]
    columns = [Column(name, kind=_kind(place < keys, rows, name)) for place, name in enumerate(names)]
    return table(title, columns, [[row[name] for name in names] for row in rows], notes)


def _kind(key: bool, rows: Sequence[Mapping[str, Value]], name: str) -> Kind:
    if key:
        return "key"
    values = [row[name] for row in rows if row[name] is not None]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return "number" if numbers else "text"


def _row(row: Sequence[Cell | Value], width: int) -> tuple[Cell, ...]:
    if len(row) != width:
        raise ValueError(f"a row has {len(row)} cells, but there are {width} columns")
    return tuple(each if isinstance(each, Cell) else _cell(each) for each in row)


def _cell(value: Value) -> Cell:
    from trigemu.render.numbers import number

    if isinstance(value, bool):
        return Cell("yes" if value else "no", value)
    if value is None:
        return Cell("–")
    return Cell(value, value) if isinstance(value, str) else Cell(number(value), value)
