"""Tile hits that belong to tracks: the nearest in time of those near enough in place.

A tile or pad is the rectangles of its bricks; its distance from a track's impact is that of the nearest of them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.experiments.na62.detector.geometry import (
    BRICK_PITCH,
    BRICK_WIDTH,
    MUV3_PAD,
    PAD_IDS,
    TILE_IDS,
    pad_centre,
    tile_bricks,
)
from trigemu.experiments.na62.detector.transport import crossing
from trigemu.jit import kernel

BRICKS = 4
"""Most bricks of a tile."""

UNMATCHED = np.iinfo(np.int64).max
"""In place of the time of a track without a hit."""


def _box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    return x - width / 2, x + width / 2, y - height / 2, y + height / 2


@cache
def newchod_boxes() -> F64:
    """Return float64[152, 4, 4]: x and y ranges of each tile's bricks (mm); inf where there are fewer."""
    boxes = np.full((len(TILE_IDS), BRICKS, 4), np.inf)
    for index, tile in enumerate(TILE_IDS.tolist()):
        for k, (x, y) in enumerate(tile_bricks(tile)):
            boxes[index, k] = _box(x, y, BRICK_WIDTH, BRICK_PITCH)
    return boxes


@cache
def muv3_boxes() -> F64:
    """Return float64[152, 1, 4]: x and y range of each pad (mm); inf where there is none."""
    boxes = np.full((152, 1, 4), np.inf)
    for pad in PAD_IDS.tolist():
        side = MUV3_PAD if pad < 144 else MUV3_PAD * 2 / 3
        boxes[pad, 0] = _box(*pad_centre(pad), side, side)
    return boxes


@kernel
def _nearest(
    rows: F64, z: float, near: F64, time: I64, keys: I64, window: int, boxes: F64, found: I64
) -> None:
    # Keys are those of `tile_keys`: sorted, time << 16 | tile << 1 | tight.
    for i in range(rows.shape[0]):
        start = np.searchsorted(keys, (time[i] - window) << 16)
        for k in range(rows.shape[1]):
            x, y, _ = crossing(rows[i, k], z)
            reach2 = near[i, k] * near[i, k]
            least = window + 1
            for j in range(start, len(keys)):
                late = (keys[j] >> 16) - time[i]
                if late > window:
                    break
                if abs(late) >= least:
                    continue
                tile = (keys[j] & 0xFFFF) >> 1
                for box in boxes[tile]:
                    dx = max(box[0] - x, x - box[1], 0.0)
                    dy = max(box[2] - y, y - box[3], 0.0)
                    if dx * dx + dy * dy <= reach2:
                        least = abs(late)
                        found[i, k] = keys[j] >> 16
                        break


def nearest_hits(
    rows: F64, z: float, near: F64, time: I64, keys: I64, window: int, boxes: F64
) -> NDArray[np.int64]:
    """Return the time of the tile hit of each track, int64[n, 2] in TDC counts; `UNMATCHED` where there is none.

    Parameters
    ----------
    rows
        float64[n, 2, 10], tracks.
    z
        Plane of the detector, mm.
    near
        float64[n, 2], largest distance from a track's impact to a tile, mm.
    time
        int64[n], times about which hits are looked for; the nearest counts.
    keys
        Tile hits (`trigemu.experiments.na62.level0.primitives.tile_keys`).
    window
        Largest distance in time.
    boxes
        `newchod_boxes` or `muv3_boxes`.
    """
    found = np.full(rows.shape[:2], UNMATCHED, np.int64)
    _nearest(rows, z, near, time, keys, window, boxes, found)
    return found
