"""Tables of results as HTML: on pages, in notebooks, in docs.

A table is a grid where it fits and turns into cards, one per row, where it does not: no number is ever out of view.
On pages a script makes columns sortable and long tables searchable (``tables.js``); without it nothing is missing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Sequence

from trigemu.plain import short
from trigemu.render.html.files import ALWAYS, STEPS, table_style
from trigemu.render.html.text import CELL, Html, code, text
from trigemu.render.table import Cell, Column, Table

MANY = 15
"""Rows from which on a table can be searched."""

KEY, TEXT = 26, 16
"""Characters that columns of names and of text have at least room for before a table turns into cards."""

GROUP = "group"
"""A column of this name is not shown as one: its values head the rows that have them."""


def show(
    table: Table, *, caption: bool = True, filters: Sequence[str] = (), hidden: Collection[str] = ()
) -> Html:
    """Return a table.

    The first column that is a key heads its row.  Columns that are ``wide`` stand in a second line below their row.
    Rows of a column called ``group`` stand below its values, in the order of the rows.

    Parameters
    ----------
    table
        What to show.
    caption
        Whether its title stands above it.
    filters
        Columns whose values can be chosen from on pages (the groups always can).
    hidden
        Columns that are not shown, only chosen from.
    """
    layout = _Layout(table, hidden)
    chosen = [name for name in (GROUP, *filters) if layout.has(name)]
    rows = "\n".join(_bodies(table, layout, chosen))
    title = text(table.title, CELL)
    head = "".join(_head(table.columns[place]) for place in layout.main)
    box = (
        f'<div class="fit w{layout.width()}" data-name="{title}"{_choices(table, layout, chosen)}><table>'
        f"{f'<caption>{title}</caption>' if caption and title else ''}"
        f"<thead><tr>{head}</tr></thead>\n{rows}</table>{_legend(table, layout)}{_notes(table)}</div>"
    )
    return Html(box)


def standalone(table: Table) -> Html:
    """Return a table with its style, without script: what a notebook or a page of docs shows."""
    return Html(f"<style>{table_style()}</style>\n{show(table)}")


class _Layout:
    """Where the columns of a table go: beside one another, in the line below, or above as headings."""

    def __init__(self, table: Table, hidden: Collection[str]) -> None:
        self.table = table
        self.places = {column.name: place for place, column in enumerate(table.columns)}
        seen = [p for p, each in enumerate(table.columns) if each.name not in (GROUP, *hidden)]
        self.more = [p for p in seen if table.columns[p].wide]
        self.main = [p for p in seen if not table.columns[p].wide]
        self.head = next((p for p in self.main if table.columns[p].kind == "key"), None)

    def has(self, name: str) -> bool:
        return name in self.places

    def width(self) -> int:
        """Return the least width (rem) of a container that has room for the grid."""
        wanted = sum(self._column(place) for place in self.main)
        return next((step for step in STEPS if wanted <= step), ALWAYS)

    def _column(self, place: int) -> float:
        column = self.table.columns[place]
        cells = [row[place] for row in self.table.rows]
        head = max((len(word) for word in column.head.split()), default=0)
        # Half an em per digit or letter, in a font of 0.93 rem; a sort mark and a gap beside it.
        if column.kind == "number":
            return 0.93 * (0.56 * max(head, *map(_length, cells), 3) + 1.7)
        longest = max((len(cell.text) for cell in cells), default=0)
        return 0.93 * (0.56 * max(head, min(longest, KEY if column.kind == "key" else TEXT)) + 1.7)


def _length(cell: Cell) -> float:
    if not cell.low:
        return len(cell.text)
    return len(_centre(cell)) + 0.8 * max(len(cell.low), len(cell.high))


def _centre(cell: Cell) -> str:
    return cell.text.partition(" ")[0]


def _head(column: Column) -> str:
    style = ' class="num"' if column.kind == "number" else ""
    meaning = f' title="{text(column.meaning)}"' if column.meaning else ""
    return f'<th scope="col"{style}{meaning}>{text(column.head)}</th>'


def _bodies(table: Table, layout: _Layout, chosen: Sequence[str]) -> Iterator[str]:
    group = layout.places.get(GROUP)
    last: str | None = None
    yield "<tbody>"
    for row in table.rows:
        if group is not None and row[group].text != last:
            yield "" if last is None else "</tbody><tbody>"
            last = row[group].text
            yield (
                f'<tr class="group"><th scope="rowgroup" colspan="{len(layout.main)}">{text(last)}</th></tr>'
            )
        yield _row(table, layout, row, chosen)
    yield "</tbody>"


def _row(table: Table, layout: _Layout, row: Sequence[Cell], chosen: Sequence[str]) -> str:
    values = "".join(
        f' data-f{index}="{text(row[layout.places[name]].text)}"' for index, name in enumerate(chosen)
    )
    cells = "".join(_cell(table.columns[place], row[place], place == layout.head) for place in layout.main)
    details = "".join(_detail(table.columns[place], row[place]) for place in layout.more)
    more = f'<tr class="more"><td colspan="{len(layout.main)}">{details}</td></tr>' if details else ""
    return f"<tr{values}>{cells}</tr>{more}"


def _cell(column: Column, cell: Cell, heads: bool) -> str:
    sort = f' data-v="{_number(cell):.12g}"' if math.isfinite(_number(cell)) else ""
    shown = _shown(column, cell)
    if heads:
        long = ' class="long"' if len(cell.text) > KEY else ""
        # A name says what it is; a number does not.
        said = f' data-l="{text(column.head)}"' if sort else ""
        return f'<th scope="row"{long}{sort}{said}>{shown}</th>'
    styles = ["num"] if column.kind == "number" else ["whole"] if len(cell.text) > KEY else []
    style = f' class="{styles[0]}"' if styles else ""
    return f'<td{style}{sort} data-l="{text(column.head)}">{shown}</td>'


def _number(cell: Cell) -> float:
    """Return what a cell is sorted by where that is a number, else nan."""
    value = cell.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _shown(column: Column, cell: Cell) -> str:
    if cell.low:
        return (
            f'{text(_centre(cell))} <span class="ends"><i>{text(cell.high)}</i><i>{text(cell.low)}</i></span>'
        )
    return code(cell.text) if column.kind == "code" and cell.text else text(cell.text, 4 * CELL)


def _detail(column: Column, cell: Cell) -> str:
    # Nothing to say is not said: a dash in a line of its own would be noise.
    if cell.text.strip("– ") == "":
        return ""
    unit = f" {text(column.unit)}" if column.unit else ""
    return f"<span><i>{text(column.name)}</i> {_shown(column, cell)}{unit}</span> "


def _choices(table: Table, layout: _Layout, chosen: Sequence[str]) -> str:
    if len(table.rows) < MANY:
        return ""
    found = []
    for name in chosen:
        values = dict.fromkeys(short(row[layout.places[name]].text, CELL) for row in table.rows)
        found.append((name, list(values)))
    return f' data-choices="{text(json.dumps(found), 100 * CELL)}"'


def _legend(table: Table, layout: _Layout) -> str:
    seen = [table.columns[place] for place in (*layout.main, *layout.more)]
    said = [f"<dt>{text(each.head)}</dt><dd>{text(each.meaning)}</dd>" for each in seen if each.meaning]
    if not said:
        return ""
    return f'<details class="note"><summary>what the columns say</summary><dl>{"".join(said)}</dl></details>'


def _notes(table: Table) -> str:
    return "".join(f'<p class="note">{text(note, 10 * CELL)}</p>' for note in table.notes)
