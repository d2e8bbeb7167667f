"""Wires of the central drift chamber and the shapes of its track segments.

56 sense layers in 9 superlayers (A axial, U and V stereo: A U A V A U A V A), 14336 wires.  A wire is the straight
chord between its ends in the two endplates, both at the layer's radius; sag and misalignment are ignored.  Lengths in
mm, angles in rad, z from the collision point towards the forward (electron beam's) side.  Source: belle2_facts 2 and 3
(design geometry of the experiment's CDC.xml).

Numbers: *layer* 0-55; *wire* 0..n-1 inside a layer, counted in azimuth; *channel* 0-14335 through all layers;
*segment* 0-2335 through all superlayers, each as many as a layer of it has wires.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trigemu.arrays import F64, I64, floats, integers
from trigemu.collider.response.layers import DriftChamber, half_way

SUPERLAYERS = 9
LAYERS = 56
AXIAL = (0, 2, 4, 6, 8)
"""Superlayers with wires along z."""

# One line per superlayer: radii, then where the backward (-z) and forward endplates stand.
_TABLE = (
    (
        (168, 178, 188, 198, 208, 218, 228, 238),
        (312.1, 329.42, 346.74, 364.06, 381.38, 398.7, 416.02, 433.34),
        (572.1, 604.81, 637.52, 670.23, 702.93, 735.64, 768.35, 801.06),
    ),
    (
        (257, 275.2, 293.4, 311.6, 329.8, 348),
        (464.15, 495.67, 527.19, 558.62, 572.07, 575.6),
        (855.1, 920.63, 980.16, 1039.69, 1099.22, 1158.75),
    ),
    (
        (365.2, 383.4, 401.6, 419.8, 438, 455.7),
        (578.95, 582.49, 586.02, 589.56, 593.1, 596.5),
        (1215.01, 1274.54, 1334.07, 1393.6, 1448.1, 1451.5),
    ),
    (
        (476.9, 494.6, 512.8, 531, 549.2, 566.9),
        (600.666, 604.106, 607.644, 611.182, 614.719, 618.16),
        (1455.67, 1459.11, 1462.64, 1466.18, 1469.72, 1473.16),
    ),
    (
        (584.1, 601.8, 620, 638.2, 656.4, 674.1),
        (621.503, 624.944, 628.482, 632.019, 635.557, 638.997),
        (1476.5, 1479.94, 1483.48, 1487.02, 1490.56, 1494),
    ),
    (
        (695.3, 713, 731.2, 749.4, 767.6, 785.3),
        (643.118, 646.559, 650.097, 653.634, 657.172, 660.613),
        (1498.12, 1501.56, 1505.1, 1508.63, 1512.17, 1515.61),
    ),
    (
        (802.5, 820.2, 838.4, 856.6, 874.8, 892.5),
        (663.956, 667.397, 670.934, 674.472, 678.01, 681.45),
        (1518.96, 1522.4, 1525.93, 1529.47, 1533.01, 1536.45),
    ),
    (
        (913.7, 931.4, 949.6, 967.8, 986, 1003.7),
        (685.571, 689.011, 692.549, 696.087, 699.625, 703.065),
        (1540.57, 1544.01, 1547.55, 1551.09, 1554.62, 1558.07),
    ),
    (
        (1020.9, 1038.6, 1056.8, 1075, 1093.2, 1111.4),
        (706.409, 709.849, 713.387, 716.925, 720.462, 724),
        (1561.41, 1564.85, 1568.39, 1571.92, 1575.46, 1579),
    ),
)


def _gaps() -> tuple[F64, F64]:
    """Return how far inside the endplate's outer face wires start, backward and forward (same source)."""
    backward, forward = np.full(LAYERS, 3.2), np.full(LAYERS, 3.2)
    backward[:12], forward[:19] = 12.8, 28.2
    backward[[0, 19]], forward[[0, 8, 19]] = (11.8, 2.6), (27.2, 22.2, 2.6)
    return backward, forward


_GAPS = _gaps()
_LAYER_COUNT = [len(radii) for radii, _, _ in _TABLE]

SEGMENTS = integers([160, 160, 192, 224, 256, 288, 320, 352, 384])
"""int64[9]: track segments of each superlayer, and wires in each of its layers."""
SEGMENT_FIRST = integers(np.concatenate([[0], np.cumsum(SEGMENTS)]))
"""int64[10]: first segment of each superlayer, and how many there are in all (2336)."""
SUPERLAYER = integers(np.repeat(np.arange(SUPERLAYERS), _LAYER_COUNT))
"""int64[56]: superlayer of each layer."""
WIRES = integers(SEGMENTS[SUPERLAYER])
"""int64[56]: wires in each layer."""
CHANNEL_FIRST = integers(np.concatenate([[0], np.cumsum(WIRES)]))
"""int64[57]: first channel of each layer, and how many there are in all."""
CHANNELS = int(CHANNEL_FIRST[-1])
RADIUS = floats([r for radii, _, _ in _TABLE for r in radii])
"""float64[56]: radius of a layer's wires at the endplates in mm."""
BACKWARD = floats([-z for _, back, _ in _TABLE for z in back] + _GAPS[0])
"""float64[56]: z of the wires' backward ends in mm."""
FORWARD = floats([z for _, _, front in _TABLE for z in front] - _GAPS[1])
"""float64[56]: z of the wires' forward ends in mm."""
SHIFT = integers(np.array([0, 18, 0, -18, 0, 19, 0, -20, 0])[SUPERLAYER])
"""int64[56]: from the backward to the forward end a wire turns by this many half cells (0: axial)."""
# Every other layer is half a cell further; the first layer of superlayer 0 and the second of all others.
OFFSET = floats([0.5 * ((layer + (layer < 8)) % 2) for layer in range(LAYERS)])
"""float64[56]: azimuth of wire 0 at the backward end, in cells."""
CHANNEL_LAYER = integers(np.repeat(np.arange(LAYERS), WIRES))
"""int64[14336]: layer of each channel."""
CHANNEL_WIRE = integers(np.arange(CHANNELS) - CHANNEL_FIRST[CHANNEL_LAYER])
"""int64[14336]: wire number, inside its layer, of each channel."""

EDGE_CELL_MM = (5.0, 9.0)
"""Half thickness of the cells of the first (inner) and last (outer) layer."""

PRIORITY_LAYER = integers([3, 10, 16, 22, 28, 34, 40, 46, 52])
"""int64[9]: layer of the first-priority wire; those of second priority are one layer further out."""
CENTRE_LAYER = integers([5, 10, 16, 22, 28, 34, 40, 46, 52])
"""int64[9]: layer that `INNER_SHAPE` and `OUTER_SHAPE` count from."""
INNER_SHAPE = (
    *((-2, 0), (-1, -1), (-1, 0), (0, -1), (0, 0), (0, 1), (1, -2), (1, -1), (1, 0), (1, 1)),
    *((2, -2), (2, -1), (2, 0), (2, 1), (2, 2)),
)
"""The 15 wires of a segment of superlayer 0, in bit order: layer from the centre layer, wire from the segment's."""
OUTER_SHAPE = (
    *((-2, -1), (-2, 0), (-2, 1), (-1, -1), (-1, 0), (0, 0), (1, -1), (1, 0), (2, -1), (2, 0), (2, 1)),
)
"""The 11 wires of a segment of superlayers 1-8, in bit order."""
FIRST, SECOND_RIGHT, SECOND_LEFT = 3, 1, 2
"""Priority positions: which wire gives a segment its time."""
INNER_BITS = {FIRST: 0, SECOND_RIGHT: 1, SECOND_LEFT: 2}
"""Bit of the pattern that is the wire of a priority position, superlayer 0."""
OUTER_BITS = {FIRST: 5, SECOND_RIGHT: 6, SECOND_LEFT: 7}
"""The same for superlayers 1-8."""


@cache
def chamber() -> DriftChamber:
    """Return the central drift chamber (CDC): 56 layers, cells up to half-way to the next one."""
    inner, outer = half_way(RADIUS, *EDGE_CELL_MM)
    return DriftChamber(
        radius=RADIUS,
        backward=BACKWARD,
        forward=FORWARD,
        wires=WIRES,
        offset=OFFSET,
        turn=np.asarray(0.5 * SHIFT, np.float64),
        superlayer=SUPERLAYER,
        inner=inner,
        outer=outer,
    )


def shape(superlayer: int) -> tuple[tuple[int, int], ...]:
    """Return the wires of a superlayer's segments in bit order, as (layer, wire) from the centre layer and segment."""
    return OUTER_SHAPE if superlayer else INNER_SHAPE


def wire_channel(layer: ArrayLike, wire: ArrayLike) -> NDArray[np.uint16]:
    """Return the channel (uint16) of a wire; wire numbers outside 0..n-1 go on round the layer."""
    layers = np.asarray(layer, np.int64)
    return (CHANNEL_FIRST[layers] + np.asarray(wire, np.int64) % WIRES[layers]).astype(np.uint16)


def segment_superlayer(segment: ArrayLike) -> I64:
    """Return the superlayer (int64) of segments 0-2335."""
    return np.searchsorted(SEGMENT_FIRST, np.asarray(segment, np.int64), side="right") - 1


def segment_wires(superlayer: int) -> NDArray[np.uint16]:
    """Return uint16[segments, 15 or 11]: channels of the wires of a superlayer's segments, in bit order."""
    offsets = np.array(shape(superlayer))
    wires = np.arange(SEGMENTS[superlayer])[:, None] + offsets[:, 1]
    return wire_channel(np.broadcast_to(CENTRE_LAYER[superlayer] + offsets[:, 0], wires.shape), wires)


def priority_wire(segment: ArrayLike, position: ArrayLike) -> tuple[I64, I64]:
    """Return (layer, wire) of the priority wire of segments, for positions `FIRST`, `SECOND_RIGHT`, `SECOND_LEFT`."""
    segments, positions = np.asarray(segment, np.int64), np.asarray(position, np.int64)
    superlayer = segment_superlayer(segments)
    layer = PRIORITY_LAYER[superlayer] + (positions != FIRST)
    wire = (segments - SEGMENT_FIRST[superlayer] - (positions == SECOND_RIGHT)) % SEGMENTS[superlayer]
    return layer, wire


def wire_ends(layer: ArrayLike, wire: ArrayLike) -> tuple[F64, F64]:
    """Return azimuths (float64, rad, not wrapped) of wires at their backward and forward ends."""
    layers = np.asarray(layer, np.int64)
    cell = 2 * np.pi / WIRES[layers]
    back = cell * (np.asarray(wire) + OFFSET[layers])
    return back, back + cell * (0.5 * SHIFT[layers])


def wire_position(layer: ArrayLike, wire: ArrayLike, z: ArrayLike) -> tuple[F64, F64]:
    """Return x, y (float64, mm) of wires at z (mm; the chord is prolonged beyond the endplates)."""
    layers = np.asarray(layer, np.int64)
    back, front = wire_ends(layers, wire)
    part = (np.asarray(z) - BACKWARD[layers]) / (FORWARD[layers] - BACKWARD[layers])
    radius = RADIUS[layers]
    x = radius * (np.cos(back) * (1 - part) + np.cos(front) * part)
    y = radius * (np.sin(back) * (1 - part) + np.sin(front) * part)
    return x, y


def wire_phi(layer: ArrayLike, wire: ArrayLike, z: ArrayLike) -> F64:
    """Return the azimuth (float64, rad in [-pi, pi]) of wires at z (mm)."""
    x, y = wire_position(layer, wire, z)
    return np.arctan2(y, x)
