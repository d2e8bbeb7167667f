"""The lines of a run's menu: counts, rates and prescales."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from trigemu.measure.weighted import biased_rates
from trigemu.menu.order import group, physics_first
from trigemu.menu.schema import Line
from trigemu.render.numbers import rate_parts
from trigemu.render.shown import that_fired
from trigemu.render.table import Cell, Column, Table, Value, table
from trigemu.setup.experiment import Setup

LEVEL = Column("level", kind="text", meaning="l1: hardware trigger; hlt: software trigger.")

COLUMNS = (
    Column("line", kind="key", meaning="Name of the trigger line."),
    Column("group", kind="text", wide=True, meaning="Level, and whether the line is prescaled or off."),
    Column("rate", "Hz", meaning="Recorded triggers that the line kept, over live time."),
    Column(
        "before prescale",
        "Hz",
        meaning="What its prescale was given, over all time that was looked at (live or dead); of a software line over "
        "live time.",
    ),
    Column("prescale", meaning="Kept is 1 in so many; 0: the line is off."),
    Column("mode", kind="text", wide=True, meaning="How a prescale chooses: by event, or as a counter does."),
    Column(
        "unique",
        "Hz",
        meaning="Recorded triggers that of all lines of its level it alone kept, over live time.",
    ),
    Column("accepted", meaning="Recorded triggers that the line kept."),
    Column(
        "fired",
        meaning="Candidates that its prescale was given: on which it fired; of a software line, those that level 1 "
        "sent and its own selection passed.",
    ),
    LEVEL,
    Column(
        "sent",
        "Hz",
        wide=True,
        meaning="What level 1 sends because of it, before selections and software trigger, over live time.",
    ),
    Column("raw fired", wide=True, meaning="All candidates on which it fired, sent by level 1 or not."),
    Column("raw rate", "Hz", wide=True, meaning="The same over all time that was looked at."),
    Column("when", kind="code", wide=True, meaning="The expression over trigger bits."),
    Column("on", kind="text", wide=True, meaning="The kind of entry that it is evaluated for."),
    Column("select", kind="text", wide=True, meaning="The online selection that has to pass as well."),
    Column("source", kind="text", wide=True, meaning="Where the definition comes from."),
)
"""What matters first: where columns go below, both rates and the prescale stay beside one another."""

NOT_OF_TRIGGERS = ("rate", "before prescale", "unique", "accepted", "sent", "raw rate")
"""Columns that mean nothing where only recorded triggers were there to be decided."""

NO_RATES = (
    "No rates: this is a replay of recorded triggers, and what was not recorded is not there to be counted."
)

ONCE = (
    "No rates: each event of the file was taken once (input.once), and how many of them come in a second is the choice "
    "of this run, not what they would do in the experiment."
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
    # A level that all lines have tells nothing apart.
    columns = [
        replace(each, wide=len({line.level for line in lines}) == 1) if each is LEVEL else each
        for each in COLUMNS
    ]
    replay = summary.get("replay")
    if replay and replay["triggers_only"]:
        whole = table("trigger lines of a replay of recorded triggers", columns, rows, (rest, NO_RATES))
        return without(whole, NOT_OF_TRIGGERS)
    note = ONCE if setup.config.input.once else ERRORS if rates_known(summary) else NO_RATES
    biased = biased_rates(summary) if note == ERRORS else ""
    return table("trigger lines", columns, rows, (rest, note, biased))


def without(whole: Table, names: Collection[str]) -> Table:
    """Return a table without the columns of these names."""
    places = [place for place, column in enumerate(whole.columns) if column.name not in names]
    return replace(
        whole,
        columns=tuple(whole.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in whole.rows),
    )


def _row(line: Line, got: Mapping[str, Any]) -> list[Cell | Value]:
    return [
        line.name,
        group(line),
        rate_cell(got),
        rate_cell(got, "before_prescale_"),
        got["prescale"],
        got["prescale_mode"] if got["prescale"] > 1 else "",
        rate_cell(got, "unique_"),
        got["accepted"],
        got["before_prescale"],
        line.level,
        rate_cell(got, "sent_"),
        got["fired"],
        rate_cell(got, "raw_"),
        line.when,
        line.on or "",
        line.select or "",
        line.source,
    ]


LEVELS = {"l1": "level 1", "hlt": "software trigger"}

LEVEL_COLUMNS = (
    Column("level", kind="key", meaning="Level of the trigger: all its lines together."),
    Column(
        "fired", meaning="Candidates on which any line fired; of the software trigger, that level 1 sent."
    ),
    Column("before prescale", "Hz", meaning="The same as a rate: over all time, or over live time."),
    Column("sent", meaning="Candidates that the level sent on: after prescales and, at level 1, dead time."),
    Column("sends", "Hz", meaning="The same over live time: what the level sends in all."),
)


def levels_table(summary: Mapping[str, Any]) -> Table | None:
    """Return what each level amounts to, all its lines together.

    None where a run did not count it, and of a replay of recorded triggers.
    """
    levels, replay = summary["levels"], summary.get("replay")
    if not levels or (replay and replay["triggers_only"]):
        return None
    rows = [
        [
            LEVELS.get(name, name),
            got["before_prescale"],
            rate_cell(got, "before_prescale_"),
            got["sent"],
            rate_cell(got, "sent_" if name == "l1" else ""),
        ]
        for name, got in levels.items()
    ]
    return table("levels", LEVEL_COLUMNS, rows)


def rate_cell(got: Mapping[str, Any], kind: str = "") -> Cell:
    """Return a rate of a line of the summary (``kind``: what comes before ``rate_hz``) as a cell."""
    parts = rate_parts(got, kind)
    low, high = (parts[2], parts[1]) if len(parts) == 3 else ("", "")
    return Cell(" ".join(parts), got[f"{kind}rate_hz"], low, high)
