"""Hits as packed integers, and dead time of channels.

A digitised hit is one signed 64-bit integer, ``time << 32 | channel << 16 | value``: sorting the integers
sorts hits by time and channel, ties are settled the same way everywhere, and another frame's hits are
shifted by adding to the upper half.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import I64
from trigemu.frames.columns import Array
from trigemu.jit import inlined, kernel

TIME_SHIFT = 32
CHANNEL_SHIFT = 16
LOW16 = 0xFFFF


@inlined
def pack(time: int, channel: int, value: int) -> int:
    """Return a hit as one integer (time in TDC counts, may be negative; channel and value in 0-65535)."""
    return (time << TIME_SHIFT) + (channel << CHANNEL_SHIFT) + value


def shift(packed: I64, ticks: int) -> I64:
    """Return hits ``ticks`` TDC counts later."""
    return packed + np.int64(ticks << TIME_SHIFT)


def between(packed: I64, start: int, stop: int) -> I64:
    """Return sorted hits with ``start <= time < stop`` (a view); both within 2**31 TDC counts of 0."""
    first, last = np.searchsorted(packed, np.array([start << TIME_SHIFT, stop << TIME_SHIFT], np.int64))
    return packed[first:last]


def unpack(packed: I64) -> Mapping[str, Array]:
    """Return packed hits as columns time (int64), channel and value (uint16)."""
    return {
        "time": packed >> TIME_SHIFT,
        "channel": ((packed >> CHANNEL_SHIFT) & LOW16).astype(np.uint16),
        "value": (packed & LOW16).astype(np.uint16),
    }


@kernel
def _thin(packed: I64, past: int, dead: int, last: I64, out: I64) -> int:
    n = 0
    for i in range(len(packed)):
        time = packed[i] >> TIME_SHIFT
        channel = (packed[i] >> CHANNEL_SHIFT) & LOW16
        if time - last[channel] < dead:
            continue
        last[channel] = time
        if i >= past:
            out[n] = packed[i]
            n += 1
    return n


def thin(past: I64, now: I64, channels: int, dead_ticks: int) -> I64:
    """Drop hits closer than ``dead_ticks`` to the last one kept on their channel.

    ``past`` are hits of the frame before (times relative to this frame); both are sorted, and hits of
    ``past`` are taken first.
    """
    out = np.empty(len(now), np.int64)
    last = np.full(channels, -(1 << 62), np.int64)
    return out[: _thin(np.concatenate([past, now]), len(past), dead_ticks, last, out)]
