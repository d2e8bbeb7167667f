"""What the software trigger counts and which tracks and clusters lead (belle2_facts 9.1, 9.2).

Tracks are pions.  A photon is a cluster without track, an electron one with a track: the experiment also asks for a
shower-shape score above 0.5, which a fast simulation does not have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_hlt
from trigemu.arrays import F64, I64
from trigemu.collider.reconstructed import (
    Columns,
    check_pieces,
    photon_momenta,
    track_momenta,
    transverse_momenta,
)
from trigemu.errors import InputError
from trigemu.experiments.belle2.hlt.config import Hlt
from trigemu.experiments.belle2.hlt.frame import to_cm

PION_GEV = 0.13957039
FIELD_T = 1.5
"""Field of the solenoid (belle2_facts 1)."""

COUNTS = (
    *("tracks", "track_c", "loose", "tight", "loose_b", "tight_b", "charge", "charge_b"),
    *("clusters", "medium", "high", "e180", "e300", "e500", "e2000", "e250", "pair_max", "single"),
    *(
        "photon_barrel",
        "photon_extended",
        "photon_endcap",
        "electron_barrel",
        "electron_extended",
        "photon_reduced",
    ),
    *("neutral_barrel", "neutral_endcap", "charged"),
)
"""Columns of the kernel's counts.  medium, high: clusters with E* above 0.3, 2 GeV; e180, e300, e500, e2000: with more
than 0.18, 0.3, 0.5 GeV in the laboratory or E* > 2 GeV in 18.5-139.3 degrees; e250: above ``pair_gev``; pair_max: E*
above ``pair_max_gev``; single: E* above ``single_gev``; neutral_barrel, neutral_endcap, charged: E* > 2 GeV in
32-130, in 22-32 or 130-145, in 22-145 degrees."""

VALUES = ("p_max", "p_max_b", "mass_negative", "mass_positive", "theta_positive")
"""Columns of the kernel's values (see `belle2_hlt.summarise`)."""

LEADERS = (
    *("negative", "positive", "negative_any", "positive_any"),
    *("cluster_1", "cluster_2", "neutral_1", "neutral_2"),
)
"""Columns of the kernel's rows: leading tracks by pT of each charge among loose ones and among all with chamber hits,
leading clusters by E* among all and among those without track in 17-150 degrees."""


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """Tracks and clusters of n events, and what was found among them.

    Attributes
    ----------
    tracks
        The columns of the source ``tracks``.
    track_lab, track_cm
        float64[m, 4], (px, py, pz, E) in laboratory and centre of mass.
    cluster_lab, cluster_cm
        float64[k, 4], the same of clusters taken as photons.
    counts, values, leaders
        name -> int32[n], float64[n], int64[n] (`COUNTS`, `VALUES`, `LEADERS`); leaders are rows, -1 without.
    """

    tracks: Columns
    track_lab: F64
    track_cm: F64
    cluster_lab: F64
    cluster_cm: F64
    counts: dict[str, NDArray[np.int32]]
    values: dict[str, F64]
    leaders: dict[str, I64]


def transformed(matrix: F64, momenta: F64) -> F64:
    """Return ``matrix`` (float64[4, 4]) times each four-vector of float64[m, 4].

    Term by term: a matrix product may round a row differently among other rows, and decisions must not depend on
    which events come together.
    """
    px, py, pz, energy = momenta.T
    return np.stack([a * px + b * py + c * pz + d * energy for a, b, c, d in matrix], axis=1)


class Finder:
    """Counts objects and finds the leading ones; ``config`` says what counts."""

    def __init__(self, config: Hlt) -> None:
        o, p = config.objects, config.photons
        self._to_cm = to_cm()
        self._cuts: dict[str, float | int] = {
            "loose_z0": o.loose_z0_mm,
            "tight_z0": o.tight_z0_mm,
            "loose_b_z0": o.loose_b_z0_mm,
            "tight_b_z0": o.tight_b_z0_mm,
            "b_hits": o.b_hits,
            "c_z0": o.c_z0_mm,
            "c_time": o.c_time_ns,
            "c_momentum": o.c_momentum_gev,
            "cluster_time": o.cluster_time_ns,
            "cluster_energy": o.cluster_gev,
            "single": p.single_gev,
            "reduced": p.reduced_gev,
            "other": p.other_gev,
            "pair": p.pair_gev,
            "pair_max": p.pair_max_gev,
        }
        for name in ("barrel", "extended", "endcap", "reduced"):
            self._cuts[f"{name}_low"], self._cuts[f"{name}_high"] = getattr(p, f"{name}_deg")

    def find(self, tracks: Columns, clusters: Columns) -> Objects:
        """Return counts and leaders of a frame's events.

        Raises
        ------
        InputError
            Offsets do not cut the rows into pieces, or columns have different lengths.
        """
        for name, columns in (("tracks", tracks), ("clusters", clusters)):
            check_pieces(name, columns)
        if len(tracks["offsets"]) != len(clusters["offsets"]):
            raise InputError("sources 'tracks' and 'clusters' have different numbers of events")
        n = len(tracks["offsets"]) - 1
        pt, track_lab = transverse_momenta(tracks, FIELD_T), track_momenta(tracks, PION_GEV, FIELD_T)
        cluster_lab = photon_momenta(clusters)
        track_cm, cluster_cm = transformed(self._to_cm, track_lab), transformed(self._to_cm, cluster_lab)
        counts = np.zeros((n, len(COUNTS)), np.int32)
        values = np.empty((n, len(VALUES)))
        leaders = np.empty((n, len(LEADERS)), np.int64)
        belle2_hlt.summarise(
            np.asarray(tracks["offsets"], np.int64),
            np.asarray(tracks["charge"], np.int8),
            np.asarray(tracks["z0"], np.float32),
            np.asarray(tracks["time"], np.float32),
            np.asarray(tracks["hits"], np.uint8),
            pt,
            np.sqrt((track_cm[:, :3] ** 2).sum(axis=1)),
            track_lab,
            np.asarray(clusters["offsets"], np.int64),
            np.asarray(clusters["energy"], np.float32),
            np.asarray(clusters["time"], np.float32),
            np.degrees(np.asarray(clusters["theta"], np.float64)),
            np.asarray(clusters["track"], np.int16),
            cluster_lab,
            cluster_cm,
            self._cuts,
            counts,
            values,
            leaders,
        )
        return Objects(
            tracks,
            track_lab,
            track_cm,
            cluster_lab,
            cluster_cm,
            dict(zip(COUNTS, counts.T, strict=True)),
            dict(zip(VALUES, values.T, strict=True)),
            dict(zip(LEADERS, leaders.T, strict=True)),
        )
