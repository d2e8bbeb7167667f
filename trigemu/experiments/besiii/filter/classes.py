"""Classes of events: the event filter's tree over its quantities (besiii_babar_facts A10.6, A10.8)."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import U8, Bool
from trigemu.experiments.besiii.filter.bits import CLASSES
from trigemu.experiments.besiii.filter.config import Filter
from trigemu.experiments.besiii.filter.quantities import Quantities

ORDER = (
    *("random", "bhabha", "digamma", "cosmic", "dimuon"),
    *("beam_gas", "single_photon", "hadron", "other"),
)
"""Which class an event is in that could be in several: the first of these."""


def conditions(found: Quantities, random: U8, config: Filter) -> dict[str, Bool]:
    """Return class -> bool[n], what events in it fulfil; the first in `ORDER` counts.

    By the number of showers: none, and no track, is beam gas or nothing; one without track is a single photon; two
    (the two highest of more as well) are Bhabha, photon or muon pairs; three and more without track are hadrons, as
    is everything with two tracks from the collision point that is not a pair.
    """
    pair, muons, cosmics = config.pair, config.muons, config.cosmics
    neutral = found.charged == 0
    back_to_back = found.acollinearity < pair.acollinearity_deg
    hard = (found.share[:, 1] > pair.energy_share) & back_to_back
    two = found.charged == 2
    # Total energy over that of a beam, so twice its share of the energy in the centre of mass.
    soft = found.total < 2.0 * config.beam_gas.energy_share
    alone = config.single_photon
    lonely = (found.showers >= 1) & (np.abs(found.cosine[:, 0]) < alone.cosine)
    return {
        "random": random != 0,
        "bhabha": hard & ~neutral,
        "digamma": hard & neutral,
        "cosmic": two
        & (found.track_acollinearity < cosmics.acollinearity_deg)
        & (found.time > cosmics.time_ns),
        "dimuon": two
        & (found.tracks == 2)
        & found.opposite
        & (found.momentum[:, 1] > muons.momentum_share)
        & (found.leg.min(axis=1) > muons.leg_gev[0])
        & (found.leg.max(axis=1) < muons.leg_gev[1])
        & (found.track_acollinearity < muons.acollinearity_deg),
        "beam_gas": np.where(neutral, soft, found.tracks == 0),
        "single_photon": neutral & lonely & (found.share[:, 1] * found.beam <= alone.other_gev),
        "hadron": (found.tracks >= 2) | (neutral & (found.showers >= 3)),
        "other": np.ones(len(random), np.bool_),
    }


def classify(found: Quantities, random: U8, config: Filter) -> U8:
    """Return uint8[n], the number in `CLASSES` of each event's class.

    Parameters
    ----------
    found
        Quantities of the events.
    random
        uint8[n], 1 at a random trigger.
    config
        Cuts.
    """
    held = conditions(found, random, config)
    numbers = [CLASSES.index(name) for name in ORDER]
    return np.select([held[name] for name in ORDER], numbers).astype(np.uint8)
