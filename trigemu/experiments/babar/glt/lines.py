"""Lines of the global trigger as a look-up: for each count and value, the lines that it does not stop."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I32, U32
from trigemu.experiments.babar.bits import COUNTS, LINES, MOST
from trigemu.experiments.babar.glt.config import Glt, slot_priority


def passing(config: Glt) -> U32:
    """Return uint32[COUNTS, 8]: bit k of entry (c, v): line k + 1 does not ask for more than v of count c.

    A line fires where the entries of all counts have its bit.  Lines that are off, or not there, are in none.
    """
    table = np.zeros((len(COUNTS), MOST + 1), np.uint32)
    for line in config.line:
        if line.enabled:
            for number, name in enumerate(COUNTS):
                table[number, line.cuts.get(name, 0) :] |= np.uint32(1 << (line.slot - 1))
    return table


def priorities(config: Glt) -> I32:
    """Return int32[32], the priority of each slot."""
    out = np.array([slot_priority(number + 1) for number in range(len(LINES))], np.int32)
    for line in config.line:
        out[line.slot - 1] = line.rank
    return out
