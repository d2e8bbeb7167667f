"""Monitoring histograms of a run in one flat array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.setup.experiment import Setup


class MonitorLayout:
    """All monitoring histograms of a run one after the other in one flat array."""

    def __init__(self, setup: Setup[Any]) -> None:
        specs = setup.histograms
        self._shapes = {name: tuple(spec.shape) for name, spec in specs.items()}
        sizes = [int(np.prod(shape)) for shape in self._shapes.values()]
        self._offsets = (
            dict(zip(self._shapes, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True)) if sizes else {}
        )
        self.size = sum(sizes)

    def join(
        self, histograms: Mapping[str, NDArray[np.int64]]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the filled bins (int32[n]) and their counts (int64[n]); a frame fills few of many."""
        bins: list[NDArray[np.int64]] = []
        counts: list[NDArray[np.int64]] = []
        for name, histogram in histograms.items():
            flat = np.asarray(histogram, np.int64).ravel()
            if flat.size != int(np.prod(self._shapes[name])):
                raise ValueError(f"histogram {name!r} has {flat.size} bins, not those of its specification")
            filled = np.flatnonzero(flat)
            bins.append(filled + self._offsets[name])
            counts.append(flat[filled])
        return _joined(bins).astype(np.int32), _joined(counts)

    def split(self, flat: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
        """Return each histogram's counts in its shape."""
        found = {}
        for name, shape in self._shapes.items():
            start = self._offsets[name]
            found[name] = flat[start : start + int(np.prod(shape))].reshape(shape)
        return found


def _joined(arrays: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
