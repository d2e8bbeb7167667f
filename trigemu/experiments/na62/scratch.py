"""Arrays that a trigger keeps from frame to frame, so that it does not ask for new memory each time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Scratch:
    """Named arrays that grow and are never given back; what they held before is left in them.

    A caller without one gets a fresh one and so owns what the functions return; the owner of a scratch must
    be done with what one call returned before it makes the next.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def take(self, name: str, length: int, dtype: DTypeLike) -> NDArray[Any]:
        """Return an array with room for at least ``length`` (and at least one) entries."""
        array = self._arrays.get(name)
        if array is None or len(array) < length:
            array = np.zeros(max(length + length // 2, 64), dtype)
            self._arrays[name] = array
        return array
