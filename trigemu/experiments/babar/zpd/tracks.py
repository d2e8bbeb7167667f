"""z trigger: segments to tracks with curvature, dip and z0, and to maps of those that pass its decisions."""

from __future__ import annotations

from trigemu.arrays import U16
from trigemu.experiments.babar.records import Segments, ZTracks
from trigemu.experiments.babar.zpd.config import Zpd


class ZFinder:
    """Finds and fits tracks from seeds in superlayers 7 and 10."""

    def __init__(self, config: Zpd) -> None:
        self._config = config

    def find(self, segments: Segments) -> ZTracks:
        """Return the tracks of n crossings."""
        raise NotImplementedError

    def maps(self, tracks: ZTracks) -> tuple[U16, U16, U16, U16]:
        """Return the maps of Z, Zt, Z' and Zk, uint16[n, 64] each."""
        raise NotImplementedError
