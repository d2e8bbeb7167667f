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
    MDC: crossing_schema(
        MDC,
        Column(
            "channel",
            "<u2",
            high=MDC_CHANNELS - 1,
            meaning="Wire: number in its layer + wires of inner layers",
        ),
        Column(
            "time",
            "<i4",
            low=_EARLIEST,
            high=_LATEST,
            meaning="Time since the beginning of the crossing's read-out window",
            unit="TDC counts of 0.09375 ns",
        ),
    ),
    TOF: crossing_schema(
        TOF,
        Column(
            "channel",
            "<u2",
            high=TOF_CHANNELS - 1,
            meaning="End of a bar, counter or strip: barrel (layer * 88 + bar) * 2 + end; scintillator endcaps 352 + "
            "side * 48 + counter; MRPC endcaps 448 + ((side * 36 + module) * 12 + strip) * 2 + end; side 0 is east",
        ),
        Column(
            "time",
            "<i4",
            low=_EARLIEST,
            high=_LATEST,
            meaning="Time since the beginning of the crossing's read-out window",
            unit="TDC counts of 24 ns / 8192",
        ),
    ),
    EMC: crossing_schema(
        EMC,
        Column(
            "channel",
            "<u2",
            high=CRYSTALS - 1,
            meaning="Crystal: east endcap ring by ring, then barrel, then west endcap",
        ),
        Column("value", "<u2", high=1023, meaning="Pulse height in the range given", unit="ADC counts"),
        Column("range", "|u1", high=2, meaning="Range of the ADC: 0, 1, 2 for the gain weights 2, 16, 64"),
        Column(
            "time",
            "|u1",
            high=63,
            meaning="Time of the pulse since the beginning of the crossing's read-out window",
            unit="counts of 50 ns",
        ),
    ),
}
"""What the detectors read out."""

TIMING_SCHEMA = timing_schema(
    Column("phase", "|u1", high=2, meaning="Which of the three bunches of the tick collided, from 0"),
    Column("random", "|u1", high=1, meaning="1 at a random trigger, else 0"),
    Column(
        "energy",
        "<u2",
        meaning="Energy in the centre of mass of the run that the crossing belongs to",
        unit="0.1 MeV",
    ),
)

OFFLINE = {TRACKS: track_schema(TRACKS, CHAMBER_LAYERS), CLUSTERS: cluster_schema(CLUSTERS)}
"""What reconstruction would give the event filter, from a fast simulation."""

SIMULATED = {TIMING: TIMING_SCHEMA, **DETECTORS, **OFFLINE, TRUTH: TRUTH_SCHEMA}
"""Every source of a simulated run with its schema."""
