"""Decisions on events as tables: levels, and lines."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.measure.deciding.summary import Counted, Summary
from trigemu.menu.order import group, physics_first
from trigemu.menu.schema import Line
from trigemu.render.numbers import interval_parts, number
from trigemu.render.shown import MANY, most_efficient
from trigemu.render.table import Cell, Column, Table, table

LEVELS = {
    "l1": "level 1, unprescaled",
    "l1_any": "level 1, prescaled lines as well",
    "hlt": "both levels, unprescaled",
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


INTERVALS = "Intervals: Clopper-Pearson, 68.27 %."

SILENT = "No trigger bit was set in any event, so that no line could fire."


def decided_tables(
    found: Summary,
    menu: Sequence[Line],
    title: str,
    seed: int,
    *,
    every: bool = False,
    unseen: str | None = None,
) -> tuple[Table, Table]:
    """Return the table of levels and that of lines.

    Parameters
    ----------
    found
        The counts.
    menu
        The lines that are counted, in the order of the menu.
    title, seed
        What was decided; seed of the random numbers.
    every
        Whether all lines are listed, however many there are.
    unseen
        Where no event set a trigger bit: what of a file never reaches a detector; None where one did.
    """
    silent = " ".join((SILENT, unseen)) if unseen is not None and found.events else ""
    return _levels(found, title, [*_notes(found, seed), silent]), _lines(found, menu, every=every)


def _levels(found: Summary, title: str, notes: Sequence[str]) -> Table:
    rows = [(LEVELS[name], each.passed, _weight(each), _cell(each)) for name, each in found.levels.items()]
    columns = [
        Column("level", kind="key", meaning="Events that some line of it passes."),
        Column("passed", meaning="Events."),
        Column("weight", meaning="Sum of the weights of accepted events that passed."),
        EFFICIENCY,
    ]
    return table(title, columns, rows, notes)


def _lines(found: Summary, menu: Sequence[Line], *, every: bool) -> Table:
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
    order = [menu[place] for place in physics_first(menu)]
    shown, rest = _chosen(found, order, every=every)
    for line in order:
        if line.name not in shown:
            continue
        each = found.lines[line.name]
        rows.append(
            (line.name, line.level, group(line), line.scale.factor, each.fired, each.passed, _cell(each))
        )
    notes = [f"{rest} --line NAME chooses, files have all." if rest else "", _intervals(found)]
    return table("lines, before prescale and dead time", columns, rows, notes)


def _chosen(found: Summary, order: Sequence[Line], *, every: bool) -> tuple[list[str], str]:
    """Return the lines to list, and a sentence about the others."""
    values = {line.name: [found.lines[line.name].value] for line in order}
    passed = {line.name: found.lines[line.name].passed for line in order}
    whole = {line.name for line in order if line.scale.factor == 1}
    return most_efficient(values, passed, len(order) if every else MANY, first=whole)


def _intervals(found: Summary) -> str:
    """Return what the intervals are; nothing where no efficiency has one."""
    return INTERVALS if any(each.low == each.low for each in found.levels.values()) else ""


def _notes(found: Summary, seed: int) -> list[str]:
    notes = [f"{number(found.events)} events, each decided once, with seed {seed}."]
    if found.accepted != found.events:
        notes.append(f"{number(found.accepted)} of them are accepted.")
    if found.unreadable:
        notes.append(
            f"{number(found.unreadable)} could not be decided: their data hold what the detectors cannot give."
        )
    if found.negative:
        one = found.negative == 1
        has = (
            "1 event has a negative weight"
            if one
            else f"{number(found.negative)} events have negative weights"
        )
        ratio = ": efficiencies are ratios of sums of weights, which may lie below 0 or above 1, without intervals"
        what = "" if _intervals(found) else ratio
        notes.append(f"{has}{what}.")
    return notes


def _weight(each: Counted) -> Cell:
    return Cell(number(each.weight, 6), each.weight)


def _cell(each: Counted) -> Cell:
    negative = each.low != each.low
    parts = interval_parts(each.value, None if negative else each.low, None if negative else each.high)
    ends = (parts[2], parts[1]) if len(parts) == 3 else ("", "")
    return Cell(" ".join(parts), each.value, *ends)
