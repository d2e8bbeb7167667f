"""NA62's sources: which sub-detectors send fragments, and with which columns.

``channel`` is the experiment's own numbering: NewCHOD tile id 100 * quadrant + n (quadrant 1-4, n 1-38) for the
first photosensor of a tile and that + 50 for the second; MUV3 pad 0-151 and that + 200.  ``value`` is the pulse
width (trailing - leading, TDC counts) for NewCHOD, MUV3, RICH and ANTI0; for LKr the energy of a trigger cell in
counts of `LKR_COUNT_MEV`; for LAV the threshold that was crossed (0 low, 1 high; leading edges).
"""

from __future__ import annotations

from trigemu.frames.columns import Column, Schema
from trigemu.frames.frame import TRUTH

HIT = (Column("time", "<i8"), Column("channel", "<u2"), Column("value", "<u2"))

LKR_COUNT_MEV = 10.0
"""Energy of one count in the LKr trigger sums, MeV.  A guess: the true scale was not found in public sources."""

DETECTORS = ("newchod", "muv3", "lkr", "lav", "rich", "anti0")

TRUTH_COLUMNS = (
    Column("time", "<i8"),
    Column("momentum", "<f4"),
    Column("vertex_z", "<f4"),
    Column("signal", "<u2"),
    Column("accepted", "|u1"),
)
"""``signal`` is the index of the ``[[signal]]`` table, `BACKGROUND` for anything else; ``accepted`` is 1 where the
decay products cross every detector plane the search needs; GeV and mm."""

BACKGROUND = 0xFFFF

SCHEMAS = {
    **{name: Schema(name, HIT) for name in DETECTORS},
    TRUTH: Schema(TRUTH, TRUTH_COLUMNS),
}
