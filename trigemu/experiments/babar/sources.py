"""The sources of BaBar data and their columns; `trigemu.collider.sources` has what all colliders share."""

from __future__ import annotations

from trigemu.collider.sources import (
    TAGGED,
    TIMING,
    TRUTH_SCHEMA,
    cluster_schema,
    crossing_schema,
    tag_schema,
    timing_schema,
    track_schema,
)
from trigemu.experiments.babar.clock import BUNCHES_PER_SAMPLE, COLLISION_TICK
from trigemu.frames.columns import Column
from trigemu.frames.frame import TRUTH

__all__ = ["CLUSTERS", "DCH", "EMC", "IFR", "L3_CLUSTERS", "L3_TRACKS", "TAGS", "TIMING", "TRACKS"]

DCH, EMC, IFR = "dch", "emc", "ifr"
L3_TRACKS, L3_CLUSTERS, TRACKS, CLUSTERS, TAGS = "l3_tracks", "l3_clusters", "tracks", "clusters", "tags"

WIRES = 7104
"""Wires of the drift chamber: channel = wires of all inner layers + number in the layer (`dct.geometry`)."""

CHAMBER_LAYERS = 40

CRYSTALS = 6580
"""Crystals of the calorimeter, ring by ring with rising polar angle, in azimuth in a ring (`emt.geometry`)."""

SECTORS, IFR_LAYERS = 10, 8
"""Sectors of the muon detector, and the layers of each that its trigger looks at: channel = sector * 8 + layer.

Sectors 0-5: barrel sextants in azimuth; 6, 7: half doors of the forward end; 8, 9: of the backward end (`ift.codes`).
"""

MOST_ENERGY = (1 << 18) - 1
"""Largest energy of a crystal in 0.1 MeV: 26 GeV."""

_EARLIEST, _LATEST = -(1 << 15), (1 << 15) - 1


def _time(what: str) -> Column:
    meaning = f"{what} since the beginning of the event's axis, {COLLISION_TICK} ticks before the collision's sample"
    unit = "counts of 1.0504 ns (half an RF period)"
    return Column("time", "<i2", low=_EARLIEST, high=_LATEST, meaning=meaning, unit=unit)


DETECTORS = {
    DCH: crossing_schema(
        DCH,
        Column("channel", "<u2", high=WIRES - 1, meaning="Wire: number in its layer + wires of inner layers"),
        _time("Time of the hit"),
    ),
    EMC: crossing_schema(
        EMC,
        Column(
            "channel",
            "<u2",
            high=CRYSTALS - 1,
            meaning="Crystal: ring by ring with rising polar angle, in azimuth in each ring",
        ),
        Column("energy", "<u4", high=MOST_ENERGY, meaning="Energy in the crystal", unit="0.1 MeV"),
        _time("Time when the light pulse begins"),
    ),
    IFR: crossing_schema(
        IFR,
        Column(
            "channel",
            "|u1",
            high=SECTORS * IFR_LAYERS - 1,
            meaning="Fast OR of the phi strips of a layer: sector * 8 + layer; sectors 0-5: barrel, 6-7: forward "
            "doors, 8-9: backward doors",
        ),
        _time("Time of the signal"),
    ),
}
"""What the detectors read out."""

TIMING_SCHEMA = timing_schema(
    Column(
        "phase",
        "|u1",
        high=BUNCHES_PER_SAMPLE - 1,
        meaning="Which of the 64 places of a bunch in the sample collided, from 0",
    ),
    Column("random", "|u1", high=1, meaning="1 at a random trigger, else 0"),
    Column(
        "energy",
        "<u4",
        high=200_000,
        meaning="Energy in the centre of mass of the run that the crossing belongs to",
        unit="0.1 MeV",
    ),
)

SOFTWARE = {
    # What the level-3 fits find, with their resolutions.
    L3_TRACKS: track_schema(L3_TRACKS, CHAMBER_LAYERS),
    L3_CLUSTERS: cluster_schema(L3_CLUSTERS),
    # What reconstruction would give the filters and selections that analyses quote.
    TRACKS: track_schema(TRACKS, CHAMBER_LAYERS, TAGGED),
    CLUSTERS: cluster_schema(CLUSTERS, TAGGED),
    TAGS: tag_schema(TAGS),
}
"""What fast simulations of reconstruction give."""

SCHEMAS = {TIMING: TIMING_SCHEMA, **DETECTORS, **SOFTWARE, TRUTH: TRUTH_SCHEMA}
"""Every source with its schema."""
