"""The result of a run: what it was to do, what it counted, and what follows from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trigemu.errors import InputError
from trigemu.frames.runfiles import read_run
from trigemu.measure.summary import summarise
from trigemu.setup.experiment import Setup
from trigemu.setup.named import recorded_setup
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.totals_file import read_totals


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """A run that has ended.

    Attributes
    ----------
    folder
        Its directory.
    setup
        Its resolved configuration.
    totals
        What it counted.
    summary
        What follows from that: the content of ``summary.json``.
    """

    folder: Path
    setup: Setup[Any]
    totals: RunTotals
    summary: Mapping[str, Any]


def read_result(folder: Path) -> RunResult:
    """Return the result of a run that was recorded.

    Raises
    ------
    InputError
        There is no run, it is still running, or it has no totals (``trigemu finish`` makes them).
    """
    info = read_run(folder)
    setup = recorded_setup(folder)
    totals = read_totals(folder, info)
    if totals is None:
        raise InputError(f"{folder}: has no totals; trigemu finish {folder} makes them")
    return RunResult(Path(folder), setup, totals, summarise(setup, totals))
