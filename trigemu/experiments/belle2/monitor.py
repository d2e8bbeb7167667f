"""Monitoring histograms of Belle II: what the person on shift looks at first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from trigemu.arrays import I64
from trigemu.experiments.belle2.level1 import Level1
from trigemu.experiments.belle2.sources import CDC
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import HistogramSpec

CELLS, WIRES = 576, 14336

HISTOGRAMS: Mapping[str, HistogramSpec] = {
    "cdc_hits": HistogramSpec("Wire hits per crossing", "wire hits", "crossings", (100,), (0.0,), (4000.0,)),
    "segments": HistogramSpec(
        "Track segments by number", "number of the track segment", "track segments", (146,), (0.0,), (2336.0,)
    ),
    "tracks": HistogramSpec("2D tracks per crossing", "2D tracks", "crossings", (16,), (0.0,), (16.0,)),
    "phi0": HistogramSpec("Azimuth of 2D tracks", "phi0 [deg]", "2D tracks", (160,), (-180.0,), (180.0,)),
    "neuro_z": HistogramSpec("z of neural tracks", "z [cm]", "neural tracks", (100,), (-100.0,), (100.0,)),
    "cluster_cell": HistogramSpec(
        "Calorimeter clusters by central cell",
        "number of the trigger cell",
        "clusters",
        (CELLS,),
        (1.0,),
        (577.0,),
    ),
    "cluster_energy": HistogramSpec(
        "Energy of calorimeter clusters", "energy [GeV]", "clusters", (80,), (0.0,), (8.0,)
    ),
    "klm_sectors": HistogramSpec(
        "Barrel sectors of the muon detector that fired",
        "barrel sector, from 0",
        "crossings",
        (8,),
        (0.0,),
        (8.0,),
    ),
}
"""Name -> axes of what `fill` counts."""


def fill(frame: TimeFrame, found: Level1) -> dict[str, I64]:
    """Count one frame: name -> int64[bins], see `HISTOGRAMS`."""
    barrel = found.klm.barrel_forward | found.klm.barrel_backward
    values: dict[str, ArrayLike] = {
        "cdc_hits": np.diff(frame[CDC]["offsets"]),
        "segments": found.segments.segment,
        "tracks": np.diff(found.tracks.offsets),
        "phi0": np.degrees(found.tracks.phi0),
        "neuro_z": found.neuro.z_cm[found.neuro.found != 0],
        "cluster_cell": found.ecl.cell,
        "cluster_energy": found.ecl.energy,
        "klm_sectors": np.nonzero(barrel[:, None] >> np.arange(8) & 1)[1],
    }
    return {name: HISTOGRAMS[name].count(value) for name, value in values.items()}
