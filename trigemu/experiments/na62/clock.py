"""NA62's time in integers: timestamps of about 25 ns and TDC counts of about 97 ps.

All times after the digitiser are TDC counts; a timestamp is a TDC count divided by 256.  Never use 25 ns: the
true period of 24.951059536 ns differs by 0.2 %, which is 9.4 ms over a 4.8 s spill.
"""

from __future__ import annotations

TIMESTAMP_NS = 24.951059536
"""Period of the clock, 24 / 961.883 MHz (NA62 framework, NA62Tools/include/NA62Global.hh)."""

FINE_BITS = 8
"""Bits of fine time: a TDC least count is 1/256 of a timestamp (same source)."""

TIMESTAMP_LSB = 1 << FINE_BITS
"""TDC counts in a timestamp."""

LSB_NS = TIMESTAMP_NS / TIMESTAMP_LSB
"""One TDC least count in ns (0.0974647)."""

SPLIT_TIMESTAMPS = 4
"""Timestamps in a firmware split ("100 ns"); hits are clustered split by split (VL0Emulator)."""

SPLIT_LSB = SPLIT_TIMESTAMPS * TIMESTAMP_LSB
"""TDC counts in a split (1024, 99.80 ns)."""

PACKET_TIMESTAMPS = 256
"""Timestamps covered by one packet of primitives (6.3875 us)."""

PACKET_LSB = PACKET_TIMESTAMPS * TIMESTAMP_LSB
"""TDC counts covered by one packet of primitives."""

SPILL_S = 4.8
"""Length of a spill in s (arXiv:2312.17188, 2409.12981)."""
