"""``totals.json`` of a run directory, checked before anything in it is believed."""

from __future__ import annotations

from pathlib import Path

from trigemu.errors import InputError
from trigemu.frames.rundir import TOTALS_FILE
from trigemu.frames.runfiles import RunInfo, read_checked
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
