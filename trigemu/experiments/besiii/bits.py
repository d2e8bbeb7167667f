"""The vector of trigger bits that BESIII's menu lines are made of.

Three words of 64: the 48 conditions of the global trigger in the hardware's order (besiii_babar_facts A3.10), its 16
channels with the timing source, and the bits of the event filter.
"""

from __future__ import annotations

from trigemu.experiments.besiii.filter.bits import FILTER_BITS
from trigemu.setup.data import WORD_BITS, words_of

EMC_CONDITIONS = (
    "nclus_1",
    "nclus_2",
    "bclus_bb",
    "eclus_bb",
    "clus_z",
    "bclus_phi",
    "eclus_phi",
    "betot_h",
    "eetot_h",
    "etot_l",
    "etot_m",
    "bl_z",
    "nbclus_1",
    "neclus_1",
    "bl_bblk",
    "bl_eblk",
)
TOF_CONDITIONS = ("etof_bb", "btof_bb", "netof_2", "netof_1", "nbtof_2", "nbtof_1", "ntof_1")
MATCH_CONDITIONS = (
    "ctrk_bb",
    "nctrk_2",
    "nctrk_1",
    "btrk_bb",
    "nbtrk_2",
    "nbtrk_1",
    "atrk_bb",
    "natrk_2",
    "natrk_1",
)
MUC_CONDITIONS = ("muc_bb_1", "muc_bb_2")
MDC_CONDITIONS = (
    "strk_bb",
    "nstrk_n",
    "nstrk_2",
    "nstrk_1",
    "ltrk_bb",
    "nltrk_n",
    "nltrk_2",
    "nltrk_1",
    "nitrk_2",
    "nitrk_1",
)
SPARE_CONDITIONS = 4
"""Conditions 34-37 are always false."""

CONDITIONS = (
    *EMC_CONDITIONS,
    *TOF_CONDITIONS,
    *MATCH_CONDITIONS,
    *MUC_CONDITIONS,
    *("",) * SPARE_CONDITIONS,
    *MDC_CONDITIONS,
)
"""The 48 conditions, in the order of the hardware's word."""

EMC_FIRST, TOF_FIRST, MATCH_FIRST, MUC_FIRST, MDC_FIRST = 0, 16, 23, 32, 38
"""Bit of the first condition of each sub-trigger."""

CHANNELS = tuple(f"channel_{number}" for number in range(16))
"""The global trigger's channels; 9 is the random trigger."""

TIMING_SOURCES = ("timing_1", "timing_2", "timing_3")
"""What set the time of the decision: bits 16-18 of the global trigger's output word."""

BITS = (*words_of(CONDITIONS, 1), *words_of((*CHANNELS, *TIMING_SOURCES), 1), *words_of(FILTER_BITS, 1))
"""All names in word order; an empty name is an unused bit."""

WORDS = len(BITS) // WORD_BITS
