"""Output lines of level 3 (besiii_babar_facts B7.10, B7.11, B7.15; babar_geometry_facts G10.6)."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import U8, Bool
from trigemu.experiments.babar.l3.config import L3, Cosmic, Pairs, VirtualCompton
from trigemu.experiments.babar.l3.filters import acoplanarity
from trigemu.experiments.babar.l3.flat import kept_flat
from trigemu.experiments.babar.l3.quantities import CHARGE, D0, ENERGY, MOMENTUM, PT, RATIO, E, Event
from trigemu.physics.angles import acollinearity


def outputs(event: Event, filters: dict[str, Bool], random: U8, config: L3) -> dict[str, Bool]:
    """Return name -> bool[n] of `l3.bits.OUTPUTS`.

    Parameters
    ----------
    event
        What level 3 found.
    filters
        What its filters say.
    random
        uint8[n], 1 at a random trigger.
    config
        Cuts.
    """
    two = filters["bhabha_two_prong"]
    bhabha = two | filters["bhabha_one_prong"]
    nothing = event.tracks["prongs"] == 0
    photon, energy = config.single_photon, event.showers.first[:, E]
    isolated = event.clusters["neighbours"] == 0
    return {
        "dch": (filters["dch_one_track"] | filters["dch_two_tracks"]) & ~bhabha,
        "emc": (filters["emc_two_clusters"] | filters["emc_four_clusters"]) & ~bhabha,
        "bhabha": bhabha,
        "bhabha_flat": two & kept_flat(event.prongs, config.bhabha.flat_from),
        **_pairs(event, config.pairs),
        "virtual_compton": _virtual_compton(
            event, config.virtual_compton, config.bhabha.energy_over_momentum
        ),
        "single_photon_high": nothing & (energy > photon.high_gev) & isolated,
        "single_photon_low": nothing & (energy > photon.low_gev) & config.low_energy_line,
        "cosmic": _cosmic(event, config.cosmic) & ~two,
        "background": nothing & (event.tracks["tracks"] > 0),
        "random": np.asarray(random) != 0,
    }


def _pairs(event: Event, cuts: Pairs) -> dict[str, Bool]:
    tracks, clusters, beam = event.prongs, event.showers, event.beam[:, None]
    in_line = acollinearity(tracks.first, tracks.second) < cuts.acollinearity_deg
    fast = (tracks.of(MOMENTUM) > cuts.momentum_share * beam).all(axis=1)
    leptons = (event.tracks["prongs"] == 2) & in_line & fast
    quiet = (tracks.of(ENERGY) < cuts.muon_gev).all(axis=1)
    return {
        "gamma_gamma": (
            (event.tracks["prongs"] == 0)
            & (clusters.of(E) > cuts.photon_share * beam).all(axis=1)
            & (acollinearity(clusters.first, clusters.second) < cuts.acollinearity_deg)
        ),
        "lumi": leptons,
        "mu_pair": leptons & quiet & (tracks.of(CHARGE).prod(axis=1) < 0),
    }


def _virtual_compton(event: Event, cuts: VirtualCompton, ratio: float) -> Bool:
    """Return bool[n]: one electron, and a photon that balances it across the beams but not along them."""
    electron, photon = event.prongs.first, event.photon
    return np.asarray(
        (event.tracks["prongs"] == 1)
        & (event.prongs.of(RATIO)[:, 0] > ratio)
        & (event.prongs.of(MOMENTUM)[:, 0] > cuts.least_gev)
        & (photon[:, E] > cuts.least_gev)
        & (acoplanarity(electron, photon) < cuts.acoplanarity_deg)
        & (acollinearity(electron, photon) > cuts.acollinearity_deg)
    )


def _cosmic(event: Event, cuts: Cosmic) -> Bool:
    """Return bool[n]: the two tracks of highest pT, wherever they come from, are halves of one."""
    pair = event.highest
    pt, lab, distance = pair.of(PT), pair.lab, np.abs(pair.of(D0))
    bend = np.divide(1.0, pt, out=np.full(pt.shape, np.inf), where=pt > 0)
    return np.asarray(
        (pt > cuts.pt_gev).all(axis=1)
        & (acollinearity(lab[:, 0], lab[:, 1]) < cuts.acollinearity_deg)
        & (np.abs(distance[:, 0] - distance[:, 1]) < cuts.d0_mm)
        & (np.abs(bend[:, 0] - bend[:, 1]) < cuts.curvature)
    )
