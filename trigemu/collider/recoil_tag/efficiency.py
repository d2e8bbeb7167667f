"""Efficiency of a selection beside a reconstructed B, as published: a number for yields."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import F64


def log_linear(points: Sequence[tuple[float, float]], mass: ArrayLike) -> F64:
    """Return an efficiency at masses (GeV), nan outside the points.

    Parameters
    ----------
    points
        Mass (GeV) and efficiency, masses rising; between two of them the logarithm of the efficiency is a straight
        line in the mass.  Without points all is nan.
    mass
        Where.
    """
    at = np.asarray(mass, np.float64)
    if not points:
        return np.full(at.shape, np.nan)
    masses, values = (np.array(column) for column in zip(*points, strict=True))
    return np.asarray(np.exp(np.interp(at, masses, np.log(values), left=np.nan, right=np.nan)))
