"""The CHOD: two planes of 64 scintillator slabs, vertical ones and then horizontal ones.

Widths, lengths, the hole and the numbering are those of the NA62 framework (CHODGeometryParameters.cc, CHODGeometry.cc,
CHODDigitizer.cc): a quadrant of a plane has 11 slabs of 65 mm and, outside of them, 5 of 99 mm, with 0.3 mm between
neighbours and between quadrants.  Each begins at the axis and ends at its photomultiplier, 1210 mm away in the inner
eight and nearer in the others.

Quadrants count from 0: x < 0, y >= 0; x < 0, y < 0; x >= 0, y < 0; x >= 0, y >= 0 (those of NewCHOD begin elsewhere).
A channel is ``64 * plane + 16 * quadrant + place`` (plane 0 vertical); places rise away from the beam in the vertical
slabs of quadrants 0 and 2 and the horizontal ones of 1 and 3, and towards it in the others.
"""

from __future__ import annotations

import numpy as np

from trigemu.experiments.na62.detector.lookup import steps
from trigemu.jit import inlined

VERTICAL_Z, HORIZONTAL_Z = 239_009.0, 239_389.0
"""Front faces of the two planes, mm."""

HOLE = 128.0
"""Radius of the hole, mm; analyses take tracks with 130 < R < 1100 mm (na62_facts 2.1), all of them on slabs."""

PLANE_CHANNELS, QUADRANT_SLABS, NARROW_SLABS = 64, 16, 11
CHANNELS = 2 * PLANE_CHANNELS

GAP = 0.3
NARROW_PITCH, WIDE_PITCH = 65.0 + GAP, 99.0 + GAP
NARROW_END = NARROW_SLABS * NARROW_PITCH
WIDE_END = NARROW_END + (QUADRANT_SLABS - NARROW_SLABS) * WIDE_PITCH
HALF_GAP = 0.5 * GAP

LENGTHS = np.array([1210.0] * 8 + [1191.0, 1126.0, 1061.0, 996.0, 897.0, 798.0, 699.0, 600.0])
"""Length of a quadrant's slabs from the beam outwards, mm."""


@inlined
def slab_at(across: float, along: float) -> int:
    """Return the slab (0-15 from the beam outwards) of a quadrant at a point, -1 beside all.

    Parameters
    ----------
    across, along
        Distances from the axes, mm, both >= 0: across the slabs and along them.
    """
    # What is no number is in no slab.
    if not (across < WIDE_END and along >= HALF_GAP):
        return -1
    if across * across + along * along <= HOLE * HOLE:
        return -1
    if across < NARROW_END:
        slab = steps(across, NARROW_PITCH)
        inside, pitch = across - slab * NARROW_PITCH, NARROW_PITCH
    else:
        wide = steps(across - NARROW_END, WIDE_PITCH)
        inside, pitch = across - NARROW_END - wide * WIDE_PITCH, WIDE_PITCH
        slab = NARROW_SLABS + wide
    if inside < HALF_GAP or inside > pitch - HALF_GAP or along > LENGTHS[slab] + HALF_GAP:
        return -1
    return slab


@inlined
def chod_channel(x: float, y: float, plane: int) -> int:
    """Return the channel (0-127) of the slab at a point (mm) of plane 0 (vertical slabs) or 1 (horizontal), else -1."""
    slab = slab_at(abs(x), abs(y)) if plane == 0 else slab_at(abs(y), abs(x))
    if slab < 0:
        return -1
    quadrant = (0 if y >= 0.0 else 1) if x < 0.0 else (2 if y < 0.0 else 3)
    place = slab if (quadrant + plane) % 2 == 0 else QUADRANT_SLABS - 1 - slab
    return PLANE_CHANNELS * plane + QUADRANT_SLABS * quadrant + place


def slab_rectangle(channel: int) -> tuple[float, float, float, float]:
    """Return the edges of a slab, lowest and highest x and y in mm (the hole is not taken out).

    Raises
    ------
    KeyError
        There is no such channel.
    """
    if not 0 <= channel < CHANNELS:
        raise KeyError(channel)
    plane, rest = divmod(int(channel), PLANE_CHANNELS)
    quadrant, place = divmod(rest, QUADRANT_SLABS)
    slab = place if (quadrant + plane) % 2 == 0 else QUADRANT_SLABS - 1 - place
    narrow, wide = min(slab, NARROW_SLABS), max(slab - NARROW_SLABS, 0)
    low = narrow * NARROW_PITCH + wide * WIDE_PITCH + HALF_GAP
    width = (NARROW_PITCH if slab < NARROW_SLABS else WIDE_PITCH) - GAP
    across, along = (low, low + width), (HALF_GAP, HALF_GAP + float(LENGTHS[slab]))
    x, y = (across, along) if plane == 0 else (along, across)
    if quadrant < 2:
        x = (-x[1], -x[0])
    if quadrant in (1, 2):
        y = (-y[1], -y[0])
    return (*x, *y)
