"""Calorimeter trigger: crystals to towers, strips and maps of clusters."""

from __future__ import annotations

from collections.abc import Mapping

from trigemu.experiments.babar.emt.config import Emt
from trigemu.experiments.babar.records import EmtTrigger
from trigemu.frames.columns import Array


class EmtFinder:
    """Finds clusters; holds memory that it uses again, so one instance serves one thread."""

    def __init__(self, config: Emt) -> None:
        self._config = config

    def decide(self, emc: Mapping[str, Array]) -> EmtTrigger:
        """Return the maps of n crossings from the columns of source ``emc``."""
        raise NotImplementedError
