"""Flags of events, with their weights, and fractions of one flag among another with intervals."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, U8, Bool
from trigemu.measure.statistics import ONE_SIGMA, Efficiency, clustered_efficiency


class Clusters:
    """Events as they come, and sums over them.

    What was made of one event of a file is one cluster; every other event is a cluster of its own.

    Parameters
    ----------
    columns
        Flags that each event has.
    """

    def __init__(self, columns: int) -> None:
        self._counts = np.zeros(columns, np.int64)
        self._flags: list[U8] = []
        self._event: list[I64] = []
        self._weight: list[F64] = []
        self._joined: tuple[U8, F64, I64] | None = None

    def add(self, flags: Bool, event: I64 | None, weight: F64 | None) -> None:
        """Add events: bool[n, columns], int64[n] number of the event in its file (-1: of none) and float64[n] weight.

        Both are None where all events are of no file and have a weight of 1.
        """
        self._counts += flags.sum(axis=0)
        if event is not None and weight is not None:
            self._flags.append(np.packbits(flags, axis=1))
            self._event.append(event)
            self._weight.append(weight)
            self._joined = None

    def count(self, column: int) -> int:
        """Return how many events have a flag."""
        return int(self._counts[column])

    def distinct(self, column: int) -> int:
        """Return how many clusters they are."""
        if self._plain:
            return self.count(column)
        _, _, place = self._all()
        return len(np.unique(place[self._bits(column)]))

    def weight(self, column: int) -> float:
        """Return the sum of their weights."""
        return float(self.count(column)) if self._plain else float(self._sums(column).sum())

    def fraction(self, passed: int, total: int, cl: float = ONE_SIGMA) -> Efficiency:
        """Return the fraction of events with one flag among those with another, which all of them have."""
        if self._plain:
            return Efficiency.of(self.count(passed), self.count(total), cl)
        # Events of no file have weights that were chosen so that those which pass count little.
        once = all(bool((event < 0).all()) for event in self._event)
        return clustered_efficiency(self._sums(passed), self._sums(total), cl, once=once)

    @property
    def _plain(self) -> bool:
        """Whether all events are independent and count 1."""
        return all(
            bool((event < 0).all() and (weight == 1.0).all())
            for event, weight in zip(self._event, self._weight, strict=True)
        )

    def _all(self) -> tuple[U8, F64, I64]:
        """Return packed flags, weight and cluster of all events."""
        if self._joined is None:
            event = np.concatenate(self._event)
            # Below -1 no event of a file has its number.
            alone = np.where(event >= 0, event, -1 - np.arange(len(event)))
            _, place = np.unique(alone, return_inverse=True)
            self._joined = np.concatenate(self._flags), np.concatenate(self._weight), place
        return self._joined

    def _bits(self, column: int) -> Bool:
        packed = self._all()[0]
        return np.asarray((packed[:, column >> 3] >> (7 - (column & 7))) & 1, np.bool_)

    def _sums(self, column: int) -> F64:
        _, weight, place = self._all()
        return np.bincount(place, weight * self._bits(column)).astype(np.float64)
