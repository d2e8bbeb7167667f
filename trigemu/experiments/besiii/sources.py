"""The sources of BESIII data and their columns; `trigemu.collider.sources` has what all colliders share."""

from __future__ import annotations

from trigemu.collider.sources import (
    TIMING,
    TRUTH_SCHEMA,
    cluster_schema,
    crossing_schema,
    timing_schema,
    track_schema,
)
from trigemu.frames.columns import Column
from trigemu.frames.frame import TRUTH

__all__ = ["CLUSTERS", "EMC", "MDC", "TIMING", "TOF", "TRACKS"]

MDC, TOF, EMC, TRACKS, CLUSTERS = "mdc", "tof", "emc", "tracks", "clusters"

MDC_CHANNELS = 6796
"""Wires: channel = wires of all inner layers + number in the layer."""

CHAMBER_LAYERS = 43

BARS, LAYERS = 88, 2
"""Scintillator bars of a barrel layer."""

ENDCAP_COUNTERS = 48
"""Scintillator counters of an endcap (until 2015)."""

MODULES, STRIPS = 36, 12
"""MRPC modules of an endcap, strips of each (since 2015)."""

FIRST_ENDCAP = 2 * LAYERS * BARS
"""Barrel channels: (layer * 88 + bar) * 2 + end.  Scintillator endcaps follow: side * 48 + counter."""

FIRST_MRPC = FIRST_ENDCAP + 2 * ENDCAP_COUNTERS
"""MRPC channels: this + ((side * 36 + module) * 12 + strip) * 2 + end; side 0 east, 1 west."""

TOF_CHANNELS = FIRST_MRPC + 2 * MODULES * STRIPS * 2

CRYSTALS = 6240
"""Crystals: east endcap ring by ring, barrel ring by ring, west endcap ring by ring (`emc.geometry`)."""

_EARLIEST, _LATEST = -(1 << 24), (1 << 24) - 1

DETECTORS = {
    # channel: wire.  time: TDC counts of 0.09375 ns since the beginning of the read-out window.
    MDC: crossing_schema(
        MDC,
        Column("channel", "<u2", high=MDC_CHANNELS - 1),
        Column("time", "<i4", low=_EARLIEST, high=_LATEST),
    ),
    # channel: one end of a bar, counter or strip.  time: counts of 24 ns / 8192 since the same beginning.
    TOF: crossing_schema(
        TOF,
        Column("channel", "<u2", high=TOF_CHANNELS - 1),
        Column("time", "<i4", low=_EARLIEST, high=_LATEST),
    ),
    # channel: crystal.  value: ADC counts in one of three ranges (gain weight 2, 16, 64).  time: 50 ns.
    EMC: crossing_schema(
        EMC,
        Column("channel", "<u2", high=CRYSTALS - 1),
        Column("value", "<u2", high=1023),
        Column("range", "|u1", high=2),
        Column("time", "|u1", high=63),
    ),
}
"""What the detectors read out."""

TIMING_SCHEMA = timing_schema(
    # phase: which bunch of the tick collided.  random: 1 at a random trigger.  energy: of the run that the crossing
    # belongs to, in 0.1 MeV in the CM.
    Column("phase", "|u1", high=2),
    Column("random", "|u1", high=1),
    Column("energy", "<u2"),
)

OFFLINE = {TRACKS: track_schema(TRACKS, CHAMBER_LAYERS), CLUSTERS: cluster_schema(CLUSTERS)}
"""What reconstruction would give the event filter, from a fast simulation."""

SIMULATED = {TIMING: TIMING_SCHEMA, **DETECTORS, **OFFLINE, TRUTH: TRUTH_SCHEMA}
"""Every source of a simulated run with its schema."""
