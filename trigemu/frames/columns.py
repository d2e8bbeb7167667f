"""Columns of a fragment: their schema, and the one block of memory that holds them.

All columns of a fragment live in one buffer, each at a 64-byte boundary, in the order of the schema.  The block
is what travels: it is sent, received and recorded without being copied, and the columns are views into it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError

ALIGNMENT = 64
"""Bytes at whose multiples every column starts (one cache line)."""

DTYPES = frozenset({"<i8", "<u8", "<i4", "<u4", "<i2", "<u2", "|u1", "|i1", "<f8", "<f4"})
"""The dtypes allowed in a fragment: little-endian, fixed width, no objects."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """Name and dtype (one of `DTYPES`) of one column."""

    name: str
    dtype: str

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise InputError(
                f"column {self.name!r}: dtype {self.dtype!r} is not one of {', '.join(sorted(DTYPES))}"
            )


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns that a source's fragments have, in order.

    Parameters
    ----------
    source
        Name of the sub-detector (or ``truth``).
    columns
        The columns.  A column called ``offsets`` (n + 1 entries, first 0, last the number of hits) cuts the others
        into n pieces (crossings, or windows around triggers); without it data are continuous.
    """

    source: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def digest(self) -> str:
        """Sixteen hex digits that change with any change of the schema; every message carries them."""
        text = ";".join([self.source, *(f"{column.name}:{column.dtype}" for column in self.columns)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def with_offsets(self) -> Schema:
        """Return the schema of the same columns cut into pieces (adds ``offsets``)."""
        if "offsets" in self.names:
            return self
        return Schema(self.source, (*self.columns, Column("offsets", "<i8")))

    def empty(self) -> dict[str, Array]:
        """Return the columns of a fragment without hits."""
        return {
            column.name: np.zeros(1 if column.name == "offsets" else 0, column.dtype) for column in self.columns
        }


class Block(Mapping[str, Array]):
    """Columns in one aligned buffer; a read-only mapping from column name to array view.

    Attributes
    ----------
    schema
        What the columns are.
    lengths
        Entries per column, in schema order.
    buffer
        The bytes, ``uint8``; what is put on the wire and on disk.
    """

    __slots__ = ("_columns", "buffer", "lengths", "schema")

    def __init__(self, schema: Schema, lengths: tuple[int, ...], buffer: NDArray[np.uint8]) -> None:
        if len(lengths) != len(schema.columns) or min(lengths, default=0) < 0:
            raise InputError(f"source {schema.source!r}: column lengths {lengths} do not fit its schema")
        size = block_size(schema, lengths)
        if buffer.nbytes != size:
            raise InputError(f"source {schema.source!r}: payload has {buffer.nbytes} bytes instead of {size}")
        if buffer.ctypes.data % 8:
            # Small messages may arrive at any address; kernels want aligned columns.
            aligned = np.empty(buffer.nbytes, np.uint8)
            aligned[:] = buffer
            buffer = aligned
        self.schema = schema
        self.lengths = lengths
        self.buffer = buffer
        self._columns = dict(_views(schema, lengths, buffer))

    def __getitem__(self, name: str) -> Array:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}[{len(self[name])}]" for name in self)
        return f"Block({self.schema.source}: {sizes})"


def _views(schema: Schema, lengths: tuple[int, ...], buffer: NDArray[np.uint8]) -> Iterator[tuple[str, Array]]:
    position = 0
    for column, length in zip(schema.columns, lengths, strict=True):
        size = length * np.dtype(column.dtype).itemsize
        yield column.name, buffer[position : position + size].view(column.dtype)
        position = _aligned(position + size)


def _aligned(position: int) -> int:
    return -(-position // ALIGNMENT) * ALIGNMENT


def block_size(schema: Schema, lengths: tuple[int, ...]) -> int:
    """Return the bytes of a block whose columns have these lengths (each column padded to `ALIGNMENT`)."""
    sizes = (n * np.dtype(c.dtype).itemsize for c, n in zip(schema.columns, lengths, strict=True))
    return sum(_aligned(size) for size in sizes)


def allocate(schema: Schema, lengths: tuple[int, ...]) -> Block:
    """Return a zeroed, writable block with columns of these lengths."""
    return Block(schema, lengths, np.zeros(block_size(schema, lengths), np.uint8))


def pack(schema: Schema, columns: Mapping[str, Array]) -> Block:
    """Copy columns into one block (a `Block` of the same schema is returned as it is).

    Raises
    ------
    InputError
        A column is missing, extra, or cannot be cast to its dtype without changing kind.
    """
    if isinstance(columns, Block) and columns.schema == schema:
        return columns
    if set(columns) != set(schema.names):
        raise InputError(
            f"source {schema.source!r}: columns {sorted(columns)} instead of {sorted(schema.names)}"
        )
    block = allocate(schema, tuple(len(columns[name]) for name in schema.names))
    for name in schema.names:
        np.copyto(block[name], columns[name], casting="same_kind")
    return block


def check_offsets(offsets: Array, hits: int, where: str) -> None:
    """Raise `InputError` unless offsets start at 0, never fall and end at the number of hits."""
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != hits or np.any(np.diff(offsets) < 0):
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
        int64[n], TDC counts since the start of the frame.

    Returns
    -------
    dict
        The columns of all windows one after the other, and ``offsets`` (int64[n + 1]).
    """
    first = np.searchsorted(columns["time"], start, side="left")
    last = np.searchsorted(columns["time"], stop, side="left")
    counts = last - first
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
