"""Closing a run whose end was cut off: its records closed, its totals made again from them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trigemu.decision.rows import VERDICTS
from trigemu.errors import InputError
from trigemu.frames.lock import RESERVE_FILE
from trigemu.frames.rundir import PROCESSES_FILE, TOTALS_FILE, RunReader, RunWriter, write_json
from trigemu.frames.runlog import RunLog
from trigemu.frames.runwriter import check_writable
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.alive import refuse_running
from trigemu.streaming.census import COUNTS, Census, take_census
from trigemu.streaming.core.account import Account
from trigemu.streaming.core.assemble import shared_counts
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.recounting import assemble_records, check_possible, count_records, missing_of
from trigemu.streaming.totals_file import FINISH, fitting_totals

BEFORE = "before"
"""In what is missing of the totals that a run had: their ``quality`` and ``missing`` until then."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has an end now.

    Attributes
    ----------
    setup, totals
        The run, and its totals.
    rebuilt
        Whether ``totals.json`` was written: made again from the records, or with what is missing of them.
    cut_bytes
        Bytes of frames that were not complete, cut from the end of the records.
    planned
        Frames that the run was to have.
    whole
        Frames that are whole.
    missing
        What is missing of its records (`trigemu.streaming.census.Census`); None if they are whole.
    """

    setup: Setup[Any]
    totals: RunTotals
    rebuilt: bool
    cut_bytes: int
    planned: int
    whole: int
    missing: dict[str, Any] | None


def finish_records(path: Path) -> Finished:
    """Close the records of a run that has ended somehow, and return its totals; write them where they are missing.

    The torn tail is cut as a recorder's successor would cut it; recorded verdicts go through a fresh sequencer.  What
    lies behind the first frame that is not whole is not counted.  A run that is complete stays as it is.

    Raises
    ------
    InputError
        Not a run of this version, one that is still running, or one whose files were edited.
    RunError
        The recorded decisions are not those of its configuration; or no space left.
    """
    check_writable(path)
    refuse_running(path)
    reader = RunReader(path, damaged=True)
    setup = build_setup(reader.config, str(path / "config.json"))
    census = take_census(reader, setup)
    cut = 0
    if not reader.closed_once:
        cut = _close(path, setup, census)
        reader = RunReader(path, damaged=True)
        census = take_census(reader, setup)
        if census.missing is not None:
            # That was this.
            said = census.missing["said"].removesuffix(f": {FINISH} {path}")
            census = replace(census, missing={**census.missing, "said": said})
    account, wall_s = count_records(reader, setup, census)
    old = fitting_totals(path, reader.info, setup)
    if old is None or (census.missing is None and not _agree(old, account)):
        totals = assemble_records(reader, setup, account, census, wall_s)
    else:
        # What was counted while the run went on is better than what is left of its records.
        totals = _with_missing(_with_shared(old, account), missing_of(census, _frames(old)))
    rebuilt = totals is not old and (old is None or totals.to_dict() != old.to_dict())
    if rebuilt:
        _write(path, totals)
    if rebuilt or cut:
        said = f"{cut} bytes cut, {census.whole} of {setup.frames} frames are whole, quality {totals.quality}"
        RunLog(path).say(f"trigemu finish: {said}", end=True)
    for left in (
        path / RESERVE_FILE,
        path / PROCESSES_FILE,
        *path.glob("*.json.*.tmp"),
        *path.glob("*.html.*.tmp"),
    ):
        with contextlib.suppress(OSError):
            left.unlink(missing_ok=True)
    return Finished(setup, totals, rebuilt, cut, setup.frames, census.whole, census.missing)


def _write(path: Path, totals: RunTotals) -> None:
    # Records may say what no run counts; nobody could read it again.
    write_json(path / TOTALS_FILE, check_possible(path, totals), totals.run_id)


def _close(path: Path, setup: Setup[Any], census: Census) -> int:
    """Cut the torn tail and write the index; leave records alone that no recorder that was killed leaves like that."""
    lacks = census.missing is not None and any(census.missing[what] for what in COUNTS)
    if lacks and not (path / RESERVE_FILE).exists():
        return 0
    try:
        writer, cut = RunWriter.reopen(path, setup.config.record.segment_mib << 20, commit=VERDICTS)
    except InputError:
        return 0
    writer.frames = census.known
    writer.close()
    return cut


def _agree(old: RunTotals, account: Account) -> bool:
    sequencer = account.sequencer
    return (old.decisions_sha256, old.decisions) == (sequencer.sha256(), sequencer.decisions)


def _with_shared(old: RunTotals, account: Account) -> RunTotals:
    """Return totals with what an older version did not count, if their records are all there."""
    if len(old.overlap) or not _agree(old, account):
        return old
    return replace(old, **shared_counts(account.totals()))


def _frames(totals: RunTotals) -> int:
    return sum(totals.frames[name] for name in ("accepted", "rejected", "lost"))


def _with_missing(old: RunTotals, missing: dict[str, Any] | None) -> RunTotals:
    """Return the totals of a run with what is missing of its records now, and how they were before that."""
    before = (old.missing or {}).get(BEFORE)
    if missing is not None:
        if old.missing and all(old.missing.get(what) == missing[what] for what in COUNTS):
            return old
        before = before or {"quality": old.quality, "missing": old.missing}
        return replace(old, quality="tainted", missing={**missing, BEFORE: before})
    # The records were put back.
    return old if before is None else replace(old, **before)
