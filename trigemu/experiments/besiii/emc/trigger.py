"""The calorimeter's sub-trigger: crystals to trigger cells, clusters, energy sums and 16 conditions.

Compiled in ``ext/besiii/emc_cells.pyx``, ``emc_clusters.pyx`` and ``emc_energy.pyx``; besiii_babar_facts A5 and, where
it overrules that, besiii_real_facts 2.5.

When things are true.  A cell is on from the tick in which its pulse fires, for ``active_ticks``; cluster conditions
follow the cells.  An energy condition is true in one tick, that in which the pulses summed for it peak: 4 us after the
mean start of the crystals above the gate, weighted with energy.  The times of the hardware's recorded sums lie at one
distance from that (4 events, within 8 ticks); and events that a calorimeter channel decided have their decision at one
time of the read-out window if energy conditions wait for the peak and clusters are delayed by 50 ticks more than
energies (fit, bracket 44-57: 5 events, within 8 ticks).  Stretching is the global trigger's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.besiii_emc_cells import Cells
from trigemu._kernels.besiii_emc_clusters import Clusters
from trigemu._kernels.besiii_emc_energy import Energies
from trigemu.experiments.besiii.bits import EMC_CONDITIONS
from trigemu.experiments.besiii.clock import TICK_WORDS
from trigemu.experiments.besiii.emc.config import BLOCKS, Emc
from trigemu.experiments.besiii.emc.geometry import cell_of_crystal
from trigemu.experiments.besiii.emc.pulse import pulse
from trigemu.experiments.besiii.emc.settings import block_of_cell, cell_settings, energy_settings
from trigemu.experiments.besiii.records import EmcTrigger

_MOMENTS = 2


class EmcFinder:
    """The calorimeter's sub-trigger with its settings; one object may serve many threads."""

    def __init__(self, config: Emc) -> None:
        self.config = config
        self._cells = Cells(
            cell_settings(config),
            cell_of_crystal(config.barrel_shift, config.endcap_shift),
            block_of_cell(),
            pulse(),
        )
        self._clusters = Clusters(config)
        self._energies = Energies(energy_settings(config))

    def decide(self, columns: Mapping[str, NDArray[Any]]) -> EmcTrigger:
        """Decide crossings from the source ``emc``.

        Parameters
        ----------
        columns
            ``channel`` uint16[m] (crystal), ``value`` uint16[m] (ADC counts), ``range`` uint8[m] (0-2), ``time``
            uint8[m] (50 ns) and ``offsets`` int64[n + 1].

        Raises
        ------
        InputError
            If a channel is no crystal, a value, range or time is none, or the arrays do not fit together.
        """
        offsets = np.ascontiguousarray(columns["offsets"], np.int64)
        digis = (
            np.ascontiguousarray(columns["channel"], np.uint16),
            np.ascontiguousarray(columns["value"], np.uint16),
            np.ascontiguousarray(columns["range"], np.uint8),
            np.ascontiguousarray(columns["time"], np.uint8),
        )
        n, m = max(len(offsets) - 1, 0), len(digis[0])
        weights = np.zeros((n, BLOCKS + _MOMENTS), np.int64)
        fired_offsets = np.empty(n + 1, np.int64)
        room = np.empty((m, 2), np.int16)
        self._cells.run(offsets, *digis, weights, fired_offsets, room)
        fired = room[: fired_offsets[-1]]
        masks = np.zeros((n, len(EMC_CONDITIONS), TICK_WORDS), np.uint64)
        head = np.zeros(len(fired), np.uint8)
        self._clusters.run(fired_offsets, fired, masks, head)
        blocks = np.empty((n, BLOCKS), np.int32)
        sums = np.empty((n, 3), np.int32)
        self._energies.run(weights, blocks, sums, masks)
        return EmcTrigger(
            conditions=masks,
            blocks=blocks,
            sums=sums,
            offsets=fired_offsets,
            cell=fired[:, 0].astype(np.uint16),
            tick=fired[:, 1].copy(),
            head=head,
        )
