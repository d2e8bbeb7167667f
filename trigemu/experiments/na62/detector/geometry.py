"""Where NA62's detectors are, and which tile or pad a particle crosses.

Axes: z downstream along the beam from the kaon target, y up, x to the left of somebody who looks downstream
(towards the Jura), so that (x, y, z) is right-handed.  Lengths in mm.

Unless a line says otherwise the numbers are those of the NA62 framework (GeometricAcceptance.cc,
NewCHODGeometry.cc, NewCHODGeometryParameters.cc, MUV3 geometry); docs/na62.md has the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Annulus:
    """A ring of sensitive area at one z: ``inner < R < outer`` about (x, 0); all in mm."""

    z: float
    inner: float
    outer: float
    x: float = 0.0


TAX_SOURCE = (0.0, -22.0, 23070.0)
"""Point in the dump where A' are made (ALPINIST), mm."""

TAX_END_Z = 22_920.0 + 2 * 1_615.0
"""Where the dump ends, mm: front face and two blocks (na62_facts 2.1: framework; a gap between them is left out)."""

FIDUCIAL_Z = (105_000.0, 180_000.0)
"""Decay volume (arXiv:2312.17188), mm."""

MNP33_Z = 197_645.0
"""Plane of the thin kick (L1 STRAW algorithm, exotic generator), mm."""

MNP33_KICK_GEV = 0.270
"""Horizontal momentum kick (same sources), GeV.

Positive particles are kicked towards -x: the holes of the STRAW chambers, through which the positive 75 GeV
beam passes, climb with slope +1.2e-3 before the magnet and fall behind it.
"""

STRAW = (
    Annulus(183_508.0, 63.8, 1000.0, 101.2),
    Annulus(194_066.0, 63.8, 1000.0, 114.4),
    Annulus(204_459.0, 63.8, 1000.0, 92.4),
    Annulus(218_885.0, 63.8, 1000.0, 52.8),
)
"""The four STRAW chambers; the hole is taken as a circle about its centre."""

RICH_ENTRANCE = Annulus(219_445.0, 100.0, 1100.0, 34.0)
RICH_MIRROR = Annulus(236_873.0, 100.0, 1100.0, 2.0)
NEWCHOD = Annulus(238_131.5, 140.0, 1070.0)
LAV12 = Annulus(238_548.0, 1070.0, 1440.0)
"""The middle of LAV12 (238313 to 238783 mm)."""

ANTI0 = Annulus(102_000.0, 40.0, 1080.0)
"""A guess: only "the entrance of the decay volume, the diameter of the vacuum tube" is public
(arXiv:2004.09344).
"""

LKR_Z = 241_093.0
LKR_INNER = 150.0
LKR_APOTHEM = 1130.0
LKR_CORNER = 1598.0
"""The octagon: |x|, |y| < `LKR_APOTHEM` and |x| + |y| < `LKR_CORNER`."""

MUV3_Z = 246_800.0
MUV3_INNER = 103.0
MUV3_HALF = 1320.0
MUV3_PAD = 220.0
MUV3_GAP = 0.8

BRICK_WIDTH = 134.0
BRICK_PITCH = 107.0
BRICK_OVERLAP = 0.5
"""A brick is 108 mm high at a pitch of 107 mm: it reaches 0.5 mm into each neighbouring row."""

PIPE_RADIUS = 85.0

ROWS, COLUMNS, TILES_PER_QUADRANT, QUADRANTS = 10, 8, 38, 4

BRICKS: NDArray[np.int16] = np.array(
    [
        [1, 1, 2, 3, 4, 4, 5, 5],
        [6, 7, 8, 9, 10, 10, 11, 11],
        [12, 13, 14, 14, 15, 15, 16, 16],
        [17, 18, 19, 19, 20, 20, 21, 21],
        [22, 22, 23, 23, 24, 24, 25, 25],
        [26, 26, 27, 27, 28, 28, 29, 0],
        [30, 30, 31, 31, 32, 32, 29, 0],
        [33, 33, 34, 34, 35, 35, 0, 0],
        [36, 36, 37, 37, 35, 0, 0, 0],
        [38, 38, 37, 37, 0, 0, 0, 0],
    ],
    dtype=np.int16,
)
"""Tile number within a quadrant by row (1 nearest y = 0) and column (outward in |x|); 0 where there is no
brick.
"""

SECOND_CHANNEL = 50
"""Channel of a tile's second photosensor minus the tile's id."""

MUV3_SECOND_CHANNEL = 200

TILE_IDS: NDArray[np.int16] = np.array(
    [100 * q + n for q in range(1, QUADRANTS + 1) for n in range(1, TILES_PER_QUADRANT + 1)], np.int16
)
"""Ids of the 152 tiles: 100 * quadrant + n."""

CHANNEL_IDS: NDArray[np.int16] = np.sort(np.concatenate([TILE_IDS, TILE_IDS + SECOND_CHANNEL]))
"""Ids of the 304 NewCHOD channels."""

PAD_IDS: NDArray[np.int16] = np.array([pad for pad in range(152) if pad not in (65, 66, 77, 78)], np.int16)
"""Ids of the 148 MUV3 pads: 0-143 in rows of 12 without the four in the centre, and the 8 inner ones
144-151.
"""

MUV3_CHANNEL_IDS: NDArray[np.int16] = np.concatenate([PAD_IDS, PAD_IDS + MUV3_SECOND_CHANNEL])
"""Ids of the 296 MUV3 channels."""

QUADRANT_SIGNS = ((1, 1), (1, -1), (-1, -1), (-1, 1))
"""Signs of x and y in quadrants 1 to 4."""


def tile_bricks(tile: int) -> list[tuple[float, float]]:
    """Return the centres (x, y) in mm of the bricks of a tile.

    Raises
    ------
    KeyError
        There is no such tile.
    """
    quadrant, number = divmod(int(tile), 100)
    if not 1 <= quadrant <= QUADRANTS or not 1 <= number <= TILES_PER_QUADRANT:
        raise KeyError(tile)
    sx, sy = QUADRANT_SIGNS[quadrant - 1]
    cells = np.argwhere(number == BRICKS)
    return [(sx * (c + 0.5) * BRICK_WIDTH, sy * (r + 0.5) * BRICK_PITCH) for r, c in cells.tolist()]


@cache
def tile_centres() -> NDArray[np.float64]:
    """Return float64[152, 2]: centroid of the sensitive area of each tile, in the order of `TILE_IDS` (mm).

    The area is that of the tile's bricks inside the NewCHOD annulus, summed on a grid of 1 mm; tiles of which
    nothing is inside do not exist.
    """
    step = np.arange(0.5, BRICK_WIDTH)
    rise = np.arange(0.5, BRICK_PITCH)
    centres = np.zeros((len(TILE_IDS), 2))
    for index, tile in enumerate(TILE_IDS.tolist()):
        weight = 0.0
        for bx, by in tile_bricks(tile):
            x, y = np.meshgrid(bx - BRICK_WIDTH / 2 + step, by - BRICK_PITCH / 2 + rise)
            inside = (np.hypot(x, y) > NEWCHOD.inner) & (np.hypot(x, y) < NEWCHOD.outer)
            centres[index] += x[inside].sum(), y[inside].sum()
            weight += inside.sum()
        centres[index] /= weight
    centres.flags.writeable = False
    return centres


def pad_centre(pad: int) -> tuple[float, float]:
    """Return the centre (x, y) in mm of a MUV3 pad.

    Rows of 12 from the lowest x and y upwards, inner pads likewise in their 3 x 3 block: the order of the
    ids is a guess (only which ids are missing is known, and that fixes the row length).

    Raises
    ------
    KeyError
        There is no such pad.
    """
    if pad not in PAD_IDS:
        raise KeyError(pad)
    if pad < 144:
        row, column = divmod(pad, 12)
        return (column - 5.5) * MUV3_PAD, (row - 5.5) * MUV3_PAD
    place = pad - 144
    row, column = divmod(place + (place >= 4), 3)
    return (column - 1) * MUV3_PAD * 2 / 3, (row - 1) * MUV3_PAD * 2 / 3
