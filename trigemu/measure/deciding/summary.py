"""Decisions on events counted: per line and per level, with weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.measure.statistics import Efficiency, clustered_efficiency, finite


@dataclass(frozen=True, slots=True)
class Counted:
    """Events that passed a line or level.

    Attributes
    ----------
    fired, passed
        Events in which it fired, and passed; whatever their weight and acceptance.
    accepted
        Accepted events that passed (all that passed, where there is no acceptance).
    weight
        Sum of the weights of these.
    value, low, high
        Efficiency: the ratio of sums of weights of accepted events, with its Clopper-Pearson interval (68.27 %); the
        ends are nan where weights are negative.
    """

    fired: int
    passed: int
    accepted: int
    weight: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a trigger said of all events.

    Attributes
    ----------
    events, unreadable, accepted
        All events; those that could not be decided; those in the acceptance (without one all that were decided).
    negative
        Events of negative weight.
    weight, accepted_weight
        Sums of the weights of all, and of the accepted ones.
    levels, lines
        Column (`trigemu.measure.deciding.result.LEVELS`) or name of a line -> its counts.
    """

    events: int
    unreadable: int
    accepted: int
    negative: int
    weight: float
    accepted_weight: float
    levels: Mapping[str, Counted]
    lines: Mapping[str, Counted]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, None for what is no number."""
        return finite(asdict(self))  # type: ignore[no-any-return]


def summed(
    weight: F64,
    decided: Bool,
    accepted: Bool | None,
    levels: Mapping[str, Bool],
    lines: Mapping[str, tuple[Bool, Bool]],
) -> Summary:
    """Return the counts of decisions on n events.

    Parameters
    ----------
    weight, decided, accepted
        float64[n] and bool[n]: see `trigemu.measure.deciding.result.EventDecisions`.
    levels
        Name of a level -> where it passed, bool[n].
    lines
        Name of a line -> where it fired and where it passed, bool[n] each.
    """
    count = _Counting(weight, decided, accepted)
    return Summary(
        events=len(weight),
        unreadable=int(np.count_nonzero(~decided)),
        accepted=int(np.count_nonzero(count.accepted)),
        negative=int(np.count_nonzero(weight < 0.0)),
        weight=float(weight.sum()),
        accepted_weight=float(weight[count.accepted].sum()),
        levels={name: count.of(passed, passed) for name, passed in levels.items()},
        lines={name: count.of(fired, passed) for name, (fired, passed) in lines.items()},
    )


class _Counting:
    def __init__(self, weight: F64, decided: Bool, accepted: Bool | None) -> None:
        self.accepted = decided if accepted is None else decided & accepted
        self._weight = weight
        largest = float(np.abs(self._weight).max(initial=0.0)) or 1.0
        # Only ratios of weights matter for an efficiency.
        self._of = np.where(self.accepted, self._weight / largest, 0.0)
        self._alike = bool((self._weight == largest).all())
        self._negative = bool((self._of < 0.0).any())

    def of(self, fired: Bool, passed: Bool) -> Counted:
        some = passed & self.accepted
        value, low, high = self._efficiency(some)
        return Counted(
            fired=int(np.count_nonzero(fired)),
            passed=int(np.count_nonzero(passed)),
            accepted=int(np.count_nonzero(some)),
            weight=float(self._weight[some].sum()),
            value=value,
            low=low,
            high=high,
        )

    def _efficiency(self, some: Bool) -> tuple[float, float, float]:
        if self._alike:
            found = Efficiency.of(int(np.count_nonzero(some)), int(np.count_nonzero(self.accepted)))
        elif not self._negative:
            found = clustered_efficiency(np.where(some, self._of, 0.0), self._of)
        else:
            total = float(self._of.sum())
            return (float(self._of[some].sum()) / total if total > 0.0 else np.nan), np.nan, np.nan
        return found.value, found.low, found.high
