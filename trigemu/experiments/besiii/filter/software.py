"""The event filter: tracks and clusters of offline reconstruction to a class and the searches' selections."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import U8, U16, U64
from trigemu.collider.reconstructed import Columns
from trigemu.experiments.besiii.filter.bits import FILTER_BITS
from trigemu.experiments.besiii.filter.classes import classify
from trigemu.experiments.besiii.filter.config import Filter
from trigemu.experiments.besiii.filter.quantities import quantities
from trigemu.experiments.besiii.filter.search import single_photons

_SEARCH = FILTER_BITS.index("search_single_photon")


class EventFilter:
    """Works out the bits of `trigemu.experiments.besiii.filter.bits.FILTER_BITS`.

    Parameters
    ----------
    config
        Objects and cuts.
    """

    def __init__(self, config: Filter) -> None:
        self._config = config

    def words(self, tracks: Columns, clusters: Columns, energy: U16, random: U8) -> U64:
        """Return uint64[n]: bit i is that of the name with number i in `FILTER_BITS`.

        Parameters
        ----------
        tracks, clusters
            Columns of those sources (`trigemu.experiments.besiii.sources`).
        energy
            uint16[n], energy in the centre of mass of each event's run, 0.1 MeV.
        random
            uint8[n], 1 at a random trigger.

        Raises
        ------
        InputError
            Sources have different numbers of events, columns different lengths, or offsets are none.
        """
        found = quantities(tracks, clusters, energy, self._config.objects)
        number = classify(found, random, self._config)
        photon = single_photons(tracks, clusters, self._config.search) >= 0
        words = np.uint64(1) << number.astype(np.uint64)
        return np.asarray(words | photon.astype(np.uint64) << np.uint64(_SEARCH), np.uint64)
