"""Results as HTML, as a notebook shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from trigemu.measure.cutflow import CutFlow
from trigemu.measure.deciding.result import EventDecisions
from trigemu.measure.decisions import Decisions
from trigemu.measure.efficiencies import Efficiencies
from trigemu.measure.intensities import Intensities
from trigemu.measure.results import RunResult
from trigemu.measure.table import EfficiencyTable
from trigemu.measure.tables.cutflow import cuts_table, flow_table
from trigemu.measure.tables.efficiency import (
    effective_cell,
    events_are_weighted,
    run_efficiency_table,
    scan_table,
)
from trigemu.measure.tables.lines import lines_table, rate_cell
from trigemu.measure.tables.validation import validation_table
from trigemu.measure.validate import Results
from trigemu.menu.totals import shown_name
from trigemu.render.html.table import standalone
from trigemu.render.html.text import Html
from trigemu.render.numbers import interval_parts, number
from trigemu.render.table import Cell, Column, Table, table

LINES = ("line", "group", "rate", "before prescale", "prescale", "unique", "when", "source")
"""Columns of a run's lines that there is room for; ``to_pandas`` has all."""

BESIDE = 3
"""Lines beside one another in the table of a run's signals."""


def run_html(result: RunResult) -> Html:
    """Return a run: what it was, its lines, its signals."""
    summary = result.summary
    head = (
        f"{result.setup.config.title or summary['run']['experiment']}: {summary['run']['quality']}, "
        f"{number(summary['frames']['planned'])} frames, {number(summary['live_time_s'])} s of live time, "
        f"{number(summary['decisions'])} decisions"
    )
    lines = _part(lines_table(result.setup, summary), LINES.__contains__)
    parts = [standalone(replace(lines, title=head))]
    if result.setup.signals:
        signals = run_efficiency_table(result.setup, summary, BESIDE)
        parts.append(standalone(_part(signals, lambda name: name != "generated")))
    return Html("".join(parts))


def _part(whole: Table, wanted: Callable[[str], bool]) -> Table:
    """Return the columns of a table whose names are wanted."""
    places = [place for place, column in enumerate(whole.columns) if wanted(column.name)]
    return replace(
        whole,
        columns=tuple(whole.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in whole.rows),
    )


def scan_html(scan: EfficiencyTable) -> Html:
    """Return a scan: one row per point."""
    return standalone(scan_table(scan, most=len(scan.lines) if len(scan.lines) <= 8 else 0))


def flow_html(flow: CutFlow) -> Html:
    """Return a cut flow: one row per point and step, and what the cuts are."""
    return Html("".join(standalone(each) for each in (flow_table(flow), cuts_table(flow))))


def validation_html(results: Results) -> Html:
    """Return published against emulated."""
    return standalone(validation_table(results))


def efficiencies_html(rows: Efficiencies) -> Html:
    """Return efficiencies of a run's signals."""
    columns = [
        Column("signal", kind="key"),
        Column("line", kind="key"),
        Column("passed", meaning="Accepted events that the line passed; of the acceptance: accepted events."),
        Column("total", meaning="Accepted events; of the acceptance: generated events."),
        Column("value", meaning="Their ratio; of weighted events that of the sums of their weights."),
    ]
    effective = "effective" in rows.columns
    if effective:
        columns.append(Column("effective", meaning="Effective number of events, whose interval it is."))
    cells = []
    for row in rows:
        parts = interval_parts(row["value"], row["low"], row["high"])
        ends = (parts[2], parts[1]) if len(parts) == 3 else ("", "")
        value = Cell(" ".join(parts), row["value"], *ends)
        cells.append(
            [
                row["signal"],
                Cell(shown_name(row["line"]), row["line"]),
                row["passed"],
                row["total"],
                value,
                *([effective_cell(row)] if effective else []),
            ]
        )
    signals = {row["signal"] for row in rows}
    weighted = list(dict.fromkeys(row["signal"] for row in rows if "weight_total" in row))
    notes = ("Intervals: Clopper-Pearson, 68.27 %.", events_are_weighted(weighted, signals))
    return standalone(table("efficiencies of signals", columns, cells, notes))


def intensities_html(found: Intensities) -> Html:
    """Return rates of lines against intensity."""
    columns = [
        Column("intensity", kind="key", meaning="Mean relative intensity of the bin's frames."),
        Column("line", kind="key"),
        Column("rate", "Hz", meaning="Recorded triggers that the line kept, over live time."),
        Column("before prescale", "Hz", meaning="What it fired, over all time that was looked at."),
        Column("dead fraction", meaning="Dead time of the bin over all of its time."),
    ]
    rows = [
        [row["intensity"], row["line"], rate_cell(row), rate_cell(row, "raw_"), row["dead_fraction"]]
        for row in found
    ]
    return standalone(table("rates against intensity", columns, rows))


def decided_html(decisions: EventDecisions) -> Html:
    """Return levels and lines of decisions on events."""
    return Html("".join(standalone(each) for each in decisions.tables()))


def decisions_html(decisions: Decisions) -> Html:
    """Return how often lines fired and passed."""
    counts = [
        (name, int(decisions.fired_by(name).sum()), int(decisions.passed_by(name).sum()))
        for name in decisions.lines
    ]
    seen = [row for row in counts if row[1]]
    silent = len(counts) - len(seen)
    columns = [
        Column("line", kind="key"),
        Column("fired", meaning="Candidates on which the line fired, before prescale and dead time."),
        Column("passed", meaning="Of them, those whose online selection passed as well."),
    ]
    note = f"{silent} other lines never fired." if silent else ""
    return standalone(table(f"{len(decisions)} candidates", columns, seen, (note,)))
