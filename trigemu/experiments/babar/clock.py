"""Clocks of the BaBar level-1 trigger: integers from here on.

Everything divides the accelerator's RF of 476 MHz (babar_geometry_facts G2.2).  A *sample* (3.72 MHz) is the period in
which wires and towers are looked at, and what the run's clock counts; a *tick* (7.4 MHz) is that of the trigger's maps
and of the global trigger.  Times of digis count from the beginning of the event's own axis of `TICKS` ticks, in
counts of half an RF period.
"""

from __future__ import annotations

SAMPLE_NS = 128e3 / 476.0
"""268.9 ns: 128 RF periods."""

SAMPLE_TICKS = 2
"""Ticks in a sample."""

TICK_NS = SAMPLE_NS / SAMPLE_TICKS
"""134.45 ns."""

COUNTS_PER_TICK = 128
"""Counts of digi times in a tick."""

COUNT_NS = TICK_NS / COUNTS_PER_TICK
"""1.0504 ns."""

BUNCHES_PER_SAMPLE = 64
"""Places of a bunch (4.2 ns apart) in a sample."""

BUNCH_NS = SAMPLE_NS / BUNCHES_PER_SAMPLE

TICKS = 64
"""Ticks of an event that the trigger looks at (8.6 us): bit t of a uint64 *tick mask* is tick t."""

SAMPLES = TICKS // SAMPLE_TICKS

COLLISION_TICK = 8
"""Tick in which the sample of the collision begins (chosen: room for what came before)."""

LATENCY_US = 12.0
"""Level-1 accept comes so long after the collision (besiii_babar_facts B3.3)."""
