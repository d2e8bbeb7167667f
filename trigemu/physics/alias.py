"""Sampling of a cell from a table of weights in constant time (alias method of Walker and Vose)."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.jit import inlined, kernel


@kernel
def _build(scaled: F64, keep: F64, other: I64, stack: I64) -> None:
    # Cells below the mean are filled up by cells above it; both kinds wait on one stack, from its two ends.
    n = scaled.shape[0]
    small, large = 0, n
    for i in range(n):
        if scaled[i] < 1.0:
            stack[small] = i
            small += 1
        else:
            large -= 1
            stack[large] = i
    while small > 0 and large < n:
        small -= 1
        low = stack[small]
        high = stack[large]
        keep[low] = scaled[low]
        other[low] = high
        scaled[high] -= 1.0 - scaled[low]
        if scaled[high] < 1.0:
            large += 1
            stack[small] = high
            small += 1
    # What is left differs from 1 by rounding only.
    for i in range(small):
        keep[stack[i]] = 1.0
    for i in range(large, n):
        keep[stack[i]] = 1.0


def alias_table(weights: F64) -> tuple[F64, I64]:
    """Return the table that `pick` uses.

    Parameters
    ----------
    weights
        float64[n], not negative, with a positive sum.

    Returns
    -------
    keep, other
        float64[n] and int64[n]: cell i stands for itself with probability ``keep[i]``, else for ``other[i]``.

    Raises
    ------
    ValueError
        No weight is positive, or one is negative or not finite.
    """
    weights = np.asarray(weights, np.float64)
    total = float(weights.sum()) if weights.size else 0.0
    if not (0.0 < total < np.inf) or float(weights.min()) < 0.0:
        raise ValueError("weights must be finite, not negative, and not all 0")
    n = len(weights)
    if not np.isfinite(n / total):
        # So small that their inverse is no number: only ratios count.
        weights = weights / weights.max()
        total = float(weights.sum())
    keep, other = np.ones(n), np.arange(n)
    _build(weights * (n / total), keep, other, np.empty(n, np.int64))
    return keep, other


@inlined
def pick(keep: F64, other: I64 | F64, u: float) -> int:
    """Return a cell for a uniform in [0, 1)."""
    position = u * keep.shape[0]
    cell = int(position)
    if position - cell < keep[cell]:
        return cell
    return int(other[cell])
