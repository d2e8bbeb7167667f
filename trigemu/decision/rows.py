"""Verdicts as rows of columns: what workers send to the recorder in batches, and what a run records.

A batch is one message, so that it arrives whole or not at all: the header and block of `encode_rows`,
followed by the read-out messages of its rows (`Row.extra`), two parts each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.candidates import Candidates
from trigemu.frames.columns import Array, Block, Buffer, Column, Schema, allocate, pack
from trigemu.frames.wire import Message, WireError, encode

VERDICTS = "verdicts"
"""Kind of the message, and of the records that complete the frames whose rows they hold."""

READOUT = "readout"
"""Kind of the messages that carry the read-out windows of one source."""

LOST = 1
"""`Row.lost` of a frame that was inhibited (realtime)."""

INCOMPLETE = 2
"""`Row.lost` of a frame that was given up because fragments did not come."""

CORRUPT = 3
"""`Row.lost` of a frame whose fragments hold what cannot be, or contradict each other; ``missing``: how many do."""

_HEAD = 15
_SIZES = slice(9, _HEAD)
_SCHEMA = Schema(
    VERDICTS,
    (
        Column("head", "<i8"),
        Column("time", "<i8"),
        Column("fired", "<u8"),
        Column("passed", "<u8"),
        Column("accepted", "<u8"),
        Column("tally", "<i8"),
        Column("count", "<i8"),
        Column("replay", "<i8"),
        Column("bin", "<i4"),
        Column("load", "<u2"),
        Column("state", "|u1"),
    ),
)
SCHEMAS: Mapping[str, Schema] = {VERDICTS: _SCHEMA}
"""For `trigemu.frames.wire.decode`."""

_NONE: dict[str, Array] = {column.name: np.zeros(0, column.dtype) for column in _SCHEMA.columns}
_NO_LENGTHS = (0,) * (len(_SCHEMA.columns) - 1)
_NO_LINES = np.zeros((0, 1), np.uint64)
NO_CANDIDATES = Candidates(_NONE["time"], _NO_LINES, _NO_LINES, _NONE["load"])


@dataclass(slots=True, eq=False, init=False)
class Row:
    """A verdict on its way to disk.

    Attributes
    ----------
    frame
        Frame number.
    planned_ns, sent_ns, received_ns, decided_ns, recorded_ns
        Stamps (monotonic clock): planned, last fragment sent, frame complete, frame decided, handed to the
        file.
    size
        Payload bytes of all its fragments.
    missing, lost
        Fragments that never came; 0, `LOST`, `INCOMPLETE` or `CORRUPT`.
    candidates
        The trigger's answer.
    tally, replay
        See `trigemu.decision.decide.Verdict`, flat; empty where there is nothing to count.
    bins, counts
        Monitoring histograms and comparisons: filled bins (all of them one after the other) and their counts.
    state, accepted
        The sequencer's outcome (only in records).
    extra
        Parts of the messages with read-out windows or fragments.
    """

    frame: int
    planned_ns: int
    sent_ns: int
    received_ns: int
    decided_ns: int
    recorded_ns: int
    size: int
    missing: int
    lost: int
    candidates: Candidates
    tally: Array
    replay: Array
    bins: Array
    counts: Array
    state: NDArray[np.uint8]
    accepted: NDArray[np.uint64]
    extra: Sequence[Buffer]

    # Written out: a worker makes one per frame, and fields with factories cost three times as much.
    def __init__(
        self,
        frame: int,
        planned_ns: int = 0,
        sent_ns: int = 0,
        received_ns: int = 0,
        decided_ns: int = 0,
        recorded_ns: int = 0,
        size: int = 0,
        missing: int = 0,
        lost: int = 0,
        candidates: Candidates = NO_CANDIDATES,
        tally: Array = _NONE["tally"],
        replay: Array = _NONE["replay"],
        bins: Array = _NONE["bin"],
        counts: Array = _NONE["count"],
        state: NDArray[np.uint8] = _NONE["state"],
        accepted: NDArray[np.uint64] = _NO_LINES,
        extra: Sequence[Buffer] = (),
    ) -> None:
        self.frame = frame
        self.planned_ns = planned_ns
        self.sent_ns = sent_ns
        self.received_ns = received_ns
        self.decided_ns = decided_ns
        self.recorded_ns = recorded_ns
        self.size = size
        self.missing = missing
        self.lost = lost
        self.candidates = candidates
        self.tally = tally
        self.replay = replay
        self.bins = bins
        self.counts = counts
        self.state = state
        self.accepted = accepted
        self.extra = extra

    def _head(self) -> tuple[int, ...]:
        return (
            self.frame,
            self.planned_ns,
            self.sent_ns,
            self.received_ns,
            self.decided_ns,
            self.recorded_ns,
            self.size,
            self.missing,
            self.lost,
            len(self.candidates.time),
            len(self.candidates.load),
            len(self.tally),
            len(self.bins),
            len(self.replay),
            len(self.extra) | (_DECIDED if len(self.state) else 0),
        )


Head: TypeAlias = list[int]
"""A row of a complete frame that has nothing but the numbers of its head: no candidates, no counts.

Most frames of a quiet stream are like that, and the recorder takes hundreds of them in one go.
"""

RECORDED_NS = 5
"""Position of `Row.recorded_ns` in a head; the numbers of a head come in the order of `Row`."""

_DECIDED = 1 << 40
"""Flag in the last number of a head: the row carries the sequencer's outcome."""


def encode_rows(
    entries: Sequence[Row | Head], *, checksum: bool = True, tag: int | None = None
) -> list[Buffer]:
    """Return the parts of one message with these rows and their extra parts.

    ``tag`` is the number of the run (`trigemu.frames.records.run_tag`) that messages between processes carry.
    """
    fields = {} if tag is None else {"tag": tag}
    heads = [entry._head() if isinstance(entry, Row) else entry for entry in entries]  # noqa: SLF001
    head = np.array(heads, np.int64).reshape(-1, _HEAD)
    if not head[:, _SIZES].any():
        block = allocate(_SCHEMA, (head.size, *_NO_LENGTHS))
        block["head"][:] = head.ravel()
        return encode(VERDICTS, fields, block, checksum=checksum)
    rows = [entry for entry in entries if isinstance(entry, Row)]
    columns = {
        "head": head.ravel(),
        "time": _join("time", (row.candidates.time for row in rows)),
        "fired": _join("fired", (row.candidates.fired for row in rows)).reshape(-1),
        "passed": _join("passed", (row.candidates.passed for row in rows)).reshape(-1),
        "load": _join("load", (row.candidates.load for row in rows)),
        "accepted": _join("accepted", (row.accepted for row in rows)).reshape(-1),
        "state": _join("state", (row.state for row in rows)),
        "tally": _join("tally", (row.tally for row in rows)),
        "replay": _join("replay", (row.replay for row in rows)),
        "bin": _join("bin", (row.bins for row in rows)),
        "count": _join("count", (row.counts for row in rows)),
    }
    parts = encode(VERDICTS, fields, pack(_SCHEMA, columns), checksum=checksum)
    for row in rows:
        parts.extend(row.extra)
    return parts


def _join(name: str, arrays: Iterable[Array]) -> Array:
    filled = [array for array in arrays if len(array)]
    if not filled:
        return _NONE[name]
    return filled[0] if len(filled) == 1 else np.concatenate(filled)


def decode_rows(message: Message, extra: Sequence[Buffer]) -> list[Row]:
    """Return the rows of a decoded message whose further parts are ``extra``; see `decode_entries`."""
    return [entry if isinstance(entry, Row) else _row(entry) for entry in decode_entries(message, extra)]


def _row(head: Head) -> Row:
    frame, planned, sent, received, decided, recorded, size, missing, lost = head[:9]
    return Row(frame, planned, sent, received, decided, recorded, size, missing, lost)


def decode_entries(message: Message, extra: Sequence[Buffer]) -> Sequence[Row | Head]:
    """Return the rows of a decoded message whose further parts are ``extra``, plain ones as their heads.

    The arrays are copies, so that no row keeps a whole batch alive.

    Raises
    ------
    WireError
        The numbers do not fit together.
    """
    block = message.block
    if message.kind != VERDICTS or block is None or block.schema is not _SCHEMA:
        raise WireError(f"a {message.kind!r} message where verdicts were expected")
    if len(block["head"]) % _HEAD:
        raise WireError("verdicts: the head is cut")
    head = block["head"].reshape(-1, _HEAD)
    if not extra and not any(block.lengths[1:]) and not head[:, _SIZES].any():
        if (head < 0).any():
            raise WireError("verdicts: negative numbers")
        heads: list[Head] = head.tolist()
        return [numbers if not (numbers[7] or numbers[8]) else _row(numbers) for numbers in heads]
    decided = (head[:, 14] & _DECIDED) != 0
    n_extra = head[:, 14] & (_DECIDED - 1)
    sizes = {
        "time": head[:, 9],
        "load": head[:, 10],
        "tally": head[:, 11],
        "bin": head[:, 12],
        "replay": head[:, 13],
        "state": head[:, 9] * decided,
    }
    # Every candidate has as many words of lines as the others; the recorder knows how many there must be.
    words = max(1, len(block["fired"]) // max(1, len(block["time"])))
    for same, other, each in _SAME_LENGTH:
        sizes[same] = sizes[other] * (words if each else 1)
    if (head < 0).any() or n_extra.max(initial=0) > len(extra) or int(n_extra.sum()) != len(extra):
        raise WireError("verdicts: negative numbers, or not the parts that the head promises")
    for name, size in sizes.items():
        # The sums cannot wrap: no entry may exceed what has really arrived.
        if size.max(initial=0) > len(block[name]) or int(size.sum()) != len(block[name]):
            raise WireError(
                f"verdicts: column {name} has {len(block[name])} entries, not what the head promises"
            )
    return _rows(head, decided, n_extra, block, extra, words)


_SAME_LENGTH = (
    ("fired", "time", True),
    ("passed", "time", True),
    ("count", "bin", False),
    ("accepted", "state", True),
)
"""Columns as long as others; True: once per 64-bit word of lines."""


def _rows(
    head: NDArray[np.int64],
    decided: NDArray[np.bool_],
    n_extra: NDArray[np.int64],
    block: Block,
    extra: Sequence[Buffer],
    words: int,
) -> list[Row | Head]:
    rows: list[Row | Head] = []
    at = {"time": 0, "load": 0, "tally": 0, "bin": 0, "replay": 0, "state": 0}
    part = 0

    def take(name: str, count: int) -> tuple[int, int]:
        start = at[name]
        at[name] = start + count
        return start, start + count

    def copy(column: str, place: tuple[int, int]) -> Array:
        return block[column][place[0] : place[1]].copy() if place[1] > place[0] else _NONE[column]

    def lines(column: str, place: tuple[int, int]) -> Array:
        return block[column][place[0] * words : place[1] * words].copy().reshape(-1, words)

    for numbers, outcome, parts in zip(head.tolist(), decided.tolist(), n_extra.tolist(), strict=True):
        if not any(numbers[7:]):
            rows.append(numbers)
            continue
        row = _row(numbers)
        if parts:
            row.extra = extra[part : part + parts]
            part += parts
        rows.append(row)
        if numbers[9] or numbers[10]:
            place = take("time", numbers[9])
            load = copy("load", take("load", numbers[10]))
            row.candidates = Candidates(
                copy("time", place), lines("fired", place), lines("passed", place), load
            )
        if outcome:
            place = take("state", numbers[9])
            row.state, row.accepted = copy("state", place), lines("accepted", place)
        row.tally = copy("tally", take("tally", numbers[11]))
        place = take("bin", numbers[12])
        row.bins, row.counts = copy("bin", place), copy("count", place)
        row.replay = copy("replay", take("replay", numbers[13]))
    return rows
