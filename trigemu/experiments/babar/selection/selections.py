"""Online selections of the searches beside a reconstructed B."""

from __future__ import annotations

from collections.abc import Mapping

from trigemu.arrays import U32, Bool
from trigemu.experiments.babar.selection.config import Selection
from trigemu.frames.columns import Array

Columns = Mapping[str, Array]


class Selector:
    """Selects events of B -> baryon psi_D."""

    def __init__(self, config: Selection) -> None:
        self._config = config

    def select(self, name: str, tracks: Columns, clusters: Columns, tags: Columns, energy: U32) -> Bool:
        """Return bool[n], crossings that pass a selection of `SELECTIONS`."""
        raise NotImplementedError
