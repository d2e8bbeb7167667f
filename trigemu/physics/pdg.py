"""What the digits of PDG codes say."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

INVISIBLE = frozenset((12, 14, 16))
"""Neutrinos."""


@lru_cache(maxsize=4096)
def charge_of(pdg: int) -> int:
    """Return the charge in units of e; 0 for codes that are no lepton, meson, baryon or W."""
    code, sign = abs(pdg), 1 if pdg > 0 else -1
    if code in (11, 13, 15):
        return -sign
    if code == 24:
        return sign
    if code < 100 or code >= 1_000_000 or code % 10 == 0:
        return 0
    third, second, first = code // 10 % 10, code // 100 % 10, code // 1000 % 10
    thirds = [2 if digit % 2 == 0 else -1 for digit in (first, second, third)]
    if first:
        return sign * sum(thirds) // 3
    # A meson's code is positive where its heavier quark is up-type or its heavier antiquark down-type.
    difference = thirds[1] - thirds[2]
    return sign * (difference if second % 2 == 0 else -difference) // 3


def charges(pdg: NDArray[np.int32] | NDArray[np.int64]) -> NDArray[np.int8]:
    """Return int8[n], the charge of each code."""
    codes, where = np.unique(pdg, return_inverse=True)
    return np.array([charge_of(int(code)) for code in codes], np.int8)[where]
