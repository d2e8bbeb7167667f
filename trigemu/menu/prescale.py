"""Prescales: which of the events that fire a line are kept.

``event`` mode keeps an event where a 64-bit hash of (frame, time, seed, line name) is a multiple of n: it
does not depend on the other events, on the order of the lines, or on who processed what.  ``counter`` mode
counts as the firmware does: n - 1 are skipped, then one is kept, from 0 at begin-of-run.

The compiled sequencer (``ext/menu/sequence.pyx``) holds the same hash; tests keep the two together.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

GAMMA = 0x9E3779B97F4A7C15
_M1 = 0xBF58476D1CE4E5B9
_M2 = 0x94D049BB133111EB
_MASK = 2**64 - 1


def mix64(x: int) -> int:
    """Return SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014): each bit depends on all bits."""
    x = ((x ^ (x >> 30)) * _M1) & _MASK
    x = ((x ^ (x >> 27)) * _M2) & _MASK
    return x ^ (x >> 31)


def line_key(name: str, seed: int) -> int:
    """Return what a line adds to an event's hash: depends on its name, not on its place in the menu."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return mix64(mix64((seed + GAMMA) & _MASK) ^ int.from_bytes(digest, "little"))


def kept(frame: int, time: NDArray[np.int64], key: int, factor: int) -> NDArray[np.bool_]:
    """Return which events an ``event`` prescale keeps.

    Parameters
    ----------
    frame
        Frame number.
    time
        int64[n], TDC counts since the start of the frame.
    key
        `line_key` of the line.
    factor
        n of "1 in n".
    """
    event = mixed(np.uint64(mix64((frame + GAMMA) & _MASK)) ^ time.astype(np.uint64))
    draw = mixed(event + np.uint64(key))
    keep: NDArray[np.bool_] = draw % np.uint64(factor) == 0
    return keep


def mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `mix64` of each number."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(_M1)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(_M2)
    return x ^ (x >> np.uint64(31))
