"""Track segment finder: wire hits to segments (babar_geometry_facts 2).

Every wire has a counter that starts with the sample in which the wire fires, shows 1, 2, 3 in this and the next two
samples, and clears; hits while it counts are ignored.  The counters of the eight cells around a pivot are the address
of a look-up table, which tells weight, position and time (`tsf_tables`).  A pivot is examined over three samples, from
the first one on whose weight is enough; the best weight, first of equals, makes the segment.

The axis of an event begins with sample 0: hits before it and after its last sample are not seen.  The hardware works
without an end; samples after the last one of the axis are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu._kernels import babar_tsf
from trigemu.arrays import I64
from trigemu.experiments.babar.dct.config import Tsf
from trigemu.experiments.babar.dct.geometry import CELLS
from trigemu.experiments.babar.dct.groups import GROUPS
from trigemu.experiments.babar.dct.tsf_tables import make_tables
from trigemu.experiments.babar.records import Segments
from trigemu.experiments.babar.sources import DCH, DETECTORS, WIRES
from trigemu.frames.columns import Array, check_offsets, pack_exactly
from trigemu.frames.ranges import CorruptError, is_plain

_MOST_ROWS, _USUAL_ROWS = 19_536, 256
"""Segments that a crossing can have, and as many as it has rarely more of."""


class SegmentFinder:
    """Finds segments; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    config
        The ``[babar.dct.tsf]`` section.
    """

    def __init__(self, config: Tsf) -> None:
        group = GROUPS[config.pivot_layer]
        self._kernel = babar_tsf.Finder(
            make_tables(config).packed(),
            CELLS.tolist(),
            group.layer,
            group.step,
            config.minimum_weight,
            config.latency_ticks,
        )

    def find(self, dch: Mapping[str, Array]) -> Segments:
        """Return the segments of n crossings.

        Parameters
        ----------
        dch
            ``channel`` uint16[m], ``time`` int16[m] (counts of 1.05 ns) and ``offsets`` int64[n + 1] of the source
            ``dch``; hits of a crossing come in any order.

        Raises
        ------
        InputError
            A channel is none of the wires (`CorruptError`), or ``offsets`` do not cut the hits into crossings.
        """
        schema = DETECTORS[DCH]
        block: Mapping[str, Array] = {name: dch[name] for name in schema.names}
        if not is_plain(schema, block):
            block = pack_exactly(schema, block)
        channel, time, offsets = block["channel"], block["time"], block["offsets"]
        check_offsets(offsets, len(channel), f"source '{DCH}'")
        n = len(offsets) - 1
        rows = _room(np.zeros(n + 1, np.int64), _MOST_ROWS + _USUAL_ROWS * n)
        done = 0
        while (done := self._kernel.find(channel, time, offsets, done, rows)) < n:
            if done < 0:
                hit = -1 - done
                raise CorruptError(
                    f"source '{DCH}', hit {hit}: channel {channel[hit]}, allowed: 0-{WIRES - 1}", (DCH,)
                )
            rows = _grown(rows, int(rows.offsets[done]))
        return _first(rows, int(rows.offsets[n]))


def _room(offsets: I64, count: int) -> Segments:
    """Return columns for so many rows."""
    return Segments(
        offsets,
        np.empty(count, np.uint8),
        np.empty(count, np.uint8),
        np.empty(count, np.uint8),
        np.empty(count, np.int16),
        np.empty(count, np.uint8),
    )


def _first(rows: Segments, count: int) -> Segments:
    """Return the first ``count`` rows."""
    return Segments(
        rows.offsets,
        rows.superlayer[:count],
        rows.pivot[:count],
        rows.weight[:count],
        rows.phi[:count],
        rows.tick[:count],
    )


def _grown(rows: Segments, count: int) -> Segments:
    """Return the first ``count`` rows with twice the room."""
    out = _room(rows.offsets, 2 * len(rows.tick))
    for name in ("superlayer", "pivot", "weight", "phi", "tick"):
        getattr(out, name)[:count] = getattr(rows, name)[:count]
    return out
