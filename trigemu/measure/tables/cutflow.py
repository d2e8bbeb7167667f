"""Cut flows as tables: step by step at one point, against the grid at several, and what the cuts are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trigemu.measure.cutflow import CutFlow, FlowRow
from trigemu.measure.table import EfficiencyTable
from trigemu.measure.tables.efficiency import parameter_cell, parameter_column, scan_table
from trigemu.menu.totals import shown_name
from trigemu.plain import short
from trigemu.render.numbers import interval_parts, number
from trigemu.render.table import Cell, Column, Table, Value, table

BESIDE = 8
"""Values of the only key of a grid up to which each is a column; else each grid point is a row."""

FACTOR = "Selection factor: selected over triggered events."
INTERVALS = "All intervals are in cutflow.csv and report.html."


def scan_tables(scan: EfficiencyTable, most: int = 0) -> list[Table]:
    """Return the tables of a scan for terminals: its lines (``most``: see `scan_table`), and its cut flow."""
    return [scan_table(scan, most), *(flow_tables(scan.flow) if scan.flow is not None else [])]


def flow_tables(flow: CutFlow, more: str = INTERVALS) -> list[Table]:
    """Return a flow in short tables: one step per row, or, of several points, fractions against the grid.

    ``more`` says where the intervals are.
    """
    points = flow.points
    if not points:
        return []
    if len(points) == 1:
        return [flow_table(flow, brief=True, more=more)]
    return [
        _against(
            flow,
            "of the generated events",
            lambda row: row.of_generated,
            (*_remarks(flow), _applied(flow), FACTOR, more),
        ),
        _against(flow, "of the events of the step before", lambda row: row.of_previous, ()),
    ]


def flow_table(flow: CutFlow, *, brief: bool = False, more: str = "") -> Table:
    """Return a flow, one row per grid point and step, with intervals (``brief``: of one column) and one more note."""
    cell = _value if brief else _cell
    weighted = any(row.weight != row.count for row in flow.rows)
    columns = [
        *(parameter_column(key, flow.units.get(key, "")) for key in flow.keys),
        Column("step", kind="key"),
        Column("events", meaning="Events that passed this step and all before it."),
        *([Column("weight", meaning="Sum of their weights.")] if weighted else []),
        Column("of generated", meaning="Fraction of the generated events."),
        Column("of step before", meaning="Fraction of the events of the step before."),
        Column("of triggered", meaning="Fraction of the accepted and triggered events."),
        Column(
            "fails alone",
            meaning="Fraction of the triggered events that pass all other cuts and fail this one.",
        ),
    ]
    rows: list[list[Cell | Value]] = [
        [
            *(parameter_cell(row.point[key]) for key in flow.keys),
            row.step,
            row.count,
            *([row.weight] if weighted else []),
            cell(row.of_generated, row.of_generated_low, row.of_generated_high),
            cell(row.of_previous, row.of_previous_low, row.of_previous_high),
            _cell(row.of_triggered, row.of_triggered_low, row.of_triggered_high),
            cell(row.fails_only, row.fails_only_low, row.fails_only_high),
        ]
        for row in flow.rows
    ]
    factor = "Selection factor: the row 'selected' in the column 'of triggered'."
    notes = (*_remarks(flow), _applied(flow), factor, more)
    title = f"{_title(flow)} (Clopper-Pearson, {100 * flow.cl:.4g} %)"
    return table(title, columns, rows, notes)


def cuts_table(flow: CutFlow) -> Table:
    """Return what the cuts are and where they come from."""
    columns = (Column("cut", kind="key"), Column("meaning", kind="text"), Column("source", kind="text"))
    rows = [(cut.name, cut.meaning, cut.source) for cut in flow.cuts]
    return table(f"cuts of the selection {flow.selection}", columns, rows)


def _applied(flow: CutFlow) -> str:
    trigger = shown_name(flow.trigger)
    return f"Triggered: accepted, and passed by {trigger}; cuts are applied to these, one after the other."


def _remarks(flow: CutFlow) -> list[str]:
    """Return what a reader may not expect: another trigger than the lines that were named, another's selection."""
    found = []
    if flow.named:
        lines = ", ".join(map(short, flow.named))
        found.append(
            f"Several lines were named ({lines}), so the cut flow is that of {short(shown_name(flow.trigger))}; name "
            "one alone for its own."
        )
    if flow.own and flow.own != flow.selection:
        found.append(
            f"{short(flow.selection)} is another signal's selection: {short(flow.own)} belongs to {short(flow.signal)}."
        )
    return found


def _title(flow: CutFlow, what: str = "") -> str:
    trigger = short(shown_name(flow.trigger))
    return f"{flow.experiment}: {flow.title}: cut flow of {flow.selection}{what}, triggered by {trigger}"


def _against(flow: CutFlow, what: str, value: Callable[[FlowRow], float], notes: Sequence[str]) -> Table:
    """Return one fraction of every step at every point: a column per point where there are few, else a row.

    The first table, which has the notes, has the selection factors as well.
    """
    points = flow.points
    # The first step is all there is, and the last one what the last cut left.
    kept = [place for place, row in enumerate(points[0]) if row.kind != "generated"]
    names = [points[0][place].step for place in kept]
    cells = [[_plain(value(point[place])) for point in points] for place in kept]
    if notes:
        names.append("selection factor")
        cells.append([_plain(point[-1].of_triggered) for point in points])
    else:
        names, cells = names[:-1], cells[:-1]
    if len(points) > BESIDE or len(flow.keys) > 1:
        columns = [
            *(parameter_column(key, flow.units.get(key, "")) for key in flow.keys),
            *map(Column, names),
        ]
        rows: list[list[Cell | Value]] = [
            [*(parameter_cell(point[0].point[key]) for key in flow.keys), *(each[place] for each in cells)]
            for place, point in enumerate(points)
        ]
        return table(_title(flow, f", fraction {what}"), columns, rows, notes)
    (key,) = flow.keys
    columns = [
        Column("step", kind="key"),
        *(Column(parameter_cell(point[0].point[key]).text) for point in points),
    ]
    rows = [[name, *each] for name, each in zip(names, cells, strict=True)]
    against = parameter_column(key, flow.units.get(key, "")).head
    return table(_title(flow, f" against {against}, fraction {what}"), columns, rows, notes)


def _value(value: float, low: float, high: float) -> Cell:
    return _plain(value)


def _plain(value: float) -> Cell:
    # What is not quite all never looks as if it were.
    shown = (number(value, digits) for digits in range(3, 10))
    return Cell(next((each for each in shown if each != "1" or value == 1.0), "1"), value)


def _cell(value: float, low: float, high: float) -> Cell:
    if low == value == high:
        return _plain(value)
    parts = interval_parts(value, low, high)
    ends = (parts[2], parts[1]) if len(parts) == 3 else ("", "")
    return Cell(" ".join(parts), value, *ends)
