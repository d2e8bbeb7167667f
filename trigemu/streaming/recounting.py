"""What a run amounts to, counted again from its records; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from trigemu.decision.rows import Row
from trigemu.errors import InputError
from trigemu.frames.lock import RESERVE_FILE
from trigemu.frames.rundir import RunReader
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.census import Census, take_census
from trigemu.streaming.comparison import as_row
from trigemu.streaming.core.account import Account
from trigemu.streaming.core.assemble import assemble
from trigemu.streaming.core.stored import parse_totals
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.reading import recorded_entries


def recounted(path: Path) -> RunTotals:
    """Return the totals of a run that has none, or none that can be used.

    Raises
    ------
    InputError
        Not a run, one that is still running, or one whose records do not amount to a run.
    RunError
        The recorded decisions are not those of its configuration.
    """
    reader = RunReader(path, damaged=True)
    setup = build_setup(reader.config, str(path / "config.json"))
    census = take_census(reader, setup)
    account, wall_s = count_records(reader, setup, census)
    totals = assemble_records(reader, setup, account, census, wall_s)
    if (path / RESERVE_FILE).exists() and totals.frames["planned"] < setup.frames:
        # Its recorder was killed; to finish it takes what is torn off away, and calls it that.
        totals = replace(totals, quality="aborted")
    check_possible(path, totals)
    return totals


def check_possible(path: Path, totals: RunTotals) -> dict[str, Any]:
    """Return totals as plain data; `InputError` if no run counts that: records may say anything."""
    data = totals.to_dict()
    try:
        parse_totals(data)
    except InputError as error:
        raise InputError(
            f"{path}: its records do not amount to a run ({error}); copy the run again"
        ) from None
    return data


def count_records(reader: RunReader, setup: Setup[Any], census: Census) -> tuple[Account, float | None]:
    """Take the recorded verdicts through a fresh sequencer; return what they amount to and the time they took."""
    account = Account(setup, len(setup.schemas) - len(census.absent))
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


def missing_of(census: Census, counted: int) -> dict[str, Any] | None:
    """Return what is missing; frames that are not among those ``counted`` are missing, too."""
    if census.missing is None:
        return None
    frames = max(census.known, census.frames) - counted
    return {**census.missing, "frames": max(frames, census.missing["frames"])}


def assemble_records(
    reader: RunReader, setup: Setup[Any], account: Account, census: Census, wall_s: float | None
) -> RunTotals:
    """Return the totals that the counted records amount to."""
    done = account.sequencer.frames + account.sequencer.lost_frames
    missing = missing_of(census, done)
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
