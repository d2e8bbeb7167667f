"""Decisions on events as tables: levels, and lines."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.measure.deciding.summary import Counted, Summary
from trigemu.menu.order import group, physics_first
from trigemu.menu.schema import Line
from trigemu.render.numbers import interval_parts, number
from trigemu.render.table import Cell, Column, Table, table

LEVELS = {
    "l1": "level 1",
    "l1_any": "level 1, prescaled lines as well",
    "hlt": "both levels",
    "hlt_any": "both levels, prescaled lines as well",
}
"""Column of a level -> what it is called."""

EFFICIENCY = Column(
    "efficiency",
    meaning="Accepted events that passed over accepted events, both by weight, before prescale and dead time.",
)
_FIRED = Column("fired", meaning="Events in which it fired, before prescale and online selection.")
_PASSED = Column(
    "passed", meaning="Those whose selection passed; of a software line, those that level 1 takes."
)


def decided_tables(found: Summary, menu: Sequence[Line], title: str, seed: int) -> tuple[Table, Table]:
    """Return the table of levels and that of lines.

    Parameters
    ----------
    found
        The counts.
    menu
        The lines that are counted, in the order of the menu.
    title, seed
        What was decided; seed of the random numbers.
    """
    return _levels(found, title, seed), _lines(found, menu)


def _levels(found: Summary, title: str, seed: int) -> Table:
    rows = [(LEVELS[name], each.passed, _weight(each), _cell(each)) for name, each in found.levels.items()]
    columns = [
        Column("level", kind="key", meaning="Events that some line of it passes."),
        Column("passed", meaning="Events."),
        Column("weight", meaning="Sum of the weights of accepted events that passed."),
        EFFICIENCY,
    ]
    return table(title, columns, rows, _notes(found, seed))


def _lines(found: Summary, menu: Sequence[Line]) -> Table:
    columns = [
        Column("line", kind="key", meaning="Name of the trigger line."),
        Column("level", kind="text", meaning="l1: hardware trigger; hlt: software trigger."),
        Column("group", kind="text", wide=True, meaning="Level, and whether the line is prescaled or off."),
        Column("prescale", meaning="Kept is 1 in so many in a run; 0: the line is off.  Not applied here."),
        _FIRED,
        _PASSED,
        EFFICIENCY,
    ]
    rows = []
    for place in physics_first(menu):
        line = menu[place]
        each = found.lines[line.name]
        rows.append(
            (line.name, line.level, group(line), line.scale.factor, each.fired, each.passed, _cell(each))
        )
    return table(
        "lines, before prescale and dead time", columns, rows, ["Intervals: Clopper-Pearson, 68.27 %."]
    )


def _notes(found: Summary, seed: int) -> list[str]:
    notes = [f"{number(found.events)} events, each decided once, with seed {seed}."]
    if found.accepted != found.events:
        notes.append(f"{number(found.accepted)} of them are accepted.")
    if found.unreadable:
        notes.append(
            f"{number(found.unreadable)} could not be decided: their data hold what the detectors cannot give."
        )
    if found.negative:
        notes.append(f"{number(found.negative)} have negative weights: efficiencies have no interval.")
    return notes


def _weight(each: Counted) -> Cell:
    return Cell(number(each.weight, 6), each.weight)


def _cell(each: Counted) -> Cell:
    negative = each.low != each.low
    parts = interval_parts(each.value, None if negative else each.low, None if negative else each.high)
    ends = (parts[2], parts[1]) if len(parts) == 3 else ("", "")
    return Cell(" ".join(parts), each.value, *ends)
