"""Global reconstruction logic (GRL): counts tracks and matches them with clusters and muon-detector sectors.

Definitions are those of belle2_facts 5.4 and 7.  Where those leave a choice, this is how they are read (and the
experiment's own simulation does the same, unless said otherwise):

- A 2D track's own azimuth is truncated towards zero to bins of 10 degrees, so bin 0 is 20 degrees wide and bins run
  from -17 to 17; cdc_b2b*, cdc_open90 and f2f30 compare those numbers, unfolded.
- Extrapolated azimuths and clusters are in bins 0-35; an angle exactly on a bin's edge is in bin 0.
- A track takes the barrel cluster that is nearest in bins, the first of equals; several tracks may share one.  A track
  takes the nearest barrel sector that fired; if an earlier track has taken that one, it matches none.  Tracks that
  curl before the radius of the muon detector match no sector.
- Clusters sit at their energy-weighted position; which endcap ring they are in goes by the most energetic cell.  The
  window abs(t - event time) < 100 ns holds for all uses of clusters.
- Photons: a barrel cluster above 1 GeV without an extrapolated track within one bin; in the endcaps every cluster.
- Neural tracks count where an expert matched.  samhem and opohem ask for exactly one of them (the experiment: one
  track of its 3D fitter).
- Short tracks are counted as runs of neighbouring bins.  Bins of 1/64 turn become bins of 10 degrees by setting every
  bin that overlaps.  The maps do not tell forward from backward: secl, seklm_0 and seklm_1 (count exactly 1, more
  than 1) take short tracks for both endcaps (the experiment knows their end from the pattern).  iecl_0 and iecl_1
  count endcap clusters near inner tracks: exactly 1, more than 1.
- cdc_active: the track trigger has an event time, which it has where it has a 2D track.
- ``unready = "reading"``: track is any 2D or short track; trkbha1 and trkbha2 ask for the 3D Bhabha veto and one, or
  more, matched clusters above 2 GeV; grlgg1 and grlgg2 for the veto and one, or more, photons above 2 GeV.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_grl
from trigemu.errors import InputError
from trigemu.experiments.belle2.ecl.cells import CELLS, theta_phi
from trigemu.experiments.belle2.grl.config import Grl
from trigemu.experiments.belle2.records import EclTrigger, HitMaps, KlmTrigger, NeuroTracks, Tracks2D

MAX_CLUSTERS = 32
"""Clusters per crossing that the kernel holds (the calorimeter trigger finds at most 6)."""


_RINGS = theta_phi()[0]


def _cot(degrees: float) -> float:
    sine = math.sin(math.radians(degrees))
    return math.cos(math.radians(degrees)) / sine if sine > 0.0 else math.inf


def cluster_places(
    position_cm: NDArray[np.float64], cell: NDArray[np.int16], theta_deg: tuple[float, float]
) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Return where clusters are.

    Parameters
    ----------
    position_cm
        float64[m, 3].
    cell
        int16[m], most energetic cell, 1-576.
    theta_deg
        Polar angles of the barrel, both excluded.

    Returns
    -------
    tuple
        int16[m, 3]: bin of azimuth (0-35), 1 in the barrel, polar number of the cell (1-17); and float64[m, 2]: azimuth
        in degrees (-180 to 180), cot(theta).
    """
    x, y, z = position_cm.T
    azimuth, cot = np.degrees(np.arctan2(y, x)), z / np.hypot(x, y)
    place = np.empty((len(cell), 3), np.int16)
    # Just below 0 the remainder rounds to a full turn.
    place[:, 0] = ((azimuth % 360.0) / 10.0).astype(np.int16) % 36
    place[:, 1] = (cot < _cot(theta_deg[0])) & (cot > _cot(theta_deg[1]))
    place[:, 2] = _RINGS[cell]
    return place, np.stack([azimuth, cot], axis=1)


class Matcher:
    """Works out the bits of `trigemu.experiments.belle2.grl.bits.GRL_BITS`.

    Parameters
    ----------
    config
        Cuts and switches.
    """

    def __init__(self, config: Grl) -> None:
        self._theta_deg = config.theta_deg
        self._cuts: dict[str, float | int | bool] = {
            "neural_z": config.neural_z_cm,
            "single_z": config.single_z_cm,
            "single_momentum": config.single_momentum,
            "straight_passes": config.straight_passes,
            "window": config.cluster_window_ns,
            "ecl_radius": config.ecl_radius_cm,
            "klm_radius": config.klm_radius_cm,
            "match_bins": config.match_bins,
            "klm_dphi": config.klm_dphi_deg * np.pi / 180.0,
            "photon": config.photon_gev,
            "matched": config.matched_gev,
            "needs_cluster": config.full_map_needs_cluster,
            "reading": config.unready == "reading",
        }

    def words(
        self, tracks: Tracks2D, maps: HitMaps, neuro: NeuroTracks, ecl: EclTrigger, klm: KlmTrigger
    ) -> NDArray[np.uint64]:
        """Return uint64[n, 2]: bit i of `GRL_BITS` is bit i % 64 of word i // 64.

        Raises
        ------
        InputError
            A cluster's cell is not 1-576 or its position none, or a crossing has more than 32 clusters.
        """
        n = len(tracks.offsets) - 1
        out = np.empty((n, 2), np.uint64)
        if n == 0:
            return out
        if len(ecl.cell) and not (ecl.cell.min() >= 1 and ecl.cell.max() <= CELLS):
            raise InputError(f"calorimeter clusters: cells must be 1-{CELLS}")
        if not np.isfinite(ecl.position_cm).all():
            raise InputError("calorimeter clusters: positions must be finite")
        if int(np.diff(ecl.offsets).max()) > MAX_CLUSTERS:
            raise InputError(f"calorimeter clusters: a crossing has more than {MAX_CLUSTERS}")
        sectors = np.stack([klm.barrel_forward, klm.barrel_backward, klm.endcap_forward, klm.endcap_backward])
        belle2_grl.words(
            tracks.offsets,
            tracks.phi0,
            tracks.omega,
            neuro.found,
            neuro.z_cm,
            neuro.cot_theta,
            maps.short,
            maps.inner,
            ecl.offsets,
            ecl.energy,
            ecl.time_ns,
            ecl.event_time_ns,
            ecl.words,
            sectors,
            *cluster_places(ecl.position_cm, ecl.cell, self._theta_deg),
            self._cuts,
            out,
        )
        return out
