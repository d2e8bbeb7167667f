"""All that Belle II's level 1 works out of a frame."""

from __future__ import annotations

from dataclasses import dataclass

from trigemu.arrays import U64
from trigemu.experiments.belle2.records import (
    EclTrigger,
    EventTime,
    HitMaps,
    KlmTrigger,
    NeuroTracks,
    Segments,
    Tracks2D,
)


@dataclass(frozen=True, slots=True, eq=False)
class Level1:
    """All that level 1 works out of a frame, block by block (see `trigemu.experiments.belle2.records`).

    ``words`` is uint64[n, WORDS]: the trigger bits of each crossing, those of the software trigger still 0.
    """

    segments: Segments
    tracks: Tracks2D
    event_time: EventTime
    maps: HitMaps
    neuro: NeuroTracks
    ecl: EclTrigger
    klm: KlmTrigger
    words: U64
