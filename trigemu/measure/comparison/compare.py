"""What two results are, and which comparison they get."""

from __future__ import annotations

from pathlib import Path

from trigemu.errors import InputError
from trigemu.frames.runfiles import RUN_FILE
from trigemu.measure.comparison.data import Compared
from trigemu.measure.comparison.runs import compare_runs
from trigemu.measure.comparison.scans import compare_scans
from trigemu.measure.offline import as_count
from trigemu.measure.results import RunResult, read_result
from trigemu.measure.scan_file import SCAN_FILE, is_scan, read_scan
from trigemu.measure.table import EfficiencyTable

EVENTS = 10
"""Events that differ and are described, unless another number is asked for."""

Result = str | Path | RunResult | EfficiencyTable


def compare(a: Result, b: Result, *, events: int = EVENTS) -> Compared:
    """Compare two runs, or two scans.

    Parameters
    ----------
    a, b
        Run directories (a replay is one as well) or what `trigemu.read_result` returned; or folders of scans with an
        ``efficiency.json``, or what `trigemu.efficiency` returned.
    events
        How many of the events that two runs decide differently are described.

    Raises
    ------
    InputError
        One of them is no result, is still running or cannot be read; or they are of two kinds, experiments or signals.
    """
    events = as_count(events, "events", 0)
    one, other = _opened(a), _opened(b)
    if isinstance(one, RunResult) and isinstance(other, RunResult):
        return compare_runs(one, other, events)
    if isinstance(one, EfficiencyTable) and isinstance(other, EfficiencyTable):
        return compare_scans(one, other, _name(a, "A"), _name(b, "B"))
    kinds = ["a run" if isinstance(each, RunResult) else "a scan" for each in (one, other)]
    raise InputError(
        f"{_name(a, 'A')} is {kinds[0]} and {_name(b, 'B')} is {kinds[1]}; compare two runs or two scans"
    )


def _name(given: Result, otherwise: str) -> str:
    if isinstance(given, RunResult):
        return str(given.folder)
    return otherwise if isinstance(given, EfficiencyTable) else str(given)


def _opened(given: Result) -> RunResult | EfficiencyTable:
    if isinstance(given, RunResult | EfficiencyTable):
        return given
    path = Path(given)
    try:
        if is_scan(path) and not (path / RUN_FILE).exists():
            return read_scan(path)
        there = path.exists()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    if there and not (path / RUN_FILE).exists():
        raise InputError(f"{path}: is neither a run (it has no {RUN_FILE}) nor a scan (no {SCAN_FILE})")
    return read_result(path)
