"""A recorded run as a generator of fragments."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.decide import EXPECTED, expected_schema
from trigemu.decision.readout import readout_schemas
from trigemu.decision.rows import Row
from trigemu.decision.sequencer import TriggerState
from trigemu.errors import InputError
from trigemu.frames.columns import Array, Block
from trigemu.frames.frame import TRUTH
from trigemu.frames.rundir import RunReader
from trigemu.frames.schema import OFFSETS, Schema
from trigemu.setup.experiment import Setup
from trigemu.streaming.census import Census, original_setup, recorded_mode, take_census
from trigemu.streaming.comparison import Comparison
from trigemu.streaming.reading import DataRecords, recorded_entries

_AHEAD = 256
"""Frames kept after they were read; frames are asked for roughly in order."""

_AHEAD_BYTES = 64 << 20
"""Bytes of their data kept, about."""


class Recorded:
    """Frames of a run that kept all fragments: they come out verbatim.

    Parameters
    ----------
    reader
        The run.
    schemas
        Schemas of its sources.
    frames
        How many frames it has.
    """

    def __init__(self, reader: RunReader, schemas: Mapping[str, Schema], frames: int) -> None:
        self.schemas = dict(schemas)
        self.frames = frames
        self._reader = reader
        self._cache: OrderedDict[int, dict[str, Mapping[str, Array]]] = OrderedDict()
        self._bytes = 0
        self._blocks: Iterator[tuple[int, Block]] = iter(())
        self._held: tuple[int, Block] | None = None

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the columns of one source in one recorded frame.

        Raises
        ------
        InputError
            The frame is not there any more: the run was changed while it was read.
        """
        columns = self._frame(frame).get(source)
        if columns is None:
            raise InputError(
                f"{self._reader.path}: {source} of frame {frame} is not there; copy the run again"
            )
        return columns

    def _frame(self, frame: int) -> dict[str, Mapping[str, Array]]:
        """Read on until the frame is there; go back to it if it has been passed."""
        last = next(reversed(self._cache), -1)
        if frame not in self._cache:
            if frame <= last or frame > last + _AHEAD or self._held is None:
                self._cache.clear()
                self._bytes = 0
                self._blocks = self._read(frame)
                self._held = next(self._blocks, None)
            while self._held is not None and frame not in self._cache:
                self._read_frame()
            if frame not in self._cache:
                self._cache[frame] = {}
        return self._cache[frame]

    def _read(self, first: int) -> Iterator[tuple[int, Block]]:
        """Yield the data of frames from ``first`` on."""
        records = self._reader.records(frames=range(first, self.frames))
        return DataRecords(self.schemas, fragments=True, frames=self.frames).blocks(records)

    def _read_frame(self) -> None:
        """Read all data of the next frame; of a source that is there twice the first."""
        if self._held is None:
            return
        frame = self._held[0]
        columns: dict[str, Mapping[str, Array]] = {}
        while self._held is not None and self._held[0] == frame:
            block = self._held[1]
            if block.schema.source not in columns:
                columns[block.schema.source] = self._columns(block)
            self._held = next(self._blocks, None)
        self._cache[frame] = columns
        self._bytes += _size(columns)
        while len(self._cache) > _AHEAD or (self._bytes > _AHEAD_BYTES and len(self._cache) > 1):
            _, oldest = self._cache.popitem(last=False)
            self._bytes -= _size(oldest)

    def _columns(self, block: Block) -> Mapping[str, Array]:
        return block


class RecordedTriggers(Recorded):
    """Frames of a run that kept what is read out, and the triggers instead of the truth.

    Continuous data are the union of the read-out windows; data in crossings are the recorded crossings alone.

    Parameters
    ----------
    reader
        The run.
    setup
        What it is decided with now; its menu says how many words of lines the triggers have.
    frames
        How many frames it has.
    """

    def __init__(self, reader: RunReader, setup: Setup[Any], frames: int) -> None:
        detectors = {source: schema for source, schema in setup.schemas.items() if source != TRUTH}
        self._words = setup.menu.words
        expected = expected_schema(self._words, setup.clock.frame_ticks)
        super().__init__(reader, {**detectors, EXPECTED: expected}, frames)
        self._crossings = setup.crossings is not None
        self._windows = readout_schemas(detectors)
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._original = original = original_setup(reader, setup)
        self._verdicts = recorded_entries(reader, original)
        self._names = setup.menu.names
        self._old_names = self._names if original is None else original.menu.names

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the union of a source's recorded windows, or the recorded triggers (see `Recorded`)."""
        row = self._row(frame)
        recorded = row.state == TriggerState.RECORDED
        if source != EXPECTED:
            # Nothing is read out of a frame without recorded triggers.
            return super().fragment(source, frame) if recorded.any() else self.schemas[source].empty()
        fired = self._lines(row.candidates.fired[recorded])
        columns = {f"fired{word}": fired[:, word] for word in range(self._words)}
        return {"time": row.candidates.time[recorded], **columns}

    def _row(self, frame: int) -> Row:
        """Return the verdict on a frame; read on until it is there, go back to it if it has been passed."""
        if frame not in self._rows and frame <= next(reversed(self._rows), -1):
            self._rows.clear()
            self._verdicts = recorded_entries(self._reader, self._original)
        while frame not in self._rows:
            entry = next(self._verdicts, None)
            row = entry if isinstance(entry, Row) or entry is None else Row(entry[0])
            if row is None or row.frame > frame:
                raise InputError(f"{self._reader.path}: frame {frame} is not there; copy the run again")
            self._rows[row.frame] = row
            while len(self._rows) > _AHEAD:
                self._rows.popitem(last=False)
        return self._rows[frame]

    def _lines(self, fired: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return recorded words of lines as words of the present menu: lines go by their names."""
        result = np.zeros((len(fired), self._words), np.uint64)
        if self._names == self._old_names:
            words = min(self._words, fired.shape[1])
            result[:, :words] = fired[:, :words]
            return result
        place = {name: i for i, name in enumerate(self._names)}
        for old, name in enumerate(self._old_names[: 64 * fired.shape[1]]):
            if name in place:
                word, bit = divmod(place[name], 64)
                there = fired[:, old // 64] >> np.uint64(old % 64) & np.uint64(1)
                result[:, word] |= there << np.uint64(bit)
        return result

    def _read(self, first: int) -> Iterator[tuple[int, Block]]:
        records = self._reader.records(frames=range(first, self.frames))
        return DataRecords(self._windows, fragments=False, frames=self.frames).blocks(records)

    def _columns(self, block: Block) -> Mapping[str, Array]:
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


def _size(columns: Mapping[str, Mapping[str, Array]]) -> int:
    return sum(values.nbytes for block in columns.values() for values in block.values())


def take_source_census(path: Path, setup: Setup[Any]) -> Census:
    """Check a recorded run before it is replayed.

    Raises
    ------
    InputError
        It is no run, or one of another experiment, or no frame of it is whole.
    """
    reader = _open(path, setup)
    census = take_census(reader, setup)
    if not census.whole:
        lacks = census.missing["said"] if census.missing else f"{path}: no frame has been recorded"
        raise InputError(f"{lacks}; there is nothing to replay")
    return census


def open_source(path: Path, setup: Setup[Any], frames: int) -> Recorded:
    """Open a recorded run as a source of fragments; a census has told how many frames it has.

    Raises
    ------
    InputError
        It is no run, or one of an experiment or with columns other than the setup's.
    """
    reader = _open(path, setup)
    if recorded_mode(reader) == "all":
        return Recorded(reader, setup.schemas, frames)
    return RecordedTriggers(reader, setup, frames)


def source_schemas(path: Path, setup: Setup[Any]) -> Mapping[str, Schema]:
    """Return the schemas of a recorded run's sources."""
    return open_source(path, setup, 0).schemas


def open_comparison(path: Path, setup: Setup[Any]) -> Comparison | None:
    """Return what compares a replay with the decisions recorded; None for a run that kept triggers only.

    There each trigger is compared where it is decided (`trigemu.decision.decide.compare`).
    """
    reader = _open(path, setup)
    if recorded_mode(reader) != "all":
        return None
    original = original_setup(reader, setup)
    names = setup.menu.names if original is None else original.menu.names
    return Comparison(recorded_entries(reader, original), names, setup.menu.names)


def _open(path: Path, setup: Setup[Any]) -> RunReader:
    reader = RunReader(path, damaged=True)
    experiment = reader.config.get("experiment")
    if experiment != setup.config.experiment:
        said = str(experiment)[:40]
        raise InputError(f"{path}: a run of {said!r} cannot be replayed as {setup.config.experiment!r}")
    return reader
