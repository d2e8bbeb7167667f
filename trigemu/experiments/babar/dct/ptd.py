"""Transverse-momentum discriminator (until 2004): segments to maps of tracks of high momentum (A')."""

from __future__ import annotations

from trigemu.arrays import U16
from trigemu.experiments.babar.dct.config import Ptd
from trigemu.experiments.babar.records import Segments


class Discriminator:
    """Looks for axial segments in line with a seed."""

    def __init__(self, config: Ptd) -> None:
        self._config = config

    def find(self, segments: Segments) -> U16:
        """Return the map of A', uint16[n, 64]."""
        raise NotImplementedError
