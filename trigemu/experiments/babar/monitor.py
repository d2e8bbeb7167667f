"""Monitoring histograms of BaBar: what the person on shift looks at first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import I64
from trigemu.experiments.babar.bits import LINES
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.records import Level1
from trigemu.experiments.babar.sources import DCH
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import HistogramSpec

TOWERS = 280

HISTOGRAMS: Mapping[str, HistogramSpec] = {
    "dch_hits": HistogramSpec("Wire hits per crossing", "wire hits", "crossings", (100,), (0.0,), (2000.0,)),
    "segments": HistogramSpec(
        "Segments by superlayer", "superlayer, from 0", "segments", (10,), (0.0,), (10.0,)
    ),
    "a_bin": HistogramSpec(
        "Long tracks by azimuth", "azimuth [bins of 22.5 deg]", "bins with a track", (16,), (0.0,), (16.0,)
    ),
    "tower": HistogramSpec(
        "Towers with energy", "tower (40 * row + column)", "towers", (TOWERS,), (0.0,), (float(TOWERS),)
    ),
    "energy": HistogramSpec("Energy of towers", "energy [GeV]", "towers", (80,), (0.0,), (8.0,)),
    "z0": HistogramSpec("z0 of tracks of the z trigger", "z0 [cm]", "tracks", (64,), (-128.0,), (128.0,)),
    "line": HistogramSpec(
        "Lines of the global trigger", "line, from 0", "crossings", (len(LINES),), (0.0,), (32.0,)
    ),
    "tick": HistogramSpec(
        "Tick of the decision",
        "tick of the decision [134 ns]",
        "crossings",
        (TICKS,),
        (0.0,),
        (float(TICKS),),
    ),
}
"""Name -> axes of what `fill` counts."""


def fill(frame: TimeFrame, found: Level1) -> dict[str, I64]:
    """Count one frame: name -> int64[bins], see `HISTOGRAMS`."""
    decision = found.decision
    bins = np.bitwise_or.reduce(found.tracks.a, axis=1)
    values: dict[str, ArrayLike] = {
        "dch_hits": np.diff(frame[DCH]["offsets"]),
        "segments": found.segments.superlayer,
        "a_bin": np.nonzero(bins[:, None] >> np.arange(16) & 1)[1],
        "tower": found.emt.tower,
        "energy": 1e-4 * found.emt.energy,
        "z0": np.zeros(0) if found.z_tracks is None else found.z_tracks.z0,
        "line": np.nonzero(decision.lines[:, None] >> np.arange(len(LINES), dtype=np.uint32) & np.uint32(1))[
            1
        ],
        "tick": decision.tick[decision.tick >= 0],
    }
    return {name: HISTOGRAMS[name].count(value) for name, value in values.items()}
