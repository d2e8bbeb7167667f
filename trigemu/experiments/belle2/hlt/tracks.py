"""What the software trigger asks of the leading tracks: Bhabha, muon-pair and two-photon tags (belle2_facts 9.2).

Leading tracks are those of largest pT of each charge among loose tracks.  Angles and momenta are in the centre of
mass unless a name says otherwise; a leg's energy is that of its cluster, taken along to the centre of mass with the
track's momentum.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, Bool
from trigemu.experiments.belle2.hlt.frame import sqrt_s
from trigemu.experiments.belle2.hlt.objects import Objects
from trigemu.physics import angles
from trigemu.physics.vectors import invariant_mass

PAIR_TAGS = (
    *("ee2leg", "ee1leg1trk", "ee1leg1e", "eexx", "eexx_select", "ee_brem", "muon_pair", "selectmumu"),
    *("radiative_bhabha", "selectee_track", "cosmic"),
)
"""Tags that need a track of each charge."""

FLAT_EDGES = (0.0, 19.0, 22.0, 25.0, 30.0, 35.0, 45.0, 60.0, 90.0, 180.0)
"""Polar angles in degrees between the lines "ee flat"."""


def track_tags(objects: Objects) -> dict[str, Bool]:
    """Return name -> bool[n] of everything that follows from the leading tracks alone."""
    n = len(objects.counts["tracks"])
    tags = {name: np.zeros(n, bool) for name in PAIR_TAGS}
    both = np.flatnonzero((objects.leaders["negative"] >= 0) & (objects.leaders["positive"] >= 0))
    for name, values in _pairs(objects, both).items():
        tags[name][both] = values
    tags["ee1leg"] = np.zeros(n, bool)
    tags["single_muon"] = np.zeros(n, bool)
    for side in ("negative", "positive"):
        rows = objects.leaders[side]
        there = np.flatnonzero(rows >= 0)
        p, lab, cm = _leg(objects, rows[there])
        tags["ee1leg"][there] |= cm > 4.5
        tags["single_muon"][there] |= (p > 3.0) & (lab > 0.0) & (lab < 1.0)
    tags["cosmic"] = _cosmic(objects)
    _electron_samples(objects, tags)
    return tags


def _leg(objects: Objects, rows: NDArray[np.int64]) -> tuple[F64, F64, F64]:
    """Return momentum, cluster energy in the laboratory and in the centre of mass of tracks."""
    lab = np.asarray(objects.tracks["energy"], np.float64)[rows]
    p = angles.momentum(objects.track_cm[rows])
    return p, lab, lab * p / angles.momentum(objects.track_lab[rows])


def _pairs(objects: Objects, events: NDArray[np.int64]) -> dict[str, Bool]:
    rows = [objects.leaders[side][events] for side in ("negative", "positive")]
    a, b = (objects.track_cm[row] for row in rows)
    (pa, lab_a, ea), (pb, lab_b, eb) = (_leg(objects, row) for row in rows)
    count = {name: values[events] for name, values in objects.counts.items()}
    p_max = objects.values["p_max"][events]

    dphi, theta_sum = angles.dphi(a, b), angles.theta(a) + angles.theta(b)
    back_to_back = (dphi > 175.0) & (np.abs(theta_sum - 180.0) < 15.0)
    high, low = np.maximum(pa, pb), np.minimum(pa, pb)
    missing = np.array([0.0, 0.0, 0.0, sqrt_s()]) - a - b
    missing_p, missing_theta = angles.momentum(missing), angles.theta(missing)
    electron = (ea > 0.8 * pa) | (eb > 0.8 * pb)
    along = (angles.between(a, missing) < 5.0) | (angles.between(b, missing) < 5.0)
    beam_hole = (missing_theta < 20.0) | (missing_theta > 160.0)
    mass = invariant_mass(objects.track_lab[rows[0]] + objects.track_lab[rows[1]])
    return {
        "ee2leg": back_to_back & (ea > 3.0) & (eb > 3.0) & ((ea > 4.5) | (eb > 4.5)),
        "ee1leg1trk": back_to_back & (((ea > 4.5) & (pb > 3.0)) | ((eb > 4.5) & (pa > 3.0))),
        "ee1leg1e": ((ea > 4.5) & (eb > 0.8 * pb)) | ((eb > 4.5) & (ea > 0.8 * pa)),
        "eexx": beam_hole & (((p_max < 1.2) & (dphi > 150.0)) | ((p_max < 2.0) & (dphi > 175.0))),
        "eexx_select": (p_max < 2.0) & (dphi > 160.0) & ((missing_theta < 25.0) | (missing_theta > 155.0)),
        "ee_brem": (
            (high > 4.5)
            & ((lab_a > 1.0) | (lab_b > 1.0))
            & (missing_p > 1.0)
            & along
            & (count["loose_b"] >= 1)
        ),
        "muon_pair": (
            (high > 4.5)
            & (lab_a < 0.5)
            & (lab_b < 0.5)
            & (theta_sum > 175.0)
            & (theta_sum < 185.0)
            & (dphi > 175.0)
            & (count["loose_b"] == 2)
        ),
        "selectmumu": (
            (high > 3.0)
            & (low > 2.5)
            & (dphi > 165.0)
            & (((lab_a > 0.0) & (lab_a < 1.0)) | ((lab_b > 0.0) & (lab_b < 1.0)))
        ),
        "radiative_bhabha": (
            (low > 1.0)
            & (missing_theta > 10.0)
            & (missing_theta < 170.0)
            & (dphi < 170.0)
            & (missing_p > 1.0)
            & electron
            & (count["loose_b"] == 2)
            & (count["tight_b"] >= 1)
        ),
        "selectee_track": (mass > 5.29) & ((ea > 1.5) | (eb > 1.5)),
    }


def _electron_samples(objects: Objects, tags: dict[str, Bool]) -> None:
    """Add "selectee_cluster" (a leg and a cluster above half of the Y(4S) mass), "selectee" and the flat lines."""
    n = len(objects.counts["tracks"])
    angle = np.zeros(n)
    tags["selectee_cluster"] = np.zeros(n, bool)
    lab_theta = angles.theta(objects.track_lab)
    for side in ("negative", "positive"):
        rows = objects.leaders[side]
        there = np.flatnonzero(rows >= 0)
        energy = _leg(objects, rows[there])[2]
        passes = there[(energy > 1.5) & (objects.values[f"mass_{side}"][there] > 5.29)]
        tags["selectee_cluster"][passes] = True
        negative = side == "negative"
        angle[passes] = lab_theta[rows[passes]] if negative else objects.values["theta_positive"][passes]
    both = (objects.leaders["negative"] >= 0) & (objects.leaders["positive"] >= 0)
    angle[both] = lab_theta[objects.leaders["negative"][both]]
    tags["selectee"] = tags["selectee_cluster"] | tags["selectee_track"]
    for k, (low, high) in enumerate(itertools.pairwise(FLAT_EDGES)):
        tags[f"ee_flat_{k}"] = tags["selectee"] & (angle >= low) & (angle < high)


def _cosmic(objects: Objects) -> Bool:
    """Exactly two tracks of opposite charge, in line to 2 degrees, away from the region where the field is poor."""
    rows = [objects.leaders[side] for side in ("negative_any", "positive_any")]
    found: Bool = (objects.counts["tracks"] == 2) & (rows[0] >= 0) & (rows[1] >= 0)
    events = np.flatnonzero(found)
    a, b = (objects.track_lab[row[events]] for row in rows)
    good = (180.0 - angles.dphi(a, b) < 2.0) & (np.abs(180.0 - angles.theta(a) - angles.theta(b)) < 2.0)
    for row, p in zip(rows, (a, b), strict=True):
        z0, d0, energy = (
            np.asarray(objects.tracks[name], np.float64)[row[events]] for name in ("z0", "d0", "energy")
        )
        good &= (np.hypot(p[:, 0], p[:, 1]) > 0.5) & (energy < 1.0) & ((z0 < 570.0) | (np.abs(d0) > 265.0))
    found[events] = good
    return np.asarray(found)
