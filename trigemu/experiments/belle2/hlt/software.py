"""The software trigger (HLT): tracks and clusters of offline reconstruction to bits.

Runs on what a fast simulation says reconstruction would find; the experiment's prefilter and its pass-through lines of
level-1 signals are left out (the latter are expressions over level-1 bits in a menu).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.hlt.bits import HLT_BITS
from trigemu.experiments.belle2.hlt.config import Hlt
from trigemu.experiments.belle2.hlt.lines import decide
from trigemu.experiments.belle2.hlt.objects import Finder

PREFIX = "hlt_"


class SoftwareTrigger:
    """Works out the bits of `trigemu.experiments.belle2.hlt.bits.HLT_BITS`.

    Parameters
    ----------
    config
        Objects and cuts.
    """

    def __init__(self, config: Hlt) -> None:
        self._config = config
        self._finder = Finder(config)

    def words(
        self, tracks: Mapping[str, NDArray[np.generic]], clusters: Mapping[str, NDArray[np.generic]]
    ) -> NDArray[np.uint64]:
        """Return uint64[n, 2]: bit i of `HLT_BITS` is bit i % 64 of word i // 64.

        ``tracks`` and ``clusters`` are the columns of those sources (`trigemu.experiments.belle2.sources`).

        Raises
        ------
        InputError
            Offsets do not cut the rows into pieces.
        """
        objects = self._finder.find(tracks, clusters)
        found = decide(objects, np.asarray(clusters["track"], np.int16), self._config)
        words = np.zeros((len(tracks["offsets"]) - 1, 2), np.uint64)
        for i, name in enumerate(HLT_BITS):
            words[:, i // 64] |= found[name.removeprefix(PREFIX)].astype(np.uint64) << np.uint64(i % 64)
        return words
