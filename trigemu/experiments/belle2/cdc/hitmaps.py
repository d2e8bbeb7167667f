"""Short and inner tracks: coincidences of the inner superlayers in 64 bins of azimuth.

As the experiment's global reconstruction logic (simulated in TRGGRLMatchModule; belle2_facts 4 and 7): a segment sets
the bins that its cell overlaps; an inner track is a bin of superlayer 0 with one of superlayer 1 at most four bins
before it and one of superlayer 2 at most two bins away; a short track is a bin of superlayer 0 with bins of
superlayers 1-4 in one of a list of patterns.

The list is the package's own: all patterns of ideal tracks from the collision point down to ``short_min_pt`` that cross
superlayers 0-4 (a guess at the experiment's list of 137).  So is the exact width of the veto: where a 2D track passes
superlayers 0-4, one bin more on either side, superlayers 0-2 are blind for short tracks.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_hitmaps
from trigemu.collider.wire_patterns import distinct, grid, nearest
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.geometry import (
    BACKWARD,
    FORWARD,
    PRIORITY_LAYER,
    RADIUS,
    SEGMENT_FIRST,
    SEGMENTS,
    chamber,
)
from trigemu.experiments.belle2.cdc.plane import CURVATURE
from trigemu.experiments.belle2.records import HitMaps, Segments, Tracks2D

BINS = 64
SHORT_SUPERLAYERS = 5
_CURVATURES, _SLOPES, _DIRECTIONS = 41, 31, 32
"""Steps of the grid of tracks that the patterns come from: fine against a bin."""


def segment_bins() -> NDArray[np.uint64]:
    """Return uint64[992]: the bins (one or two) that each segment of superlayers 0-4 overlaps."""
    masks = []
    for superlayer in range(SHORT_SUPERLAYERS):
        count = int(SEGMENTS[superlayer])
        number = np.arange(count)
        first, last = BINS * number // count, (BINS * (number + 1) - 1) // count
        masks.append((np.uint64(1) << first.astype(np.uint64)) | (np.uint64(1) << last.astype(np.uint64)))
    return np.concatenate(masks)


@lru_cache(maxsize=8)
def short_patterns(min_pt: float) -> NDArray[np.int8]:
    """Return int8[patterns, 4]: bins in superlayers 1-4 from that in superlayer 0, for tracks above ``min_pt`` GeV.

    The patterns of a grid of helices from the collision point, over both charges, the polar angles that cross
    superlayers 0-4, and directions over two bins (the chamber repeats itself every two); sorted.
    """
    layers = PRIORITY_LAYER[:SHORT_SUPERLAYERS]
    radius = RADIUS[layers]
    tracks = grid(
        (np.arange(_DIRECTIONS) + 0.5) / _DIRECTIONS * (4 * np.pi / BINS),
        np.linspace(-1, 1, _CURVATURES) * CURVATURE / min_pt / 10,
        np.linspace((BACKWARD[layers] / radius).max(), (FORWARD[layers] / radius).min(), _SLOPES),
    )
    wire, _ = nearest(chamber(), tracks, layers, "ends")
    bins = BINS * wire // SEGMENTS[:SHORT_SUPERLAYERS]
    patterns = distinct(bins[:, 1:] - bins[:, :1]).astype(np.int8)
    patterns.setflags(write=False)
    return patterns


_BINS = segment_bins()
_FIRSTS = SEGMENT_FIRST[: SHORT_SUPERLAYERS + 1].astype(np.int16)
_VETO_RADII = float(RADIUS[PRIORITY_LAYER[0]] / 10), float(RADIUS[PRIORITY_LAYER[4]] / 10)
_DEFAULT = Cdc()


def hit_maps(segments: Segments, tracks: Tracks2D | None = None, config: Cdc = _DEFAULT) -> HitMaps:
    """Return the maps of short and inner tracks (bin of superlayer 0) of a batch of crossings.

    Parameters
    ----------
    segments
        Track segments.
    tracks
        2D tracks of the same crossings: segments of superlayers 0-2 on them make no short tracks (unless
        ``short_veto`` is off).  Without, full tracks are short ones, too.
    config
        The ``[belle2.cdc]`` section.
    """
    events = len(segments.offsets) - 1
    short, inner = np.empty(events, np.uint64), np.empty(events, np.uint64)
    if tracks is None or not config.short_veto:
        cuts, phi0, omega = np.zeros(events + 1, np.int64), np.zeros(0), np.zeros(0)
    else:
        cuts = tracks.offsets
        phi0, omega = np.ascontiguousarray(tracks.phi0), np.ascontiguousarray(tracks.omega)
    belle2_hitmaps.hit_maps(
        segments.offsets,
        segments.segment,
        _BINS,
        _FIRSTS,
        short_patterns(config.short_min_pt),
        cuts,
        phi0,
        omega,
        *_VETO_RADII,
        short,
        inner,
    )
    return HitMaps(short, inner)
