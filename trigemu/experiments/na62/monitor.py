"""Monitoring histograms of NA62: what the person on shift looks at first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64
from trigemu.experiments.na62.config import L0
from trigemu.experiments.na62.geometry import (
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
from trigemu.experiments.na62.primitives import Columns, Primitives
from trigemu.experiments.na62.tiles import MUV3_CODES, NEWCHOD_CODES, NO_TILE, pad_quadrant
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import HistogramSpec

_X, _Y = COLUMNS * BRICK_WIDTH, ROWS * BRICK_PITCH
_PAIR_LSB, _DT_LSB, _BIN = 128, 512, 8
_COUNTS = "entries"

HISTOGRAMS: Mapping[str, HistogramSpec] = {
    "newchod_tiles": HistogramSpec(
        "NewCHOD hits of each brick's tile", "x [mm]", "y [mm]", (2 * COLUMNS, 2 * ROWS), (-_X, -_Y), (_X, _Y)
    ),
    "newchod_channels": HistogramSpec(
        "NewCHOD hits by channel", "channel, by rising id", _COUNTS, (304,), (0.0,), (304.0,)
    ),
    "muv3_pads": HistogramSpec(
        "MUV3 hits (inner pads in the four central cells)",
        *("x [mm]", "y [mm]", (12, 12)),
        (-MUV3_HALF, -MUV3_HALF),
        (MUV3_HALF, MUV3_HALF),
    ),
    "newchod_pair_dt": HistogramSpec(
        "NewCHOD: first minus second channel of a tile",
        *("time difference [TDC counts]", _COUNTS, (2 * _PAIR_LSB,)),
        (-_PAIR_LSB,),
        (_PAIR_LSB,),
    ),
    "muv3_newchod_dt": HistogramSpec(
        "MUV3 minus nearest NewCHOD primitive",
        *("time difference [TDC counts]", _COUNTS, (2 * _DT_LSB // _BIN,)),
        (-_DT_LSB,),
        (_DT_LSB,),
    ),
    "newchod_multiplicity": HistogramSpec(
        "Hits in a NewCHOD primitive (15: or more)", "hits", "primitives", (16,), (0.0,), (16.0,)
    ),
    "muv3_multiplicity": HistogramSpec(
        "Hits in a MUV3 primitive (15: or more)", "hits", "primitives", (16,), (0.0,), (16.0,)
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
        _newchod(newchod, l0, counts)
    if muv3 is not None:
        code = MUV3_CODES[muv3["channel"]]
        hits = np.bincount(code[code != NO_TILE] >> 1, minlength=152)
        np.add.at(counts["muv3_pads"], _pad_cells(), hits[PAD_IDS])
    for name in ("newchod", "muv3"):
        found = primitives.get(name)
        if found is not None:
            counts[f"{name}_multiplicity"] += np.bincount(found.hits, minlength=16)[:16]
    a, b = primitives.get("muv3"), primitives.get("newchod")
    if a is not None and b is not None and len(b.time):
        _histogram(counts["muv3_newchod_dt"], _nearest(a.time, b.time), _DT_LSB, _BIN)
    return counts


def _newchod(columns: Columns, l0: L0, counts: dict[str, I64]) -> None:
    code = NEWCHOD_CODES[columns["channel"]]
    known = code != NO_TILE
    code, time = code[known], columns["time"][known]
    hits = np.bincount(code, minlength=2 * len(TILE_IDS))
    counts["newchod_channels"] += hits[_channel_codes()]
    cells, tiles = _brick_cells()
    np.add.at(counts["newchod_tiles"], cells, (hits[0::2] + hits[1::2])[tiles])
    # Channels of one tile next to each other, in time order: neighbours from different sides are a pair.
    order = np.lexsort((time, code >> 1))
    code, time = code[order], time[order]
    apart = np.diff(time)
    pair = (code[1:] >> 1 == code[:-1] >> 1) & (code[1:] != code[:-1]) & (apart <= l0.tight_window)
    _histogram(counts["newchod_pair_dt"], np.where(code[1:] & 1, -apart, apart)[pair], _PAIR_LSB, 1)


def _histogram(counts: I64, values: I64, limit: int, width: int) -> None:
    inside = values[(values >= -limit) & (values < limit)]
    counts += np.bincount((inside + limit) // width, minlength=len(counts))


def _nearest(time: I64, other: I64) -> I64:
    """Return the difference of each time to the nearest of the sorted others (at least one)."""
    right = np.searchsorted(other, time).clip(1, max(len(other) - 1, 1))
    left: I64 = time - other[right - 1]
    if len(other) == 1:
        return left
    after = time - other[right]
    nearest: I64 = np.where(np.abs(after) < np.abs(left), after, left)
    return nearest


@cache
def _channel_codes() -> NDArray[np.uint16]:
    return NEWCHOD_CODES[CHANNEL_IDS]


@cache
def _brick_cells() -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]:
    """Return the map cell of every brick, and the index of its tile."""
    found = [(x, y, index) for index, tile in enumerate(TILE_IDS.tolist()) for x, y in tile_bricks(tile)]
    column = np.array([int((x + _X) // BRICK_WIDTH) for x, _, _ in found])
    row = np.array([int((y + _Y) // BRICK_PITCH) for _, y, _ in found])
    return (column, row), np.array([index for _, _, index in found])


@cache
def _pad_cells() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the map cell of every pad of `PAD_IDS`; inner pads share the central cell of their quadrant."""
    cells = []
    for pad in PAD_IDS.tolist():
        if pad < 144:
            cells.append((pad % 12, pad // 12))
        else:
            sx, sy = QUADRANT_SIGNS[pad_quadrant(pad) - 1]
            cells.append((6 if sx > 0 else 5, 6 if sy > 0 else 5))
    return np.array([c for c, _ in cells]), np.array([r for _, r in cells])
