"""Which bins of the maps are opposite each other, and which bins of tracks and clusters are in one direction.

Tables of masks: bit j of entry i says that bin j belongs to bin i.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64, U32, Bool

TRACK_BINS, CLUSTER_BINS = 16, 20

_TRACK_WIDTH, _CLUSTER_WIDTH = 360.0 / TRACK_BINS, 360.0 / CLUSTER_BINS


def opposite(bins: int, least: int) -> U32:
    """Return uint32[bins]: the bins at least so far away, either way round."""
    return _masks(_distance(bins) >= least)


def near(bins: int, most: int) -> U32:
    """Return uint32[bins]: the bins at most so far away, either way round."""
    return _masks(_distance(bins) <= most)


def tracks_at_clusters(begin: float, widen: int) -> U32:
    """Return uint32[20]: the bins of tracks that a cluster's bin, so many bins wider on both sides, overlaps.

    Cluster bin 0 begins at ``begin`` degrees, track bin 0 at 0.  Bins that only touch do not overlap
    (babar_geometry_facts G8.8).
    """
    cluster = begin + _CLUSTER_WIDTH * (np.arange(CLUSTER_BINS)[:, None] - widen)
    width = _CLUSTER_WIDTH * (1 + 2 * widen)
    # Where the track's bin begins, seen from the beginning of the widened one.
    place = (_TRACK_WIDTH * np.arange(TRACK_BINS) - cluster) % 360.0
    return _masks((place < width) | (place + _TRACK_WIDTH > 360.0) | (width >= 360.0))


def _distance(bins: int) -> I64:
    apart = np.abs(np.subtract.outer(np.arange(bins), np.arange(bins)))
    return np.asarray(np.minimum(apart, bins - apart))


def _masks(belongs: Bool) -> U32:
    bit = np.left_shift(1, np.arange(belongs.shape[1]))
    return np.asarray((belongs * bit).sum(axis=1), np.uint32)
