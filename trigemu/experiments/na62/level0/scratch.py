"""Arrays that a trigger keeps from frame to frame, so that it does not ask for new memory each time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_PAGE = 4096
_STEP = 832
"""13 cache lines: 64 arrays start at different places."""


class Scratch:
    """Named arrays that grow and are never given back; what they held before is left in them.

    A caller without one gets a fresh one and so owns what the functions return; the owner of a scratch must
    be done with what one call returned before it makes the next.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def take(self, name: str, length: int, dtype: DTypeLike, width: int = 0) -> NDArray[Any]:
        """Return an array with room for at least ``length`` (and at least one) entries, of ``width`` each."""
        array = self._arrays.get(name)
        if array is None or len(array) < length:
            room = max(length + length // 2, 64)
            array = _staggered(room * max(width, 1), np.dtype(dtype), len(self._arrays))
            array = array.reshape(room, width) if width else array
            self._arrays[name] = array
        return array


def _staggered(length: int, dtype: np.dtype[Any], turn: int) -> NDArray[Any]:
    """Return a zeroed array that starts elsewhere in its page than those of other turns.

    Large arrays all start at the same place of a page.  A loop that reads one and writes another in step
    would then have its loads held back by earlier stores to addresses with equal low 12 bits (4 KiB
    aliasing).
    """
    start = turn * _STEP % _PAGE
    memory = np.zeros(_PAGE + length * dtype.itemsize, np.uint8)
    return memory[start : start + length * dtype.itemsize].view(dtype)
