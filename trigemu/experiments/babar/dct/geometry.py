"""Wires of the drift chamber (DCH).

40 layers in 10 superlayers of four (A axial, U and V stereo: A U V A U V A U V A), 7104 wires.  A wire is the straight
chord between its ends in the two end plates, both at the layer's radius; sag and misalignment are ignored.  Lengths
in mm, angles in rad, z from the collision point along the e- beam and the field.

Radii and azimuths are given in the *middle* of the wires, at z = +367 mm.  There wire 0 of the first and the third
layer of each superlayer is at azimuth 0, that of the second and the fourth half a cell further (babar_geometry_facts
G1.10; G1.11, a guess).  From its backward to its forward end a wire of a stereo layer turns by -twist/2 to +twist/2
around this azimuth, so a positive twist (U) means that azimuth rises with z.

Numbers: *superlayer* 0-9 (the experiment counts from 1), *layer* 0-39, *wire* 0..n-1 inside a layer, counted in
azimuth; *channel* 0-7103 through all layers.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.arrays import F64, I64, floats, integers
from trigemu.collider.response.layers import DriftChamber, at_end_plates, capped_half_way

FIELD_T = 1.5
"""The solenoid's field, along +z (besiii_babar_facts B2.1)."""

SUPERLAYERS, DEPTH = 10, 4
LAYERS = SUPERLAYERS * DEPTH

# One line per superlayer: cells of each layer (babar_geometry_facts G1.2), radius of the first layer in the middle
# (G1.1), cells by which its wires turn (G1.5).
_TABLE = (
    (96, 260.5, 0),
    (112, 312.5, 7),
    (128, 363.5, -8),
    (144, 422.8, 0),
    (176, 476.7, 9),
    (192, 526.2, -10),
    (208, 585.5, 0),
    (224, 636.8, 10),
    (240, 688.1, -11),
    (256, 747.3, 0),
)

PITCH = 11.9
"""Distance of neighbouring layers of a superlayer in mm (babar_geometry_facts G1.1), and the thickness of cells."""

BACKWARD, FORWARD = -1015.0, 1749.0
"""z of the wires' ends in mm (babar_geometry_facts G1.20)."""

MIDDLE = 0.5 * (BACKWARD + FORWARD)
"""z of the middle of the wires in mm."""

CELLS = integers([cells for cells, _, _ in _TABLE])
"""int64[10]: cells in each layer of a superlayer."""
RADIUS = floats([first + PITCH * number for _, first, _ in _TABLE for number in range(DEPTH)])
"""float64[40]: radius of a layer's wires in their middle in mm."""
SUPERLAYER = integers(np.repeat(np.arange(SUPERLAYERS), DEPTH))
"""int64[40]: superlayer of each layer."""
WIRES = integers(CELLS[SUPERLAYER])
"""int64[40]: wires in each layer."""
CHANNEL_FIRST = integers(np.concatenate([[0], np.cumsum(WIRES)]))
"""int64[41]: first channel of each layer, and how many there are in all."""
CHANNELS = int(CHANNEL_FIRST[-1])
OFFSET = floats(np.tile([0.0, 0.5], LAYERS // 2))
"""float64[40]: azimuth of wire 0 in its middle, in cells."""
TWIST = floats(np.repeat([twist for _, _, twist in _TABLE], DEPTH))
"""float64[40]: from the backward to the forward end a wire turns by so many cells (0: axial)."""

AXIAL = (0, 3, 6, 9)
"""Superlayers with wires along z."""


FINE = 32
"""Positions of segments are in this part of a cell (babar_geometry_facts G2.10)."""


def pivot_rows(pivot_layer: int) -> I64:
    """Return the row of each superlayer's pivot layer (int64[10]); ``pivot_layer``: 1-4 inside a superlayer.

    Pivot 0 is wire 0 of this layer: position p (`FINE`) of superlayer s is the azimuth (p / 32 + ``OFFSET[row]``) *
    2 pi / ``CELLS[s]``, in the middle of the wires, where the layer's radius is ``RADIUS[row]``.
    """
    return np.arange(SUPERLAYERS) * DEPTH + pivot_layer - 1


def stereo_angles() -> F64:
    """Return the angle of each layer's wires to the axis: float64[40], rad, with the sign of the twist."""
    half = np.pi * TWIST / WIRES
    return np.asarray(np.arctan(2 * chamber().radius * np.sin(half) / (FORWARD - BACKWARD)))


@cache
def chamber() -> DriftChamber:
    """Return the chamber for the response and for sweeps of tracks."""
    radius = at_end_plates(RADIUS, TWIST, WIRES)
    # The cells of a stereo layer are a little thicker at the end plates, as the distance of its layers is.
    inner, outer = capped_half_way(radius, at_end_plates(np.full(LAYERS, 0.5 * PITCH), TWIST, WIRES))
    return DriftChamber(
        radius=radius,
        backward=np.full(LAYERS, BACKWARD),
        forward=np.full(LAYERS, FORWARD),
        wires=WIRES,
        offset=OFFSET - 0.5 * TWIST,
        turn=TWIST,
        superlayer=SUPERLAYER,
        inner=inner,
        outer=outer,
    )
