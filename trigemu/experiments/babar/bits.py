"""The vector of trigger bits that BaBar's menu lines are made of.

Five words of 64: the 32 lines of the global trigger before any prescale; three words of its counts, for each of
`COUNTS` whether it reached 1, 2, ... 7 in any tick; the outputs of level 3 with the filters and selections after it.
"""

from __future__ import annotations

from trigemu.experiments.babar.l3.bits import L3_BITS
from trigemu.setup.data import WORD_BITS, words_of

LINES = tuple(f"line_{number}" for number in range(1, 33))
"""Lines 1-24 are cuts on counts, 25-32 auxiliary (random triggers and the like)."""

COUNTS = (
    "u",
    "g",
    "gstar",
    "e",
    "y",
    "m",
    "mstar",
    "em",
    "emstar",
    "a",
    "aprime",
    "b",
    "bstar",
    "bm",
    "am",
    "aprimem",
    "bmx",
    "x",
    "z",
    "zt",
    "zprime",
    "zk",
)
"""Objects that the global trigger counts, in the order of `records.GlobalTrigger.counts`; ``u`` is the code of the
muon trigger.

Names and the order of the first ones: babar_geometry_facts G8.3, besiii_babar_facts B6.2, B6.3; "star": back to back
with a partner; "bm": a B with an M in the same direction.
"""

MOST = 7
"""Counts are 3 bits wide and stay at the largest."""

COUNT_BITS = tuple(f"{name}_{least}" for name in COUNTS for least in range(1, MOST + 1))
"""``m_3``: at least three M."""

COUNT_WORDS = 3

BITS = (*words_of(LINES, 1), *words_of(COUNT_BITS, COUNT_WORDS), *words_of(L3_BITS, 1))
"""All names in word order; an empty name is an unused bit."""

WORDS = len(BITS) // WORD_BITS
