"""Monitoring histograms and comparisons of a run in one flat array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.setup.experiment import Setup

Tables = Mapping[str, NDArray[np.int64]]


class MonitorLayout:
    """All monitoring histograms of a run, and then its comparisons, one after the other in one flat array."""

    def __init__(self, setup: Setup[Any]) -> None:
        kinds: tuple[Mapping[str, Any], ...] = (setup.histograms, setup.comparisons)
        self._shapes = [{name: tuple(spec.shape) for name, spec in kind.items()} for kind in kinds]
        self._offsets: list[dict[str, int]] = []
        self.size = 0
        for shapes in self._shapes:
            self._offsets.append({})
            for name, shape in shapes.items():
                self._offsets[-1][name] = self.size
                self.size += int(np.prod(shape))

    def join(self, histograms: Tables, comparisons: Tables) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the filled bins (int32[n]) and their counts (int64[n]); a frame fills few of many."""
        bins: list[NDArray[np.int64]] = []
        counts: list[NDArray[np.int64]] = []
        for kind, tables in enumerate((histograms, comparisons)):
            for name, table in tables.items():
                flat = np.asarray(table, np.int64).ravel()
                if flat.size != int(np.prod(self._shapes[kind][name])):
                    raise ValueError(f"{name!r} has {flat.size} bins, not those of its specification")
                filled = np.flatnonzero(flat)
                bins.append(filled + self._offsets[kind][name])
                counts.append(flat[filled])
        return _joined(bins).astype(np.int32), _joined(counts)

    def split(
        self, flat: NDArray[np.int64]
    ) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[np.int64]]]:
        """Return the counts of each histogram and of each comparison in their shapes."""
        histograms, comparisons = (dict(self._cut(flat, kind)) for kind in range(2))
        return histograms, comparisons

    def _cut(self, flat: NDArray[np.int64], kind: int) -> Iterator[tuple[str, NDArray[np.int64]]]:
        for name, shape in self._shapes[kind].items():
            start = self._offsets[kind][name]
            yield name, flat[start : start + int(np.prod(shape))].reshape(shape)


def _joined(arrays: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
