"""What the software trigger asks of leading clusters: Bhabha and photon pairs, pi0 candidates (belle2_facts 9.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, Bool
from trigemu.experiments.belle2.hlt.frame import sqrt_s
from trigemu.experiments.belle2.hlt.objects import Objects
from trigemu.physics import angles
from trigemu.physics.vectors import invariant_mass

TAGS = (
    *("ee2clst", "gg2clst", "gg_barrel", "gg_endcap", "ecl_muon_pair", "gg_high_pt"),
    *("photon_pair", "tag_low_mass", "tag_high_mass"),
)
"""What `cluster_tags` returns, beside ``pair_dphi``."""


def cluster_tags(objects: Objects, track: NDArray[np.int16]) -> tuple[dict[str, Bool], F64]:
    """Return name -> bool[n] of `TAGS`, and the leading clusters' difference in azimuth in degrees (nan without two).

    ``photon_pair``: both are photons in 17-150 degrees.  ``track`` is the clusters' column of that name.
    """
    n = len(objects.counts["tracks"])
    tags = {name: np.zeros(n, bool) for name in TAGS}
    apart = np.full(n, np.nan)
    events = np.flatnonzero(objects.leaders["cluster_2"] >= 0)
    first, second = (objects.leaders[f"cluster_{k}"][events] for k in (1, 2))
    a, b = objects.cluster_cm[first], objects.cluster_cm[second]
    apart[events] = angles.dphi(a, b)
    values = _pairs(objects, first, second, track)
    for name, passes in values.items():
        tags[name][events] = passes
    _single_tag(objects, tags)
    return tags, apart


def _pairs(
    objects: Objects, first: NDArray[np.int64], second: NDArray[np.int64], track: NDArray[np.int16]
) -> dict[str, Bool]:
    a, b = objects.cluster_cm[first], objects.cluster_cm[second]
    ea, eb = a[:, 3], b[:, 3]
    dphi, theta_sum = angles.dphi(a, b), angles.theta(a) + angles.theta(b)
    in_line = np.abs(theta_sum - 180.0) < 15.0
    strong = (ea > 3.0) & (eb > 3.0) & ((ea > 4.5) | (eb > 4.5))

    lab_a, lab_b = objects.cluster_lab[first], objects.cluster_lab[second]
    theta_a, theta_b = angles.theta(lab_a), angles.theta(lab_b)
    barrel = ((theta_a > 32.0) & (theta_a < 130.0)) | ((theta_b > 32.0) & (theta_b < 130.0))
    neutral_a, neutral_b = track[first] < 0, track[second] < 0
    loose = (ea > 2.0) & (eb > 2.0) & ((ea > 4.0) | (eb > 4.0)) & (dphi > 177.0) & (neutral_a | neutral_b)
    low, high = np.minimum(lab_a[:, 3], lab_b[:, 3]), np.maximum(lab_a[:, 3], lab_b[:, 3])
    in_view = [(theta > 26.0) & (theta < 130.0) for theta in (theta_a, theta_b)]
    accepted = [(theta > 17.0) & (theta < 150.0) for theta in (theta_a, theta_b)]
    both = a + b
    return {
        "ee2clst": strong & in_line & (dphi > 160.0) & (dphi < 178.0),
        "gg2clst": strong & in_line & (dphi > 178.0),
        "gg_barrel": loose & barrel,
        "gg_endcap": loose & ~barrel,
        "ecl_muon_pair": (
            (dphi > 155.0) & (theta_sum > 165.0) & (theta_sum < 195.0) & (low > 0.15) & (high < 0.5)
        ),
        "gg_high_pt": (
            (eb > 0.3)
            & in_view[0]
            & in_view[1]
            & neutral_a
            & neutral_b
            & (np.hypot(both[:, 0], both[:, 1]) > 1.0)
        ),
        "photon_pair": accepted[0] & accepted[1] & neutral_a & neutral_b,
    }


def _single_tag(objects: Objects, tags: dict[str, Bool]) -> None:
    """One looseB track against a pi0 or something heavier that decays to two photons."""
    track = np.where(
        objects.leaders["negative"] >= 0, objects.leaders["negative"], objects.leaders["positive"]
    )
    events = np.flatnonzero(
        (objects.counts["loose_b"] == 1)
        & (objects.values["p_max_b"] > 0.8)
        & (objects.leaders["neutral_2"] >= 0)
        & (track >= 0)
    )
    leg = objects.track_cm[track[events]]
    pair = (
        objects.cluster_cm[objects.leaders["neutral_1"][events]]
        + objects.cluster_cm[objects.leaders["neutral_2"][events]]
    )
    theta_sum, mass = angles.theta(pair) + angles.theta(leg), invariant_mass(pair)
    passes = (
        (pair[:, 3] > 1.0)
        & (pair[:, 3] < 0.525 * sqrt_s())
        & ((theta_sum < 170.0) | (theta_sum > 190.0))
        & (angles.dphi(leg, pair) > 160.0)
    )
    tags["tag_low_mass"][events] = passes & (mass < 0.7)
    tags["tag_high_mass"][events] = passes & (mass > 0.7)
