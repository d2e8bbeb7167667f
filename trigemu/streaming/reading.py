"""Which records of a run count: the rule of the census, and of all who read the run after it.

Of what is there twice the first counts; what is out of its place or does not fit the run is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from trigemu.decision.rows import (
    CORRUPT,
    INCOMPLETE,
    LOST,
    READOUT,
    SCHEMAS,
    VERDICTS,
    Head,
    Row,
    decode_entries,
)
from trigemu.decision.sequencer import TriggerState
from trigemu.frames.columns import Block
from trigemu.frames.rundir import Record, RunReader
from trigemu.frames.schema import Schema
from trigemu.frames.wire import FRAGMENT, WireError, decode, to_fragment
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.account import Account

DATA = (FRAGMENT, READOUT)
"""Kinds of the records that hold what the detectors saw."""

_LOST = (LOST, INCOMPLETE, CORRUPT)
_FRAMES = 2**32


class DataRecords:
    """Takes the data records of a run in order: fragments, or windows that were read out.

    Parameters
    ----------
    schemas
        Schemas of the sources that it has, as they are in its records.
    fragments
        Whether the run kept fragments; else it kept windows.
    frames
        Frames that it can have.
    """

    def __init__(self, schemas: Mapping[str, Schema], *, fragments: bool, frames: int = _FRAMES) -> None:
        self._schemas = schemas
        self._kind = FRAGMENT if fragments else READOUT
        self._frames = frames
        self._latest = 0

    def block(self, record: Record, due: int = 0) -> Block:
        """Return the columns of the next record, of one of the kinds `DATA`.

        ``due``: the first frame that has no verdict so far.

        Raises
        ------
        WireError
            It cannot be used.
        """
        message = decode(record.parts, self._schemas)
        block = message.block
        if not record.kind == message.kind == self._kind or block is None:
            raise WireError(f"it is no {self._kind}")
        frame = to_fragment(message).frame if self._kind == FRAGMENT else record.frame
        if frame != record.frame or not max(due, self._latest) <= frame < self._frames:
            # Readers go through the data frame by frame.
            raise WireError("it is of another frame, or not in its place")
        self._latest = frame
        return block

    def blocks(self, records: Iterable[Record]) -> Iterator[tuple[int, Block]]:
        """Yield frame and columns of the records that can be used."""
        for record in records:
            if record.kind in DATA:
                with suppress(WireError):
                    yield record.frame, self.block(record)


class VerdictRecords:
    """Takes the verdicts of a run in order.

    Parameters
    ----------
    setup
        What the run was recorded with; None where that does not work here any more.

    Attributes
    ----------
    due
        The frame after the last one that was taken.
    """

    def __init__(self, setup: Setup[Any] | None) -> None:
        self.due = 0
        self._frames = _FRAMES if setup is None else setup.frames
        self._account = None if setup is None else Account(setup, len(setup.schemas))

    def entries(self, record: Record) -> Iterator[Row | Head]:
        """Yield the rows of the next record; `WireError` at the first that cannot be used."""
        for entry in decode_entries(decode(record.parts, SCHEMAS), ()):
            frame = entry.frame if isinstance(entry, Row) else entry[0]
            if not self.due <= frame < self._frames:
                raise WireError(f"frame {frame} is there again or is not of this run")
            if isinstance(entry, Row) and not self._fits(entry):
                raise WireError(f"the decisions of frame {frame} are not of this run's menu")
            self.due = frame + 1
            yield entry

    def _fits(self, row: Row) -> bool:
        if row.lost and (row.lost not in _LOST or len(row.candidates.time)):
            return False
        if len(row.state) != len(row.candidates.time) or (row.state >= len(TriggerState)).any():
            return False
        # Without a setup to compare with, words and times stay unchecked until they are used.
        return self._account is None or self._account.fits(row)


def recorded_entries(reader: RunReader, setup: Setup[Any] | None) -> Iterator[Row | Head]:
    """Yield the rows of a run in order; what cannot be used is left out (a census has counted it).

    ``setup`` is what the run was recorded with.
    """
    verdicts = VerdictRecords(setup)
    for record in reader.records(VERDICTS):
        with suppress(WireError):
            yield from verdicts.entries(record)
