"""Which events of a file a frame gets: drawn by their weights, from a random place on, or in turn."""

from __future__ import annotations

from typing import Literal

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import InputError
from trigemu.physics.addressed import Draws
from trigemu.physics.event_weights import NO_WEIGHT

Order = Literal["random", "file", "turn"]
"""``random``: any event, with replacement, in proportion to the absolute value of its weight, whose sign it carries;
``file``: consecutive ones from a random one on; ``turn``: from the first on, each with its weight, over all frames."""


class EventChoice:
    """Chooses events of a file.

    Parameters
    ----------
    name
        What messages call the file.
    weight, size
        float64[n], None where all events count alike; how many there are.
    order
        How.
    weight_name
        Name of the weight that was asked for.

    Raises
    ------
    InputError
        The weights do not go with the order.

    Attributes
    ----------
    share
        float64[n], the chance with which a draw gives each event.
    mean_sign
        Sum of the weights over the sum of their absolute values: what a drawn event counts on average.
    """

    def __init__(self, name: str, weight: F64 | None, size: int, order: Order, weight_name: str = "") -> None:
        self._name, self._size, self._order = name, size, order
        self._value: F64 | None = None
        self._cumulative: F64 | None = None
        self.share = np.full(size, 1.0 / size)
        self.mean_sign = 1.0
        if order == "file" and weight_name not in ("", NO_WEIGHT):
            raise InputError(f"{name}: weight = {weight_name!r} needs order = 'random'")
        if weight is not None:
            self._weigh(weight)

    def _weigh(self, weight: F64) -> None:
        name, negative = self._name, int(np.count_nonzero(weight < 0.0))
        if self._order == "turn":
            if negative:
                raise InputError(
                    f"{name}: {negative} of its {len(weight)} events have negative weights, whose efficiency has no "
                    'interval: take a file without them, weight = "none", or mix it into a run (a [[signal]] or '
                    "process with a rate), which counts them in its rates"
                )
            self._value = weight
            return
        if self._order == "file":
            raise InputError(f"{name}: its weights differ, which needs order = 'random' (or weight = 'none')")
        size = np.abs(weight)
        self.share = size / size.sum()
        self._cumulative = np.asarray(np.cumsum(size) / size.sum())
        if negative:
            self._value = np.sign(weight)
            self.mean_sign = float(weight.sum() / size.sum())
            if self.mean_sign <= 0.0:
                raise InputError(f"{name}: the sum of its weights is not positive, so they give no rate")

    def choose(self, draws: Draws, index: I64, frame: int) -> I64:
        """Return the numbers (int64[n]) of the events that stand at places ``index`` = 0, 1, ... of a frame."""
        size = self._size
        if self._order == "turn":
            # At regular distances all frames have as many events.
            return (frame * len(index) + index) % size
        if self._order == "file":
            start = int(draws.uniform(np.zeros(1, np.int64))[0, 0] * size)
            return (start + index) % size
        u = draws.uniform(index)[:, 0]
        if self._cumulative is None:
            return np.minimum((u * size).astype(np.int64), size - 1)
        return np.minimum(np.searchsorted(self._cumulative, u, side="right"), size - 1)

    def counts(self, event: I64) -> F64:
        """Return what each of these events counts, float64[n]."""
        return np.ones(len(event)) if self._value is None else self._value[event]
