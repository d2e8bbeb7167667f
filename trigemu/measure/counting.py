"""Events of one grid point: how many lines passed which, with weights and repeated events of a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I64, U8
from trigemu.decision.tally import Judged
from trigemu.measure.statistics import ONE_SIGMA, Efficiency, clustered_efficiency


@dataclass(frozen=True, slots=True)
class Count:
    """What one grid point gave: generated events, accepted ones, and those that passed each line and the totals.

    ``distinct`` and ``weights`` are those of the same columns (generated, accepted, passed ...): independent events
    among them, and the sums of their weights; ``results`` the acceptance and the efficiency of each line and total.
    """

    generated: int
    accepted: int
    passed: tuple[int, ...]
    distinct: tuple[int, ...]
    weights: tuple[float, ...]
    results: tuple[Efficiency, ...]


class Counter:
    """Counts the first events of one signal.

    Parameters
    ----------
    events
        How many.
    columns
        Flags that each event has: generated, accepted, passed ... .
    """

    def __init__(self, events: int, columns: int) -> None:
        self._wanted = events
        self._counts = np.zeros(columns, np.int64)
        self._flags: list[U8] = []
        self._event: list[I64] = []
        self._weight: list[F64] = []

    @property
    def generated(self) -> int:
        """Events so far."""
        return int(self._counts[0])

    def add(self, judged: Judged) -> None:
        """Count events of a frame, those of the first signal, until there are enough."""
        mine = np.flatnonzero(judged.signal == 0)[: self._wanted - self.generated]
        self._counts += judged.flags[mine].sum(axis=0)
        if judged.event is not None and judged.weight is not None:
            self._flags.append(np.packbits(judged.flags[mine], axis=1))
            self._event.append(judged.event[mine])
            self._weight.append(judged.weight[mine])

    def finish(self, lines: int, cl: float = ONE_SIGMA) -> Count:
        """Return the counts of the first ``lines`` columns after the first two."""
        counts = tuple(self._counts.tolist())[: 2 + lines]
        event = np.concatenate(self._event) if self._event else np.zeros(0, np.int64)
        if not len(event) or (event < 0).all():
            results = [Efficiency.of(counts[1], counts[0], cl)]
            results += [Efficiency.of(passed, counts[1], cl) for passed in counts[2:]]
            return Count(counts[0], counts[1], counts[2:], counts, tuple(map(float, counts)), tuple(results))
        weight, packed = np.concatenate(self._weight), np.concatenate(self._flags)
        files, place = np.unique(event, return_inverse=True)

        def sums(column: int) -> F64:
            bits = (packed[:, column >> 3] >> (7 - (column & 7))) & 1
            return np.bincount(place, weight * bits, minlength=len(files)).astype(np.float64)

        def distinct(column: int) -> int:
            bits = (packed[:, column >> 3] >> (7 - (column & 7))) & 1
            return len(np.unique(place[bits != 0]))

        of_file = [sums(column) for column in range(2 + lines)]
        results = [clustered_efficiency(of_file[1], of_file[0], cl)]
        results += [clustered_efficiency(each, of_file[1], cl) for each in of_file[2:]]
        return Count(
            counts[0],
            counts[1],
            counts[2:],
            tuple(distinct(column) for column in range(2 + lines)),
            tuple(float(each.sum()) for each in of_file),
            tuple(results),
        )
