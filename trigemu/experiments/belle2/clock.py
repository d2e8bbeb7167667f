"""Clocks of the Belle II level-1 trigger: integers from here on.

Everything counts *ticks*, periods of the accelerator's RF clock, in which the track trigger measures times
("2 ns" in its own words).  Sources: belle2_facts 1 and 3.
"""

from __future__ import annotations

TICK_NS = 1e3 / 508.887
"""One RF period, 1.965 ns: the least count of trigger times."""

TDC_PER_TICK = 2
"""Counts of the drift chamber's TDC (1.017774 GHz) in a tick."""

DATA_CLOCK_TICKS = 16
"""Ticks in one clock of the trigger's data paths (31.44 ns)."""

TIMING_CLOCK_TICKS = 4
"""Ticks in one clock of the timing system that hands level 1's decision to the detectors (127.2 MHz)."""

REVOLUTION_TICKS = 5120
"""Ticks in one turn of a bunch (10.06 us; 1280 clocks of the timing system)."""

T0_TDC = 4900
"""TDC counts of a hit at the time of the collision; later hits have smaller counts."""
