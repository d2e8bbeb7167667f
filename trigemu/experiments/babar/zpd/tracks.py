"""z trigger: segments to tracks with curvature, dip and z0, and to maps of those that pass its decisions."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from trigemu._kernels import babar_zpd
from trigemu.arrays import U16
from trigemu.errors import InputError
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.records import Segments, ZTracks
from trigemu.experiments.babar.zpd.codes import SEEDS
from trigemu.experiments.babar.zpd.config import DECISIONS, Zpd
from trigemu.experiments.babar.zpd.tables import Window, make_tables


class ZFinder:
    """Finds and fits tracks from seeds in superlayers 7 and 10; holds memory, so one instance serves one thread.

    A track with segments in both superlayers is found twice, once from each, as in the hardware.

    Parameters
    ----------
    config
        The ``[babar.zpd]`` section.
    pivot_layer
        Layer of a superlayer at whose radius segments are told (1-4): that of the segment finder.
    """

    def __init__(self, config: Zpd, pivot_layer: int = 2) -> None:
        window = Window(
            config.seed_weight, config.weight, config.neighbours, config.ticks, config.superlayers
        )
        self._kernel = babar_zpd.Finder(make_tables(config, pivot_layer), window)

    def find(self, segments: Segments) -> ZTracks:
        """Return the tracks of n crossings, in the order of their seeds.

        Raises
        ------
        InputError
            Columns of different lengths, offsets that do not cut them, or a segment that is none.
        """
        seeds = sum(int(np.count_nonzero(segments.superlayer == seed)) for seed in SEEDS)
        rows = _room(len(segments.offsets) - 1, seeds)
        count = self._kernel.find(segments, rows)
        if count < 0:
            bad = -1 - count
            raise InputError(
                f"segment {bad} (superlayer {segments.superlayer[bad]}, pivot {segments.pivot[bad]}, position "
                f"{segments.phi[bad]}, tick {segments.tick[bad]}) is none of the chamber's, or not in the order of "
                "superlayers and pivots"
            )
        columns = {each.name: getattr(rows, each.name)[:count] for each in fields(rows)}
        return ZTracks(**columns | {"offsets": rows.offsets})

    def maps(self, tracks: ZTracks) -> tuple[U16, U16, U16, U16]:
        """Return the maps of Z, Zt, Z' and Zk, uint16[n, 64] each.

        A track sets the bin of its seed's azimuth in the seed's tick.
        """
        maps = np.zeros((len(DECISIONS), len(tracks.offsets) - 1, TICKS), np.uint16)
        self._kernel.maps(tracks, maps)
        z, zt, zprime, zk = maps
        return z, zt, zprime, zk


def _room(crossings: int, count: int) -> ZTracks:
    """Return room for so many tracks."""
    return ZTracks(
        offsets=np.zeros(crossings + 1, np.int64),
        seed=np.empty(count, np.int32),
        mask=np.empty(count, np.uint16),
        curvature=np.empty(count, np.int16),
        tan_lambda=np.empty(count, np.float32),
        z0=np.empty(count, np.int16),
        z0_error=np.empty(count, np.uint8),
        missing=np.empty(count, np.uint8),
        bin=np.empty(count, np.uint8),
        tick=np.empty(count, np.uint8),
        passed=np.empty(count, np.uint8),
    )
