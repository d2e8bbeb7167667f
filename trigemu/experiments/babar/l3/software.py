"""Level 3 and the filters after it: tracks and clusters to bits."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import U8, U32, U64
from trigemu.collider.reconstructed import Columns
from trigemu.experiments.babar.l3.bits import FILTERS, L3_BITS, OFFLINE, OUTPUTS
from trigemu.experiments.babar.l3.config import L3
from trigemu.experiments.babar.l3.filters import bhabha_filters, physics_filters
from trigemu.experiments.babar.l3.offline import offline_filters
from trigemu.experiments.babar.l3.outputs import outputs
from trigemu.experiments.babar.l3.quantities import Finder
from trigemu.setup.data import WORD_BITS

GEV_PER_COUNT = 1e-4
"""Unit of ``energy`` in source ``timing``."""


class Level3:
    """Works out the bits of `trigemu.experiments.babar.l3.bits.L3_BITS`.

    Parameters
    ----------
    config
        Objects and cuts.
    """

    def __init__(self, config: L3) -> None:
        self._config = config
        self._online, self._offline = Finder(config, offline=False), Finder(config, offline=True)

    def words(
        self, online: tuple[Columns, Columns], offline: tuple[Columns, Columns], energy: U32, random: U8
    ) -> U64:
        """Return uint64[n]: bit i is that of the name with number i in `L3_BITS`.

        Which lines of level 1 an output takes events of is in the menu's expressions.

        Parameters
        ----------
        online, offline
            Columns of tracks and clusters: those of level 3's fits, those of reconstruction.
        energy
            uint32[n], energy in the CM of each crossing's run, 0.1 MeV.
        random
            uint8[n], 1 at a random trigger.

        Raises
        ------
        InputError
            Sources have other than n events, columns different lengths, or offsets are none.
        """
        # Where no run has an energy, every share of it would be passed: one count at least.
        beam = 0.5 * GEV_PER_COUNT * np.maximum(energy, 1).astype(np.float64)
        config = self._config
        fast, full = self._online.find(*online, beam), self._offline.find(*offline, beam)
        # Numbers that no detector gives have become infinities and nan, which pass no cut.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            filters = physics_filters(fast, config.emc) | bhabha_filters(fast, config.bhabha)
            lines = outputs(fast, filters, random, config)
        after = offline_filters(full, config.offline)
        named = [*(filters[k] for k in FILTERS), *(lines[k] for k in OUTPUTS), *(after[k] for k in OFFLINE)]
        flat = np.zeros((len(beam), WORD_BITS), np.bool_)
        flat[:, : len(L3_BITS)] = np.stack(named, axis=1)
        return np.packbits(flat, axis=1, bitorder="little").view("<u8").astype(np.uint64).ravel()
