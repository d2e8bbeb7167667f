"""Wires of the main drift chamber (MDC), and the superlayers that its trigger uses.

43 layers in 11 superlayers, 6796 wires.  A wire is the straight chord between its ends in the two end plates, both at
the layer's radius and equally far from the collision point; sag and misalignment are ignored.  Lengths in mm, angles
in rad.  Axes: z along the field, the *east* end plate is the forward one (+z), the *west* one the backward one (-z);
x, y and azimuth as in the experiment's own geometry.  A wire's azimuth rises with its number.

Source: end points of all wires in the geometry file of the Python package pybes3 0.5.6 (MIT licence); the numbers
below give each of them to better than 1 um.

Numbers: *superlayer* 1-11 as the experiment counts, *layer* 0-42, *wire* 0..n-1 inside a layer, *channel* 0-6795
through all layers.  Layers 0-7 are the inner chamber, which a GEM tracker replaced in 2024: since then their channels
have no hits.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, floats, integers
from trigemu.collider.response.layers import DriftChamber, capped_half_way

FIELD_T = 1.0
"""The solenoid's field, along +z (besiii_babar_facts A2.1; 0.9 T in 2012)."""

LAYERS, SUPERLAYERS, INNER_LAYERS = 43, 11, 8


class _Rows(NamedTuple):
    """Layers of a superlayer: wires in each, radii, half lengths, azimuth of wire 0 at the east end, twist.

    ``turned``: wire 0 of the last layer, in degrees; every other layer of a superlayer is half a cell further, and
    wire 0 is the first one at positive azimuth.  ``twist``: cells by which a wire turns from its east to its west end.
    """

    wires: tuple[int, ...]
    radii: tuple[float, ...]
    half_lengths: tuple[float, ...]
    turned: float
    twist: float


_TABLE = (
    _Rows((40, 44, 48, 56), (78.85, 90.7, 102.9, 115.25), (390, 396, 402, 408), 0.0, -3.5),
    _Rows((64, 72, 80, 80), (127.2, 138.75, 150.1, 161.6), (414, 420, 426, 432), 0.0, 4.5),
    _Rows((76, 76, 88, 88), (197.0, 213.0, 229.55, 245.55), (546, 546, 636, 636), 1.18, 0.0),
    _Rows((100, 100, 112, 112), (262.15, 278.2, 294.65, 310.6), (721, 721, 806, 806), 1.18, 0.0),
    _Rows((128, 128, 140, 140), (326.9, 342.65, 358.75, 374.55), (891, 891, 976, 976), 0.0, 0.0),
    _Rows((160,) * 4, (399.75, 415.2, 431.2, 447.6), (1087, 1090, 1093, 1096), 0.0, -6.0),
    _Rows((176,) * 4, (464.15, 480.2, 496.85, 513.7), (1099, 1102, 1105, 1108), 0.0, 6.5),
    _Rows((208,) * 4, (530.35, 545.95, 562.15, 578.55), (1111, 1114, 1117, 1120), 0.0, -7.5),
    _Rows((240,) * 4, (594.75, 609.95, 625.65, 641.65), (1123, 1126, 1129, 1132), 0.0, 8.5),
    _Rows((256,) * 4, (666.8, 682.85, 699.15, 715.7), (1138, 1141, 1144, 1147), 0.403125, 0.0),
    _Rows((288,) * 3, (732.1, 747.6, 763.45), (1150, 1153, 1153), 0.95, 0.0),
)

HALF_CELL_MM = (6.2, 8.5)
"""Half thickness of the cells of the inner (12 x 12 mm2) and of the outer chamber (16.2 x 16.2 mm2, both recalled);
wide enough for the table's widest distance of neighbouring layers, narrower than the gaps at its changes of stereo."""


def _offsets() -> F64:
    """Return the azimuths of the wires 0 at the east end plate in cells."""
    return floats(
        [
            (rows.turned / 360.0 * wires + 0.5 * ((len(rows.wires) - 1 - number) % 2)) % 1.0
            for rows in _TABLE
            for number, wires in enumerate(rows.wires)
        ]
    )


SUPERLAYER = integers(np.repeat(np.arange(1, SUPERLAYERS + 1), [len(rows.wires) for rows in _TABLE]))
"""int64[43]: superlayer (1-11) of each layer."""
WIRES = integers([wires for rows in _TABLE for wires in rows.wires])
"""int64[43]: wires in each layer."""
CHANNEL_FIRST = integers(np.concatenate([[0], np.cumsum(WIRES)]))
"""int64[44]: first channel of each layer, and how many there are in all."""
CHANNELS = int(CHANNEL_FIRST[-1])
RADIUS = floats([radius for rows in _TABLE for radius in rows.radii])
"""float64[43]: radius of a layer's wires at the end plates in mm."""
HALF_LENGTH = floats([z for rows in _TABLE for z in rows.half_lengths])
"""float64[43]: z of the wires' east ends in mm, minus that of the west ends."""
EAST_OFFSET = _offsets()
"""float64[43]: azimuth of wire 0 at the east end, in cells."""
TWIST = floats([rows.twist for rows in _TABLE for _ in rows.wires])
"""float64[43]: from the east to the west end a wire turns by so many cells (0: axial)."""


@cache
def chamber() -> DriftChamber:
    """Return the chamber for the response and for sweeps of tracks: backward is west, superlayers count from 0."""
    half_cell = np.where(np.arange(LAYERS) < INNER_LAYERS, *HALF_CELL_MM)
    inner, outer = capped_half_way(RADIUS, half_cell)
    return DriftChamber(
        radius=RADIUS,
        backward=-HALF_LENGTH,
        forward=HALF_LENGTH,
        wires=WIRES,
        offset=EAST_OFFSET + TWIST,
        turn=-TWIST,
        superlayer=SUPERLAYER - 1,
        inner=inner,
        outer=outer,
    )
