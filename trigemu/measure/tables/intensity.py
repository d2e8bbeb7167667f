"""What a run counted against the beam's intensity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.measure.tables.lines import rate_cell
from trigemu.measure.weighted import biased_rates
from trigemu.menu.order import physics_first
from trigemu.menu.schema import Line
from trigemu.render.numbers import LOPSIDED, interval_parts, with_error
from trigemu.render.table import Cell, Column, Table, Value, table
from trigemu.setup.experiment import Setup

SHOWN, MOST = 3, 8
"""Lines beside one another on a terminal, and on a page."""

COLUMNS = (
    Column("intensity", kind="key", meaning="Mean relative intensity of the frames; 1 is the beam's mean."),
    Column("from", wide=True, meaning="Least intensity of the bin."),
    Column("to", wide=True, meaning="Highest intensity of the bin."),
    Column("frames", meaning="Frames of the bin that were decided."),
    Column("live time", "s", wide=True, meaning="Time in which triggers could be accepted."),
    Column("dead", "%", meaning="Dead time over all time; lost frames are dead."),
    Column("candidates", wide=True, meaning="Candidates, recorded or not."),
    Column("refused", "%", meaning="Candidates that came in a dead time."),
    Column("overlap", "%", meaning="Candidates on which two or more lines fired."),
)

POWER_NOTE = (
    "Power: the rate before prescale rises as the intensity to this power; 1 is what single particles make, 2 what "
    "accidental pairs make, 0 what does not follow the beam."
)


def intensity_lines(setup: Setup[Any], summary: Mapping[str, Any]) -> list[Line]:
    """Return the lines that fired, physics lines first."""
    order = [setup.menu.lines[place] for place in physics_first(setup.menu.lines)]
    return [line for line in order if summary["lines"][line.name]["fired"]]


def intensity_tables(setup: Setup[Any], summary: Mapping[str, Any]) -> list[Table]:
    """Return how rates rise with the intensity, and what each bin of intensity has; none of a flat beam."""
    got = summary["intensity"]
    if got is None:
        return []
    lines = intensity_lines(setup, summary)
    return [_powers(lines, got, biased_rates(summary)), _bins(lines, got)]


def _powers(lines: list[Line], got: Mapping[str, Any], biased: str) -> Table:
    columns = [
        Column("line", kind="key"),
        Column("power", meaning=POWER_NOTE),
        *(
            Column(f"at {_relative(each['mean'])}", "Hz", meaning="Rate before prescale at this intensity.")
            for each in _ends(got["bins"])
        ),
    ]
    rows: list[list[Cell | Value]] = [
        [
            line.name,
            _power(got["powers"][line.name]),
            *(rate_cell(each["lines"][line.name], "raw_") for each in _ends(got["bins"])),
        ]
        for line in lines[:MOST]
    ]
    said = (
        f"Intensity of this run: {_relative(got['mean'])} of the beam's mean; duty factor (mean squared over mean "
        f"square) {_relative(got['duty_factor'])}."
    )
    return table(
        "rate before prescale against intensity", columns, rows, (said, POWER_NOTE, _left_out(lines), biased)
    )


def _left_out(lines: list[Line]) -> str:
    return f"{len(lines) - MOST} more lines are in summary.json." if len(lines) > MOST else ""


def _ends(bins: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the lowest and the highest bin that have frames."""
    seen = [each for each in bins if each["frames"]]
    return [seen[0], seen[-1]] if len(seen) > 1 else seen


def _power(got: Mapping[str, Any]) -> Cell:
    return Cell(with_error(got["value"], got["error"]), got["value"])


def _bins(lines: list[Line], got: Mapping[str, Any]) -> Table:
    columns = [
        *COLUMNS,
        *(
            Column(
                line.name,
                "Hz",
                wide=place >= SHOWN,
                meaning="Recorded triggers that it kept, over live time.",
            )
            for place, line in enumerate(lines[:MOST])
        ),
    ]
    rows = [
        [
            *(Cell(_relative(each[name]), each[name]) for name in ("mean", "low", "high")),
            each["frames"],
            each["live_time_s"],
            _percent(each["dead_fraction"]),
            each["candidates"],
            _share(each["refused"]),
            _share(each["several"]),
            *(rate_cell(each["lines"][line.name]) for line in lines[:MOST]),
        ]
        for each in got["bins"]
    ]
    return table("dead time, overlap and recorded rates against intensity", columns, rows)


def _relative(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> Cell:
    return Cell("–" if value is None else f"{100 * value:.3g}", value)


def _share(got: Mapping[str, Any]) -> Cell:
    if got["value"] is None:
        return Cell("–")
    value, low, high = (100 * got[key] for key in ("value", "low", "high"))
    if value and high - value <= LOPSIDED * (value - low):
        return Cell(with_error(value, (high - low) / 2), got["value"])
    head, *errors = interval_parts(value, low, high)
    up, down = errors or ("", "")
    return Cell(" ".join([head, *errors]), got["value"], down, up)
