"""Track segment finder: wire hits to segments."""

from __future__ import annotations

from collections.abc import Mapping

from trigemu.experiments.babar.dct.config import Tsf
from trigemu.experiments.babar.records import Segments
from trigemu.frames.columns import Array


class SegmentFinder:
    """Finds segments; holds memory that it uses again, so one instance serves one thread."""

    def __init__(self, config: Tsf) -> None:
        self._config = config

    def find(self, dch: Mapping[str, Array]) -> Segments:
        """Return the segments of n crossings from the columns of source ``dch``."""
        raise NotImplementedError
