"""``totals.json`` of a run directory, checked before anything in it is believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trigemu.decision.tally import SUMS, TOTALS
from trigemu.errors import InputError
from trigemu.frames.rundir import TOTALS_FILE
from trigemu.frames.runfiles import RunInfo, read_checked
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.latency import STAGES
from trigemu.streaming.core.totals import RunTotals

FINISH = "trigemu finish"
"""The command that closes a run whose end was cut off."""


def read_totals(path: Path, info: RunInfo) -> RunTotals | None:
    """Return the totals of a run; None where there are none, or unusable ones of version 1.

    Raises
    ------
    InputError
        They were edited, are of another run, or are not what a run counts.
    """
    file = path / TOTALS_FILE
    if not file.exists() and not file.is_symlink():
        return None
    advice = f"remove it, then {FINISH} {path} makes it again"
    data = read_checked(file, info, advice)
    try:
        totals = RunTotals.from_dict(data)
    except InputError as error:
        if info.version == 1:
            return None
        raise InputError(f"{file}: is not what a run counts ({error}); {advice}") from None
    if totals.run_id != info.run_id and info.version > 1:
        raise InputError(f"{file}: names another run; {advice}")
    return totals


def fitting_totals(path: Path, info: RunInfo, setup: Setup[Any]) -> RunTotals | None:
    """Return the totals of a run, None as for `read_totals`; InputError unless they are of its configuration."""
    totals = read_totals(path, info)
    if totals is None or _is_of(totals, setup):
        return totals
    if info.version == 1:
        return None
    raise InputError(
        f"{path / TOTALS_FILE}: does not count the lines, signals, histograms and comparisons of the run's "
        f"configuration; remove it, then {FINISH} {path} makes it again"
    )


def _is_of(totals: RunTotals, setup: Setup[Any]) -> bool:
    columns = 2 + len(setup.menu.lines) + TOTALS
    rows = len(setup.signals)
    tables = (setup.histograms, totals.monitor), (setup.comparisons, totals.comparisons)
    return (
        totals.line_names == setup.menu.names
        and totals.tally.shape == (rows, columns)
        and (not len(totals.weighted) or totals.weighted.shape == (SUMS, rows + 1, columns))
        and all(
            name in specs and specs[name].shape == counts.shape
            for specs, found in tables
            for name, counts in found.items()
        )
        and totals.latency.keys() <= set(STAGES)
    )
