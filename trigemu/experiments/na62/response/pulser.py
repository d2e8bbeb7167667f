"""Pulses at regular distances: what the TALK board sends here, for which no other source is public."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import I64
from trigemu.experiments.na62.response.hits import TIME_SHIFT


def pulses(every: float, frame_ticks: int, frame: int) -> I64:
    """Return the packed pulses of a frame (channel and value 0); none before frame 0.

    Pulse n is at ``n * every`` TDC counts after the begin of burst, rounded, whatever the length of a frame.

    Parameters
    ----------
    every
        Distance in TDC counts.
    frame_ticks
        Length of a frame.
    frame
        Its number.
    """
    if frame < 0:
        return np.empty(0, np.int64)
    start = frame * frame_ticks
    first, last = math.floor(start / every) - 1, math.ceil((start + frame_ticks) / every) + 1
    time = np.floor(np.arange(max(first, 0), last) * every + 0.5).astype(np.int64)
    inside: I64 = time[(time >= start) & (time < start + frame_ticks)] - start
    return inside << TIME_SHIFT
