"""The lines of a run's menu: counts, rates and prescales."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.menu.order import group, physics_first
from trigemu.menu.schema import Line
from trigemu.render.numbers import rate_parts
from trigemu.render.shown import that_fired
from trigemu.render.table import Cell, Column, Table, Value, table
from trigemu.setup.experiment import Setup

COLUMNS = (
    Column("line", kind="key", meaning="Name of the trigger line."),
    Column("level", kind="text", meaning="l1: hardware trigger; hlt: software trigger."),
    Column("group", kind="text", wide=True, meaning="Level, and whether the line is prescaled or off."),
    Column("fired", meaning="Candidates on which the line fired, before prescale and dead time."),
    Column("prescale", meaning="Kept is 1 in so many; 0: the line is off."),
    Column(
        "mode", kind="text", wide=True, meaning="How the prescale chooses: by event, or as a counter does."
    ),
    Column("accepted", meaning="Recorded triggers that the line kept."),
    Column("rate", "Hz", meaning="Recorded triggers that the line kept, over live time."),
    Column(
        "before prescale",
        "Hz",
        meaning="Candidates on which it fired, over all time that was looked at (live or dead).",
    ),
    Column("when", kind="code", wide=True, meaning="The expression over trigger bits."),
    Column("on", kind="text", wide=True, meaning="The kind of entry that it is evaluated for."),
    Column("select", kind="text", wide=True, meaning="The online selection that has to pass as well."),
    Column("source", kind="text", wide=True, meaning="Where the definition comes from."),
)

NO_RATES = (
    "No rates: this is a replay of recorded triggers, and what was not recorded is not there to be counted."
)

ERRORS = "Errors: 68.27 %; of a line without counts the upper end of that interval."


def rates_known(summary: Mapping[str, Any]) -> bool:
    """Return whether lines have rates, or there was no time that they could have been counted in."""
    unknown = all(line["raw_rate_hz"] is None for line in summary["lines"].values())
    return not (unknown and summary["observed_time_s"])


def lines_table(setup: Setup[Any], summary: Mapping[str, Any], *, every: bool = False) -> Table:
    """Return rates and prescales per line, physics lines first.

    Parameters
    ----------
    setup
        The run's configuration.
    summary
        Its summary.
    every
        Whether lines that never fired are listed as well, however many there are.
    """
    lines = setup.menu.lines
    order = [lines[place] for place in physics_first(lines)]
    shown, rest = that_fired({line.name: summary["lines"][line.name]["fired"] for line in order})
    if every:
        shown, rest = [line.name for line in order], ""
    rows = [_row(line, summary["lines"][line.name]) for line in order if line.name in shown]
    return table("trigger lines", COLUMNS, rows, (rest, ERRORS if rates_known(summary) else NO_RATES))


def _row(line: Line, got: Mapping[str, Any]) -> list[Cell | Value]:
    return [
        line.name,
        line.level,
        group(line),
        got["fired"],
        got["prescale"],
        got["prescale_mode"],
        got["accepted"],
        rate_cell(got),
        rate_cell(got, "raw_"),
        line.when,
        line.on or "",
        line.select or "",
        line.source,
    ]


def rate_cell(got: Mapping[str, Any], kind: str = "") -> Cell:
    """Return a rate of a line of the summary (``kind``: what comes before ``rate_hz``) as a cell."""
    parts = rate_parts(got, kind)
    low, high = (parts[2], parts[1]) if len(parts) == 3 else ("", "")
    return Cell(" ".join(parts), got[f"{kind}rate_hz"], low, high)
