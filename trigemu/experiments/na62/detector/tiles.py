"""Look-up tables of the L0 boards: which tile a channel reads, and where that tile lies.

Tiles are numbered as in `TILE_IDS` (NewCHOD, 152) and by pad id (MUV3, 0-151).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.na62.detector.geometry import (
    MUV3_SECOND_CHANNEL,
    PAD_IDS,
    QUADRANT_SIGNS,
    SECOND_CHANNEL,
    TILE_IDS,
    pad_centre,
)

INNER_TILES = frozenset(
    (101, 106, 201, 206, 301, 302, 303, 306, 307, 308, 309, 401, 402, 403, 406, 407, 408, 409)
)
"""NewCHOD tiles that do not count for the outer (HO) conditions (NewCHODGeometry, na62_facts 2.2)."""

NO_TILE = 0xFFFF
"""Code of a channel that reads no tile."""

OUTER = 16
"""Bit that marks outer tiles; bits 0-3 mark the quadrant."""

_PINWHEEL = {145: 3, 147: 4, 148: 2, 150: 1}
"""Quadrants of the four inner MUV3 pads that lie across an axis.

A decision (public sources do not say): each quadrant gets one corner and the next pad clockwise or
counter-clockwise of it, two of the eight, which fits the equal shares of the quadrants that the framework
uses.
"""


def _codes(tiles: NDArray[np.int16], indices: NDArray[np.int16], second: int) -> NDArray[np.uint16]:
    codes = np.full(1 << 16, NO_TILE, np.uint16)
    codes[tiles] = indices << 1
    codes[tiles + second] = indices << 1 | 1
    codes.flags.writeable = False
    return codes


def pad_quadrant(pad: int) -> int:
    """Return the quadrant (1-4, as for NewCHOD) of a MUV3 pad; `_PINWHEEL` for pads across an axis."""
    if pad in _PINWHEEL:
        return _PINWHEEL[pad]
    x, y = pad_centre(pad)
    return 1 + QUADRANT_SIGNS.index((1 if x > 0 else -1, 1 if y > 0 else -1))


def _newchod_tiles() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for index, tile in enumerate(TILE_IDS.tolist()):
        table[index] = 1 << (tile // 100 - 1) | (0 if tile in INNER_TILES else OUTER)
    table.flags.writeable = False
    return table


def _muv3_tiles() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for pad in PAD_IDS.tolist():
        table[pad] = 1 << (pad_quadrant(pad) - 1) | (OUTER if pad < 144 else 0)
    table.flags.writeable = False
    return table


NEWCHOD_CODES = _codes(TILE_IDS, np.arange(len(TILE_IDS), dtype=np.int16), SECOND_CHANNEL)
"""uint16[65536]: ``tile index << 1 | side`` of a NewCHOD channel, `NO_TILE` where there is none."""

MUV3_CODES = _codes(PAD_IDS, PAD_IDS, MUV3_SECOND_CHANNEL)
"""uint16[65536]: ``pad << 1 | side`` of a MUV3 channel, `NO_TILE` where there is none."""

NEWCHOD_TILES = _newchod_tiles()
"""uint8[256]: quadrant bit and `OUTER` of a NewCHOD tile index."""

MUV3_TILES = _muv3_tiles()
"""uint8[256]: quadrant bit and `OUTER` of a MUV3 pad."""
