"""The time-of-flight sub-trigger: hits to cells of five rings and seven conditions.

Compiled in ``ext/besiii/tof.pyx``.  Sources: besiii_babar_facts A6; where the hardware's records of real events say
otherwise, besiii_real_facts 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.besiii_tof import Rings
from trigemu.arrays import I16, U8, Bool
from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import TOF_CONDITIONS
from trigemu.experiments.besiii.clock import EARLY_WORDS, TICK_WORDS
from trigemu.experiments.besiii.records import TofTrigger
from trigemu.experiments.besiii.sources import (
    BARS,
    DETECTORS,
    ENDCAP_COUNTERS,
    FIRST_ENDCAP,
    FIRST_MRPC,
    LAYERS,
    MODULES,
    STRIPS,
    TOF,
    TOF_CHANNELS,
)
from trigemu.experiments.besiii.tof.config import Tof
from trigemu.frames.columns import Array, check_offsets, pack_exactly
from trigemu.frames.ranges import CorruptError, is_plain

_ENDCAP_RING = LAYERS + 1
_ROWS_PER_HIT = 3


def channel_codes(config: Tof) -> I16:
    """Return int16[TOF_CHANNELS]: ring * 256 + the hardware's cell * 2 + end; -1: a channel this epoch has not."""
    out = np.full(TOF_CHANNELS, -1, np.int16)
    bar = np.arange(FIRST_ENDCAP) // 2
    cell = (bar % BARS + config.barrel_shift) % BARS
    out[:FIRST_ENDCAP] = bar // BARS * 256 + cell * 2 + np.arange(FIRST_ENDCAP) % 2
    if config.endcap == "scintillator":
        counter = np.arange(2 * ENDCAP_COUNTERS)
        cell = (counter % ENDCAP_COUNTERS + config.endcap_shift) % ENDCAP_COUNTERS
        out[FIRST_ENDCAP:FIRST_MRPC] = (_ENDCAP_RING + counter // ENDCAP_COUNTERS) * 256 + cell * 2
    else:
        module = np.arange(TOF_CHANNELS - FIRST_MRPC) // (2 * STRIPS)
        out[FIRST_MRPC:] = (_ENDCAP_RING + module // MODULES) * 256 + module % MODULES * 2
    return out


class TofFinder:
    """The sub-trigger with its settings; one object may serve many threads."""

    def __init__(self, config: Tof) -> None:
        self.config = config
        self._rings = Rings(config, channel_codes(config))

    def decide(self, columns: Mapping[str, NDArray[Any]]) -> TofTrigger:
        """Return cells and conditions of crossings.

        A bar's tick mask begins in the tick in which the later of its ends joins the earlier one, a cell of an endcap's
        in the tick of its hit; both last for the integration time (besiii_babar_facts A6.5).  Stretching the
        conditions is the global trigger's part.

        Parameters
        ----------
        columns
            ``channel`` uint16[m], ``time`` int32[m] in counts of 2.93 ps and ``offsets`` int64[n + 1] of the source
            ``tof``.

        Raises
        ------
        InputError
            A channel that the detector has not, or not in this epoch (`CorruptError`), or offsets that do not cut
            the hits into pieces.
        """
        schema = DETECTORS[TOF]
        block: Mapping[str, Array] = {name: columns[name] for name in schema.names}
        if not is_plain(schema, block):
            block = pack_exactly(schema, block)
        channel, time, offsets = block["channel"], block["time"], block["offsets"]
        check_offsets(offsets, len(channel), f"source '{TOF}'")
        n, room = len(offsets) - 1, _ROWS_PER_HIT * len(channel)
        conditions = np.empty((n, len(TOF_CONDITIONS), TICK_WORDS), np.uint64)
        cuts = np.zeros(n + 1, np.int64)
        rows = np.empty((2, room), np.uint8)
        ticks = np.empty((room, EARLY_WORDS), np.uint64)
        bad = self._rings.decide(offsets, channel, time, conditions, cuts, rows, ticks)
        if bad >= 0:
            raise CorruptError(_no_such(bad, int(channel[bad]), self.config), (TOF,))
        found = int(cuts[-1])
        return TofTrigger(
            conditions=conditions,
            offsets=cuts,
            ring=rows[0, :found].copy(),
            cell=rows[1, :found].copy(),
            ticks=ticks[:found].copy(),
        )

    def of_cells(self, positions: Bool, east: Bool, west: Bool) -> Bool:
        """Return the conditions (bool[n, 7]) of cells that are true together: see `tof.cells`."""
        size = self.config.endcap_cells
        for name, cells, wanted in (
            ("positions", positions, BARS),
            ("east", east, size),
            ("west", west, size),
        ):
            if cells.shape != (len(positions), wanted):
                raise InputError(
                    f"tof cells: {name} are {cells.shape}; allowed: ({len(positions)}, {wanted})"
                )
        out = np.zeros((len(positions), len(TOF_CONDITIONS)), np.uint8)
        self._rings.of_cells(_bytes(positions), _bytes(east), _bytes(west), out)
        return out.astype(np.bool_)


def _bytes(cells: Bool) -> U8:
    return np.ascontiguousarray(cells != 0).view(np.uint8)


def _no_such(hit: int, channel: int, config: Tof) -> str:
    """Return the sentence about a hit whose channel is none."""
    if channel >= TOF_CHANNELS:
        return f"source '{TOF}', hit {hit}: channel {channel}, allowed: 0-{TOF_CHANNELS - 1}"
    other = "an MRPC strip" if channel >= FIRST_MRPC else "a scintillator counter"
    return (
        f"source '{TOF}', hit {hit}: channel {channel} is {other} of an endcap, "
        f"but besiii.tof.endcap is '{config.endcap}'"
    )
