"""Weights of events, collected while a file is read: the default one, the next few, and the one that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import InputError

KEPT = 8
"""Weights that are kept of a file that has more; files with scale and PDF variations have hundreds."""

SHOWN = 8
"""Names that a message lists."""

NO_WEIGHT = "none"
"""Name with which a table asks for events without weights."""


class WeightBuilder:
    """Collects the weights of consecutive events.

    Parameters
    ----------
    where
        What messages call the file.
    names
        Names of the weights; weights beyond them are called by their number.
    wanted
        A name that is kept wherever it stands.
    """

    def __init__(self, where: str, names: Sequence[str], wanted: str = "") -> None:
        self._where, self.names, self._wanted = where, list(names), wanted
        self._columns: dict[str, int] | None = None
        self._each = 0
        self._parts: list[F64] = []

    def add(self, offsets: I64, weights: F64, first_event: int) -> None:
        """Append events; weights of event i are ``weights[offsets[i]:offsets[i + 1]]``.

        Raises
        ------
        InputError
            An event has another number of weights than the first, or one that is not finite.
        """
        each = np.diff(offsets)
        if self._columns is None:
            self._each = int(each[0])
            self.names = self.names[: self._each]
            self.names += [str(number) for number in range(len(self.names), self._each)]
            self._columns = {}
            for number, name in enumerate(self.names[:KEPT]):
                # Of several weights of one name the first counts.
                self._columns.setdefault(name, number)
            if self._wanted in self.names:
                self._columns[self._wanted] = self.names.index(self._wanted)
        other = np.flatnonzero(each != self._each)
        if len(other):
            raise InputError(
                f"{self._where} is damaged: event {first_event + int(other[0])} has {each[other[0]]} weights, the "
                f"first has {self._each}"
            )
        table = weights.reshape(len(each), self._each)[:, list(self._columns.values())]
        if not np.isfinite(table).all():
            raise InputError(f"{self._where} is damaged: an event weight is not a finite number")
        self._parts.append(table)

    def finish(self) -> Mapping[str, F64]:
        """Return the kept weights by name, the default one first."""
        if not self._parts or not self._columns:
            return {}
        table = np.concatenate(self._parts)
        return {
            name: np.ascontiguousarray(column) for name, column in zip(self._columns, table.T, strict=True)
        }


def chosen(
    name: str, weights: Mapping[str, F64], names: Sequence[str], wanted: str, events: int
) -> F64 | None:
    """Return the weight of each event, float64[n], scaled so that the largest absolute value is 1.

    Parameters
    ----------
    name
        What messages call the file.
    weights, names
        What the file has, and all its names.
    wanted
        Name of a weight; empty: the default one, `NO_WEIGHT`: none.
    events
        How many events there are.

    Returns
    -------
    float64[n] or None
        None where all events have the same positive weight.

    Raises
    ------
    InputError
        There is no such weight, or all are 0.
    """
    if wanted == NO_WEIGHT and NO_WEIGHT not in weights:
        return None
    if wanted and wanted not in weights:
        shown = ", ".join(names[:SHOWN]) or "none"
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        raise InputError(f"{name} has no weight {wanted[:80]!r}; it has {shown}{more}")
    if not weights:
        return None
    weight = weights[wanted] if wanted else next(iter(weights.values()))
    if not np.isfinite(weight).all():
        number = int(np.argmin(np.isfinite(weight)))
        raise InputError(
            f"{name} is damaged: the weight of event {number} is {weight[number]}, not a finite number"
        )
    largest = float(np.abs(weight).max(initial=0.0))
    if largest == 0.0:
        raise InputError(f"{name}: the weights of all its {events} events are 0")
    if (weight == largest).all():
        return None
    return weight / largest
