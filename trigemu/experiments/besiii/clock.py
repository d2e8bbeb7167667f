"""Clocks of the BESIII level-1 trigger: integers from here on.

Everything counts *ticks* of the trigger's pipeline.  The times of digis count from the beginning of the event's
read-out window, which is also tick 0 of the event's tick masks.  Sources: besiii_babar_facts A3.3, A3.4, A4.3 and
besiii_real_facts 2.1.
"""

from __future__ import annotations

TICK_NS = 24.0
"""One clock of the trigger as its simulation counts it (24.01 ns recalled: 499.8 MHz / 12)."""

BUNCHES_PER_TICK = 3
"""Bunches (8 ns apart) in a tick."""

MDC_COUNTS_PER_TICK = 256
"""Counts of the drift chamber's TDC in a tick: 0.09375 ns each."""

TOF_COUNTS_PER_TICK = 8192
"""Counts of the time-of-flight TDC in a tick: 2.93 ps each."""

EMC_TIME_NS = 50.0
"""One count of a crystal's time."""

LATENCY_TICKS = 267
"""Ticks of the whole level 1: 6.4 us."""

TICKS = 384
"""Ticks of an event that the trigger looks at, from the beginning of the read-out window."""

TICK_WORDS = TICKS // 64
"""uint64 words of a *tick mask*: bit ``t % 64`` of word ``t // 64`` says that something is true in tick t."""

EARLY_WORDS = 2
"""Words of a tick mask of what can only be true in the first 128 ticks (3 us): wires and counters."""
