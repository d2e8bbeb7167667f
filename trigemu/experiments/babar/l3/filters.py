"""Filters of tracks and clusters that select physics, and those of Bhabha events that are taken out of it.

Tracks and clusters: besiii_babar_facts B7.5, B7.6, B7.9.  Bhabha (B7.11, babar_geometry_facts G10.6), recalled of the
experiment's: two prongs are in line in the CM, or as far from it as radiation from the initial state explains; one
prong is an electron (there: the positron, backward); both look at momenta and at E/p.  Their cuts are guesses.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.experiments.babar.l3.config import Bhabha, Emc
from trigemu.experiments.babar.l3.quantities import MOMENTUM, RATIO, E, Event, to_lab
from trigemu.physics.angles import acollinearity, dphi, theta

_BACK = np.array([-1.0, -1.0, -1.0, 1.0])


def physics_filters(event: Event, config: Emc) -> dict[str, Bool]:
    """Return name -> bool[n] of the filters of tracks and of clusters; what counts, is counted in ``event``."""
    heavy = event.mass > config.mass_gev
    return {
        "dch_one_track": event.tracks["one_track"] >= 1,
        "dch_two_tracks": event.tracks["two_tracks"] >= 2,
        "emc_two_clusters": heavy & (event.clusters["two_clusters"] >= 2),
        "emc_four_clusters": heavy & (event.clusters["clusters"] >= 4),
    }


def acoplanarity(a: F64, b: F64) -> F64:
    """Return float64[n], 180 degrees less the difference in azimuth of four-vectors float64[n, 4]."""
    return 180.0 - dphi(a, b)


def expected_momenta(a: F64, b: F64, beam: F64) -> F64:
    """Return float64[n, 2] in GeV: momenta of a massless pair whose angles are those of ``a`` and ``b`` in the CM.

    If what is missing is one photon along the beams, so that transverse momenta balance (p1 sin1 = p2 sin2) and
    p1 + p2 + |p1 cos1 + p2 cos2| is all the energy.  A pair in line has the beam's energy each.

    Parameters
    ----------
    a, b
        float64[n, 4], the pair in the CM.
    beam
        float64[n], energy of a beam in the CM, GeV.
    """
    first, second = np.radians(theta(a)), np.radians(theta(b))
    sines = np.stack([np.sin(second), np.sin(first)], axis=1)
    parts = sines.sum(axis=1) + np.abs(np.sin(first + second))
    unit = np.divide(2.0 * beam, parts, out=np.full(len(beam), np.inf), where=parts > 0)
    return np.asarray(unit[:, None] * sines)


def bhabha_filters(event: Event, config: Bhabha) -> dict[str, Bool]:
    """Return name -> bool[n] of both filters."""
    pair, prongs, beam = event.prongs, event.tracks["prongs"], event.beam
    electron, momenta = pair.of(RATIO) > config.energy_over_momentum, pair.of(MOMENTUM)
    expected = expected_momenta(pair.first, pair.second, beam)
    return {
        "bhabha_two_prong": (
            (prongs == 2)
            & electron.all(axis=1)
            & (acoplanarity(pair.first, pair.second) < config.acoplanarity_deg)
            & (momenta > config.momentum_share * expected).all(axis=1)
        ),
        "bhabha_one_prong": (
            (prongs == 1)
            & electron[:, 0]
            & (momenta[:, 0] > config.momentum_share * beam)
            & (_left(pair.first, config) | _cluster_opposite(event, config))
        ),
    }


def _left(prong: F64, config: Bhabha) -> Bool:
    """Return bool[n]: what would be opposite in the CM flies where no track is found."""
    low, high = config.partner_deg
    angle = theta(to_lab(prong * _BACK))
    return np.asarray((angle < low) | (angle > high))


def _cluster_opposite(event: Event, config: Bhabha) -> Bool:
    """Return bool[n]: one of the two leading clusters is opposite to the prong and has enough energy."""
    found = np.zeros(len(event.beam), np.bool_)
    for cluster in (event.showers.first, event.showers.second):
        enough = cluster[:, E] > config.cluster_share * event.beam
        found |= enough & (acollinearity(event.prongs.first, cluster) < config.acollinearity_deg)
    return found
