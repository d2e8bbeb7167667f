"""Counts as histograms of the package hist, which other tools read, draw and fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trigemu.arrays import F64
from trigemu.measure.extras import needed
from trigemu.setup.data import HistogramSpec

if TYPE_CHECKING:
    from hist import Hist


def monitor_hist(name: str, spec: HistogramSpec, counts: NDArray[np.int64]) -> Hist[Any]:
    """Return a monitoring histogram: its axes are ``x`` and, of a map, ``y``.

    Parameters
    ----------
    name
        The histogram's name.
    spec
        Axes and title.
    counts
        int64[spec.shape].
    """
    hist = needed("hist", "notebook", "a histogram")
    ends = zip("xy", (spec.xlabel, spec.ylabel), spec.shape, spec.low, spec.high, strict=False)
    axes = [hist.axis.Regular(bins, low, high, name=key, label=label) for key, label, bins, low, high in ends]
    return _filled(hist, axes, counts, name, spec.title)


def grid_hist(
    values: Mapping[str, F64], counts: ArrayLike, title: str, labels: Mapping[str, str]
) -> Hist[Any]:
    """Return counts at points of a grid; bins meet half-way between its values.

    Parameters
    ----------
    values
        Key -> float64[n], its value at each point.
    counts
        float64[n].
    title
        What is counted.
    labels
        Key -> what its axis says.
    """
    hist = needed("hist", "notebook", "a histogram")
    known = {key: np.unique(of) for key, of in values.items()}
    axes = [hist.axis.Variable(_edges(at), name=key, label=labels[key]) for key, at in known.items()]
    cells = np.zeros([len(at) for at in known.values()])
    np.add.at(cells, tuple(np.searchsorted(known[key], of) for key, of in values.items()), counts)
    return _filled(hist, axes, cells, "counts", title)


def _filled(hist: Any, axes: list[Any], counts: ArrayLike, name: str, title: str) -> Hist[Any]:
    # float64 holds counts exactly; ROOT files have no histogram of int64.
    made: Hist[Any] = hist.Hist(*axes, storage=hist.storage.Double(), name=name, label=title)
    made.view()[...] = np.asarray(counts, np.float64)
    return made


def _edges(values: F64) -> F64:
    """Return the borders of bins around values that rise; the outer ones as wide as their neighbours."""
    if len(values) == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middle = 0.5 * (values[1:] + values[:-1])
    return np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])
