"""Muon-detector trigger: hits of layers to codes of what kind of muons there are."""

from __future__ import annotations

from collections.abc import Mapping

from trigemu.arrays import U8
from trigemu.experiments.babar.ift.config import Ift
from trigemu.frames.columns import Array


class MuonFinder:
    """Finds muons in sectors."""

    def __init__(self, config: Ift) -> None:
        self._config = config

    def codes(self, ifr: Mapping[str, Array]) -> U8:
        """Return uint8[n, 64], the code in each tick, from the columns of source ``ifr``."""
        raise NotImplementedError
