"""The calorimeter's 6240 crystals: numbers, rings, directions, and the trigger cell of each.

A crystal has a *part* (0 east endcap, 1 barrel, 2 west endcap), a *theta* inside it and a *phi* that counts with
azimuth.  **East is the side of positive z.**  In the barrel theta 0-43 runs from east to west; in both endcaps theta
0-5 runs from the beam pipe outwards (64, 64, 80, 80, 96, 96 crystals).  Channels number them with rising polar angle:
east endcap from the pipe outwards, barrel from east to west, west endcap from the outside to the pipe, phi by phi in
a ring.

Sources: counts in besiii_babar_facts A2.7; fields of identifiers in besiii_real_facts 2.1; order, edges of rings,
azimuths and front faces from the crystals' corners in the geometry file of pybes3 0.5.6 (`emc_geometry.npz`), in 0.01
degrees; trigger cells in besiii_babar_facts A5.1-A5.3 and besiii_real_facts 2.5.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I16, I64
from trigemu.collider.response.rings import Envelope, Rings, in_order

EAST, BARREL, WEST = range(3)
"""Parts, as identifiers number them."""

ENDCAP_RINGS = (64, 64, 80, 80, 96, 96)
BARREL_RINGS, BARREL_RING = 44, 120
CRYSTALS = 2 * sum(ENDCAP_RINGS) + BARREL_RINGS * BARREL_RING

BARREL_THETAS, BARREL_PHIS, ENDCAP_CELLS = 11, 30, 32
"""Trigger cells: the barrel's 4 x 4 crystals, and those of an endcap."""

BARREL_CELLS = BARREL_THETAS * BARREL_PHIS
EAST_FIRST, WEST_FIRST = BARREL_CELLS, BARREL_CELLS + ENDCAP_CELLS
CELLS = BARREL_CELLS + 2 * ENDCAP_CELLS
"""Numbers of trigger cells: barrel theta * 30 + phi, then east, then west."""

FRONT = Envelope(radius=941.0, z_backward=-1396.0, z_forward=1396.0)
"""Front faces (mm): middle of the crystals at 90 degrees, and of the endcaps' innermost rings."""

# Polar angle in degrees between neighbouring rings (the middle where there is a gap), seen from the origin.  The west
# half mirrors the east one to 0.002 degrees.
_ENDCAP_EDGES = (20.00, 22.27, 24.30, 26.58, 28.52, 30.59, 32.56)
_BARREL_EDGES = (
    *(34.42, 36.20, 38.03, 39.94, 41.92, 43.99, 46.13, 48.36, 50.67, 53.07, 55.54, 58.10),
    *(60.73, 63.44, 66.23, 69.08, 71.99, 74.96, 77.99, 81.06, 84.17, 87.08, 90.00),
)

# Azimuth in degrees at which crystal 0 begins: east, barrel, west.  Crystals are turned a little about their own
# middle: the barrel's front faces lie 0.33 degrees on, the middles of the crystals 0.15 to 0.21.  In the endcaps single
# crystals lie up to 0.8 degrees off equal steps.
_BEGIN_DEG = (0.23, 0.25, -0.23)


def rings() -> I64:
    """Return int64[56], crystals in each ring, in the order of channels."""
    return np.array([*ENDCAP_RINGS, *(BARREL_RING,) * BARREL_RINGS, *ENDCAP_RINGS[::-1]], np.int64)


@cache
def ring_edges() -> F64:
    """Return float64[56, 2], lower and upper polar angle of every ring in rad."""
    barrel = np.array([*_BARREL_EDGES, *(180.0 - a for a in _BARREL_EDGES[-2::-1])])
    east = np.array(_ENDCAP_EDGES)
    edges = np.concatenate([np.stack([e[:-1], e[1:]], axis=1) for e in (east, barrel, 180.0 - east[::-1])])
    radians: F64 = np.radians(edges)
    return radians


@cache
def crystal_rings() -> Rings:
    """Return the 56 rings from east to west; crystals are numbered ring by ring, 0-6239."""
    counts = rings()
    n = len(ENDCAP_RINGS)
    begin = np.repeat(np.array(_BEGIN_DEG) / 360.0 % 1.0, (n, BARREL_RINGS, n))
    return Rings(ring_edges(), counts, in_order(counts), begin)


def _rows() -> I64:
    """Return int64[3, 64]: ring of a part and theta, -1 where there is none."""
    table = np.full((3, 64), -1, np.int64)
    n = len(ENDCAP_RINGS)
    table[EAST, :n] = np.arange(n)
    table[BARREL, :BARREL_RINGS] = n + np.arange(BARREL_RINGS)
    table[WEST, :n] = 2 * n + BARREL_RINGS - 1 - np.arange(n)
    return table


@cache
def parts_thetas_phis() -> tuple[I16, I16, I16]:
    """Return int16[6240] each: part, theta and phi of every channel."""
    table, counts = _rows(), rings()
    part, theta = np.nonzero(table >= 0)
    order = np.argsort(table[part, theta])
    ring = np.repeat(np.arange(len(counts)), counts)
    phi = np.arange(CRYSTALS) - in_order(counts)[ring]
    columns = np.stack([part[order][ring], theta[order][ring], phi]).astype(np.int16)
    columns.flags.writeable = False
    return columns[0], columns[1], columns[2]


def channels(part: NDArray[Any], theta: NDArray[Any], phi: NDArray[Any]) -> I64:
    """Return int64[n], the channels of crystals named by the fields of their identifiers; -1: there is no such crystal.

    Parameters
    ----------
    part, theta, phi
        integers[n]; any value.
    """
    part, theta, phi = (np.asarray(a, np.int64) for a in (part, theta, phi))
    inside = (part >= 0) & (part < 3) & (theta >= 0) & (theta < 64)
    ring = _rows()[np.where(inside, part, 0), np.where(inside, theta, 0)]
    good = inside & (ring >= 0) & (phi >= 0) & (phi < rings()[ring])
    found: I64 = np.where(good, in_order(rings())[ring] + phi, -1)
    return found


def _endcap_cell(theta: I64, phi: I64) -> I64:
    """Return the place (0-31) of endcap crystals in azimuth: 2 + 2 + 2.5 + 2.5 + 3 + 3 = 15 crystals each."""
    five, rest = phi // 5, phi % 5
    # Rings of 80: groups of 5 crystals are split 2 + 3 in ring 2 and 3 + 2 in ring 3.
    of_five = 2 * five + (rest >= np.where(theta == 2, 2, 3))
    cell: I64 = np.where(theta < 2, phi // 2, np.where(theta < 4, of_five, phi // 3))
    return cell


@cache
def cell_of_crystal(barrel_shift: int, endcap_shift: int) -> I16:
    """Return int16[6240], the trigger cell of every channel as the hardware numbers them.

    The shifts are subtracted from the place in azimuth: the hardware's cell is (place - shift) around the ring.
    """
    part, theta, phi = (a.astype(np.int64) for a in parts_thetas_phis())
    barrel = theta // 4 * BARREL_PHIS + (phi // 4 - barrel_shift) % BARREL_PHIS
    endcap = (_endcap_cell(theta, phi) - endcap_shift) % ENDCAP_CELLS
    first = np.where(part == EAST, EAST_FIRST, WEST_FIRST)
    cells: I16 = np.where(part == BARREL, barrel, first + endcap).astype(np.int16)
    cells.flags.writeable = False
    return cells
