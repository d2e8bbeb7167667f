"""A new trigger algorithm in one file: NewCHOD hits on both sides of the beam pipe at the same time.

After ``pip install`` of this package a run configuration asks for it and a menu uses its bits::

    [[algorithm]]
    name = "left_right"
    window_ns = 5.0

    [[menu.line]]
    name = "left_right"
    when = "q1 and left_right.both"
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from trigemu.experiments.na62.clock import LSB_NS
from trigemu.frames.frame import TimeFrame
from trigemu.jit import kernel
from trigemu.setup.algorithm import trigger_algorithm


class LeftRightConfig(BaseModel):
    """Keys of the ``[[algorithm]]`` table: half the coincidence window in ns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_ns: Annotated[float, Field(gt=0, le=100)] = 5.0


@trigger_algorithm(name="left_right", version="1", bits=("left", "right", "both"), config=LeftRightConfig)
def left_right(frame: TimeFrame, time: NDArray[np.int64], config: LeftRightConfig) -> NDArray[np.uint64]:
    """Return bit 0 for a hit with x > 0, bit 1 for one with x < 0, bit 2 for both, near each entry.

    Parameters
    ----------
    frame
        A time frame with NewCHOD hits sorted by time (TDC counts).
    time
        int64[n], times of the trigger entries, rising.
    config
        The window.
    """
    hits = frame["newchod"]
    window = round(config.window_ns / LSB_NS)
    return _near(hits["time"], hits["channel"], time, window)


@kernel
def _near(hit_time, channel, time, window):  # type: ignore[no-untyped-def]
    # Both lists rise in time, so one pointer to the first hit that can still matter is enough.
    words = np.zeros(len(time), np.uint64)
    first = 0
    for entry in range(len(time)):
        while first < len(hit_time) and hit_time[first] < time[entry] - window:
            first += 1
        seen = 0
        hit = first
        while hit < len(hit_time) and hit_time[hit] <= time[entry] + window:
            # Quadrants 1 and 2 lie at x > 0, quadrants 3 and 4 at x < 0; channel = 100 * quadrant + ...
            seen |= 1 if channel[hit] // 100 <= 2 else 2
            hit += 1
        words[entry] = seen | 4 if seen == 3 else seen
    return words
