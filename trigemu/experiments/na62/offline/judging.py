"""Which cuts of an offline selection each event of a frame passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.config.offline import EECuts, MumuCuts
from trigemu.experiments.na62.detector.acceptance import pairs_in_detectors
from trigemu.experiments.na62.detector.geometry import MUV3_Z
from trigemu.experiments.na62.detector.transport import NEWCHOD_Z
from trigemu.experiments.na62.level0.primitives import lav_pairs, tile_keys
from trigemu.experiments.na62.offline.cuts import MUMU
from trigemu.experiments.na62.offline.matching import UNMATCHED, muv3_boxes, nearest_hits, newchod_boxes
from trigemu.experiments.na62.offline.tracks import Pairs, find_pairs
from trigemu.experiments.na62.offline.vertex import Approach, reconstruct
from trigemu.experiments.na62.response.deposits import MUV3_SCATTERING_MM_GEV
from trigemu.experiments.na62.response.detectors import Exposure
from trigemu.experiments.na62.selection import window_lsb, within

Hits = Callable[[str], Mapping[str, NDArray[Any]]]
"""Columns of a source in the frame, guard bands included."""

NEWCHOD_NEAR_MM, NEWCHOD_NEAR_MM_GEV = 0.07, 47.3
"""How near a track's tile is: times ``newchod_sigmas`` (SpectrometerNewCHODAssociation.cc)."""


class OfflineSelections:
    """Judges the events of frames: a pure function of (seed, frame).

    Parameters
    ----------
    section
        Cuts, resolutions, and the windows in which two channels of a tile belong together.
    seed
        Seed of the run.
    """

    def __init__(self, section: NA62, seed: int) -> None:
        self._offline, self._l0, self._seed = section.offline, section.l0, seed

    def judge(self, name: str, exposure: Exposure, ticks: F64, number: int, hits: Hits) -> Bool:
        """Return which cuts each event passes, bool[events, cuts], in the order of the events.

        Events without exactly two tracks pass none.

        Parameters
        ----------
        name
            Name of the selection (`trigemu.experiments.na62.offline.cuts`).
        exposure
            The particles of the frame.
        ticks
            float64[events], their times in TDC counts.
        number
            What stands for the frame in the address of random numbers.
        hits
            The frame's hits.
        """
        pairs = find_pairs(exposure, self._seed, number, self._offline)
        time = np.rint(ticks[pairs.event]).astype(np.int64)
        with np.errstate(all="ignore"):
            of_pairs = np.column_stack(self._columns(name, pairs, time, hits))
        passed = np.zeros((len(ticks), of_pairs.shape[1]), np.bool_)
        passed[pairs.event] = of_pairs
        return passed

    def _columns(self, name: str, pairs: Pairs, time: I64, hits: Hits) -> list[Bool]:
        o = self._offline
        muons, mine = name == MUMU, o.mumu if name == MUMU else o.ee
        lines, region = reconstruct(pairs.rows, pairs.spot), o.chosen_region
        muv3 = self._muv3(pairs, time, hits, mine)
        return [
            pairs_in_detectors(pairs.rows, muons=muons),
            (pairs.p > o.track_p_min_gev).all(axis=1),
            pairs.charge.prod(axis=1) < 0.0,
            lines.vertex.distance < o.pair_cda_mm,
            _inside(lines.vertex, o.vertex_min_m, o.vertex_max_m),
            *self._times(pairs, time, hits),
            *(_muon_like(pairs, muv3, o.mumu) if muons else _electron_like(pairs, muv3, o.ee)),
            within(lav_pairs(hits("lav")), time, window_lsb(mine.lav_ns)) < mine.lav_pairs,
            within(hits("anti0")["time"], time, window_lsb(mine.anti0_ns)) == 0,
            _inside(lines.dump, region.z_min_m, region.z_max_m),
            lines.dump.distance < region.cda_mm,
        ]

    def _times(self, pairs: Pairs, time: I64, hits: Hits) -> tuple[Bool, Bool, Bool]:
        """Return what NewCHOD says: both tracks have a hit, these are near each other, and near the event."""
        o = self._offline
        keys = tile_keys(hits("newchod"), "newchod", self._l0.tight_window)
        near = o.newchod_sigmas * (NEWCHOD_NEAR_MM + NEWCHOD_NEAR_MM_GEV / pairs.p)
        given = (pairs.rows, NEWCHOD_Z, near, time, keys, window_lsb(o.search_ns), newchod_boxes())
        found = nearest_hits(*given)
        both = (found != UNMATCHED).all(axis=1)
        late = np.where(both[:, None], found - time[:, None], 0)
        apart = np.abs(late[:, 0] - late[:, 1])
        in_time = (np.abs(late) <= window_lsb(o.trigger_ns)).all(axis=1)
        return both, both & (apart <= window_lsb(o.pair_ns)), both & in_time

    def _muv3(self, pairs: Pairs, time: I64, hits: Hits, mine: MumuCuts | EECuts) -> Bool:
        """Return which tracks have a MUV3 hit, bool[n, 2]."""
        keys = tile_keys(hits("muv3"), "muv3", self._l0.muv3_tight_window)
        near = mine.muv3_sigmas * MUV3_SCATTERING_MM_GEV / pairs.p
        given = (pairs.rows, MUV3_Z, near, time, keys, window_lsb(mine.muv3_ns), muv3_boxes())
        return np.asarray(nearest_hits(*given) != UNMATCHED)


def _inside(approach: Approach, least: float, most: float) -> Bool:
    return np.asarray((approach.z_m > least) & (approach.z_m < most))


def _both(tracks: Bool) -> Bool:
    return np.asarray(tracks.all(axis=1))


def _muon_like(pairs: Pairs, muv3: Bool, mine: MumuCuts) -> tuple[Bool, Bool]:
    return _both(muv3), _both(pairs.lkr_gev <= mine.ep_max * pairs.p)


def _electron_like(pairs: Pairs, muv3: Bool, mine: EECuts) -> tuple[Bool, Bool]:
    share = pairs.lkr_gev / pairs.p
    return _both((share >= mine.ep_min) & (share <= mine.ep_max)), _both(~muv3)
