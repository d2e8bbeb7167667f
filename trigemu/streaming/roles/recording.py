"""The recorder without its sockets: rows in, a run directory and totals out.

For every frame the data records (read-out windows or fragments) come first, then a ``verdicts`` record
completes all frames of a chunk.  A recorder that died is followed by one that cuts what is incomplete, takes
the recorded verdicts through a fresh sequencer, and goes on with the next frame.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.decision.readout import decode_readout, keep_recorded, readout_schemas
from trigemu.decision.rows import (
    LOST,
    READOUT,
    RECORDED_NS,
    SCHEMAS,
    VERDICTS,
    Head,
    Row,
    decode_entries,
    decode_rows,
    encode_rows,
)
from trigemu.decision.sequencer import Outcome, TriggerState
from trigemu.errors import InputError, RunError
from trigemu.frames.columns import Buffer
from trigemu.frames.rundir import RunReader, RunWriter
from trigemu.frames.wire import FRAGMENT, WireError, decode, parse_fragment
from trigemu.setup.experiment import Setup
from trigemu.streaming.comparison import Comparison
from trigemu.streaming.core.account import Account
from trigemu.streaming.core.reorder import Reorder

CHUNK = 256
"""Frames that one ``verdicts`` record completes at most."""


class Recording:
    """Writes one run.

    Parameters
    ----------
    setup
        The run.
    path
        Its directory, made by `trigemu.frames.rundir.create_run`; what an earlier recorder left is continued.
    frames
        Frames in the run.
    window
        How far ahead of the first missing frame a row may be.
    sources
        Sources that make a frame.
    tag
        What messages of workers must carry (`trigemu.frames.records.run_tag`); None: nothing.
    comparison
        What compares the decisions with those of the run that is replayed.

    Attributes
    ----------
    account
        What has been counted.
    torn_bytes
        Bytes cut from an earlier recorder's records.
    recovered
        Frames found already recorded.
    foreign
        Messages that are not of this run.
    """

    def __init__(
        self,
        setup: Setup[Any],
        path: Path,
        *,
        frames: int,
        window: int,
        sources: Sequence[str],
        tag: int | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        record = setup.config.record
        self._setup, self._path, self._sources = setup, path, len(sources)
        self.account = Account(setup, self._sources)
        self._all = record.mode == "all"
        self._checksum = setup.config.streaming.checksum
        self._menu = setup.menu
        self._schemas = setup.schemas
        self._readout = readout_schemas(setup.schemas)
        self._tag = tag
        self.foreign = 0
        self._comparison = comparison
        self.recovered = 0
        self.torn_bytes = 0
        segment_bytes = record.segment_mib << 20
        if any(path.glob("segment-*.tgm")):
            self._writer, self.torn_bytes = RunWriter.reopen(path, segment_bytes, commit=VERDICTS)
            self._recover(path)
        else:
            self._writer = RunWriter(path, segment_bytes)
        self._order: Reorder[Row | Head] = Reorder(frames, window, self.recovered)

    def _recover(self, path: Path) -> None:
        self.recovered = self._count(RunReader(path), self.account, self._comparison)
        self._writer.frames = self.recovered

    def _count(self, reader: RunReader, account: Account, comparison: Comparison | None = None) -> int:
        """Count the frames that are in the records; return how many there are."""
        frames = 0
        for record in reader.records(VERDICTS):
            for row in decode_rows(decode(record.parts, SCHEMAS), ()):
                if row.frame != frames:
                    raise RunError(f"{reader.path}: frame {frames} is not where it must be in the records")
                if not account.fits(row):
                    raise RunError(f"{reader.path}: the record of frame {row.frame} does not fit this run")
                account.take(row)
                if comparison is not None:
                    comparison.take(row)
                frames += 1
        return frames

    def _recount(self) -> None:
        """Count anew what is on disk: frames that found no room have been counted, too."""
        account = Account(self._setup, self._sources)
        self._order.next = self._count(RunReader(self._path, damaged=True), account)
        self.account = account

    @property
    def next(self) -> int:
        """The first frame that is not durable."""
        return self._order.next

    @property
    def unexpected(self) -> int:
        """Rows that lay outside the run."""
        return self._order.unexpected

    @property
    def repeats(self) -> int:
        """Rows that came again and were dropped."""
        return self._order.repeats

    def receive(self, parts: Sequence[Buffer]) -> None:
        """Take a message from a worker.

        Raises
        ------
        WireError
            It is not what a worker sends; nothing of it is taken.
        """
        if len(parts) < 2:
            raise WireError("verdicts: a part is missing")
        message = decode(parts[:2], SCHEMAS)
        if self._tag is not None and message.fields.get("tag") != self._tag:
            self.foreign += 1
            return
        entries = decode_entries(message, parts[2:])
        for entry in entries:
            # A bare head has nothing that might not fit.
            if type(entry) is Row:
                self._check(entry)
        self.offer(entries)

    def _check(self, row: Row) -> None:
        """Check all that is going to be recorded, so that a bad message cannot spoil a run."""
        # A worker knows nothing of outcomes: they depend on order.
        if len(row.state) or not self.account.fits(row):
            raise WireError(f"verdicts: the row of frame {row.frame} does not fit this run")
        if not row.extra:
            return
        if self._all:
            for i in range(0, len(row.extra), 2):
                parse_fragment(row.extra[i : i + 2], self._schemas)
        else:
            pieces = int(np.count_nonzero(self._menu.can_be_recorded(row.candidates.passed)))
            for message in decode_readout(row.extra, self._readout):
                if message.block is None or len(message.block["offsets"]) != pieces + 1:
                    raise WireError("verdicts: a read-out does not have one piece per trigger")

    def offer(self, entries: Iterable[Row | Head]) -> None:
        """Take rows in any order; repeats are dropped."""
        add = self._order.add
        for entry in entries:
            add(entry.frame if isinstance(entry, Row) else entry[0], entry)

    def skip(self, first: int, count: int) -> None:
        """Take note of inhibited frames."""
        for frame in range(first, min(first + count, self._order.frames)):
            self._order.add(frame, Row(frame, lost=LOST), anywhere=True)

    def write(self) -> bool:
        """Write all frames whose turn it is; return whether there were any.

        Raises
        ------
        RunError
            No space left; the run directory is closed.
        """
        before = self._order.next
        ready = list(self._order.ready())
        try:
            for start in range(0, len(ready), CHUNK):
                self._write_chunk(ready[start : start + CHUNK])
        except (InputError, RunError):
            # A disk that cannot be written may not be readable either.
            with contextlib.suppress(InputError, RunError, WireError, OSError):
                self._recount()
            raise
        if self._order.next == before:
            return False
        self._writer.flush()
        return True

    def _write_chunk(self, chunk: Sequence[Row | Head]) -> None:
        """Count and write consecutive frames."""
        quiet: list[Head] = []
        now_ns = time.monotonic_ns()
        for entry in chunk:
            if isinstance(entry, Row):
                self._take_quiet(quiet)
                quiet = []
                self._write_row(entry)
            else:
                entry[RECORDED_NS] = now_ns
                quiet.append(entry)
        self._take_quiet(quiet)
        first = chunk[0]
        frame = first.frame if isinstance(first, Row) else first[0]
        self._writer.append(encode_rows(chunk, checksum=self._checksum), frame=frame, kind=VERDICTS)
        self._writer.frames = frame + len(chunk)
        if self._comparison is not None:
            for entry in chunk:
                if isinstance(entry, Row):
                    self._comparison.take(entry)
                else:
                    self._comparison.take_quiet([entry])

    def _take_quiet(self, heads: Sequence[Head]) -> None:
        if heads:
            self.account.take_quiet(heads)

    def _write_row(self, row: Row) -> None:
        """Decide a frame for good, and write what is kept of its data."""
        row.recorded_ns = time.monotonic_ns()
        outcome = self.account.take(row)
        if outcome is not None:
            row.state, row.accepted = outcome.state, outcome.accepted
        if row.extra:
            self._write_data(row, outcome)
        row.extra = ()

    def _write_data(self, row: Row, outcome: Outcome | None) -> None:
        if self._all:
            kind, parts = FRAGMENT, row.extra
        elif outcome is None:
            return
        else:
            cut = self._menu.can_be_recorded(row.candidates.passed)
            recorded = outcome.state[cut] == TriggerState.RECORDED
            kind, parts = READOUT, keep_recorded(row.extra, recorded, self._readout, self._checksum)
        for i in range(0, len(parts), 2):
            self._writer.append(parts[i : i + 2], frame=row.frame, kind=kind)

    def totals(self) -> dict[str, Any]:
        """Return what was counted, as plain data."""
        totals = self.account.totals()
        if self._comparison is not None:
            totals["replay"] = self._comparison.totals()
        return totals

    def close(self) -> None:
        """Close the run directory: every complete frame is in it."""
        self._writer.close()
