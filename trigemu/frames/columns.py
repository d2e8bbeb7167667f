"""Columns of a fragment, in one block of memory.

All columns of a fragment live in one buffer, each at a 64-byte boundary, in the order of the schema.  The
block is what travels: it is sent, received and recorded without being copied; the columns are views into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.frames.schema import ALIGNMENT, DTYPES, Column, Schema, aligned, block_size

__all__ = [
    "ALIGNMENT",
    "DTYPES",
    "Array",
    "Block",
    "Buffer",
    "Column",
    "Schema",
    "allocate",
    "block_size",
    "check_offsets",
    "cut_windows",
    "grown",
    "pack",
    "pack_exactly",
    "take_pieces",
]

Array = NDArray[Any]

Buffer: TypeAlias = bytes | bytearray | memoryview | NDArray[np.uint8]
"""What parts of a message are: contiguous memory (a received frame, a slice of a mapped file, an array)."""

_Filled = TypeVar("_Filled")

_BYTE = np.dtype(np.uint8)
_WORD = np.dtype(np.int64)


class Block(Mapping[str, Array]):
    """Columns in one aligned buffer; a read-only mapping from column name to array view.

    Parameters
    ----------
    schema
        What the columns are.
    lengths
        Entries per column, in schema order.
    buffer
        Contiguous memory of exactly `block_size` bytes: a uint8 array, bytes, a view of a received frame,
        a slice of a mapped file.  It is not copied, and columns of read-only memory are read-only.

    Attributes
    ----------
    schema, lengths
        As given.
    buffer
        The bytes, uint8[n]; what is put on the wire and on disk.

    Raises
    ------
    InputError
        Lengths do not fit the schema, or the buffer does not fit the lengths.
    """

    __slots__ = ("_columns", "buffer", "lengths", "schema")

    buffer: NDArray[np.uint8]
    _columns: dict[str, Array] | None

    def __init__(self, schema: Schema, lengths: tuple[int, ...], buffer: Buffer) -> None:
        sizes = schema.itemsizes
        if len(lengths) != len(sizes) or (lengths and min(lengths) < 0):
            raise InputError(f"source {schema.source!r}: column lengths {lengths} do not fit its schema")
        if type(buffer) is not np.ndarray:
            buffer = _as_bytes(schema, buffer)
        elif buffer.dtype is not _BYTE or buffer.ndim != 1 or not buffer.flags.c_contiguous:
            raise InputError(f"source {schema.source!r}: payload is not a contiguous array of bytes")
        size = 0
        for length, itemsize in zip(lengths, sizes, strict=True):
            size += (length * itemsize + 63) & -64
        if buffer.nbytes != size:
            raise InputError(f"source {schema.source!r}: payload has {buffer.nbytes} bytes instead of {size}")
        self.schema = schema
        self.lengths = lengths
        self.buffer = buffer
        # Views cost about half a microsecond each: they are made when somebody looks.
        self._columns = None

    def __getitem__(self, name: str) -> Array:
        columns = self._columns
        return (self._views() if columns is None else columns)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.schema.names)

    def __len__(self) -> int:
        return len(self.lengths)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}[{n}]" for name, n in zip(self.schema.names, self.lengths, strict=True))
        return f"Block({self.schema.source}: {sizes})"

    def _views(self) -> dict[str, Array]:
        buffer = self.buffer
        if buffer.size and not np.ndarray((1,), _WORD, buffer).flags.aligned:
            # Small messages may arrive at any address; kernels want aligned columns.
            buffer = self.buffer = buffer.copy()
        columns: dict[str, Array] = {}
        position = 0
        for name, dtype, length in zip(self.schema.names, self.schema.dtypes, self.lengths, strict=True):
            columns[name] = np.ndarray((length,), dtype, buffer, position)
            position += (length * dtype.itemsize + 63) & -64
        self._columns = columns
        return columns


def _as_bytes(schema: Schema, buffer: Any) -> NDArray[np.uint8]:
    try:
        return np.frombuffer(buffer, np.uint8)
    except (TypeError, ValueError, BufferError) as error:
        raise InputError(f"source {schema.source!r}: payload is not contiguous memory ({error})") from None


def allocate(schema: Schema, lengths: tuple[int, ...]) -> Block:
    """Return a zeroed, writable block with columns of these lengths."""
    return Block(schema, lengths, np.zeros(block_size(schema, lengths), np.uint8))


def pack(schema: Schema, columns: Mapping[str, Array]) -> Block:
    """Copy columns into one block (a `Block` of the same schema is returned as it is).

    Equal columns give equal bytes: the padding between columns is zero.

    Raises
    ------
    InputError
        A column is missing, extra, not one-dimensional, cannot be cast to its dtype without changing kind, or
        holds a number that its dtype cannot.
    """
    if isinstance(columns, Block) and (columns.schema is schema or columns.schema == schema):
        return columns
    if set(columns) != set(schema.names):
        raise InputError(
            f"source {schema.source!r}: columns {sorted(columns)} instead of {sorted(schema.names)}"
        )
    values = [np.asarray(columns[name]) for name in schema.names]
    for name, value in zip(schema.names, values, strict=True):
        if value.ndim != 1:
            raise InputError(
                f"source {schema.source!r}: column {name!r} has {value.ndim} dimensions instead of 1"
            )
    lengths = tuple(map(len, values))
    buffer = np.empty(block_size(schema, lengths), np.uint8)
    block = Block(schema, lengths, buffer)
    position = 0
    for name, value in zip(schema.names, values, strict=True):
        view = block[name]
        try:
            if value.dtype == view.dtype:
                np.copyto(view, value)
            else:
                _copy_numbers(view, value)
        except (TypeError, InputError) as error:
            raise InputError(f"source {schema.source!r}: column {name!r}: {error}") from None
        end = position + view.nbytes
        position = aligned(end)
        buffer[end:position] = 0
    return block


def _copy_numbers(view: Array, value: Array) -> None:
    """Copy numbers of another dtype of the same kind; none may become another number."""
    _check_integers(value, view.dtype)
    with np.errstate(over="ignore"):
        np.copyto(view, value, casting="same_kind")
    if value.dtype.kind == "f" and view.dtype.itemsize < value.dtype.itemsize:
        lost = np.isinf(view) & np.isfinite(value)
        if lost.any():
            bad = int(np.argmax(lost))
            raise InputError(f"entry {bad} is {value[bad]}, more than {view.dtype} holds")


def _check_integers(value: Array, dtype: np.dtype[Any]) -> None:
    if value.dtype.kind in "iu" and dtype.kind in "iu" and len(value):
        limits = np.iinfo(dtype)
        if int(value.min()) < limits.min or int(value.max()) > limits.max:
            bad = int(np.argmax((value < limits.min) | (value > limits.max)))
            raise InputError(f"entry {bad} is {value[bad]}, {dtype} holds {limits.min} to {limits.max}")


def pack_exactly(schema: Schema, columns: Mapping[str, Array]) -> Block:
    """Pack columns whose integers may be of any dtype, as those of a notebook are.

    Raises
    ------
    InputError
        As `pack`, but integers of another dtype that fit are taken.
    """
    cast = dict(columns)
    for name, dtype in zip(schema.names, schema.dtypes, strict=True):
        value = np.asarray(cast[name]) if name in cast else None
        if value is not None and value.ndim == 1 and value.dtype.kind in "iu" and dtype.kind in "iu":
            try:
                _check_integers(value, dtype)
            except InputError as error:
                raise InputError(f"source {schema.source!r}: column {name!r}: {error}") from None
            cast[name] = value.astype(dtype, copy=False)
    return pack(schema, cast)


def check_offsets(offsets: Array, hits: int, where: str) -> None:
    """Raise `InputError` unless offsets start at 0, never fall and end at the number of hits."""
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != hits or (offsets[1:] < offsets[:-1]).any():
        raise InputError(f"{where}: offsets must start at 0, never fall and end at {hits}")


def cut_windows(
    columns: Mapping[str, Array], start: NDArray[np.int64], stop: NDArray[np.int64]
) -> dict[str, Array]:
    """Cut continuous, time-sorted columns into windows ``start[i] <= time < stop[i]``.

    Parameters
    ----------
    columns
        Columns with a non-decreasing ``time`` and no ``offsets``.
    start, stop
        int64[n], TDC counts since the start of the frame; windows may overlap, and are empty where
        stop <= start.

    Returns
    -------
    dict
        The columns of all windows one after the other, and ``offsets`` (int64[n + 1]).
    """
    first = np.searchsorted(columns["time"], start, side="left")
    last = np.searchsorted(columns["time"], stop, side="left")
    counts = np.maximum(last - first, 0)
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    index = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
    return {**{name: values[index] for name, values in columns.items()}, "offsets": offsets}


def take_pieces(columns: Mapping[str, Array], keep: NDArray[np.bool_]) -> dict[str, Array]:
    """Return only the kept pieces (bool[n]) of columns cut by ``offsets`` (int64[n + 1])."""
    counts = np.diff(columns["offsets"])
    rows = np.repeat(keep, counts)
    offsets = np.zeros(int(keep.sum()) + 1, np.int64)
    np.cumsum(counts[keep], out=offsets[1:])
    kept = {name: values[rows] for name, values in columns.items() if name != "offsets"}
    return {**kept, "offsets": offsets}


def grown(fill: Callable[[int], tuple[int, _Filled]], rows: int) -> tuple[int, _Filled]:
    """Call a kernel that cannot know how much it will write, again with larger arrays if they were too small.

    The one convention of such kernels: they write no row beyond the arrays' end, but go on counting, and return how
    many rows they needed.

    Parameters
    ----------
    fill
        Allocates arrays of (at least) this many rows, calls the kernel, returns the rows needed and what was filled.
    rows
        Rows to begin with: an estimate that is nearly always enough.

    Returns
    -------
    needed
        Rows that are valid in what was filled.
    filled
        What ``fill`` returned; its arrays may be longer.
    """
    rows = max(rows, 0)
    needed, filled = fill(rows)
    while needed > rows:
        # Some to spare: a caller that keeps its arrays will need a little more another time.
        rows = needed + needed // 4
        needed, filled = fill(rows)
    return needed, filled
