"""The calorimeter trigger: hits of trigger cells to clusters and the 96 bits for the global decision.

Compiled in ``ext/belle2/ecl_clusters.pyx`` and ``ext/belle2/ecl_bits.pyx``.  It follows the experiment's trigger
simulation (trg/ecl: window, ICN clustering, Bhabha and low-multiplicity logic), quirks included: belle2_facts 6 and
the experiment's conformance vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.belle2_ecl_bits import Bits
from trigemu._kernels.belle2_ecl_clusters import Clusters
from trigemu.arrays import F64, I64, U16
from trigemu.errors import InputError
from trigemu.experiments.belle2.ecl import cells, cm
from trigemu.experiments.belle2.ecl.bits import ecl_words
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.positions import centres
from trigemu.experiments.belle2.ecl.result import Counts, Decisions, EclResult
from trigemu.experiments.belle2.records import EclTrigger

__all__ = ["CalorimeterTrigger", "ecl_words"]


_RINGS = 18
_SUMS = 4
_PHASE = 1.0 / 65536.0
_EIGHTH = 0.125
_MOST_GEV = 1e5


class CalorimeterTrigger:
    """The calorimeter trigger with its settings; one object may serve many threads."""

    def __init__(self, config: Ecl) -> None:
        """Prepare the tables.

        Raises
        ------
        InputError
            If the configuration names a look-up table that can't be used, or the windows do not move.
        """
        if config.overlap_ns >= config.window_ns:
            raise InputError(
                f"belle2.ecl: overlap_ns is {config.overlap_ns}, allowed: less than window_ns ({config.window_ns})"
            )
        theta, _ = cells.theta_phi()
        table = cm.formula() if config.cm_table is None else cm.load(config.cm_table)
        self.config = config
        self._clusters = Clusters(
            config, cells.neighbours(), cells.seed_vetoes(), theta, cells.quadrants(), centres()
        )
        self._bits = Bits(config, theta, table)

    def decide(self, columns: Mapping[str, NDArray[Any]], phase: U16) -> EclTrigger:
        """Decide crossings from the source ``ecl``.

        Parameters
        ----------
        columns
            ``channel`` uint16[m] (cell 1-576), ``value`` uint16[m] (ADC counts), ``time`` int16[m] (1/8 ns) and
            ``offsets`` int64[n + 1].
        phase
            uint16[n], where the sampling clock stands, in 2^-16 of 125 ns.

        Raises
        ------
        InputError
            If a channel is no cell, or columns and offsets do not fit together.
        """
        energy = columns["value"] * self.config.adc_gev
        time = columns["time"] * _EIGHTH
        return self.decide_energies(
            columns["channel"], energy, time, columns["offsets"], phase.astype(np.float64) * _PHASE
        ).record()

    def decide_energies(
        self, tcid: NDArray[np.integer[Any]], energy_gev: F64, time_ns: F64, offsets: I64, u: F64
    ) -> EclResult:
        """Decide crossings from energies and times of cells.

        Parameters
        ----------
        tcid
            integers[m], cell 1-576; of a cell hit twice in a window, clusters use the last hit, sums all.
        energy_gev, time_ns
            float64[m], not negative; after the collision.
        offsets
            int64[n + 1], rows of crossing i are ``offsets[i]:offsets[i + 1]``.
        u
            float64[n] in [0, 1): the windows start at ``(u - 1) * 125`` ns, and 125 ns before and after.

        Raises
        ------
        InputError
            As `decide`; also if an energy or a time is not finite, an energy negative.
        """
        n = _check(tcid, energy_gev, time_ns, offsets, u)
        room = n * self.config.cluster_limit
        counts = np.zeros((n, len(Counts._fields)), np.int16)
        decisions = np.zeros((n, len(Decisions._fields)), np.int16)
        sums = np.zeros((n, _SUMS + _RINGS))
        words = np.zeros((n, 3), np.uint32)
        cluster_offsets = np.zeros(n + 1, np.int64)
        whole = np.empty((room, 2), np.int16)
        real = np.empty((room, 5))
        self._clusters.run(
            np.ascontiguousarray(offsets, np.int64),
            np.ascontiguousarray(tcid, np.int16),
            np.ascontiguousarray(energy_gev, np.float64),
            np.ascontiguousarray(time_ns, np.float64),
            np.ascontiguousarray(u, np.float64),
            self.config.keep_background_flags,
            np.empty(len(tcid) + 1, np.int32),
            counts,
            sums,
            cluster_offsets,
            whole,
            real,
        )
        self._bits.run(counts, sums, cluster_offsets, whole, real, decisions, words)
        rows = slice(0, int(cluster_offsets[-1]))
        return EclResult(
            counts=Counts(*counts.T),
            decisions=Decisions(*decisions.T),
            window_start_ns=sums[:, 0],
            total_gev=sums[:, 1],
            total_all_gev=sums[:, 2],
            event_time_ns=sums[:, 3],
            ring_gev=sums[:, _SUMS:],
            words=words,
            offsets=cluster_offsets,
            cell=whole[rows, 0].copy(),
            cells=whole[rows, 1].copy(),
            energy_gev=real[rows, 0].copy(),
            time_ns=real[rows, 1].copy(),
            position_cm=real[rows, 2:].copy(),
        )


def _check(tcid: NDArray[np.integer[Any]], energy: F64, time: F64, offsets: I64, u: F64) -> int:
    """Return how many crossings there are; refuse what the kernels could not survive."""
    m, n = len(tcid), len(offsets) - 1
    if len(energy) != m or len(time) != m or len(u) != n:
        raise InputError(
            f"ecl: {m} channels, {len(energy)} values, {len(time)} times, {n} crossings and {len(u)} phases do "
            "not fit together; allowed: as many values and times as channels, as many phases as crossings"
        )
    if n < 0 or offsets[0] != 0 or offsets[-1] != m or (np.diff(offsets) < 0).any():
        raise InputError(f"ecl: offsets must rise from 0 to the number of hits, {m}")
    if np.asarray(tcid).dtype.kind not in "iu":
        raise InputError(f"ecl: channels are {np.asarray(tcid).dtype}; allowed: integers")
    if m:
        low, high = int(tcid.min()), int(tcid.max())
        if low < 1 or high > cells.CELLS:
            raise InputError(
                f"ecl: channel {low if low < 1 else high} is no trigger cell; allowed: 1-{cells.CELLS}"
            )
        if not (energy.min() >= 0.0 and energy.max() <= _MOST_GEV):
            raise InputError(f"ecl: energies must be between 0 and {_MOST_GEV:g} GeV")
        if not np.isfinite(time).all():
            raise InputError("ecl: times must be finite")
    return n
