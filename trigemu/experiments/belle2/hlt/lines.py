"""Filter lines of the software trigger, cut by cut (belle2_facts 9.3; the experiment's names encode the same cuts).

Final cut strings and prescales of the experiment are kept in a database that is not public.  Readings: "n clusters
above E1, m more above E2" counts the first among the second; "no other cluster" is exactly one cluster above 0.3 GeV in
the centre of mass; the single diphoton asks for exactly two such clusters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import Bool
from trigemu.experiments.belle2.hlt.clusters import cluster_tags
from trigemu.experiments.belle2.hlt.config import Hlt
from trigemu.experiments.belle2.hlt.objects import Objects
from trigemu.experiments.belle2.hlt.tracks import track_tags
from trigemu.experiments.belle2.hlt.vertex import displaced


def decide(objects: Objects, track: NDArray[np.int16], config: Hlt) -> dict[str, Bool]:
    """Return name -> bool[n] of every line and veto, without the prefix of `HLT_BITS`.

    ``track`` is the clusters' column of that name.
    """
    tags = track_tags(objects)
    pairs, dphi = cluster_tags(objects, track)
    tags |= {name: pairs[name] for name in ("ee2clst", "gg2clst", "gg_barrel", "gg_endcap", "ecl_muon_pair")}
    tags["ee1leg1clst"] = (tags["ee2clst"] | tags["gg2clst"]) & tags["ee1leg"]
    return {
        **tags,
        **_track_lines(objects, tags),
        **_cluster_lines(objects, tags),
        **_photon_lines(objects),
        "photons_back_to_back": (
            pairs["photon_pair"]
            & (dphi > config.photons.pair_dphi_deg)
            & (objects.counts["e250"] == 2)
            & (objects.counts["pair_max"] == 0)
        ),
        "diphoton": pairs["gg_high_pt"] & (objects.counts["medium"] == 2),
        "single_tag_low_mass": pairs["tag_low_mass"],
        "single_tag_high_mass": pairs["tag_high_mass"],
        "displaced_vertex": displaced(objects, config.vertex),
    }


def _none_of(tags: dict[str, Bool], *names: str) -> Bool:
    return np.asarray(~np.logical_or.reduce([tags[name] for name in names]))


def _track_lines(objects: Objects, tags: dict[str, Bool]) -> dict[str, Bool]:
    count = objects.counts
    p, p_b = objects.values["p_max"], objects.values["p_max_b"]
    two, two_b = count["loose"] == 2, count["loose_b"] == 2
    return {
        "three_tracks": (count["loose_b"] >= 3) & (count["tight_b"] >= 1) & _none_of(tags, "ee2leg"),
        "three_tracks_c": (count["track_c"] >= 3) & _none_of(tags, "ee2leg"),
        "two_tracks_low": (
            two_b & (count["tight_b"] >= 1) & (count["charge_b"] == 0) & (p_b < 0.8) & _none_of(tags, "eexx")
        ),
        "two_tracks_mid": two_b & (p_b > 0.8) & (p_b < 4.5) & _none_of(tags, "ee2leg", "ee1leg1trk", "eexx"),
        "two_tracks_high": (
            two_b & (p_b > 4.5) & _none_of(tags, "ee2leg", "ee1leg1trk", "ee1leg1e", "ee_brem", "muon_pair")
        ),
        "two_loose_low": two & (p < 0.8),
        "two_loose_mid": two & (p > 0.8) & (p < 4.5),
        "two_loose_high": two & (p > 4.5),
        "tight_track": count["tight"] >= 1,
    }


def _cluster_lines(objects: Objects, tags: dict[str, Bool]) -> dict[str, Bool]:
    count = objects.counts
    quiet = count["e2000"] == 0
    return {
        "three_clusters": (count["e500"] >= 1) & (count["e180"] >= 3) & quiet,
        "four_clusters": (count["e300"] >= 1) & (count["e180"] >= 4) & quiet,
        "neutral_2gev_barrel": (
            (count["neutral_barrel"] >= 1) & _none_of(tags, "gg2clst", "ee1leg1clst", "ee1leg1trk", "ee_brem")
        ),
        "neutral_2gev_endcap": (
            (count["neutral_endcap"] >= 1) & _none_of(tags, "gg2clst", "ee2clst", "ee1leg", "ee_brem")
        ),
        "charged_2gev": (count["charged"] >= 1) & _none_of(tags, "gg2clst", "ee2clst", "ee1leg"),
        "cluster_2gev": count["high"] >= 1,
    }


def _photon_lines(objects: Objects) -> dict[str, Bool]:
    count = objects.counts
    alone = count["medium"] == 1
    return {
        "single_cluster": (count["single"] == 1) & alone,
        "single_photon_barrel": (count["photon_barrel"] == 1) & alone,
        "single_photon_extended": (count["photon_extended"] == 1) & alone,
        "single_photon_reduced": (count["photon_reduced"] == 1) & alone,
        "single_photon_endcap": (count["photon_endcap"] == 1) & alone,
        "single_electron_barrel": (count["electron_barrel"] == 1) & alone,
        "single_electron_extended": (count["electron_extended"] == 1) & alone,
    }
