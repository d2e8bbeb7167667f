"""Monitoring histograms of NA62: what the person on shift looks at first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.na62_monitor import nearest, tile_hits
from trigemu.arrays import I64
from trigemu.experiments.na62.config import L0
from trigemu.experiments.na62.detector.geometry import (
    BRICK_PITCH,
    BRICK_WIDTH,
    CHANNEL_IDS,
    COLUMNS,
    MUV3_HALF,
    PAD_IDS,
    QUADRANT_SIGNS,
    ROWS,
    TILE_IDS,
    tile_bricks,
)
from trigemu.experiments.na62.detector.tiles import MUV3_CODES, NEWCHOD_CODES, pad_quadrant
from trigemu.experiments.na62.level0.primitives import Primitives
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import HistogramSpec

_X, _Y = COLUMNS * BRICK_WIDTH, ROWS * BRICK_PITCH
_PAIR_LSB, _DT_LSB, _BIN = 128, 512, 8
_DIFFERENCE = "time difference [TDC counts of 97.5 ps]"
_PADS = 152
_NO_PAIRS = np.zeros(0, np.int64)

HISTOGRAMS: Mapping[str, HistogramSpec] = {
    "newchod_tiles": HistogramSpec(
        "NewCHOD hits of each brick's tile", "x [mm]", "y [mm]", (2 * COLUMNS, 2 * ROWS), (-_X, -_Y), (_X, _Y)
    ),
    "newchod_channels": HistogramSpec(
        "NewCHOD hits by channel", "channel, by rising id", "hits", (304,), (0.0,), (304.0,)
    ),
    "muv3_pads": HistogramSpec(
        "MUV3 hits (inner pads in the four central cells)",
        *("x [mm]", "y [mm]", (12, 12)),
        (-MUV3_HALF, -MUV3_HALF),
        (MUV3_HALF, MUV3_HALF),
    ),
    "newchod_pair_dt": HistogramSpec(
        "NewCHOD: first minus second channel of a tile",
        *(_DIFFERENCE, "pairs of channels", (2 * _PAIR_LSB,)),
        (-_PAIR_LSB,),
        (_PAIR_LSB,),
    ),
    "muv3_newchod_dt": HistogramSpec(
        "MUV3 minus nearest NewCHOD primitive",
        *(_DIFFERENCE, "MUV3 primitives", (2 * _DT_LSB // _BIN,)),
        (-_DT_LSB,),
        (_DT_LSB,),
    ),
    "newchod_multiplicity": HistogramSpec(
        "Hits in a NewCHOD primitive (15: or more)", "hits", "NewCHOD primitives", (16,), (0.0,), (16.0,)
    ),
    "muv3_multiplicity": HistogramSpec(
        "Hits in a MUV3 primitive (15: or more)", "hits", "MUV3 primitives", (16,), (0.0,), (16.0,)
    ),
}
"""Name -> axes of what `fill` counts."""


def fill(frame: TimeFrame, primitives: Mapping[str, Primitives | None], l0: L0) -> dict[str, I64]:
    """Count one frame.

    Parameters
    ----------
    frame
        The sources ``newchod`` and ``muv3``; one that is missing counts nothing.
    primitives
        Their primitives.
    l0
        The window in which two channels are a pair.

    Returns
    -------
    dict
        Histogram name -> int64 counts of the shape in `HISTOGRAMS`; what lies outside a range is not counted.
    """
    counts = {name: np.zeros(spec.shape, np.int64) for name, spec in HISTOGRAMS.items()}
    newchod, muv3 = frame.fragments.get("newchod"), frame.fragments.get("muv3")
    if newchod is not None:
        hits = np.zeros(2 * len(TILE_IDS), np.int64)
        pairs = counts["newchod_pair_dt"]
        tile_hits(newchod["time"], newchod["channel"], NEWCHOD_CODES, l0.tight_window, hits, pairs)
        counts["newchod_channels"] = hits[_channel_codes()]
        cells, tiles = _brick_cells()
        counts["newchod_tiles"] = _on_map("newchod_tiles", cells, (hits[0::2] + hits[1::2])[tiles])
    if muv3 is not None:
        hits = np.zeros(2 * _PADS, np.int64)
        tile_hits(muv3["time"], muv3["channel"], MUV3_CODES, 0, hits, _NO_PAIRS)
        counts["muv3_pads"] = _on_map("muv3_pads", _pad_cells(), (hits[0::2] + hits[1::2])[PAD_IDS])
    for name in ("newchod", "muv3"):
        found = primitives.get(name)
        if found is not None:
            # At most 15 by construction: cheaper than looking at the range.
            counts[f"{name}_multiplicity"] = np.bincount(found.hits, minlength=16)[:16]
    a, b = primitives.get("muv3"), primitives.get("newchod")
    if a is not None and b is not None:
        nearest(a.time, b.time, _BIN, counts["muv3_newchod_dt"])
    return counts


def _on_map(name: str, cells: I64, hits: I64) -> I64:
    """Return hits (int64[n]) added up in the cells (int64[n], flat) of a map."""
    shape = HISTOGRAMS[name].shape
    sums = np.bincount(cells, hits, minlength=shape[0] * shape[1])
    return sums.astype(np.int64).reshape(shape)


@cache
def _channel_codes() -> NDArray[np.uint16]:
    return NEWCHOD_CODES[CHANNEL_IDS]


@cache
def _brick_cells() -> tuple[I64, I64]:
    """Return the flat map cell of every brick, and the index of its tile."""
    found = [(x, y, index) for index, tile in enumerate(TILE_IDS.tolist()) for x, y in tile_bricks(tile)]
    column = np.array([int((x + _X) // BRICK_WIDTH) for x, _, _ in found])
    row = np.array([int((y + _Y) // BRICK_PITCH) for _, y, _ in found])
    return column * 2 * ROWS + row, np.array([index for _, _, index in found])


@cache
def _pad_cells() -> I64:
    """Return the flat map cell of every pad of `PAD_IDS`; inner pads share the central cell of their quadrant."""
    cells = []
    for pad in PAD_IDS.tolist():
        if pad < 144:
            cells.append((pad % 12, pad // 12))
        else:
            sx, sy = QUADRANT_SIGNS[pad_quadrant(pad) - 1]
            cells.append((6 if sx > 0 else 5, 6 if sy > 0 else 5))
    return np.array([12 * column + row for column, row in cells])
