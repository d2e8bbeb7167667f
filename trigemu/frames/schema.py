"""The schema of a source: names and dtypes of its columns, and how they lie in a block of memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError

ALIGNMENT = 64
"""Bytes at whose multiples every column starts (one cache line)."""

DTYPES = frozenset({"<i8", "<u8", "<i4", "<u4", "<i2", "<u2", "|u1", "|i1", "<f8", "<f4"})
"""The dtypes allowed in a fragment: little-endian, fixed width, no objects."""

OFFSETS = "offsets"
"""Name of the column that cuts the others into pieces."""


@dataclass(frozen=True, slots=True)
class Column:
    """Name and dtype (one of `DTYPES`) of one column, and which values the detector can give.

    Attributes
    ----------
    name, dtype
        What travels; the other attributes do not, and are no part of a schema's digest.
    low, high
        Smallest and largest possible value; None: that of the dtype (floating-point numbers are always finite).
    known
        bool[65536] for a column of 16 bits without sign: the values that there are (channels, say).
    rises
        Values never fall: hits sorted by time.
    meaning, unit
        What it holds, in one sentence without a full stop (codes and the origin of times included), and in which unit
        ("" where it has none).  Exported files and their documentation have both.
    """

    name: str
    dtype: str
    low: float | None = field(default=None, compare=False)
    high: float | None = field(default=None, compare=False)
    known: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)
    rises: bool = field(default=False, compare=False)
    meaning: str = field(default="", compare=False)
    unit: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise InputError(
                f"column {self.name!r}: dtype {self.dtype!r} is not one of {', '.join(sorted(DTYPES))}"
            )
        if self.known is not None and (self.dtype != "<u2" or self.known.shape != (1 << 16,)):
            raise InputError(
                f"column {self.name!r}: known values are {self.known.shape} for {self.dtype}, not (65536,) for <u2"
            )


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns that a source's fragments have, in order.

    Parameters
    ----------
    source
        Name of the sub-detector (or ``truth``).
    columns
        The columns.  A column called ``offsets`` (n + 1 entries, first 0, last the number of hits) cuts the
        others into n pieces (crossings, or windows around triggers); without it data are continuous.

    Attributes
    ----------
    names, dtypes, itemsizes
        Of the columns, in order.
    limited
        The columns whose values are not any that their dtype can hold (`trigemu.frames.ranges` checks them).
    digest
        Sixteen hex digits that change with any change of names and dtypes; every message carries them.

    Raises
    ------
    InputError
        A name is empty, occurs twice, or holds one of ``: ;`` (which would make the digest ambiguous).
    """

    source: str
    columns: tuple[Column, ...]
    # Every message needs these, so they are worked out once.
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    dtypes: tuple[np.dtype[np.generic], ...] = field(init=False, repr=False, compare=False)
    itemsizes: tuple[int, ...] = field(init=False, repr=False, compare=False)
    limited: tuple[Column, ...] = field(init=False, repr=False, compare=False)
    digest: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = tuple(column.name for column in self.columns)
        _check_names(self.source, names)
        dtypes = tuple(np.dtype(column.dtype) for column in self.columns)
        text = ";".join([self.source, *(f"{column.name}:{column.dtype}" for column in self.columns)])
        derived = {
            "limited": tuple(column for column in self.columns if _is_limited(column)),
            "names": names,
            "dtypes": dtypes,
            "itemsizes": tuple(dtype.itemsize for dtype in dtypes),
            "digest": hashlib.sha256(text.encode()).hexdigest()[:16],
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def with_offsets(self) -> Schema:
        """Return the schema of the same columns cut into pieces (adds ``offsets``)."""
        if OFFSETS in self.names:
            return self
        return Schema(self.source, (*self.columns, Column(OFFSETS, "<i8")))

    def empty(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]:
        """Return the columns of a fragment without hits."""
        return {
            column.name: np.zeros(1 if column.name == OFFSETS else 0, column.dtype) for column in self.columns
        }


def _is_limited(column: Column) -> bool:
    given = column.low, column.high, column.known
    return column.rises or column.dtype[1] == "f" or any(each is not None for each in given)


def _check_names(source: str, names: Sequence[str]) -> None:
    for name in (source, *names):
        if not name or set(name) & set(":;"):
            raise InputError(f"schema of {source!r}: {name!r} is not a name (empty, or holds ':' or ';')")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"schema of {source!r}: column {twice[0]!r} is there twice")


def aligned(size: int) -> int:
    """Return ``size`` rounded up to a multiple of `ALIGNMENT`."""
    return (size + ALIGNMENT - 1) & -ALIGNMENT


def block_size(schema: Schema, lengths: Iterable[int]) -> int:
    """Return the bytes of a block whose columns have these lengths (each column padded to `ALIGNMENT`)."""
    return sum(aligned(n * size) for n, size in zip(lengths, schema.itemsizes, strict=True))
