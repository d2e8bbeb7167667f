"""NA62's sources: which sub-detectors send fragments, and with which columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.na62.clock import TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.detector.tiles import MUV3_CODES, NEWCHOD_CODES, NO_TILE
from trigemu.frames.columns import Column, Schema
from trigemu.frames.frame import TRUTH

KNOWN: Mapping[str, NDArray[np.bool_]] = {"newchod": NEWCHOD_CODES != NO_TILE, "muv3": MUV3_CODES != NO_TILE}
"""bool[65536], channels of the tile detectors."""

CHANNELS: Mapping[str, int] = {
    "lkr": 32 * 32,
    "lav": 4 * 64,
    "rich": 4 * 488,
    "anti0": 18 * 18,
    "chod": 128,
    "talk": 1,
}
"""Channels of the others (`trigemu.experiments.na62.response`)."""

LAV_HIGH = 1
"""Largest ``value`` of LAV: the high threshold."""

LKR_COUNT_MEV = 10.0
"""Energy of one count in the LKr trigger sums, MeV.  A guess: the true scale was not found in public sources."""

DETECTORS = ("newchod", "muv3", "lkr", "lav", "rich", "anti0", "chod")

TALK = "talk"
"""Source of the pulser; there only if it is configured."""

BACKGROUND = 0xFFFF

_EVENT_TIME = "Time of the event since the start of the frame"
_COUNTS = "TDC counts of 24.951 ns / 256"

TRUTH_COLUMNS = (
    Column("time", "<i8", meaning=_EVENT_TIME, unit=_COUNTS),
    Column("momentum", "<f4", low=0.0, meaning="Momentum of the decaying particle", unit="GeV"),
    Column("vertex_z", "<f4", meaning="Position along z of its decay in the experiment's frame", unit="mm"),
    Column(
        "signal", "<u2", meaning=f"Number of the event's [[signal]] table, from 0; {BACKGROUND}: no signal"
    ),
    Column(
        "accepted",
        "|u1",
        high=1,
        meaning="1 where the decay products cross every detector plane the search needs, else 0",
    ),
)

_CHANNELS = {
    "newchod": "Photosensor of a tile: 100 * quadrant (1-4) + tile (1-38), + 50 for the second of the tile",
    "muv3": "Photosensor of a pad: pad (0-151), + 200 for the second of the pad",
    "lkr": "Trigger cell of 4 x 4 cells: 32 * row + column",
    "lav": "Block of LAV12: 64 * layer + block",
    "rich": "Channel of photosensors: 488 * board + cell; boards 0-1: left disc, upper and lower half, 2-3: right disc",
    "anti0": "Tile: 18 * row + column",
    "chod": "Slab: 64 * plane + 16 * quadrant + place; plane 0 vertical slabs, 1 horizontal ones",
    TALK: "Always 0",
}
_HIGHEST = {"lav": LAV_HIGH, TALK: 0}
_WIDTH = "Width of the pulse: trailing less leading edge", "TDC counts"
_VALUES = {
    "lkr": ("Energy in the cell", f"counts of {LKR_COUNT_MEV:g} MeV"),
    "lav": ("Threshold that was crossed: 0 low, 1 high", ""),
    TALK: ("Always 0", ""),
}


def _hits(source: str, time: Column) -> Schema:
    channels = CHANNELS.get(source)
    meaning, unit = _VALUES.get(source, _WIDTH)
    channel = Column(
        "channel",
        "<u2",
        high=channels - 1 if channels else None,
        known=KNOWN.get(source),
        meaning=_CHANNELS[source],
    )
    value = Column("value", "<u2", high=_HIGHEST.get(source), meaning=meaning, unit=unit)
    return Schema(
        source, (replace(time, meaning="Time since the start of the frame", unit=_COUNTS), channel, value)
    )


SCHEMAS: Mapping[str, Schema] = {
    **{name: _hits(name, Column("time", "<i8", rises=True)) for name in (*DETECTORS, TALK)},
    TRUTH: Schema(TRUTH, TRUTH_COLUMNS),
}
"""Every source with its schema, whatever the length of a frame."""


def schemas(section: NA62) -> dict[str, Schema]:
    """Return every source with its schema; times of hits lie in the frame and its guard bands."""
    ticks, guard = section.frame_timestamps * TIMESTAMP_LSB, section.guard_timestamps * TIMESTAMP_LSB
    time = Column("time", "<i8", low=-guard, high=ticks + guard - 1, rises=True)
    truth = replace(TRUTH_COLUMNS[0], low=0, high=ticks - 1)
    sending = DETECTORS if section.l0.talk_every_ns is None else (*DETECTORS, TALK)
    return {
        **{name: _hits(name, time) for name in sending},
        TRUTH: Schema(TRUTH, (truth, *TRUTH_COLUMNS[1:])),
    }
