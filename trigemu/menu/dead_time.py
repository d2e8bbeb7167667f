"""Dead time in integers: what a menu's ``[dead_time]`` table means in TDC counts.

All three rules reduce to one number, the first TDC count at which a trigger is accepted again:

* minimum distance s: the trigger's timestamp must exceed the last one sent by more than s + 1 clock periods;
* fixed dead time d: the trigger must come at least d counts after the last one sent;
* leaky bucket of size m that loses one trigger every l counts: it fills by l counts per trigger and drains
  by one per count, and a trigger needs it no fuller than (m - 1) l.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.menu.schema import DeadTime


@dataclass(frozen=True, slots=True)
class Rules:
    """A dead time in TDC counts.

    Attributes
    ----------
    clock_ticks
        Counts in a clock period (timestamp).
    periods
        Clock periods after a trigger's own at whose start triggers are accepted again (s + 2); 0: no rule.
    fixed
        Counts of fixed dead time after a trigger; 0: no such rule.
    leak
        Counts in which the bucket loses one trigger; 0: no bucket.
    room
        Counts that the bucket may hold for a trigger to be accepted, (size - 1) * leak.
    """

    clock_ticks: int
    periods: int = 0
    fixed: int = 0
    leak: int = 0
    room: int = 0

    def array(self) -> NDArray[np.int64]:
        """Return the rules as the kernel reads them."""
        return np.array([self.clock_ticks, self.periods, self.fixed, self.leak, self.room], np.int64)


def ticks(duration_ns: float, tick_ns: float) -> int:
    """Return a duration in TDC counts, rounded to the nearest; at least 1 unless it is 0."""
    return max(round(duration_ns / tick_ns), 1) if duration_ns else 0


def rules(dead_time: DeadTime, *, tick_ns: float, clock_ticks: int) -> Rules:
    """Return what a ``[dead_time]`` table means for a clock (TDC count in ns, counts per period)."""
    periods = 0 if dead_time.minimum_distance is None else dead_time.minimum_distance + 2
    fixed = ticks(dead_time.fixed_ns, tick_ns)
    if dead_time.bucket is None:
        return Rules(clock_ticks, periods, fixed)
    leak = ticks(dead_time.bucket.leak_ns, tick_ns)
    return Rules(clock_ticks, periods, fixed, leak, (dead_time.bucket.size - 1) * leak)
