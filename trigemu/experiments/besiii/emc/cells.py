"""The 16 conditions of the calorimeter from trigger cells and energy readings that are there all at once.

This is what real events allow: the hardware's record of a window holds the cells that are on, and the readings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.besiii_emc_clusters import Clusters
from trigemu._kernels.besiii_emc_energy import Energies
from trigemu.arrays import I32, Bool
from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import EMC_CONDITIONS
from trigemu.experiments.besiii.emc.config import BLOCKS, Emc
from trigemu.experiments.besiii.emc.geometry import BARREL_PHIS, BARREL_THETAS, ENDCAP_CELLS
from trigemu.experiments.besiii.emc.settings import energy_settings


def _word(cells: Bool) -> NDArray[np.uint32]:
    """Return uint32[...], bit i of a word is cell i of the last axis."""
    place = np.left_shift(np.uint32(1), np.arange(cells.shape[-1], dtype=np.uint32))
    words: NDArray[np.uint32] = np.where(cells, place, np.uint32(0)).sum(axis=-1, dtype=np.uint32)
    return words


def conditions_of_cells(
    barrel: Bool, east: Bool, west: Bool, blocks: I32, config: Emc, sums: I32 | None = None
) -> Bool:
    """Return bool[n, 16], the conditions in the order of `bits.EMC_CONDITIONS`.

    Parameters
    ----------
    barrel, east, west
        bool[n, 11, 30], bool[n, 32] and bool[n, 32], cells that are on.
    blocks
        int32[n, 16], readings of the energy blocks with their pedestals.
    config
        Settings.
    sums
        int32[n, 3], readings of barrel, endcaps and all; None: of the blocks.

    Raises
    ------
    InputError
        If the arrays do not fit together.
    """
    n = len(barrel)
    shapes = [a.shape for a in (barrel, east, west, blocks)]
    wanted = [(n, BARREL_THETAS, BARREL_PHIS), (n, ENDCAP_CELLS), (n, ENDCAP_CELLS), (n, BLOCKS)]
    if shapes != wanted or (sums is not None and sums.shape != (n, 3)):
        raise InputError(
            f"emc: cells and blocks have the shapes {shapes}; allowed: {wanted} and sums ({n}, 3)"
        )
    rows = np.concatenate([_word(barrel), _word(east)[:, None], _word(west)[:, None]], axis=1)
    energies = Energies(energy_settings(config))
    readings = np.ascontiguousarray(blocks, np.int32)
    if sums is None:
        sums = np.empty((n, 3), np.int32)
        energies.totals(readings, sums)
    found, energy = np.empty(n, np.uint32), np.empty(n, np.uint32)
    Clusters(config).at_once(np.ascontiguousarray(rows), found)
    energies.at_once(readings, np.ascontiguousarray(sums, np.int32), energy)
    # Without a cluster there is no condition at all (besiii_babar_facts A5.18).
    words = np.where(found & 1, found | energy, np.uint32(0))
    return (words[:, None] >> np.arange(len(EMC_CONDITIONS), dtype=np.uint32) & 1).astype(np.bool_)
