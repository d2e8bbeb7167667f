"""The sources of Belle II data and their columns; `trigemu.collider.sources` has what all colliders share."""

from __future__ import annotations

import numpy as np

from trigemu.collider.sources import (
    BACKGROUND,
    TIMING,
    TRUTH_SCHEMA,
    cluster_schema,
    crossing_schema,
    timing_schema,
    track_schema,
)
from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.cdc.geometry import CHANNELS, WIRES
from trigemu.experiments.belle2.clock import T0_TDC, TDC_PER_TICK, TICK_NS
from trigemu.experiments.belle2.ecl.cells import CELLS
from trigemu.experiments.belle2.klm import geometry as klm
from trigemu.frames.columns import Column
from trigemu.frames.frame import TRUTH

__all__ = ["BACKGROUND", "CDC", "CLUSTERS", "ECL", "KLM", "SCHEMAS", "TIMING", "TRACKS"]

CDC, ECL, KLM, TRACKS, CLUSTERS = "cdc", "ecl", "klm", "tracks", "clusters"


def _planes() -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    known = np.zeros(1 << 16, np.bool_)
    known[: klm.CHANNELS] = klm.exists() != 0
    return known


SCHEMAS = {
    TIMING: timing_schema(
        Column(
            "phase", "<u2", meaning="Where the calorimeter's sampling clock stands", unit="125 ns / 65536"
        ),
        Column(
            "external",
            "<u4",
            high=(1 << len(EXTERNAL)) - 1,
            meaning=f"Bits of the accelerator and of pulsers, from the lowest: {', '.join(EXTERNAL)}",
        ),
    ),
    CDC: crossing_schema(
        CDC,
        Column(
            "channel", "<u2", high=CHANNELS - 1, meaning="Wire, counted through all layers from the innermost"
        ),
        Column(
            "tdc",
            "<i2",
            meaning=f"Time of the hit: {T0_TDC} at the collision, smaller is later",
            unit=f"TDC counts of {TICK_NS / TDC_PER_TICK:.4g} ns",
        ),
    ),
    ECL: crossing_schema(
        ECL,
        Column("channel", "<u2", low=1, high=CELLS, meaning="Trigger cell, from 1"),
        Column("value", "<u2", meaning="Energy in the cell", unit="ADC counts of 5.25 MeV"),
        Column("time", "<i2", meaning="Time after the collision", unit="1/8 ns"),
    ),
    KLM: crossing_schema(
        KLM,
        Column(
            "channel",
            "<u2",
            known=_planes(),
            meaning="Readout plane with a hit: ((section * 8 + sector) * 16 + layer) * 2 + plane; sections: barrel "
            "backward, forward, endcap backward, forward",
        ),
    ),
    # What offline reconstruction would give the software trigger, from a fast simulation.
    TRACKS: track_schema(
        TRACKS,
        len(WIRES),
        Column(
            "klm_layers",
            "|u1",
            high=sum(klm.LAYERS),
            meaning="Layers of the muon detector with a hit that belongs to the track",
        ),
    ),
    CLUSTERS: cluster_schema(CLUSTERS),
    TRUTH: TRUTH_SCHEMA,
}
"""Every source with its schema."""
