"""Which values a source's columns can have: one look at every fragment before a trigger gets it.

A schema says what is possible (`trigemu.frames.schema.Column`); checksums say nothing about that.  Content that is
impossible for the detector makes a fragment *corrupt*.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trigemu.errors import InputError
from trigemu.frames.columns import Array, Block
from trigemu.frames.schema import OFFSETS, Column, Schema


class CorruptError(InputError):
    """Fragments whose content cannot be; ``sources`` are those that are wrong.

    Triggers may raise it: the frame is then lost, and its wrong fragments are counted as corrupt.
    """

    def __init__(self, sentence: str, sources: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.sources = sources


def impossible(schema: Schema, columns: Mapping[str, Array]) -> str:
    """Return one sentence about the first value that cannot be ("" if there is none).

    Parameters
    ----------
    schema
        The source's schema.
    columns
        Its columns, in the schema's dtypes.
    """
    for column in schema.limited:
        values = columns[column.name]
        if len(values) and not _possible(column, values):
            return f"source {schema.source!r}, column {column.name!r}: {_complaint(column, values)}"
    return ""


def is_plain(schema: Schema, columns: Mapping[str, Array]) -> bool:
    """Return whether columns are arrays as a received block has them: names, dtypes, dimensions, equal lengths."""
    if isinstance(columns, Block):
        return columns.schema is schema or columns.schema == schema
    if len(columns) != len(schema.names):
        return False
    lengths = set()
    for name, dtype in zip(schema.names, schema.dtypes, strict=True):
        values = columns.get(name)
        if not isinstance(values, np.ndarray) or values.dtype != dtype or values.ndim != 1:
            return False
        if name != OFFSETS:
            lengths.add(len(values))
    return len(lengths) <= 1


def _possible(column: Column, values: Array) -> bool:
    low, high = column.low, column.high
    if column.rises:
        if (values[1:] < values[:-1]).any():
            return False
        return (low is None or values[0] >= low) and (high is None or values[-1] <= high)
    if column.known is not None:
        return bool(column.known[values].all())
    if column.dtype[1] == "f":
        # A number that is none fails both comparisons.
        least, most = values.min(), values.max()
        return bool(
            least >= (-_LARGEST if low is None else low) and most <= (_LARGEST if high is None else high)
        )
    if high is not None and values.max() > high:
        return False
    return low is None or not values.min() < low


_LARGEST = np.finfo(np.float64).max


def _complaint(column: Column, values: Array) -> str:
    """Say which entry is wrong (there is one), and what is allowed."""
    low, high = column.low, column.high
    bad = np.zeros(len(values), np.bool_)
    if column.dtype[1] == "f":
        bad |= ~np.isfinite(values)
    if low is not None:
        bad |= values < low
    if high is not None:
        bad |= values > high
    if column.known is not None:
        bad |= ~column.known[values]
    if bad.any():
        entry = int(np.argmax(bad))
        return f"entry {entry} is {values[entry]}, {_allowed(column)}"
    entry = 1 + int(np.argmax(values[1:] < values[:-1]))
    return f"entry {entry} is {values[entry]} after {values[entry - 1]}, values must not fall"


def _allowed(column: Column) -> str:
    low, high = column.low, column.high
    if column.known is not None:
        first, last = np.flatnonzero(column.known)[[0, -1]]
        return f"which is none of the {np.count_nonzero(column.known)} values from {first} to {last} that there are"
    limits: Any = np.finfo(column.dtype) if column.dtype[1] == "f" else np.iinfo(column.dtype)
    if column.dtype[1] == "f" and low is None and high is None:
        return "allowed are finite numbers"
    return f"allowed are {limits.min if low is None else low} to {limits.max if high is None else high}"
