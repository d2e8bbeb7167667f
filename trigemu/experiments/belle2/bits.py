"""The vector of trigger bits that Belle II's menu lines are made of.

Seven words of 64: two of the global reconstruction logic, two of the calorimeter, one of signals from outside
the detector, two of the software trigger.  Names are those of the experiment's menu files (lower case).
"""

from __future__ import annotations

from trigemu.experiments.belle2.ecl.bits import ECL_BITS
from trigemu.experiments.belle2.grl.bits import GRL_BITS
from trigemu.experiments.belle2.hlt.bits import HLT_BITS
from trigemu.setup.data import WORD_BITS, words_of

EXTERNAL = (
    "veto",
    "injv",
    "revo",
    "her_kick",
    "ler_kick",
    "bha_delay",
    "pseud_rand",
    "plsin",
    "poissonin",
    "nimin0",
    "nimin1",
)
"""Bits of the column ``external`` of the source ``timing``, in order (belle2_facts 8.1: set by the accelerator and
by pulsers)."""

BITS = (*words_of(GRL_BITS, 2), *words_of(ECL_BITS, 2), *words_of(EXTERNAL, 1), *words_of(HLT_BITS, 2))
"""All names in word order; an empty name is an unused bit."""

WORDS = len(BITS) // WORD_BITS
