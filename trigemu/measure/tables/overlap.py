"""How many recorded triggers the lines of a small menu share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.menu.order import physics_first
from trigemu.render.table import Cell, Column, Table, Value, table
from trigemu.setup.experiment import Setup

MOST = 8
"""Lines of a menu whose overlap is a table: of larger ones the page has a picture, and summary.json the numbers."""

DIAGONAL = "Diagonal: all that the line kept."


def overlap_table(setup: Setup[Any], summary: Mapping[str, Any]) -> Table | None:
    """Return recorded triggers that two lines both kept, physics lines first.

    None for menus of more than `MOST` lines, where fewer than two lines recorded anything, and for runs that did not
    count it.
    """
    overlap = summary["overlap"]
    if not overlap or len(overlap["lines"]) < 2 or len(setup.menu.lines) > MOST:
        return None
    places = {name: place for place, name in enumerate(overlap["lines"])}
    order = [setup.menu.lines[place].name for place in physics_first(setup.menu.lines)]
    names = [name for name in order if name in places]
    counts = overlap["counts"]
    rows: list[list[Cell | Value]] = [[a, *(counts[places[a]][places[b]] for b in names)] for a in names]
    columns = (
        Column("line", kind="key"),
        *(Column(name, meaning="Recorded triggers that both lines kept.") for name in names),
    )
    return table("overlap: recorded triggers that two lines kept", columns, rows, (DIAGONAL,))
