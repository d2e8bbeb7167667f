"""Missing mass beside the photon of the search; for analysis, nothing online needs it."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, U16
from trigemu.collider.reconstructed import Columns, photon_momenta
from trigemu.collider.response.recoil import beam_totals, signed_mass
from trigemu.experiments.besiii.filter.config import Search
from trigemu.experiments.besiii.filter.quantities import GEV_PER_COUNT
from trigemu.experiments.besiii.filter.search import single_photons
from trigemu.physics.beams import bepc2

LEAST_ENERGY = 10_000
"""Counts of 0.1 MeV below which there is no run of this collider, so no missing mass."""


def missing_masses(clusters: Columns, rows: I64, energy: U16) -> F64:
    """Return float64[n] in GeV: what recoils against a photon; nan without photon or run energy.

    Parameters
    ----------
    clusters
        Columns of that source.
    rows
        int64[n], the photon of each event, -1 without.
    energy
        uint16[n], energy in the centre of mass of each event's run, 0.1 MeV; the crossing angle is that of the
        collider.

    Returns
    -------
    NDArray
        Masses, negative where their squares are (errors of the photon).
    """
    out = np.full(len(rows), np.nan)
    usable = np.flatnonzero((rows >= 0) & (energy >= LEAST_ENERGY))
    own = {name: np.asarray(clusters[name])[rows[usable]] for name in ("energy", "theta", "phi")}
    total = beam_totals(energy[usable], lambda counts: bepc2(GEV_PER_COUNT * counts))
    out[usable] = signed_mass(total - photon_momenta(own))
    return out


def search_masses(tracks: Columns, clusters: Columns, energy: U16, config: Search) -> F64:
    """Return float64[n] in GeV, the missing mass of events that the search selects; nan of the others."""
    return missing_masses(clusters, single_photons(tracks, clusters, config), energy)
