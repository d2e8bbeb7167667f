"""Turn-on curves of counted events."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, Bool


def half_height(x: F64, passed: Bool, edges: F64, plateau: float) -> tuple[float, float]:
    """Return where efficiency first rises through half of its plateau, and the statistical error.

    A straight line is put through the two bins below and the two above that place.

    Parameters
    ----------
    x
        float64[n].
    passed
        bool[n].
    edges
        float64[k + 1], of bins of equal width in x.
    plateau
        Efficiency far above.
    """
    total, _ = np.histogram(x, edges)
    found, _ = np.histogram(x[passed], edges)
    rate, centre = found / np.maximum(total, 1), 0.5 * (edges[1:] + edges[:-1])
    above = np.flatnonzero((rate[1:] >= 0.5 * plateau) & (rate[:-1] < 0.5 * plateau))
    if not len(above):
        return float("nan"), float("nan")
    near = slice(max(int(above[0]) - 1, 0), int(above[0]) + 3)
    slope, start = np.polyfit(centre[near], rate[near], 1)
    error = np.sqrt(0.5 * plateau * (1.0 - 0.5 * plateau) / max(int(total[near].sum()), 1)) / slope
    return float((0.5 * plateau - start) / slope), float(error)
