"""Symmetric tables of counts with many empty rows, as short plain data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import I64


def to_triangle(table: I64) -> tuple[list[int], I64]:
    """Return a symmetric table, int64[n, n], as the rows that have anything and their upper triangle.

    Returns
    -------
    rows, counts
        k rows whose diagonal is not 0, in order, and int64[k (k + 1) / 2]: row by row from the diagonal on.  Rows with
        a diagonal of 0 must be empty.
    """
    rows = np.flatnonzero(table.diagonal())
    return rows.tolist(), table[np.ix_(rows, rows)][np.triu_indices(len(rows))]


def from_triangle(rows: Sequence[int], counts: ArrayLike, size: int) -> I64:
    """Undo `to_triangle`; ``size`` is n.

    Raises
    ------
    ValueError
        Rows are not in order or not below ``size``, or there are not as many counts as they need.
    """
    places = np.asarray(rows, np.int64)
    values = np.asarray(counts, np.int64)
    if len(places) and (places[0] < 0 or places[-1] >= size or (np.diff(places) <= 0).any()):
        raise ValueError("rows are not in order or not of the table")
    if len(values) != len(places) * (len(places) + 1) // 2:
        raise ValueError("the counts are not a triangle of the rows")
    small = np.zeros((len(places), len(places)), np.int64)
    small[np.triu_indices(len(places))] = values
    table = np.zeros((size, size), np.int64)
    table[np.ix_(places, places)] = np.maximum(small, small.T)
    return table
