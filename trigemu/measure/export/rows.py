"""A recorded run as tables of decisions, some thousands at a time."""

from __future__ import annotations

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
from trigemu.measure.export.columns import OF_LINES
from trigemu.measure.export.events import EventFinder
from trigemu.measure.export.layout import Layout, whole, words
from trigemu.menu.planes import unpack_lines
from trigemu.setup.abilities import window_reader
from trigemu.setup.experiment import Setup
from trigemu.setup.protocols import Trigger
from trigemu.streaming.reading import DataRecords, recorded_entries

DECISIONS = 65536
"""Rows of a table, about."""

BYTES = 64 << 20
"""Bytes of hits in a table, about: memory stays bounded however long the run is."""


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
    *,
    only_recorded: bool = False,
    progress: Callable[[int], None] = lambda frame: None,
) -> Iterator[Table]:
    """Yield the decisions of a run in order.

    Parameters
    ----------
    reader, setup, layout
        The run, and the columns of its table.
    skip
        Frames that are left out: those that a census has not found whole.
    only_recorded
        Whether decisions that did not end as a recorded trigger are left out.
    progress
        Told which frame is read.

    Raises
    ------
    InputError
        A record is damaged or does not belong to the frame it is in.
    RunError
        Events that were made again are not those of the run.
    """
    trigger = setup.make_trigger() if whole(setup) else None
    events = EventFinder(setup, recorded=whole(setup)) if layout.events else None
    data = _Data(reader.again(), setup)
    tables: list[Table] = []
    rows = size = 0
    for row in recorded_entries(reader, setup):
        # A plain row has no decisions.
        if not isinstance(row, Row) or row.frame in skip or not len(row.state):
            continue
        progress(row.frame)
        blocks = data.of(row.frame)
        table = _table(row, blocks, setup, layout, trigger)
        if events is not None:
            table.flat.update(events.columns(row, blocks.get(TRUTH)))
        if only_recorded:
            table = _recorded(table)
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
        schemas = setup.schemas if whole(setup) else readout_schemas(setup.schemas)
        records = DataRecords(schemas, fragments=whole(setup), frames=setup.frames)
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
    for base, masks in zip(OF_LINES, of_lines, strict=True):
        masks = masks.reshape(n, setup.menu.words)
        flat.update(zip(words(base, setup.menu.words), np.ascontiguousarray(masks.T), strict=True))
    for names, masks in ((layout.lines, row.accepted), (layout.fired, row.candidates.fired)):
        each = unpack_lines(masks.reshape(n, setup.menu.words), len(names))
        flat.update(zip(names, np.ascontiguousarray(each.T), strict=True))
    recorded = row.state == TriggerState.RECORDED
    pieces = _pieces(data, setup, time[recorded], trigger)
    if recorded.any() and not layout.hits.keys() <= pieces.keys():
        raise InputError(f"frame {row.frame}: its data are not all there; copy the run again")
    table = Table(flat, {}, {})
    for source, columns in layout.hits.items():
        counts = np.zeros(n, np.int64)
        piece = pieces.get(source)
        if piece is None:
            table.hits[source] = {name: np.zeros(0, column.dtype) for name, column in columns.items()}
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


def _recorded(table: Table) -> Table:
    """Return the recorded triggers of a table; only they have hits."""
    keep = table.flat["state"] == TriggerState.RECORDED
    offsets = {source: _offsets(np.diff(cuts)[keep]) for source, cuts in table.offsets.items()}
    return Table({name: values[keep] for name, values in table.flat.items()}, offsets, table.hits)


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
