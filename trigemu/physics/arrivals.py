"""When events happen inside a time frame: addressed times in TDC counts of the experiment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.physics.purpose import Purpose
from trigemu.physics.rng import poisson, stream, uniforms


def poisson_times(seed: int, frame: int, number: int, mean: float, frame_ticks: int) -> NDArray[np.float64]:
    """Return a Poisson number of times (float64[n], TDC counts), uniform over the frame, in no order.

    Parameters
    ----------
    seed, frame, number
        Address of the random numbers; ``number`` is the stream of one kind of event.
    mean
        Events expected in a frame.
    frame_ticks
        Length of the frame.
    """
    n = (
        int(poisson(np.uint64(seed), frame, stream(Purpose.ARRIVAL_COUNT, number), 0, mean))
        if mean > 0.0
        else 0
    )
    return frame_ticks * uniforms(seed, frame, stream(Purpose.ARRIVAL_TIME, number), n)[:, 0]
