"""How far recorded words are those that were emulated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from trigemu.render.table import Cell, Column, Table, table
from trigemu.setup.comparison import AGREEING
from trigemu.setup.experiment import Setup

ROWS = 20
"""Rows that differ which are shown, at most."""

NUMBERS = (
    Column("compared", meaning="Words that were compared."),
    Column("agree", meaning="Share of them that are the same on both sides."),
    Column("both", meaning="Set on both sides; of values there is no such count."),
    Column("only emulated", meaning="Set in what was emulated alone; of values: larger there."),
    Column("only recorded", meaning="Set in what was recorded alone; of values: larger there."),
    Column("efficiency", meaning="Emulated of what was recorded."),
    Column("purity", meaning="Recorded of what was emulated."),
)

NOTE = (
    "Efficiency: emulated of what was recorded. Purity: recorded of what was emulated. "
    "Of values, only emulated (recorded) means that the emulated (recorded) one is larger."
)

_MORE, _LESS = ("only_emulated", "above"), ("only_recorded", "below")


def comparison_tables(setup: Setup[Any], summary: Mapping[str, Any]) -> list[Table]:
    """Return all comparisons, and the rows that differ most; nothing where nothing was compared."""
    comparisons = summary.get("comparisons") or {}
    if not comparisons:
        return []
    specs = setup.comparisons
    head = [Column("comparison", kind="key"), Column("what", kind="text", wide=True), *NUMBERS]
    rows = [[name, specs[name].title, *cells(summed(counts))] for name, counts in comparisons.items()]
    found = [table("comparison with recorded words", head, rows, (NOTE,))]
    differing_rows = [
        (differing(states), name, row, states)
        for name, counts in comparisons.items()
        for row, states in counts.items()
        if differing(states)
    ]
    if not differing_rows:
        return found
    worst = sorted(differing_rows, key=lambda each: -each[0])[:ROWS]
    rest = len(differing_rows) - len(worst)
    note = f"{rest} more rows differ; summary.json has all." if rest else ""
    keys = [Column("comparison", kind="key"), Column("row", kind="key")]
    most = [[name, row, *cells(states)] for _, name, row, states in worst]
    return [*found, table("rows that differ most", [*keys, *NUMBERS], most, (note,))]


def comparison_table(name: str, title: str, counts: Mapping[str, Mapping[str, int]]) -> Table:
    """Return one comparison, row by row."""
    rows = [[row, *cells(states)] for row, states in counts.items()]
    return table(f"{name}: {title}", [Column("row", kind="key"), *NUMBERS], rows)


def summed(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return the counts of all rows together."""
    total: Counter[str] = Counter()
    for states in counts.values():
        total.update(states)
    return dict(total)


def differing(states: Mapping[str, int]) -> int:
    """Return how much does not agree."""
    return sum(count for state, count in states.items() if state not in AGREEING)


def cells(states: Mapping[str, int]) -> list[Cell | int | None]:
    """Return a row's numbers: the cells of `NUMBERS`."""
    total, both = sum(states.values()), states.get("both")
    more, less = (sum(states.get(name, 0) for name in names) for names in (_MORE, _LESS))
    none = Cell("–")
    ratios = [none, none] if both is None else [_share(both, both + less), _share(both, both + more)]
    return [total, _share(total - more - less, total), both, more, less, *ratios]


def _share(part: int, whole: int) -> Cell:
    return Cell(f"{100 * part / whole:.2f} %", part / whole) if whole else Cell("–")
