"""Event time of the track trigger: the earliest priority time among the segments chosen for 2D tracks.

As in the experiment's Hough event-time finder with its default method (belle2_facts 4).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.records import EventTime, Segments, Tracks2D

BINNED_OFFSET_NS = -10
"""Added to the time in nanoseconds of 2 per tick (belle2_facts 4)."""

_NONE = np.iinfo(np.int32).max


def event_time(segments: Segments, tracks: Tracks2D) -> EventTime:
    """Return the event time of each crossing, before binning: ``found`` is 0 where no track has a segment."""
    first = np.full(len(segments.offsets) - 1, _NONE, np.int32)
    rows = tracks.rel_segment[tracks.rel_weight > 0]
    if len(rows):
        # Rows are of rising crossings, because relations are, so each crossing is one stretch.
        cuts = np.searchsorted(rows, segments.offsets[:-1])
        # Relations of one crossing are not sorted among themselves, but lie between those of its neighbours.
        filled = np.flatnonzero(np.diff(np.append(cuts, len(rows))))
        first[filled] = np.minimum.reduceat(segments.time[rows].astype(np.int32), cuts[filled])
    found = first != _NONE
    return EventTime(found.astype(np.uint8), np.where(found, first, 0).astype(np.int32))


def binned_ns(time: EventTime) -> NDArray[np.int32]:
    """Return int32[n], the event time in ns as the experiment stores it (-10 where none was found: see ``found``)."""
    return 2 * time.ticks + BINNED_OFFSET_NS
