"""Level 3 and the filters after it: tracks and clusters to bits."""

from __future__ import annotations

from collections.abc import Mapping

from trigemu.arrays import U8, U32, U64
from trigemu.experiments.babar.l3.config import L3
from trigemu.frames.columns import Array

Columns = Mapping[str, Array]


class Level3:
    """Works out the bits of `trigemu.experiments.babar.l3.bits.L3_BITS`."""

    def __init__(self, config: L3) -> None:
        self._config = config

    def words(
        self,
        online: tuple[Columns, Columns],
        offline: tuple[Columns, Columns],
        lines: U32,
        energy: U32,
        random: U8,
    ) -> U64:
        """Return uint64[n]: bit i is that of the name with number i in `L3_BITS`.

        Parameters
        ----------
        online, offline
            Columns of tracks and clusters: those of level 3's fits, those of reconstruction.
        lines
            uint32[n], lines of the global trigger that fired.
        energy
            uint32[n], energy in the CM of each crossing's run, 0.1 MeV.
        random
            uint8[n], 1 at a random trigger.
        """
        raise NotImplementedError
