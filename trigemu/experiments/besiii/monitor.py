"""Monitoring histograms of BESIII: what the person on shift looks at first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import I64, U8, U64
from trigemu.experiments.besiii.bits import CHANNELS, CONDITIONS
from trigemu.experiments.besiii.clock import TICKS
from trigemu.experiments.besiii.records import Level1
from trigemu.experiments.besiii.sources import MDC
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import HistogramSpec

TRIGGER_CELLS, RING_CELLS, BAR_POSITIONS = 394, 128, 2

HISTOGRAMS: Mapping[str, HistogramSpec] = {
    "mdc_hits": HistogramSpec("Wire hits per crossing", "wire hits", "crossings", (100,), (0.0,), (1000.0,)),
    "long_track_cell": HistogramSpec(
        "Long tracks by cell of superlayer 5",
        "cell of 128, from 0",
        "long tracks",
        (RING_CELLS,),
        (0.0,),
        (float(RING_CELLS),),
    ),
    "short_tracks": HistogramSpec(
        "Short tracks per crossing", "short tracks", "crossings", (16,), (0.0,), (16.0,)
    ),
    "tof_position": HistogramSpec(
        "Barrel positions of the time of flight",
        "barrel position of 88, from 0",
        "positions hit",
        (88,),
        (0.0,),
        (88.0,),
    ),
    "trigger_cell": HistogramSpec(
        "Calorimeter cells that fired",
        "trigger cell, from 0",
        "cells that fired",
        (TRIGGER_CELLS,),
        (0.0,),
        (float(TRIGGER_CELLS),),
    ),
    "energy_sum": HistogramSpec(
        "Energy of the whole calorimeter", "energy sum [counts]", "crossings", (100,), (0.0,), (4000.0,)
    ),
    "condition": HistogramSpec(
        "Conditions in the tick of the decision or the three after it",
        "condition (bit of the global trigger)",
        "crossings",
        (len(CONDITIONS),),
        (0.0,),
        (float(len(CONDITIONS)),),
    ),
    "channel": HistogramSpec(
        "Channels in the same ticks",
        "channel of the global trigger",
        "crossings",
        (len(CHANNELS),),
        (0.0,),
        (float(len(CHANNELS)),),
    ),
    "decision_tick": HistogramSpec(
        "Tick of the decision",
        "tick of the decision [24 ns]",
        "crossings",
        (TICKS // 4,),
        (0.0,),
        (float(TICKS),),
    ),
}
"""Name -> axes of what `fill` counts."""


def _set_bits(words: U64, bits: int) -> I64:
    """Return int64, the number of every bit that is set in words uint64[n], below ``bits``."""
    return np.nonzero(words[:, None] >> np.arange(bits, dtype=np.uint64) & np.uint64(1))[1]


def _per_crossing(mine: U8, offsets: I64) -> I64:
    """Return int64[n], how many of the rows that ``offsets`` cut are 1 in each crossing."""
    return np.diff(np.concatenate([[0], np.cumsum(mine, dtype=np.int64)])[offsets])


def fill(frame: TimeFrame, found: Level1) -> dict[str, I64]:
    """Count one frame: name -> int64[bins], see `HISTOGRAMS`."""
    mdc, tof, emc, decision = found.mdc, found.tof, found.emc, found.decision
    values: dict[str, ArrayLike] = {
        "mdc_hits": np.diff(frame[MDC]["offsets"]),
        "long_track_cell": mdc.cell[mdc.long == 1],
        "short_tracks": _per_crossing((mdc.long == 0).view(np.uint8), mdc.offsets),
        "tof_position": tof.cell[tof.ring == BAR_POSITIONS],
        "trigger_cell": emc.cell,
        "energy_sum": emc.sums[:, 2],
        "condition": _set_bits(decision.of_four, len(CONDITIONS)),
        "channel": _set_bits(decision.channels[:, 1].astype(np.uint64), len(CHANNELS)),
        "decision_tick": decision.tick[decision.tick >= 0],
    }
    return {name: HISTOGRAMS[name].count(value) for name, value in values.items()}
