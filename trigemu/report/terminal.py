"""Results as rich tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from trigemu.render.numbers import interval, number, rate
from trigemu.render.shown import most_efficient, that_fired
from trigemu.render.terminal import new_table
from trigemu.report import compared
from trigemu.report.advice import NO_RATES, rates_known
from trigemu.report.taints import taints

if TYPE_CHECKING:
    from trigemu.measure.table import EfficiencyTable
    from trigemu.measure.validate import Result


COLUMNS = 6
"""Lines beside one another in a terminal, at most."""


ROWS = 20
"""Rows of comparisons that differ, at most."""

_COMPARED = ("of", "agree", "extra", "missed", "efficiency", "purity")
_BOTH = compared.HEAD.index("both")


def summary_tables(summary: Mapping[str, Any]) -> list[Any]:
    """Return the tables that end a run: lines, efficiencies, latency, ledger, headline."""
    tables = lines_table(summary)
    if summary["efficiency"]:
        tables += run_efficiency_table(summary)
    tables += comparison_tables(summary)
    if summary["latency_us"]:
        tables.append(latency_table(summary["latency_us"]))
    tables += [_account(name, summary[name]) for name in ("frames", "fragments", "triggers")]
    if summary["replay"]:
        tables.append(_account("replay", {k: v for k, v in summary["replay"].items() if isinstance(v, int)}))
    run = summary["run"]
    closed = "the ledger closes" if summary["closed"] else "the ledger DOES NOT CLOSE"
    return [
        *tables,
        f"{run['quality']}, {closed}; live time {number(summary['live_time_s'])} s, "
        f"dead fraction {100 * summary['dead_fraction']:.3g} %, wall time {number(run['wall_s'], 3)} s",
        f"{number(summary['decisions'])} decisions, sha256 {summary['decisions_sha256']}",
        *map(escape, taints(summary)),
    ]


def lines_table(summary: Mapping[str, Any]) -> list[Any]:
    """Return rates and prescales per line, and a sentence about the lines of a long menu that never fired."""
    shown, rest = that_fired({name: line["fired"] for name, line in summary["lines"].items()})
    table = new_table(
        "trigger lines", ("line", "fired", "prescale", "accepted", "rate (Hz)", "before prescale (Hz)")
    )
    for name in shown:
        line = summary["lines"][name]
        table.add_row(
            name if line["level"] == "l1" else f"{name} ({line['level']})",
            number(line["fired"]),
            number(line["prescale"]),
            number(line["accepted"]),
            rate(line),
            rate(line, "raw_"),
        )
    if not rates_known(summary):
        rest = f"{rest} {NO_RATES}".strip()
    return [table, rest] if rest else [table]


def run_efficiency_table(summary: Mapping[str, Any]) -> list[Any]:
    """Return acceptance and efficiency per signal and line, and a sentence about lines left out."""
    values = {
        line: [got[line]["value"] for got in summary["efficiency"].values()]
        for line in next(iter(summary["efficiency"].values()))
    }
    lines, rest = most_efficient(values, COLUMNS)
    table = new_table(
        "signal efficiency (accepted events, before prescale and dead time)", ("signal", "acceptance", *lines)
    )
    for label, got in summary["efficiency"].items():
        cells = [summary["acceptance"][label], *(got[line] for line in lines)]
        table.add_row(label, *(interval(cell["value"], cell["low"], cell["high"]) for cell in cells))
    return [table, f"{rest} summary.json has all."] if rest else [table]


def _without(index: int, cells: Sequence[str]) -> list[str]:
    return [*cells[:index], *cells[index + 1 :]]


def comparison_tables(summary: Mapping[str, Any]) -> list[Any]:
    """Return how far recorded words are those that were emulated: all comparisons, and the rows that differ."""
    comparisons = summary.get("comparisons") or {}
    if not comparisons:
        return []
    # Columns are chosen so that no name is cut at 80 characters: extra is what was emulated alone, missed what was
    # recorded alone.
    table = new_table("comparison with recorded words", ("comparison", *_COMPARED))
    for name, counts in comparisons.items():
        table.add_row(name, *_without(_BOTH, compared.cells(compared.summed(counts))))
    differing = [
        (compared.differing(states), name, row, states)
        for name, counts in comparisons.items()
        for row, states in counts.items()
        if compared.differing(states)
    ]
    if not differing:
        return [table]
    rows = new_table("rows that differ most", ("comparison", "row", *_COMPARED[:-2]), (0, 1))
    for _, name, row, states in sorted(differing, key=lambda each: -each[0])[:ROWS]:
        rows.add_row(name, row, *_without(_BOTH, compared.cells(states))[:-2])
    rest = len(differing) - ROWS
    return [table, rows, *([f"{rest} more rows differ; summary.json has all."] if rest > 0 else [])]


def efficiency_table(table: EfficiencyTable, most: int = 0) -> list[Any]:
    """Return a scan, one row per grid point, and a sentence about lines left out.

    Parameters
    ----------
    table
        The scan.
    most
        Lines to show at most; 0 for `COLUMNS`.
    """
    values = {line: table.array("value", line).tolist() for line in table.lines}
    lines, rest = most_efficient(values, most or COLUMNS)
    title = f"{table.experiment}: {table.title} (Clopper-Pearson, {100 * table.cl:.4g} %)"
    shown = new_table(title, (*table.keys, "generated", "acceptance", *lines), ())
    for start in range(0, len(table.rows), len(table.lines)):
        rows = table.rows[start : start + len(table.lines)]
        first = rows[0]
        shown.add_row(
            *(f"{first.point[key]:g}" for key in table.keys),
            number(first.generated),
            interval(first.acceptance, first.acceptance_low, first.acceptance_high),
            *(interval(row.value, row.low, row.high) for row in rows if row.line in lines),
        )
    notes = [f"{rest} The files have all; --line NAME chooses."] if rest else []
    few = [row for row in table.rows if row.distinct < row.accepted]
    if few:
        notes.append(
            f"{few[0].accepted} accepted events were made of {few[0].distinct} events of the file: intervals are those "
            "of independent events."
        )
    if any(row.weight_generated != row.generated for row in table.rows):
        notes.append("Events are weighted: values are ratios of sums of weights.")
    return [shown, *notes]


def validation_table(results: Sequence[Result]) -> Table:
    """Return published against emulated."""
    head = ("id", "quantity", "published", "tolerance", "emulated", "pull", "role", "sure", "", "source")
    table = new_table("published against emulated", head, (0, 1, 6, 7, 8, 9))
    for result in results:
        row = result.row
        up, down = result.up, result.down
        error = (
            f" +{up:.2g} −{down:.2g}" if abs(up - down) > 0.1 * max(up, down) else f" ± {max(up, down):.2g}"
        )
        table.add_row(
            row.id,
            row.quantity,
            f"{row.published:.6g} {row.unit}".strip(),
            row.allowed,
            "–" if result.missing else f"{result.emulated:.6g}{error if up or down else ''}",
            "–" if result.pull is None else f"{result.pull:+.2f}",
            row.role,
            row.certainty,
            result.verdict,
            row.source,
        )
    return table


def latency_table(stages: Mapping[str, Mapping[str, float]]) -> Table:
    """Return latency percentiles per stage."""
    table = new_table("latency (us)", ("stage", "p50", "p99", "p99.9", "max"))
    for stage, got in stages.items():
        table.add_row(stage, *(number(got[name]) for name in ("p50", "p99", "p99_9", "max")))
    return table


def _account(name: str, counts: Mapping[str, Any]) -> Table:
    items = {key: value for key, value in counts.items() if not isinstance(value, bool)}
    table = new_table(name, tuple(items), ())
    table.add_row(*(number(value) for value in items.values()))
    return table
