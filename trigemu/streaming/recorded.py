"""A recorded run as a generator of fragments."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.decision.decide import EXPECTED, expected_schema
from trigemu.decision.readout import readout_schemas
from trigemu.decision.rows import READOUT, SCHEMAS, VERDICTS, Row, decode_rows
from trigemu.decision.sequencer import TriggerState
from trigemu.errors import InputError
from trigemu.frames.columns import Array, Block
from trigemu.frames.frame import TRUTH
from trigemu.frames.rundir import Record, RunReader
from trigemu.frames.schema import OFFSETS, Schema
from trigemu.frames.wire import FRAGMENT, decode
from trigemu.setup.experiment import Setup

_AHEAD = 256
"""Frames kept after they were read; frames are asked for roughly in order."""


class Recorded:
    """Frames of a run that kept all fragments: they come out verbatim.

    Parameters
    ----------
    reader
        The run.
    schemas
        Schemas of its sources.
    """

    def __init__(self, reader: RunReader, schemas: Mapping[str, Schema]) -> None:
        self.schemas = dict(schemas)
        self.frames = recorded_frames(reader)
        self._reader = reader
        self._cache: OrderedDict[int, dict[str, Mapping[str, Array]]] = OrderedDict()
        self._records: Iterator[Record] = iter(())
        self._held: Record | None = None

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the columns of one source in one recorded frame."""
        columns = self._frame(frame).get(source)
        return self.schemas[source].empty() if columns is None else columns

    def _frame(self, frame: int) -> dict[str, Mapping[str, Array]]:
        """Read on until the frame is there; go back to it if it has been passed."""
        last = next(reversed(self._cache), -1)
        if frame not in self._cache:
            if frame <= last or frame > last + _AHEAD or self._held is None:
                self._cache.clear()
                self._records = self._reader.records(frames=range(frame, self.frames))
                self._held = next(self._records, None)
            while self._held is not None and frame not in self._cache:
                self._read_frame()
            if frame not in self._cache:
                self._cache[frame] = {}
        return self._cache[frame]

    def _read_frame(self) -> None:
        """Read all records of the next frame."""
        if self._held is None:
            return
        frame = self._held.frame
        found: list[Record] = []
        while self._held is not None and self._held.frame == frame:
            found.append(self._held)
            self._held = next(self._records, None)
        self._cache[frame] = self._columns(found)
        while len(self._cache) > _AHEAD:
            self._cache.popitem(last=False)

    def _columns(self, records: Sequence[Record]) -> dict[str, Mapping[str, Array]]:
        blocks = (decode(r.parts, self.schemas).block for r in records if r.kind == FRAGMENT)
        return {block.schema.source: block for block in blocks if block is not None}


class RecordedTriggers(Recorded):
    """Frames of a run that kept what is read out, and the triggers instead of the truth.

    Continuous data are the union of the read-out windows; data in crossings are the recorded crossings alone.

    Parameters
    ----------
    reader
        The run.
    setup
        What it is decided with now; its menu says how many words of lines the triggers have.
    """

    def __init__(self, reader: RunReader, setup: Setup[Any]) -> None:
        detectors = {source: schema for source, schema in setup.schemas.items() if source != TRUTH}
        self._words = setup.menu.words
        super().__init__(reader, {**detectors, EXPECTED: expected_schema(self._words)})
        self._crossings = setup.crossings is not None
        self._windows = readout_schemas(detectors)
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._verdicts = _rows(reader)

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the union of a source's recorded windows, or the recorded triggers."""
        if source != EXPECTED:
            return super().fragment(source, frame)
        if frame not in self._rows and frame <= next(reversed(self._rows), -1):
            self._rows.clear()
            self._verdicts = _rows(self._reader)
        while frame not in self._rows:
            row = next(self._verdicts)
            self._rows[row.frame] = row
            while len(self._rows) > _AHEAD:
                self._rows.popitem(last=False)
        row = self._rows[frame]
        recorded = row.state == TriggerState.RECORDED
        fired = np.zeros((int(recorded.sum()), self._words), np.uint64)
        words = min(self._words, row.candidates.fired.shape[1])
        fired[:, :words] = row.candidates.fired[recorded, :words]
        columns = {f"fired{word}": fired[:, word] for word in range(self._words)}
        return {"time": row.candidates.time[recorded], **columns}

    def _columns(self, records: Sequence[Record]) -> dict[str, Mapping[str, Array]]:
        blocks = (decode(r.parts, self._windows).block for r in records if r.kind == READOUT)
        return {block.schema.source: self._whole(block) for block in blocks if block is not None}

    def _whole(self, block: Block) -> Mapping[str, Array]:
        if not self._crossings:
            return union(block)
        # Pieces are crossings in order: only a source that had no offsets of its own loses them again.
        if OFFSETS in self.schemas[block.schema.source].names:
            return block
        return {name: values for name, values in block.items() if name != OFFSETS}


def union(block: Block) -> dict[str, Array]:
    """Return the hits of overlapping windows once each, in time order.

    A window holds all hits between its ends, and windows begin and end in time order: a hit that is not later
    than the latest of the windows before has been there already.
    """
    time, offsets = block["time"], block["offsets"]
    piece = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    latest = np.full(len(offsets), np.iinfo(np.int64).min)
    filled = offsets[1:] > offsets[:-1]
    latest[1:][filled] = time[offsets[1:][filled] - 1]
    latest = np.maximum.accumulate(latest)
    new = time > latest[piece]
    return {name: values[new] for name, values in block.items() if name != "offsets"}


def _rows(reader: RunReader) -> Iterator[Row]:
    for record in reader.records(VERDICTS):
        yield from decode_rows(decode(record.parts, SCHEMAS), ())


def recorded_frames(reader: RunReader) -> int:
    """Return how many frames a run has recorded completely.

    Raises
    ------
    InputError
        None.
    """
    last = None
    for segment in reversed(reader.segments):
        if segment.kinds[VERDICTS] and segment.first_frame is not None and segment.last_frame is not None:
            frames = range(segment.first_frame, segment.last_frame + 1)
            last = deque(reader.records(VERDICTS, frames), 1).pop()
            break
    if last is None:
        raise InputError(f"{reader.path}: no frame has been recorded")
    return decode_rows(decode(last.parts, SCHEMAS), ())[-1].frame + 1


def open_source(path: Path, setup: Setup[Any]) -> Recorded:
    """Open a recorded run as a source of fragments.

    Raises
    ------
    InputError
        It is no run, or one of an experiment or with columns other than the setup's.
    """
    reader = RunReader(path)
    experiment = reader.config.get("experiment")
    if experiment != setup.config.experiment:
        raise InputError(f"{path}: a run of {experiment!r} cannot be replayed as {setup.config.experiment!r}")
    mode = reader.config.get("record", {}).get("mode")
    return Recorded(reader, setup.schemas) if mode == "all" else RecordedTriggers(reader, setup)
