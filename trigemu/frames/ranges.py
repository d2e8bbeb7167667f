"""Which values a source's columns can have: one look at every fragment before a trigger gets it.

A schema says what is possible (`trigemu.frames.schema.Column`); checksums say nothing about that.  Content that is
impossible for the detector makes a fragment *corrupt*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from trigemu._kernels import frames_ranges as _kernel
from trigemu.errors import InputError
from trigemu.frames.columns import Array, Block
from trigemu.frames.schema import OFFSETS, Column, Schema

_Look: TypeAlias = Callable[[Array], bool]


class CorruptError(InputError):
    """Fragments whose content cannot be; ``sources`` are those that are wrong.

    Triggers may raise it: the frame is then lost, and its wrong fragments are counted as corrupt.
    """

    def __init__(self, sentence: str, sources: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.sources = sources


class Ranges:
    """Looks at the columns of one source.

    Parameters
    ----------
    schema
        Its schema, which says what is possible.

    Attributes
    ----------
    schema
        The same.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._looks = tuple((column, _look_of(column)) for column in schema.limited)

    def complaint(self, columns: Mapping[str, Array]) -> str:
        """Return one sentence about the first value that cannot be ("" if there is none).

        Parameters
        ----------
        columns
            The source's columns, in the schema's dtypes.
        """
        for column, look in self._looks:
            values = columns[column.name]
            if not look(values):
                return f"source {self.schema.source!r}, column {column.name!r}: {_complaint(column, values)}"
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


def _look_of(column: Column) -> _Look:
    """Return a function that says whether all values are possible; the common kinds are compiled."""
    kind = np.dtype(column.dtype)
    low, high = _limits(column)
    if column.rises and column.dtype == "<i8":
        return lambda values: _kernel.rises_between(np.ascontiguousarray(values), int(low), int(high))
    if column.known is not None:
        known = column.known.view(np.uint8)
        return lambda values: _kernel.all_known(np.ascontiguousarray(values), known)
    if column.dtype == "<u2" and low <= 0 and not column.rises:
        return lambda values: _kernel.at_most(np.ascontiguousarray(values), int(high))
    if column.dtype == "<f4" and not column.rises:
        # A number that is none fails both comparisons, here and below.
        return lambda values: _kernel.singles_between(np.ascontiguousarray(values), float(low), float(high))
    if column.rises:
        return lambda values: _between(values, low, high) and not (values[1:] < values[:-1]).any()
    if kind.kind == "u" and low <= 0:
        return lambda values: not len(values) or bool(values.max() <= high)
    return lambda values: _between(values, low, high)


def _limits(column: Column) -> tuple[Any, Any]:
    """Return the least and the largest value; of single precision those next outside, which bounds round to."""
    kind = np.dtype(column.dtype)
    limits: Any = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    low = limits.min if column.low is None else column.low
    high = limits.max if column.high is None else column.high
    if kind == np.float32:
        least, most = np.float32(low), np.float32(high)
        low = float(least if least <= low else np.nextafter(least, np.float32(-np.inf)))
        high = float(most if most >= high else np.nextafter(most, np.float32(np.inf)))
    return low, high


def _between(values: Array, low: float, high: float) -> bool:
    return not len(values) or bool(values.min() >= low and values.max() <= high)


def _complaint(column: Column, values: Array) -> str:
    """Say which entry is wrong (there is one), and what is allowed."""
    low, high = _limits(column)
    # Compared as the look does: in double precision where values are real numbers.
    with np.errstate(invalid="ignore"):  # some bit patterns of "not a number" would warn
        compared = values.astype(np.float64) if column.dtype[1] == "f" else values
    bad = ~((compared >= low) & (compared <= high))
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
