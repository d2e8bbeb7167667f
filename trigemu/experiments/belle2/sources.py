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
    # phase: where the calorimeter's sampling clock stands, in 2^-16 of 125 ns.  external: bits of
    # `trigemu.experiments.belle2.bits.EXTERNAL` (injection veto, random triggers).
    TIMING: timing_schema(("phase", "<u2"), Column("external", "<u4", high=(1 << len(EXTERNAL)) - 1)),
    # channel: wire, counted through all layers (0-14335).  tdc: raw counts, larger is earlier, `T0_TDC` at the
    # collision.
    CDC: crossing_schema(CDC, Column("channel", "<u2", high=CHANNELS - 1), ("tdc", "<i2")),
    # channel: trigger cell 1-576.  value: ADC counts of 5.25 MeV.  time: in 1/8 ns after the collision.
    ECL: crossing_schema(ECL, Column("channel", "<u2", low=1, high=CELLS), ("value", "<u2"), ("time", "<i2")),
    # channel: see `trigemu.experiments.belle2.klm.geometry`.
    KLM: crossing_schema(KLM, Column("channel", "<u2", known=_planes())),
    # What offline reconstruction would give the software trigger, from a fast simulation.  klm_layers: layers of KLM
    # with a hit that belongs to the track.
    TRACKS: track_schema(TRACKS, len(WIRES), Column("klm_layers", "|u1", high=sum(klm.LAYERS))),
    CLUSTERS: cluster_schema(CLUSTERS),
    TRUTH: TRUTH_SCHEMA,
}
"""Every source with its schema."""
