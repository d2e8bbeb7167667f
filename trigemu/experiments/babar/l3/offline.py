"""Filters after level 3 that analyses quote (besiii_babar_facts B7.14-B7.17), of reconstructed tracks and clusters."""

from __future__ import annotations

from trigemu.arrays import Bool
from trigemu.experiments.babar.l3.offline_config import Offline
from trigemu.experiments.babar.l3.quantities import Event


def offline_filters(event: Event, config: Offline) -> dict[str, Bool]:
    """Return name -> bool[n] of `l3.bits.OFFLINE`; what counts, is counted in ``event``.

    Tracks are good ones (`offline_config.GoodTracks`), any in the vetoes of the single-photon filters.
    """
    tracks, clusters = event.tracks, event.clusters
    multi, neutral = config.multi_hadron, config.neutral_hadron
    # One photon is that of the beams; another counts as a cluster beside it.
    others = (tracks["soft_one"] >= 1) | (tracks["soft_two"] >= 2) | (clusters["beside"] - 1 >= 2)
    return {
        "bgf_isr": (clusters["isr"] >= 1) & others & (tracks["electrons"] == 0),
        "bgf_single_photon_low_mass": (clusters["low_mass"] == 1) & (tracks["fast_low"] == 0),
        "bgf_single_photon_high_mass": (clusters["high_mass"] >= 1) & (tracks["fast_high"] == 0),
        "bgf_multi_hadron": (tracks["good"] >= multi.tracks) & (event.r2 < multi.r2),
        "bgf_neutral_hadron": (
            (tracks["good"] < multi.tracks)
            & (clusters["neutral"] >= neutral.clusters)
            & (event.neutral > neutral.total_gev)
            & (event.neutral_r2 < neutral.r2)
        ),
    }
