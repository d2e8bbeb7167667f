"""A recorded run as tables of decisions, some thousands at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.readout import readout_schemas
from trigemu.decision.rows import Row
from trigemu.decision.sequencer import TriggerState
from trigemu.errors import InputError
from trigemu.frames.columns import Array, Block, cut_windows
from trigemu.frames.crossings import find_crossings, take_crossings
from trigemu.frames.frame import TRUTH
from trigemu.frames.rundir import RunReader
from trigemu.menu.planes import unpack_lines
from trigemu.setup.abilities import window_reader
from trigemu.setup.experiment import Setup, Trigger
from trigemu.streaming.reading import DataRecords, recorded_entries

DECISIONS = 65536
"""Rows of a table, about."""

BYTES = 64 << 20
"""Bytes of hits in a table, about: memory stays bounded however long the run is."""

BASE = {
    "frame": "<i8",
    "time": "<i8",
    "time_ns": "<f8",
    "fired": "<u8",
    "accepted": "<u8",
    "passed": "<u8",
    "state": "|u1",
}
"""Columns that every table has; those of lines once more (``fired_1``) for every further 64 lines."""

_OF_LINES = ("fired", "accepted", "passed")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of the table.

    Attributes
    ----------
    flat
        Name -> numpy dtype of the columns with one value per decision.
    lines
        Column name of every line of the menu.
    hits
        Source -> column -> dtype, of the columns with a list per decision.
    """

    flat: Mapping[str, str]
    lines: tuple[str, ...]
    hits: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, setup: Setup[Any]) -> Layout:
        """Return the layout of a run's table."""
        schemas = [s for source, s in setup.schemas.items() if source != TRUTH or _whole(setup)]
        hits = {s.source: {c.name: c.dtype for c in s.columns if c.name != "offsets"} for s in schemas}
        more = {name for base in _OF_LINES for name in _words(base, setup.menu.words)[1:]}
        taken = {*BASE, *more, *(f"{source}_{name}" for source, columns in hits.items() for name in columns)}
        lines = _column_names(setup.menu.names, taken)
        flat = {**BASE, **dict.fromkeys(sorted(more), "<u8"), **dict.fromkeys(lines, "|b1")}
        return cls(flat, lines, hits)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Some decisions.

    Attributes
    ----------
    flat
        Column -> array[n].
    offsets
        Source -> int64[n + 1], where each decision's hits begin.
    hits
        Source -> column -> array[number of hits].
    """

    flat: dict[str, Array]
    offsets: dict[str, NDArray[np.int64]]
    hits: dict[str, dict[str, Array]]

    def __len__(self) -> int:
        return len(self.flat["frame"])


def read_tables(
    reader: RunReader,
    setup: Setup[Any],
    layout: Layout,
    skip: Container[int] = (),
    progress: Callable[[int], None] = lambda frame: None,
) -> Iterator[Table]:
    """Yield the decisions of a run in order.

    Parameters
    ----------
    reader, setup, layout
        The run, and the columns of its table.
    skip
        Frames that are left out: those that a census has not found whole.
    progress
        Told which frame is read.

    Raises
    ------
    InputError
        A record is damaged or does not belong to the frame it is in.
    """
    trigger = setup.make_trigger() if _whole(setup) else None
    data = _Data(reader.again(), setup)
    tables: list[Table] = []
    rows = size = 0
    for row in recorded_entries(reader, setup):
        # A plain row has no decisions.
        if not isinstance(row, Row) or row.frame in skip or not len(row.state):
            continue
        progress(row.frame)
        table = _table(row, data.of(row.frame), setup, layout, trigger)
        tables.append(table)
        rows, size = rows + len(table), size + _size(table)
        if rows >= DECISIONS or size >= BYTES:
            yield _join(tables, layout)
            tables, rows, size = [], 0, 0
    if tables:
        yield _join(tables, layout)


class _Data:
    """The data of frames, asked for in order: one verdict completes many frames, and only one is held at a time."""

    def __init__(self, reader: RunReader, setup: Setup[Any]) -> None:
        schemas = setup.schemas if _whole(setup) else readout_schemas(setup.schemas)
        records = DataRecords(schemas, fragments=_whole(setup), frames=setup.frames)
        self._blocks = records.blocks(reader.records())
        self._held: tuple[int, Block] | None = None

    def of(self, frame: int) -> dict[str, Block]:
        """Return the columns of a frame by source; of what is there twice the first."""
        found: dict[str, Block] = {}
        while True:
            self._held = self._held or next(self._blocks, None)
            if self._held is None or self._held[0] > frame:
                return found
            at, block = self._held
            self._held = None
            if at == frame:
                found.setdefault(block.schema.source, block)


def _table(
    row: Row, data: Mapping[str, Block], setup: Setup[Any], layout: Layout, trigger: Trigger | None
) -> Table:
    time, n = row.candidates.time, len(row.candidates.time)
    clock = setup.clock
    flat: dict[str, Array] = {
        "frame": np.full(n, row.frame, np.int64),
        "time": time,
        "time_ns": (row.frame * clock.frame_ticks + time) * clock.tick_ns,
        "state": row.state,
    }
    of_lines = (row.candidates.fired, row.accepted, row.candidates.passed)
    for base, masks in zip(_OF_LINES, of_lines, strict=True):
        masks = masks.reshape(n, setup.menu.words)
        flat.update(zip(_words(base, setup.menu.words), np.ascontiguousarray(masks.T), strict=True))
    accepted = unpack_lines(row.accepted.reshape(n, setup.menu.words), len(layout.lines))
    flat.update(zip(layout.lines, np.ascontiguousarray(accepted.T), strict=True))
    recorded = row.state == TriggerState.RECORDED
    pieces = _pieces(data, setup, time[recorded], trigger)
    if recorded.any() and pieces.keys() != layout.hits.keys():
        raise InputError(f"frame {row.frame}: its data are not all there; copy the run again")
    table = Table(flat, {}, {})
    for source, columns in layout.hits.items():
        counts = np.zeros(n, np.int64)
        piece = pieces.get(source)
        if piece is None:
            table.hits[source] = {name: np.zeros(0, dtype) for name, dtype in columns.items()}
        else:
            if len(piece["offsets"]) != np.count_nonzero(recorded) + 1:
                raise InputError(
                    f"frame {row.frame}: the read-out of {source} is not one piece per recorded trigger"
                )
            counts[recorded] = np.diff(piece["offsets"])
            # Copies: no table shall keep what was read alive.
            table.hits[source] = {name: np.array(piece[name]) for name in columns}
        table.offsets[source] = _offsets(counts)
    return table


def _pieces(
    data: Mapping[str, Block], setup: Setup[Any], recorded: NDArray[np.int64], trigger: Trigger | None
) -> Mapping[str, Mapping[str, Array]]:
    """Return the hits of each source in windows around the recorded triggers."""
    if not len(recorded) or trigger is None:
        return data if len(recorded) else {}
    if setup.crossings is not None:
        if setup.crossings not in data:
            return {}
        rows = find_crossings(data[setup.crossings]["time"], recorded)
        return {source: take_crossings(block, rows, recorded) for source, block in data.items()}
    start, stop = window_reader(setup, trigger)(recorded)
    pieces: dict[str, Mapping[str, Array]] = {}
    for source, block in data.items():
        hits = {name: values for name, values in block.items() if name != "offsets"}
        pieces[source] = cut_windows(hits, start, stop)
    return pieces


def _join(tables: Sequence[Table], layout: Layout) -> Table:
    joined = Table({name: np.concatenate([t.flat[name] for t in tables]) for name in layout.flat}, {}, {})
    for source, columns in layout.hits.items():
        joined.offsets[source] = _offsets(np.concatenate([np.diff(t.offsets[source]) for t in tables]))
        joined.hits[source] = {
            name: np.concatenate([t.hits[source][name] for t in tables]) for name in columns
        }
    return joined


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _size(table: Table) -> int:
    return sum(values.nbytes for columns in table.hits.values() for values in columns.values())


def _words(base: str, words: int) -> list[str]:
    """Return the columns that hold lines: ``fired``, ``fired_1``, ..."""
    return [base, *(f"{base}_{word}" for word in range(1, words))]


def _whole(setup: Setup[Any]) -> bool:
    return setup.config.record.mode == "all"


def _column_names(names: Sequence[str], taken: set[str]) -> tuple[str, ...]:
    """Return line names as column names: letters, digits and ``_``; taken ones get ``line_`` in front."""
    found: list[str] = []
    for name in names:
        column = re.sub(r"\W", "_", name, flags=re.ASCII)
        while column in taken or not re.match(r"[A-Za-z_]", column):
            column = f"line_{column}"
        taken.add(column)
        found.append(column)
    return tuple(found)
