"""Shapes of events: how momenta are spread over directions.  NumPy alone."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64


def fox_wolfram_r2(event: I64, momenta: F64, events: int) -> F64:
    """Return float64[events], the second Fox-Wolfram moment over the zeroth; nan without momenta.

    ``event`` int64[k] says which event each of ``momenta`` (float64[k, 3 or more], the momentum first) is in.  R2 is
    sum_ij p_i p_j P2(cos ij) / (sum_i p_i)^2 with i = j in the sum: 1 for two back-to-back momenta, small for many
    in all directions.

    With P2(c) = (3 c^2 - 1) / 2 the double sum is 3/2 of the squared elements of sum_i p_a p_b / p, less half of
    (sum p)^2: one pass instead of pairs.
    """
    x, y, z = momenta[:, 0], momenta[:, 1], momenta[:, 2]
    size = np.sqrt(x * x + y * y + z * z)
    inverse = np.divide(1.0, size, out=np.zeros(len(size)), where=size > 0)
    total = np.bincount(event, size, events)
    squares = np.zeros(events)
    for a, b, times in ((x, x, 1), (y, y, 1), (z, z, 1), (x, y, 2), (x, z, 2), (y, z, 2)):
        squares += times * np.bincount(event, a * b * inverse, events) ** 2
    ratio = np.divide(squares, total * total, out=np.full(events, np.nan), where=total > 0)
    return np.asarray(1.5 * ratio - 0.5)
