"""All that the calorimeter trigger finds, crossing by crossing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I16, I64, U32
from trigemu.experiments.belle2.records import EclTrigger


class Counts(NamedTuple):
    """Whole numbers of a crossing, int16[n] each; all 0 without a hit in any window.

    Attributes
    ----------
    has_output
        1 if there was any energy in a window.
    cells_in_window
        Hits in the window.
    clusters_all, clusters_exceed
        Clusters before the limit; the same number if above the limit, else 0.
    icn, icn_forward, icn_barrel, icn_backward
        Seeds of clusters; those of theta 1 do not count; ``icn`` is forward + barrel.
    source
        Where the event time comes from: 1 forward, 2 barrel, 4 backward.
    event_cell
        Most energetic cell.
    quality
        Of the event time, 1-3.
    background
        Beam-background veto, three bits.
    """

    has_output: I16
    cells_in_window: I16
    clusters_all: I16
    clusters_exceed: I16
    icn: I16
    icn_forward: I16
    icn_barrel: I16
    icn_backward: I16
    source: I16
    event_cell: I16
    quality: I16
    background: I16


class Decisions(NamedTuple):
    """Decisions on a crossing, int16[n] each; all 0 without a hit in any window.

    ``bhabha2d_types`` (bit k is type k + 1), ``taub2b`` (bits 0-2: ecltaub2b, 2, 3), ``hie`` (bits 0-3: hie1-4) and
    ``lml`` (bit k is lml k) are masks.  ``veto_in_track`` and ``select_flag`` are -1, the cells of the pair -10 where
    no pair fits.
    """

    elow: I16
    ehigh: I16
    elum: I16
    burst: I16
    physics: I16
    bhabha2d: I16
    bhabha2d_types: I16
    veto: I16
    veto_in_track: I16
    veto_cell1: I16
    veto_cell2: I16
    select: I16
    select_flag: I16
    select_cell1: I16
    select_cell2: I16
    mumu: I16
    taub2b: I16
    hie: I16
    lml: I16


@dataclass(frozen=True, slots=True, eq=False)
class EclResult:
    """The calorimeter trigger's full result for n crossings.

    Attributes
    ----------
    counts, decisions
        Whole numbers, see `Counts` and `Decisions`.
    window_start_ns, total_gev, total_all_gev, event_time_ns
        float64[n]: start of the chosen window; energy of theta 2-15 and of all cells; time of the most energetic
        cell.  NaN without a hit in any window.
    ring_gev
        float64[n, 18], energy of each theta (column 0 is empty).
    words
        uint32[n, 3], the 96 bits.
    offsets
        int64[n + 1], of the clusters.
    cell, cells
        int16[m]: a cluster's centre (most energetic cell), 1-576; how many cells it has.
    energy_gev, time_ns
        float64[m]: sum of its cells, their mean time weighted by energy.
    position_cm
        float64[m, 3], mean of cell centres weighted by energy.
    """

    counts: Counts
    decisions: Decisions
    window_start_ns: F64
    total_gev: F64
    total_all_gev: F64
    event_time_ns: F64
    ring_gev: F64
    words: U32
    offsets: I64
    cell: I16
    cells: I16
    energy_gev: F64
    time_ns: F64
    position_cm: F64

    def record(self) -> EclTrigger:
        """Return what the later blocks of level 1 need (event time 0 where there is none)."""
        return EclTrigger(
            self.words,
            self.offsets,
            self.cell,
            self.energy_gev,
            self.time_ns,
            self.position_cm,
            np.where(self.counts.has_output, self.event_time_ns, 0.0),
        )
