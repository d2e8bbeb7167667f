"""What level 3 and the filters after it know of an event: counts, sums and the leading tracks and clusters.

Tracks are pions, clusters massless and from the collision point.  The CM moves along the detector's axis, with the
same velocity at all energies (`trigemu.physics.beams.pep2` scales both beams).  The kernel `babar_l3` does the work,
for level 3's tracks and clusters as for those of reconstruction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from trigemu._kernels import babar_l3
from trigemu.arrays import F64, I32
from trigemu.collider.reconstructed import Columns, check_pieces
from trigemu.experiments.babar.l3.config import L3, TrackCuts
from trigemu.physics.beams import PEP2
from trigemu.physics.constants import PION, gev_per_mm, mass

FIELD_T = 1.5
"""Field of the solenoid (besiii_babar_facts B2.1)."""

BETA = float(PEP2.beta[2])
GAMMA = 1.0 / math.sqrt(1.0 - BETA * BETA)
"""Velocity of the CM (besiii_babar_facts B1.2)."""

TRACK_COUNTS = (
    *("tracks", "one_track", "two_tracks", "prongs", "good"),
    *("soft_one", "soft_two", "electrons", "fast_low", "fast_high"),
)
"""Columns of the kernel's counts of tracks: all; those that pass the filters' cuts and come from the collision point;
good ones, and those of them that are no electrons, or electrons, for `offline_config.Isr`; faster than
`offline_config.SinglePhotons` allows for light and heavy bosons."""

CLUSTER_COUNTS = (
    "clusters",
    "two_clusters",
    "neighbours",
    "isr",
    "beside",
    "low_mass",
    "high_mass",
    "neutral",
)
"""Columns of the kernel's counts of clusters: all that count; for the filter of two; close to the highest one (counted
if that could be a single photon of high energy); photons of `offline_config.Isr`, and all that count beside them;
photons for light and heavy bosons; for `offline_config.NeutralHadron`."""

PX, PY, PZ, E, MOMENTUM, PT, PZ_LAB, ENERGY, RATIO, D0, CHARGE, PHI0, TAN_LAMBDA = range(13)
"""Columns of a leading track or cluster: four-momentum and its size in the CM; pT, pz, energy in the calorimeter, that
over the momentum, in the laboratory; the last five of tracks only."""

TRACK_LEGS, CLUSTER_LEGS, LEG = 4, 3, 13

_TRACK = dict.fromkeys(("d0", "phi0", "omega", "z0", "tan_lambda", "energy"), np.float32) | {
    "hits": np.uint8,
    "charge": np.int8,
}
_CLUSTER = dict.fromkeys(("energy", "theta", "phi", "time"), np.float32) | {"track": np.int16}


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """Two leading tracks or clusters of n events.

    Attributes
    ----------
    values
        float64[n, 2, 13], see the columns above; 0 where there are fewer.
    """

    values: F64

    @property
    def first(self) -> F64:
        """float64[n, 4], four-momentum in the CM, GeV."""
        return self.values[:, 0, : E + 1]

    @property
    def second(self) -> F64:
        """float64[n, 4], four-momentum in the CM, GeV."""
        return self.values[:, 1, : E + 1]

    @property
    def lab(self) -> F64:
        """float64[n, 2, 3], momenta in the laboratory, GeV."""
        return self.values[:, :, [PX, PY, PZ_LAB]]

    def of(self, column: int) -> F64:
        """Return float64[n, 2], one of the columns."""
        return self.values[:, :, column]


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """What is known of n events.

    Attributes
    ----------
    beam
        float64[n], energy of a beam in the CM, GeV.
    tracks, clusters
        Name -> int32[n], `TRACK_COUNTS` and `CLUSTER_COUNTS`.
    prongs, highest
        Tracks of largest momentum in the CM among those from the collision point, of largest pT among all.
    showers
        Clusters of highest energy in the CM.
    photon
        float64[n, 4], that of highest energy without track; 0 where there is none.
    r2
        float64[n], of good tracks; nan without, and of level 3's.
    mass
        float64[n], invariant mass of all clusters, GeV; 0 of those of reconstruction.
    neutral, neutral_r2
        float64[n], energy in the CM (GeV) and R2 of the clusters of `offline_config.NeutralHadron`; nan without.
    """

    beam: F64
    tracks: dict[str, I32]
    clusters: dict[str, I32]
    prongs: Legs
    highest: Legs
    showers: Legs
    photon: F64
    r2: F64
    mass: F64
    neutral: F64
    neutral_r2: F64


def to_lab(momenta: F64) -> F64:
    """Return four-vectors float64[n, 4] of the CM as seen in the laboratory (beams run along z)."""
    out = momenta.copy()
    out[:, PZ] = GAMMA * (momenta[:, PZ] + BETA * momenta[:, E])
    out[:, E] = GAMMA * (momenta[:, E] + BETA * momenta[:, PZ])
    return out


class Finder:
    """Counts and finds leading objects.

    Parameters
    ----------
    config
        What counts.
    offline
        Whether tracks and clusters are those of reconstruction: R2 and what counts as neutral hadrons are worked out of
        these only, the event mass only of those of level 3.

    Attributes
    ----------
    summary
        The kernel with its cuts.
    """

    def __init__(self, config: L3, *, offline: bool) -> None:
        self._prefix = "" if offline else "l3_"
        self.summary = babar_l3.Summary({"offline": offline, **_cuts(config)})

    def find(self, tracks: Columns, clusters: Columns, beam: F64) -> Event:
        """Return what is known of the events of two sources.

        Parameters
        ----------
        tracks, clusters
            Columns.
        beam
            float64[n], energy of a beam in the CM, GeV.

        Raises
        ------
        InputError
            A source has other than n events, columns of different lengths, or offsets that are none.
        """
        n = len(beam)
        track_cuts = check_pieces(f"{self._prefix}tracks", tracks, n)
        cluster_cuts = check_pieces(f"{self._prefix}clusters", clusters, n)
        of_tracks = np.zeros((n, len(TRACK_COUNTS)), np.int32)
        of_clusters = np.zeros((n, len(CLUSTER_COUNTS)), np.int32)
        legs, showers = np.zeros((n, TRACK_LEGS, LEG)), np.zeros((n, CLUSTER_LEGS, LEG))
        r2, values = np.empty(n), np.empty((n, 3))
        self.summary.tracks(_typed(tracks, _TRACK), track_cuts, of_tracks, r2, legs)
        self.summary.clusters(_typed(clusters, _CLUSTER), cluster_cuts, of_clusters, values, showers)
        return Event(
            beam=beam,
            tracks=dict(zip(TRACK_COUNTS, of_tracks.T, strict=True)),
            clusters=dict(zip(CLUSTER_COUNTS, of_clusters.T, strict=True)),
            prongs=Legs(legs[:, :2]),
            highest=Legs(legs[:, 2:]),
            showers=Legs(showers[:, :2]),
            photon=showers[:, 2, : E + 1],
            r2=r2,
            mass=values[:, 0],
            neutral=values[:, 1],
            neutral_r2=values[:, 2],
        )


def _typed(columns: Columns, dtypes: dict[str, Any]) -> dict[str, Any]:
    return {name: np.ascontiguousarray(columns[name], dtype) for name, dtype in dtypes.items()}


def _close(cuts: TrackCuts) -> dict[str, float]:
    return {"pt": cuts.pt_gev, "d0": cuts.d0_mm, "z": cuts.z_mm}


def _cuts(config: L3) -> dict[str, Any]:
    """Return the kernel's cuts by name."""
    objects, photon, offline = config.objects, config.single_photon, config.offline
    good, isr, single = offline.good, offline.isr, offline.single_photon
    return {
        "bend": gev_per_mm(FIELD_T),
        "mass": mass(PION),
        "beta": BETA,
        "gamma": GAMMA,
        "collision_z": objects.collision_z_mm,
        "one_track": _close(config.dch.one_track),
        "two_tracks": _close(config.dch.two_tracks),
        "prong": _close(config.dch.prong),
        "good": {"pt": good.pt_gev, "d0": good.d0_mm, "z": good.z_mm},
        "good_hits": good.hits,
        "soft_one": isr.one_track,
        "soft_two": isr.two_tracks,
        "electron": isr.electron,
        "fast": (single.low_mass[1], single.high_mass[1]),
        "least": objects.cluster_gev,
        "window": objects.cluster_ns,
        "two_clusters": config.emc.two_gev,
        "isolated": photon.high_gev,
        "neighbour": photon.isolation_gev,
        "neighbour_cosine": math.cos(math.radians(photon.isolation_deg)),
        "isr": isr.photon_gev,
        "isr_cosine": isr.cosine,
        "beside": isr.cluster_gev,
        "single": (single.low_mass[0], single.high_mass[0]),
        "neutral": offline.neutral_hadron.cluster_gev,
    }
