"""Events of one grid point: how many lines passed which, with weights and repeated events of a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.decision.tally import Judged
from trigemu.measure.clusters import Clusters
from trigemu.measure.statistics import ONE_SIGMA, Efficiency


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
        self._events = Clusters(columns)

    @property
    def generated(self) -> int:
        """Events so far."""
        return self._events.count(0)

    def add(self, judged: Judged) -> None:
        """Count events of a frame, those of the first signal, until there are enough."""
        mine = np.flatnonzero(judged.signal == 0)[: self._wanted - self.generated]
        event, weight = judged.event, judged.weight
        self._events.add(
            judged.flags[mine],
            None if event is None else event[mine],
            None if weight is None else weight[mine],
        )

    def finish(self, lines: int, cl: float = ONE_SIGMA) -> Count:
        """Return the counts of the first ``lines`` columns after the first two."""
        events, columns = self._events, range(2 + lines)
        counts = [events.count(column) for column in columns]
        return Count(
            counts[0],
            counts[1],
            tuple(counts[2:]),
            tuple(events.distinct(column) for column in columns),
            tuple(events.weight(column) for column in columns),
            tuple(events.fraction(column, min(column - 1, 1), cl) for column in columns[1:]),
        )
