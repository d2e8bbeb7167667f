"""Tables of efficiencies turned round: lines as rows, where there are more of them than of anything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from trigemu.render.html.table import GROUP
from trigemu.render.table import Cell, Column, Table, Value, table

TOTALS = "all unprescaled lines of a level"
"""Where the totals stand."""

ACCEPTANCE = "acceptance"
"""The last column before those of the lines."""


def by_line(
    whole: Table, groups: Mapping[str, str], names: Sequence[str], passed: Collection[str]
) -> tuple[Table, Table]:
    """Return a table of signals or points (parameters, acceptance), and one of lines with a column for each of them.

    Parameters
    ----------
    whole
        Efficiencies with a row for each signal or point, and a column for every line after that of the acceptance.
    groups
        Line -> its group; totals have none.
    names
        What the columns of the second table are called.
    passed
        Lines that have passed at least one event: others have no row, totals always have one.
    """
    heads = [column.name for column in whole.columns]
    split = heads.index(ACCEPTANCE) + 1
    points = Table("", whole.columns[:split], tuple(row[:split] for row in whole.rows))
    places = range(split, len(heads))
    shown = [place for place in places if heads[place] in passed or heads[place] not in groups]
    meaning = next((whole.columns[place].meaning for place in places if heads[place] in groups), "")
    rows: list[list[Cell | Value]] = [
        [heads[place], groups.get(heads[place], TOTALS), *(row[place] for row in whole.rows)]
        for place in sorted(shown, key=lambda place: heads[place] in groups)
    ]
    columns = [
        Column("line", kind="key"),
        Column(GROUP, kind="text"),
        *(Column(name, meaning=meaning) for name in names),
    ]
    silent = len(places) - len(shown)
    never = f"{silent} line{'s' if silent > 1 else ''} never passed." if silent else ""
    return points, table(whole.title, columns, rows, (never, *whole.notes))
