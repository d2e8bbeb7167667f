"""Which frames of a recorded run are whole, and what is missing.

Every record is read and checked once: before a replay, an export or a rebuilt summary believes it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.decision.readout import readout_schemas
from trigemu.decision.rows import VERDICTS, Head, Row
from trigemu.decision.sequencer import TriggerState
from trigemu.errors import InputError
from trigemu.frames.rundir import Record, RunReader
from trigemu.frames.wire import WireError
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.alive import refuse_running
from trigemu.streaming.reading import DATA, DataRecords, VerdictRecords
from trigemu.streaming.totals_file import FINISH, read_totals

COUNTS = ("frames", "records", "bytes", "segments")
"""What may be missing, in `Census.missing`."""


class Spans:
    """Frames as stretches in rising order."""

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.stops: list[int] = []

    def add(self, first: int, stop: int) -> None:
        """Add frames ``first <= frame < stop``, which come after all that were added before."""
        if first >= stop:
            return
        if self.stops and self.stops[-1] == first:
            self.stops[-1] = stop
        else:
            self.firsts.append(first)
            self.stops.append(stop)

    def __contains__(self, frame: object) -> bool:
        if not isinstance(frame, int):
            return False
        place = bisect_right(self.firsts, frame) - 1
        return place >= 0 and frame < self.stops[place]

    @property
    def count(self) -> int:
        """Frames altogether."""
        return sum(self.stops) - sum(self.firsts)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """First frame and how many of each stretch."""
        return [(first, stop - first) for first, stop in zip(self.firsts, self.stops, strict=True)]


@dataclass(frozen=True, slots=True)
class Census:
    """What of a run is there.

    Attributes
    ----------
    frames
        Frames up to the last one that has a verdict.
    holes
        Those among them that are not whole.
    skips
        Those among them that have no decisions: the holes, and frames that the run itself had lost.
    known
        Frames that were recorded, as far as anything tells.
    missing
        What was recorded and is not there (``frames``, ``records``, ``bytes``, ``segments``), whether the run was
        ``closed``, and a sentence (``said``) about it; None if nothing is missing.
    absent
        Sources of the setup that the run was recorded without.
    """

    frames: int
    holes: Spans
    skips: Spans
    known: int
    missing: dict[str, Any] | None
    absent: tuple[str, ...] = ()

    @property
    def whole(self) -> int:
        """Frames that are whole."""
        return self.frames - self.holes.count


def _said(path: Path, missing: Mapping[str, Any], census_frames: int, first: str) -> str:
    """Return one sentence about what is missing."""
    parts = [_number(missing[what], what) for what in COUNTS if missing[what]]
    said = f"{path}: of {_number(census_frames + missing['frames'], 'frames')} {census_frames} are whole"
    if parts:
        said += f", {', '.join(parts)} are missing"
    if first:
        said += f" ({first})"
    if not missing["closed"]:
        said += f"; the run was not closed in order: {FINISH} {path}"
    return said


def _number(count: int, what: str) -> str:
    return f"{count} {what.removesuffix('s') if count == 1 else what}"


def take_census(reader: RunReader, setup: Setup[Any]) -> Census:
    """Check every record of a run.

    Parameters
    ----------
    reader
        The run, opened with ``damaged``.
    setup
        What its messages are read with.

    Raises
    ------
    InputError
        The run is still running, or its totals were edited.
    """
    refuse_running(reader.path)
    counting = _counted(reader, setup, ())
    damage = reader.damage()
    absent = () if damage.records or counting.bad else counting.never_seen()
    if absent:
        counting = _counted(reader, setup, absent)
    known = _frames_known(reader)
    complete = reader.closed_once or known == counting.due
    known = max(known or 0, counting.due)
    missing: dict[str, Any] = {
        "frames": counting.holes.count + known - counting.due,
        "records": damage.records + counting.bad,
        "bytes": damage.bytes,
        "segments": damage.segments,
        "closed": complete,
    }
    if complete and not any(missing[what] for what in COUNTS):
        return Census(counting.due, counting.holes, counting.skips, known, None, absent)
    whole = counting.due - counting.holes.count
    missing["said"] = _said(reader.path, missing, whole, damage.first or counting.first)
    return Census(counting.due, counting.holes, counting.skips, known, missing, absent)


def _counted(reader: RunReader, setup: Setup[Any], absent: Collection[str]) -> _Counting:
    """Return what a pass over all records finds, in a run that was recorded without some sources."""
    counting = _Counting(reader, setup, absent)
    for record in reader.records():
        counting.take(record)
    return counting


def _frames_known(reader: RunReader) -> int | None:
    """Return how many frames the index and the totals say were recorded."""
    known = reader.frames
    totals = read_totals(reader.path, reader.info)
    if totals is not None:
        known = max(known or 0, sum(totals.frames[name] for name in ("accepted", "rejected", "lost")))
    return known


@dataclass(slots=True)
class _Data:
    """The data records of a frame that has no verdict yet: which sources, and in how many pieces."""

    sources: int = 0
    pieces: set[int] = field(default_factory=set)


class _Counting:
    """Goes through the records of a run in order."""

    def __init__(self, reader: RunReader, setup: Setup[Any], absent: Collection[str]) -> None:
        self.due = 0
        self.bad = 0
        self.first = ""
        self.holes, self.skips = Spans(), Spans()
        self._path = reader.path
        self._all = recorded_mode(reader) == "all"
        schemas = setup.schemas if self._all else readout_schemas(setup.schemas)
        self._bits = {source: 1 << i for i, source in enumerate(schemas) if source not in absent}
        self._every = sum(self._bits.values())
        self._seen = 0
        original = original_setup(reader, setup)
        frames = 2**32 if original is None else original.frames
        self._blocks = DataRecords(schemas, fragments=self._all, frames=frames)
        self._verdicts = VerdictRecords(original)
        self._waiting: dict[int, _Data] = {}

    def never_seen(self) -> tuple[str, ...]:
        """Return the sources of which no record has data although others have some: there were none in the run."""
        return tuple(source for source, bit in self._bits.items() if self._seen and not self._seen & bit)

    def take(self, record: Record) -> None:
        """Take the next record."""
        try:
            if record.kind == VERDICTS:
                for entry in self._verdicts.entries(record):
                    self._frame(entry)
                # What no verdict completed in its turn is not of any use.
                if self._waiting and min(self._waiting) < self.due:
                    self._waiting = {
                        frame: data for frame, data in self._waiting.items() if frame >= self.due
                    }
            elif record.kind in DATA:
                self._data(record)
        except WireError as error:
            self._spoilt(f"a record of frame {record.frame} cannot be used: {error}")

    def _spoilt(self, why: str) -> None:
        self.bad += 1
        self.first = self.first or why

    def _data(self, record: Record) -> None:
        block = self._blocks.block(record, self.due)
        source, frame = block.schema.source, record.frame
        data = self._waiting.setdefault(frame, _Data())
        if data.sources & self._bits[source]:
            raise WireError(f"it has {source} again")
        data.sources |= self._bits[source]
        self._seen |= self._bits[source]
        data.pieces.add(0 if self._all else len(block["offsets"]) - 1)

    def _frame(self, entry: Row | Head) -> None:
        frame, lost, recorded = entry[0] if not isinstance(entry, Row) else entry.frame, 0, 0
        if isinstance(entry, Row):
            lost = entry.lost
            recorded = int(np.count_nonzero(entry.state == TriggerState.RECORDED))
        self.holes.add(self.due, frame)
        self.skips.add(self.due, frame)
        data = self._waiting.pop(frame, None)
        whole = bool(lost) or self._is_whole(data, recorded)
        if not whole:
            self.holes.add(frame, frame + 1)
            self.first = self.first or f"data of frame {frame} are not all there"
        if lost or not whole:
            self.skips.add(frame, frame + 1)
        self.due = frame + 1

    def _is_whole(self, data: _Data | None, recorded: int) -> bool:
        if self._all:
            return data is not None and data.sources == self._every
        if not recorded:
            return True
        return data is not None and data.sources == self._every and data.pieces == {recorded}


def recorded_mode(reader: RunReader) -> str:
    """Return what a run kept: ``accepted`` or ``all``."""
    record = reader.config.get("record")
    mode = record.get("mode") if isinstance(record, dict) else None
    return "all" if mode == "all" else "accepted"


def original_setup(reader: RunReader, setup: Setup[Any]) -> Setup[Any] | None:
    """Return the setup that a run was recorded with; None where it does not work here any more.

    Often it is the ``setup`` that is at hand.
    """
    if _plain(setup.to_dict()) == _plain(reader.config):
        return setup
    try:
        return build_setup(reader.config, str(reader.path / "config.json"))
    except InputError:
        return None


def _plain(config: Mapping[str, Any]) -> str:
    return json.dumps(config, sort_keys=True)
