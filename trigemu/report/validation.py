"""The files of a validation: its rows for scripts, its page for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from trigemu.frames.rundir import write_whole
from trigemu.measure.summary import versions
from trigemu.measure.tables.validation import validation_table, verdict_table
from trigemu.measure.validate import Result
from trigemu.render.html.page import cards, page, section
from trigemu.render.html.table import GROUP, show
from trigemu.render.html.text import Html, listing, paragraph, text
from trigemu.render.table import Cell, Column, Table

VERDICTS = ("FAIL", "pass", "compared", "input", "unverified", "no events")
"""In the order in which they are shown."""

FILTERS = ("experiment", "verdict", "within")
"""Columns whose values can be chosen from; the headings of groups say the first two."""

BELOW = ("within", "sure")
"""Columns that stand in the line below a row, beside its source."""

SAID = (
    "A prediction passes where published and emulated number differ by no more than the tolerance. An input set a "
    "parameter of the emulation, a comparison was made in other conditions (its source says which), and an unverified "
    "number was not read at its source: these are shown and never judged."
)


def write_validation(results: Sequence[Result], folder: Path, again: str = "") -> list[Path]:
    """Write ``validation.json`` (what ``--json`` prints) and ``report.html`` into an existing folder; return them."""
    rows = json.dumps([result.to_dict() for result in results], indent=2)
    write_whole(folder / "validation.json", rows + "\n")
    write_whole(folder / "report.html", render(results, again))
    return [folder / "validation.json", folder / "report.html"]


def render(results: Sequence[Result], again: str = "") -> str:
    """Return the page: rows below their verdict and experiment, failures first."""
    ordered = sorted(results, key=lambda result: (VERDICTS.index(result.verdict), result.row.experiment))
    experiments = list(dict.fromkeys(result.row.experiment for result in ordered))
    shown = show(_grouped(ordered), caption=False, filters=FILTERS, hidden=FILTERS[:2])
    repeat = [paragraph("The same numbers come from this command:"), listing(again)] if again else []
    packages = ", ".join(f"{name} {number}" for name, number in versions().items())
    sections = (
        section("Verdicts", show(verdict_table(ordered), caption=False)),
        section("Published against emulated", shown),
        section("How to repeat it", *repeat, paragraph(packages, "soft small")),
    )
    header = (paragraph(", ".join(experiments), "soft"), cards(_counts(ordered)), paragraph(SAID))
    return page("Published against emulated numbers", header, sections)


def _counts(results: Sequence[Result]) -> list[tuple[str, object]]:
    counts = {verdict: sum(result.verdict == verdict for result in results) for verdict in VERDICTS}
    style = "bad" if counts["FAIL"] else "good"
    failed = Html(f'<span class="{style}">{text(counts["FAIL"])}</span>')
    return [("FAIL", failed), *((name, count) for name, count in counts.items() if count and name != "FAIL")]


def _grouped(results: Sequence[Result]) -> Table:
    """Return the table with the experiment of each row, and verdict and experiment as headings."""
    table = validation_table(results)
    own = (replace(each, wide=each.wide or each.name in BELOW) for each in table.columns)
    columns = (Column(GROUP, kind="text"), Column("experiment", kind="text"), *own)
    rows = tuple(
        (Cell(f"{result.verdict}: {result.row.experiment}"), Cell(result.row.experiment), *row)
        for result, row in zip(results, table.rows, strict=True)
    )
    return Table(table.title, columns, rows, table.notes)
