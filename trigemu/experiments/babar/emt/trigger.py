"""Calorimeter trigger: crystals to towers, strips and maps of clusters, compiled in ``ext/babar/emt.pyx``.

Energies of a tower's crystals above a cut are summed, those of the seven rows of a column to a strip, two
neighbouring strips to a cluster (babar_geometry_facts section 6).  A digital filter runs over the samples of a cluster;
where it peaks it tells energy and time, and the cluster is M, G or E by its thresholds.  X (endcap) and Y (rear of the
barrel) are single strips of towers whose samples themselves are compared, without the filter (G6.2).  Sums are exact:
how many bits boards hand on is not known, so nothing is rounded or cut on the way.

Bits.  Bit k of M, G and E is the or of clusters 2k and 2k + 1, of X that of strips 2k and 2k + 1, of Y that of strips
4k to 4k + 3 (G6.8).  With the default ``column_shift`` strip j covers azimuths 9 j - 9 to 9 j degrees: bit k of M, G
and E covers 18 k - 9 to 18 k + 18 degrees with its middle at 18 k + 4.5, of X 18 k - 9 to 18 k + 9, of Y 36 k - 9 to
36 k + 27.

When things are true.  With the default filter M, G and E begin in the tick 1233 ns (9.2 ticks) after the light pulse
does: of a collision with phase 0 in tick 17, with phase 63 in tick 19.  They last for ``hold_ticks``.  Samples that X
and Y look at peak 1045 ns after the start; they are true for two ticks from the tick of each sample that reaches the
threshold, later by ``raw_delay``, and a large pulse has many such samples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from trigemu._kernels.babar_emt import Finder
from trigemu.arrays import I16
from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.emt.config import Emt
from trigemu.experiments.babar.emt.filtering import gain, response
from trigemu.experiments.babar.emt.geometry import ROWS, tower_of_crystal
from trigemu.experiments.babar.emt.pulse import ONE, pulse_table
from trigemu.experiments.babar.records import EmtTrigger
from trigemu.frames.columns import Array

UNITS_PER_MEV = 10
"""Energies of digis are in 0.1 MeV."""


class Settings(NamedTuple):
    """What the kernel takes from the configuration, in integers.

    Attributes
    ----------
    cut
        Crystals count if their energy (0.1 MeV) is above this.
    thresholds
        Of M, G, E: least peak of the filter; of X, Y: least sample.
    y_row
        First row of towers that Y looks at.
    window, hold, delay
        As `Emt` has them.
    """

    cut: int
    thresholds: tuple[int, int, int, int, int]
    y_row: int
    window: int
    hold: int
    delay: int


def settings(config: Emt) -> Settings:
    """Return the kernel's settings."""
    of_filter, unit = gain(config.taps), config.count_mev * UNITS_PER_MEV
    m, g, e = (math.ceil(counts * unit * of_filter) for counts in (config.m, config.g, config.e))
    x, y = (math.ceil(counts * unit * ONE) for counts in (config.x, config.y))
    return Settings(
        cut=math.floor(config.crystal_mev * UNITS_PER_MEV),
        thresholds=(m, g, e, x, y),
        y_row=ROWS - config.y_rows,
        window=config.window,
        hold=config.hold_ticks,
        delay=config.raw_delay,
    )


def towers(config: Emt) -> I16:
    """Return int16[6580], the tower of every crystal, -1 in towers that are masked."""
    found = tower_of_crystal(config.endcap_more, config.column_shift).copy()
    found[np.isin(found, config.masked)] = -1
    return found


class EmtFinder:
    """Finds clusters; one instance may serve many threads."""

    def __init__(self, config: Emt) -> None:
        self._finder = Finder(settings(config), towers(config), pulse_table(), response(config.taps))

    def decide(self, emc: Mapping[str, Array]) -> EmtTrigger:
        """Return the maps of n crossings.

        Parameters
        ----------
        emc
            Columns of source ``emc``: ``channel``, ``energy``, ``time`` and ``offsets`` int64[n + 1].

        Raises
        ------
        InputError
            If a channel or energy is none, or the arrays do not fit together.
        """
        offsets = np.ascontiguousarray(emc["offsets"], np.int64)
        channel = np.ascontiguousarray(emc["channel"], np.uint16)
        energy = np.ascontiguousarray(emc["energy"], np.uint32)
        time = np.ascontiguousarray(emc["time"], np.int16)
        n = max(len(offsets) - 1, 0)
        maps, y = np.zeros((4, n, TICKS), np.uint32), np.zeros((n, TICKS), np.uint16)
        cuts, rows = np.empty(n + 1, np.int64), np.empty((len(channel), 2), np.int32)
        self._finder.run(offsets, channel, energy, time, maps, y, cuts, rows)
        found = rows[: cuts[-1]]
        m, g, e, x = maps
        return EmtTrigger(m, g, e, x, y, cuts, found[:, 0].astype(np.uint16), found[:, 1].copy())
