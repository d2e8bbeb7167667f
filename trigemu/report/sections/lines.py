"""Trigger lines of a run: rates, what they share, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trigemu.measure.tables.lines import levels_table, lines_table
from trigemu.menu.order import group, physics_first
from trigemu.menu.schema import Line
from trigemu.render.html.page import figure, plots
from trigemu.render.html.table import show
from trigemu.render.svg.bars import Bar, bars
from trigemu.render.svg.matrix import matrix
from trigemu.render.table import Cell, Table
from trigemu.report.replayed import triggers_only
from trigemu.setup.experiment import Setup

SQUARE = 24
"""Lines in the picture of their overlap, at most."""

BARS = 30
"""Lines in the picture of rates, at most."""

RATE = "rate of recorded triggers (Hz)"

RAW = ("raw fired", "raw rate")
"""What only software lines have other values of than of what their prescale was given."""

SAID_ABOVE = ("level",)
"""Columns that the headings of groups make needless."""


def lines(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    """Return pictures and table of a run's lines."""
    levels = levels_table(summary)
    return [
        *([show(levels, caption=False)] if levels else []),
        plots([*_rates(setup, summary), *_overlap(setup, summary)]),
        show(trimmed(lines_table(setup, summary)), caption=False),
    ]


def _rates(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    drawn = [
        line
        for line in (setup.menu.lines[place] for place in physics_first(setup.menu.lines))
        if summary["lines"][line.name]["rate_hz"] is not None
    ]
    if not drawn:
        return []
    chosen = chosen_lines(drawn, summary)
    rest = len(drawn) - len(chosen)
    note = f"{rest} more lines with smaller rates, prescaled or off are in the table." if rest else ""
    rows = [_bar(line, summary["lines"][line.name]) for line in chosen]
    return [
        figure(
            bars(rows, RATE, "rates of lines", alone="unique: no other line of its level kept them"),
            "Rates of the lines",
            note,
        )
    ]


def _overlap(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    overlap = summary["overlap"]
    if not overlap or len(overlap["lines"]) < 2 or triggers_only(summary):
        return []
    places = {name: place for place, name in enumerate(overlap["lines"])}
    order = [setup.menu.lines[place] for place in physics_first(setup.menu.lines)]
    recorded = [line for line in order if line.name in places]
    lines = chosen_lines(recorded, summary, SQUARE)
    chosen = [line.name for line in lines]
    counts = overlap["counts"]
    shares = [[counts[places[a]][places[b]] / counts[places[a]][places[a]] for b in chosen] for a in chosen]
    left_out = f" {len(recorded) - len(lines)} more lines are left out." if len(lines) < len(recorded) else ""
    note = f"Of the triggers that the line of a row kept: the share that the line of a column kept, too.{left_out}"
    title = "triggers that lines share"
    picture = matrix(chosen, shares, title, "% of the row's triggers", list(map(group, lines)))
    return [figure(picture, "Overlap of the lines", note)]


def chosen_lines(drawn: Sequence[Line], summary: Mapping[str, Any], most: int = BARS) -> list[Line]:
    """Return the lines to draw, in their order: of more than ``most`` those with the highest rates, physics first."""
    if len(drawn) <= most:
        return list(drawn)

    def rank(line: Line) -> tuple[bool, float]:
        return line.scale.factor != 1, -(summary["lines"][line.name]["rate_hz"] or 0.0)

    best = {line.name for line in sorted(drawn, key=rank)[:most]}
    return [line for line in drawn if line.name in best]


def _bar(line: Line, got: Mapping[str, Any]) -> Bar:
    return Bar(
        line.name,
        got["rate_hz"],
        got["rate_low_hz"],
        got["rate_high_hz"],
        got["unique_rate_hz"],
        group(line),
    )


def trimmed(table: Table) -> Table:
    """Return the table of lines without what it says twice: columns that are the same everywhere, and raw counts."""
    columns = {column.name: place for place, column in enumerate(table.columns)}
    modes = {row[columns["mode"]].text for row in table.rows}
    left_out = {*SAID_ABOVE, *(("mode",) if modes <= {"event", ""} else ())}
    places = [place for name, place in columns.items() if name not in left_out]

    def cells(row: Sequence[Cell]) -> tuple[Cell, ...]:
        same = row[columns["raw fired"]].value == row[columns["fired"]].value
        blank = {columns[name] for name in RAW if name in columns} if same else set()
        return tuple(Cell("") if place in blank else row[place] for place in places)

    return Table(
        table.title,
        tuple(table.columns[place] for place in places),
        tuple(map(cells, table.rows)),
        table.notes,
    )
