"""Online selection of the search for an invisible A' beside a single photon (besiii_babar_facts A9.2)."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import I64
from trigemu.collider.reconstructed import Columns, events_of
from trigemu.experiments.besiii.filter.config import Search
from trigemu.experiments.besiii.filter.quantities import in_time


def single_photons(tracks: Columns, clusters: Columns, config: Search) -> I64:
    """Return int64[n], the row of the photon of each event that passes, -1 of the others.

    One cluster without track inside the window of energy and angle, no other cluster above ``other_gev`` in time,
    no track at all.

    Parameters
    ----------
    tracks, clusters
        Columns of those sources.
    config
        Cuts.

    Raises
    ------
    InputError
        Columns have different lengths, or offsets are none.
    """
    offsets = np.asarray(tracks["offsets"], np.int64)
    n = len(offsets) - 1
    out = np.full(n, -1)
    low, high = config.energy_gev
    event = events_of("clusters", clusters)
    energy, theta = (np.asarray(clusters[name], np.float64) for name in ("energy", "theta"))
    heard = in_time(clusters, config.other_gev, config.time_ns)
    photon = in_time(clusters, low, config.time_ns) & (energy < high)
    with np.errstate(invalid="ignore"):
        photon &= np.abs(np.cos(theta)) < config.cosine
    photon &= np.asarray(clusters["track"], np.int16) < 0
    # Where the window begins below what counts as another cluster, a photon may be neither.
    others = np.bincount(event[heard | photon], minlength=n)
    rows = np.flatnonzero(photon)
    rows = rows[(others == 1)[event[rows]] & (np.diff(offsets) == 0)[event[rows]]]
    out[event[rows]] = rows
    return out
