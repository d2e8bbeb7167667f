"""Global trigger: maps to counts, back-to-back and matched objects, and lines."""

from __future__ import annotations

from trigemu.arrays import U8
from trigemu.experiments.babar.glt.config import Glt
from trigemu.experiments.babar.records import EmtTrigger, GlobalTrigger, TrackMaps


class GlobalDecider:
    """Counts objects tick by tick and looks lines up."""

    def __init__(self, config: Glt) -> None:
        self._config = config

    def decide(self, tracks: TrackMaps, emt: EmtTrigger, u: U8, random: U8) -> GlobalTrigger:
        """Return the decisions of n crossings; ``u``: uint8[n, 64], codes; ``random``: uint8[n]."""
        raise NotImplementedError
