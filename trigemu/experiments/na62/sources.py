"""NA62's sources: which sub-detectors send fragments, and with which columns.

``channel`` is the experiment's own numbering: NewCHOD tile id 100 * quadrant + n (quadrant 1-4, n 1-38) for the
first photosensor of a tile and that + 50 for the second; MUV3 pad 0-151 and that + 200.  ``value`` is the pulse
width (trailing - leading, TDC counts) for NewCHOD, MUV3, RICH and ANTI0; for LKr the energy of a trigger cell in
counts of `LKR_COUNT_MEV`; for LAV the threshold that was crossed (0 low, 1 high; leading edges).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.na62.clock import TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.tiles import MUV3_CODES, NEWCHOD_CODES, NO_TILE
from trigemu.frames.columns import Column, Schema
from trigemu.frames.frame import TRUTH

KNOWN: Mapping[str, NDArray[np.bool_]] = {"newchod": NEWCHOD_CODES != NO_TILE, "muv3": MUV3_CODES != NO_TILE}
"""bool[65536], channels of the tile detectors."""

CHANNELS: Mapping[str, int] = {"lkr": 32 * 32, "lav": 4 * 64, "rich": 4 * 488, "anti0": 18 * 18}
"""Channels of the others (`trigemu.experiments.na62.counters`, `trigemu.experiments.na62.deposits`)."""

LAV_HIGH = 1
"""Largest ``value`` of LAV: the high threshold."""

LKR_COUNT_MEV = 10.0
"""Energy of one count in the LKr trigger sums, MeV.  A guess: the true scale was not found in public sources."""

DETECTORS = ("newchod", "muv3", "lkr", "lav", "rich", "anti0")

TRUTH_COLUMNS = (
    Column("time", "<i8"),
    Column("momentum", "<f4", low=0.0),
    Column("vertex_z", "<f4"),
    Column("signal", "<u2"),
    Column("accepted", "|u1", high=1),
)
"""``signal`` is the index of the ``[[signal]]`` table, `BACKGROUND` for anything else; ``accepted`` is 1 where the
decay products cross every detector plane the search needs; GeV and mm."""

BACKGROUND = 0xFFFF


def _hits(source: str, time: Column) -> Schema:
    channels = CHANNELS.get(source)
    return Schema(
        source,
        (
            time,
            Column("channel", "<u2", high=channels - 1 if channels else None, known=KNOWN.get(source)),
            Column("value", "<u2", high=LAV_HIGH if source == "lav" else None),
        ),
    )


SCHEMAS: Mapping[str, Schema] = {
    **{name: _hits(name, Column("time", "<i8", rises=True)) for name in DETECTORS},
    TRUTH: Schema(TRUTH, TRUTH_COLUMNS),
}
"""Every source with its schema, whatever the length of a frame."""


def schemas(section: NA62) -> dict[str, Schema]:
    """Return every source with its schema; times of hits lie in the frame and its guard bands."""
    ticks, guard = section.frame_timestamps * TIMESTAMP_LSB, section.guard_timestamps * TIMESTAMP_LSB
    time = Column("time", "<i8", low=-guard, high=ticks + guard - 1, rises=True)
    truth = Column("time", "<i8", low=0, high=ticks - 1)
    return {
        **{name: _hits(name, time) for name in DETECTORS},
        TRUTH: Schema(TRUTH, (truth, *TRUTH_COLUMNS[1:])),
    }
