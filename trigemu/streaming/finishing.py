"""Closing a run whose end was cut off: its records closed, its totals made again from them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trigemu.decision.rows import VERDICTS, Row
from trigemu.decision.tally import SUMS, TOTALS
from trigemu.errors import InputError
from trigemu.frames.lock import RESERVE_FILE
from trigemu.frames.rundir import PROCESSES_FILE, TOTALS_FILE, RunReader, RunWriter, write_json
from trigemu.frames.runwriter import check_writable
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.alive import refuse_running
from trigemu.streaming.census import COUNTS, Census, take_census
from trigemu.streaming.comparison import as_row
from trigemu.streaming.core.account import Account
from trigemu.streaming.core.assemble import assemble, shared_counts
from trigemu.streaming.core.latency import STAGES
from trigemu.streaming.core.stored import parse_totals
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.reading import recorded_entries
from trigemu.streaming.totals_file import FINISH, read_totals

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
    account, wall_s = _count(reader, setup, census)
    old = _old_totals(reader, setup)
    if old is None or (census.missing is None and not _agree(old, account)):
        totals = _assemble(reader, setup, account, census, wall_s)
    else:
        # What was counted while the run went on is better than what is left of its records.
        totals = _with_missing(_with_shared(old, account), _missing(census, _frames(old)))
    rebuilt = totals is not old and (old is None or totals.to_dict() != old.to_dict())
    if rebuilt:
        _write(path, totals)
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
    data = totals.to_dict()
    try:
        # Records may say what no run counts; nobody could read it again.
        parse_totals(data)
    except InputError as error:
        raise InputError(
            f"{path}: its records do not amount to a run ({error}); copy the run again"
        ) from None
    write_json(path / TOTALS_FILE, data, totals.run_id)


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


def _count(reader: RunReader, setup: Setup[Any], census: Census) -> tuple[Account, float | None]:
    """Take the recorded verdicts through a fresh sequencer; return what they amount to and the time they took."""
    account = Account(setup, len(setup.schemas))
    begin = end = 0
    for row in _rows(reader, setup, census):
        account.take(row)
        stamps = [each for each in (row.planned_ns, row.sent_ns, row.received_ns) if each > 0]
        begin = min([begin or 2**63, *stamps]) if stamps else begin
        end = max(end, row.recorded_ns)
    return account, (end - begin) / 1e9 if 0 < begin < end else None


def _rows(reader: RunReader, setup: Setup[Any], census: Census) -> Iterator[Row]:
    stop = census.holes.firsts[0] if census.holes.firsts else census.frames
    due = 0
    for entry in recorded_entries(reader, setup):
        row = as_row(entry)
        if row.frame == due and due < stop:
            due += 1
            yield row


def _old_totals(reader: RunReader, setup: Setup[Any]) -> RunTotals | None:
    """Return the totals that are there; `InputError` unless they are of the run's configuration."""
    totals = read_totals(reader.path, reader.info)
    if totals is None or _is_of(totals, setup):
        return totals
    if reader.info.version == 1:
        return None
    raise InputError(
        f"{reader.path / TOTALS_FILE}: does not count the lines, signals, histograms and comparisons of the run's "
        f"configuration; remove it, then {FINISH} {reader.path} makes it again"
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


def _missing(census: Census, counted: int) -> dict[str, Any] | None:
    """Return what is missing; frames that are not among those ``counted`` are missing, too."""
    if census.missing is None:
        return None
    frames = max(census.known, census.frames) - counted
    return {**census.missing, "frames": max(frames, census.missing["frames"])}


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


def _assemble(
    reader: RunReader, setup: Setup[Any], account: Account, census: Census, wall_s: float | None
) -> RunTotals:
    done = account.sequencer.frames + account.sequencer.lost_frames
    missing = _missing(census, done)
    return assemble(
        account.totals(),
        planned=done,
        copies={},
        wall_s=wall_s,
        open_loop=setup.config.streaming.policy == "realtime",
        memory={},
        identity={
            "run_id": reader.info.run_id,
            "seed": setup.config.run.seed,
            "config_digest": setup.digest,
        },
        aborted=done < setup.frames and missing is None,
        missing=missing,
    )
