"""What the digits of PDG codes say."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from trigemu.arrays import I8, I32, I64

INVISIBLE = frozenset((12, 14, 16))
"""Neutrinos."""

_NUCLEI = 1_000_000_000
"""Codes 10LZZZAAAI of nuclei begin here."""

_NEAR = 6000
"""Codes up to this, all ground states of hadrons among them, have their charges in a table."""


def is_nucleus(pdg: int) -> bool:
    """Return whether a code is that of a nucleus without strangeness."""
    code = abs(pdg)
    return _NUCLEI <= code < _NUCLEI + 10_000_000 and 0 < code // 10_000 % 1000 <= code // 10 % 1000


@lru_cache(maxsize=4096)
def charge_of(pdg: int) -> int:
    """Return the charge in units of e; 0 for codes that are no lepton, meson, baryon, nucleus or W."""
    code, sign = abs(pdg), 1 if pdg > 0 else -1
    if is_nucleus(pdg):
        return sign * min(code // 10_000 % 1000, 127)
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


@lru_cache(maxsize=1)
def _near_charges() -> I8:
    return np.array([charge_of.__wrapped__(code) for code in range(-_NEAR, _NEAR + 1)], np.int8)


def charges(pdg: I32 | I64) -> I8:
    """Return int8[n], the charge of each code."""
    if len(pdg) == 0:
        return np.zeros(0, np.int8)
    table, place = _near_charges(), pdg + _NEAR
    # As unsigned numbers, places before the table are beyond its end too: one look at the largest is enough.
    if place.view(np.uint32 if place.itemsize == 4 else np.uint64).max() < len(table):
        return table[place]
    near = np.abs(pdg.astype(np.int64)) <= _NEAR
    out = np.empty(len(pdg), np.int8)
    out[near] = table[place[near]]
    out[~near] = [charge_of(int(code)) for code in pdg[~near]]
    return out
