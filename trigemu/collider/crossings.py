"""Which beam crossings of a time frame hold something, and when.

Events of all kinds are put in time order, one per crossing; two that fall into the same tick are moved apart.  Events
nearer to one another than the detectors' integration time are still decided one by one: pile-up of two
collisions is not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import I64
from trigemu.physics.arrivals import poisson_times


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """The crossings of one frame, in time order.

    Attributes
    ----------
    time
        int64[n], ticks since the start of the frame, strictly rising.
    kind
        int64[n], which kind of event (index into the list that `schedule` was given).
    """

    time: I64
    kind: I64


@dataclass(frozen=True, slots=True)
class ArrivalRate:
    """How often events of one kind come: Poisson with ``mean`` per frame, or every ``every`` ticks."""

    mean: float = 0.0
    every: float | None = None


def schedule(rates: Sequence[ArrivalRate], seed: int, frame: int, frame_ticks: int) -> Crossings:
    """Return the crossings of a frame; a pure function of the arguments."""
    times = [_times(rate, seed, frame, kind, len(rates), frame_ticks) for kind, rate in enumerate(rates)]
    if not times:
        none = np.zeros(0, np.int64)
        return Crossings(none, none)
    ticks = np.concatenate(times)
    kind = np.repeat(np.arange(len(times)), [len(t) for t in times])
    order = np.lexsort((kind, ticks))
    # One event per tick: the later of two moves on; what is moved out of the frame by that is not there.
    step = np.arange(len(ticks))
    apart = np.maximum.accumulate(ticks[order] - step) + step
    inside = apart < frame_ticks
    return Crossings(apart[inside], kind[order][inside])


def _times(rate: ArrivalRate, seed: int, frame: int, kind: int, kinds: int, frame_ticks: int) -> I64:
    if rate.every is None:
        return np.sort(poisson_times(seed, frame, kind, rate.mean, frame_ticks).astype(np.int64))
    # Kinds that come at regular distances take turns.
    start = rate.every * (kind + 0.5) / kinds
    count = max(0, math.ceil((frame_ticks - start) / rate.every))
    return (start + rate.every * np.arange(count)).astype(np.int64)
