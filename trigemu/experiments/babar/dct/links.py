"""Binary link tracker: segments to maps of long (A) and short (B) tracks."""

from __future__ import annotations

from trigemu.arrays import U16
from trigemu.experiments.babar.dct.config import Blt
from trigemu.experiments.babar.records import Segments


class Linker:
    """Links segments from superlayer to superlayer."""

    def __init__(self, config: Blt) -> None:
        self._config = config

    def link(self, segments: Segments) -> tuple[U16, U16]:
        """Return the maps of A and B, uint16[n, 64] each."""
        raise NotImplementedError
