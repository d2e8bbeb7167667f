"""The files of a scan: its table for scripts and analysts, its pictures and its page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trigemu.frames.rundir import write_whole
from trigemu.measure.chosen import scan_lines
from trigemu.measure.cutflow_plots import flow_figure
from trigemu.measure.plots import efficiency_figure
from trigemu.measure.summary import versions
from trigemu.measure.table import EfficiencyRow, EfficiencyTable
from trigemu.measure.tables.efficiency import scan_table
from trigemu.menu.totals import TOTALS, shown_name
from trigemu.render.html.page import cards, page, plots, section
from trigemu.render.html.table import show
from trigemu.render.html.text import paragraph
from trigemu.render.numbers import number
from trigemu.render.pictures.canvas import save_figure
from trigemu.report.against import Counted, Point, pictures
from trigemu.report.sections.configuration import configuration
from trigemu.report.sections.cutflow import cutflow
from trigemu.report.turned import by_line
from trigemu.setup.experiment import Setup

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SAID = (
    "Acceptance: accepted over generated events. Efficiency: accepted events that the line passes, before prescale and "
    "dead time, over accepted events. No background; one event at a time."
)


def write_table(
    table: EfficiencyTable, folder: Path, setup: Setup[Any], again: str = "", most: int = 0
) -> list[Path]:
    """Write ``efficiency.csv``, ``.json``, ``.png`` and ``.svg`` and ``report.html`` into an existing folder.

    Where the scan has a cut flow, ``cutflow.csv``, ``.png`` and ``.svg`` are written besides.

    Parameters
    ----------
    table
        The scan.
    folder
        Where to.
    setup
        The configuration it started from.
    again
        The command that makes it again.
    most
        Lines to show at most (`trigemu.measure.chosen.scan_lines`).

    Returns
    -------
    list
        The files.
    """
    write_whole(folder / "efficiency.csv", table.to_csv())
    write_whole(folder / "efficiency.json", json.dumps(table.to_dict(), indent=2) + "\n")
    written = [folder / "efficiency.csv", folder / "efficiency.json"]
    written += _drawn(efficiency_figure(table, most), folder, "efficiency")
    if table.flow is not None:
        write_whole(folder / "cutflow.csv", table.flow.to_csv())
        written += [folder / "cutflow.csv", *_drawn(flow_figure(table.flow), folder, "cutflow")]
    write_whole(folder / "report.html", render(table, setup, again, most))
    return [*written, folder / "report.html"]


def _drawn(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a picture as PNG and SVG and return the files."""
    files = [folder / f"{name}.png", folder / f"{name}.svg"]
    for file in files:
        save_figure(figure, file)
    return files


def render(table: EfficiencyTable, setup: Setup[Any], again: str = "", most: int = 0) -> str:
    """Return the report of a scan as a document."""
    rows = table.rows[:: len(table.lines)]
    generated = sum(row.generated for row in rows)
    figures = (
        ("signal", table.signal),
        ("grid points", number(len(rows))),
        ("generated events", number(generated)),
        ("lines", number(sum(line not in TOTALS for line in table.lines))),
        ("confidence level", f"{100 * table.cl:.4g} %"),
    )
    identity = (("configuration sha256", table.config_hash), ("seed", str(table.seed)))
    sections = (
        section("Against the parameters", plots(_pictures(table, most))),
        section("Table", *_tables(table, most)),
        section("Cut flow", *(cutflow(table.flow) if table.flow is not None else [])),
        section("Configuration", *configuration(setup, identity, versions(), again)),
    )
    subtitle = f"{table.experiment} · {setup.config.title or 'efficiency scan'}"
    header = (paragraph(subtitle, "soft"), cards(figures), paragraph(SAID))
    return page(f"Efficiency: {table.title}", header, sections)


def _pictures(table: EfficiencyTable, most: int) -> list[str]:
    lines, _ = scan_lines(table, most, zeros=False)
    first = ["acceptance", *(shown_name(line) for line in lines if line in TOTALS)]
    step = len(table.lines)
    points = []
    for start in range(0, len(table.rows), step):
        rows = {row.line: row for row in table.rows[start : start + step]}
        points.append(Point(table.rows[start].point, _counted(table.rows[start], rows, lines)))
    return pictures(points, table.units, table.title, first) if points else []


def _counted(first: EfficiencyRow, rows: Mapping[str, EfficiencyRow], lines: list[str]) -> dict[str, Counted]:
    accepted: Counted = (first.acceptance, first.acceptance_low, first.acceptance_high)
    return {
        "acceptance": accepted,
        **{shown_name(line): (rows[line].value, rows[line].low, rows[line].high) for line in lines},
    }


def _tables(table: EfficiencyTable, most: int) -> list[str]:
    if len(table.rows) > len(table.lines):
        return [show(scan_table(table, most), caption=False)]
    passed = {row.line for row in table.rows if row.passed}
    points, lines = by_line(scan_table(table, len(table.lines)), table.groups, ("efficiency",), passed)
    return [show(points, caption=False), show(lines, caption=False)]
