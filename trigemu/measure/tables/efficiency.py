"""Efficiencies of a run's signals and of a scan, per trigger line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from trigemu.config.docstrings import field_texts
from trigemu.measure.chosen import BESIDE, run_lines, scan_lines
from trigemu.measure.summary import signal_labels
from trigemu.measure.table import EfficiencyRow, EfficiencyTable
from trigemu.measure.weighted import weighted_signals
from trigemu.menu.totals import MEANINGS, shown_name
from trigemu.plain import short
from trigemu.render.numbers import interval_parts, number
from trigemu.render.table import Cell, Column, Table, Value, table
from trigemu.setup.experiment import Setup

PARAMETERS = ("mass", "ctau")
"""Parameters of signals that are shown beside their labels, wherever one has them."""

_NOT_OF_THE_SIGNAL = ("rate_hz", "every_ns")
"""How often it comes."""

ACCEPTANCE = "Accepted over generated events; what is accepted, the signal's table says."
EFFICIENCY = "Accepted events that the line passed, before prescale and dead time, over accepted events."

SIGNED = "Values without an interval: events have negative weights; they are ratios of sums of weights."

WEIGHTED = (
    "{} weighted: values are ratios of sums of weights, intervals those of the effective number of events."
)

EFFECTIVE = Column("effective", meaning="Effective number of events, whose interval the acceptance has.")

SHARED = (
    "All points share their random numbers: neighbours differ by less than their intervals say, and may lie high or "
    "low together."
)


def run_efficiency_table(setup: Setup[Any], summary: Mapping[str, Any], most: int = BESIDE) -> Table:
    """Return acceptance and efficiency of a run's signals: one row per signal, one column per line.

    Parameters
    ----------
    setup, summary
        The run.
    most
        Lines to show at most; of the others a note tells.
    """
    labels = signal_labels(setup)
    lines, rest = run_lines(setup, summary, most)
    keys = _parameters(setup)
    effective = any("effective" in summary["acceptance"][label] for label in labels)
    rows: list[list[Cell | Value]] = []
    for label, signal in zip(labels, setup.signals, strict=True):
        acceptance, got = summary["acceptance"][label], summary["efficiency"][label]
        rows.append(
            [
                label,
                *(parameter_cell(getattr(signal, key, None)) for key in keys),
                acceptance["total"],
                *([effective_cell(acceptance)] if effective else []),
                _counted(acceptance),
                *(_counted(got[line]) for line in lines),
            ]
        )
    columns = [
        Column("signal", kind="key", meaning="Label of the signal's table."),
        *(parameter_column(key, _unit(setup, key)) for key in keys),
        *_columns(lines, (EFFECTIVE,) if effective else ()),
    ]
    title = "signal efficiency (accepted events, before prescale and dead time)"
    signed = ["negative" in summary["acceptance"][label] for label in labels]
    intervals = "" if all(signed) else "Intervals: Clopper-Pearson, 68.27 %."
    notes = (
        f"{rest} summary.json has all." if rest else "",
        intervals,
        events_are_weighted(weighted_signals(summary), labels),
        SIGNED if any(signed) else "",
    )
    return table(title, columns, rows, notes)


def scan_table(scan: EfficiencyTable, most: int = 0) -> Table:
    """Return a scan, one row per grid point and one column per line.

    Parameters
    ----------
    scan
        The scan.
    most
        Lines to show at most; 0 for `BESIDE`.
    """
    lines, rest = scan_lines(scan, most)
    rows: list[list[Cell | Value]] = []
    for start in range(0, len(scan.rows), len(scan.lines)):
        point = {row.line: row for row in scan.rows[start : start + len(scan.lines)]}
        first = scan.rows[start]
        acceptance = first.acceptance, first.acceptance_low, first.acceptance_high
        rows.append(
            [
                *(parameter_cell(first.point[key]) for key in scan.keys),
                first.generated,
                _cell(*acceptance),
                *(_cell(point[line].value, point[line].low, point[line].high) for line in lines),
            ]
        )
    columns = [
        *(parameter_column(key, scan.units.get(key, "")) for key in scan.keys),
        *_columns(lines),
    ]
    title = f"{scan.experiment}: {scan.title} (Clopper-Pearson, {100 * scan.cl:.4g} %)"
    return table(title, columns, rows, _scan_notes(rest, scan.rows))


def events_are_weighted(weighted: Collection[str], signals: Collection[str]) -> str:
    """Return what efficiencies of weighted events are; ``weighted`` are those of the signals that have them."""
    if not weighted:
        return ""
    whose = "" if len(weighted) == len(signals) else f" of {', '.join(map(short, weighted))}"
    return WEIGHTED.format(f"Events{whose} are")


def effective_cell(got: Mapping[str, Any]) -> Cell:
    """Return the effective number of events of an efficiency of a run: where it has none, that of its events."""
    effective = got.get("effective", None if "negative" in got else got["total"])
    return Cell("–") if effective is None else Cell(number(effective, 4), effective)


def parameter_column(key: str, unit: str) -> Column:
    """Return the column of a parameter of signals."""
    return Column(key, unit, "key", meaning="Parameter of the signal.")


def _unit(setup: Setup[Any], key: str) -> str:
    """Return the unit of a parameter: that of the first signal which says one."""
    texts = [field_texts(type(signal)).get(key) for signal in setup.signals]
    return next((text.unit for text in texts if text is not None and text.unit), "")


def _columns(lines: list[str], more: Sequence[Column] = ()) -> list[Column]:
    return [
        Column("generated", meaning="Generated events."),
        *more,
        Column("acceptance", meaning=ACCEPTANCE),
        *(Column(shown_name(line), meaning=MEANINGS.get(line, EFFICIENCY)) for line in lines),
    ]


def _scan_notes(rest: str, rows: tuple[EfficiencyRow, ...]) -> list[str]:
    notes = [f"{rest} The files have all; --line NAME chooses."] if rest else []
    few = [row for row in rows if row.distinct < row.accepted]
    if few:
        notes.append(
            f"{few[0].accepted} accepted events were made of {few[0].distinct} events of the file: intervals are those "
            "of independent events."
        )
    if any(row.weighted for row in rows):
        notes.append(WEIGHTED.format("Events are"))
    if len({tuple(row.point.items()) for row in rows}) > 1:
        notes.append(SHARED)
    return notes


def _parameters(setup: Setup[Any]) -> list[str]:
    """Return the parameters to show: `PARAMETERS`, and numbers in which signals of one kind differ."""
    kinds: dict[str, list[Any]] = {}
    for signal in setup.signals:
        kinds.setdefault(str(getattr(signal, "signal", "")), []).append(signal)
    found = [key for key in PARAMETERS if any(_is_number(getattr(s, key, None)) for s in setup.signals)]
    for signals in kinds.values():
        for key in type(signals[0]).model_fields:
            values = [getattr(signal, key) for signal in signals]
            if key not in (*found, *_NOT_OF_THE_SIGNAL) and any(map(_is_number, values)):
                found += [key] if len(set(map(str, values))) > 1 else []
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def parameter_cell(value: Any) -> Cell:
    """Return a parameter of a signal with all its digits: two points of a grid never look the same."""
    if not _is_number(value):
        return Cell("–" if value is None else str(value))
    return Cell(f"{value:.12g}", value)


def _counted(got: Mapping[str, Any]) -> Cell:
    return _cell(got["value"], got["low"], got["high"])


def _cell(value: float | None, low: float | None, high: float | None) -> Cell:
    parts = interval_parts(value, low, high)
    ends = (parts[2], parts[1]) if len(parts) == 3 else ("", "")
    return Cell(" ".join(parts), value, *ends)
