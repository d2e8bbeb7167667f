"""The calorimeter's 6580 crystals and its 280 trigger towers: numbers, rings, edges.

Crystals stand in rings, all of one polar angle: 8 rings of the forward endcap from the beam pipe outwards, then 48 of
the barrel from the front to the back (babar_geometry_facts G5.1, G5.2).  Channels number them ring by ring with rising
polar angle, in azimuth in a ring; crystal 0 of every ring begins at azimuth 0 (chosen: nothing is known).

Two sets of edges are known (G5.4-G5.7, and G5.4b); they differ by less than 0.2 degrees.  Between endcap and barrel
is a gap of 0.03 degrees in both.

A *tower* is 24 crystals of the barrel, 8 in polar angle and 3 in azimuth, or all 19 or 22 crystals of the endcap in
9 degrees (G5.20-G5.22).  Its number is row * 40 + column: row 0 the endcap, 1-6 the barrel from the front to the back;
columns count with azimuth.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I16, I64
from trigemu.collider.response.rings import Envelope, Rings, in_order
from trigemu.errors import InputError

ENDCAP_RINGS = (80, 80, 100, 100, 100, 120, 120, 120)
"""Crystals in the rings of the endcap (G5.2)."""

BARREL_RINGS, BARREL_RING = 48, 120
RINGS = len(ENDCAP_RINGS) + BARREL_RINGS
ENDCAP = sum(ENDCAP_RINGS)
CRYSTALS = ENDCAP + BARREL_RINGS * BARREL_RING

ROWS, COLUMNS = 7, 40
"""Towers in polar angle and in azimuth (G5.20)."""

TOWERS = ROWS * COLUMNS
TOWER_RINGS, TOWER_PHIS = 8, 3
"""Crystals of a barrel tower in polar angle and in azimuth (G5.21)."""

BARREL_RADIUS = 930.0
"""Front faces of the barrel, mm (G5.4)."""

BARREL_Z = (-1139.25, 1820.58)
"""Ends of the barrel at that radius, mm (G5.4)."""

ENDCAP_CONE = ((557.79, 1978.26), (930.0, 1822.56))
"""Radius and z of the inner and the outer end of the endcap's front faces, mm (G5.6)."""

FRONT = Envelope(
    BARREL_RADIUS, z_backward=BARREL_Z[0], z_forward=0.5 * (ENDCAP_CONE[0][1] + ENDCAP_CONE[1][1])
)
"""Front faces as a cylinder and planes.

The endcap's cone is replaced by the plane in its middle, 78 mm from either end; behind the barrel there is none.
"""

EdgeSet = Literal["front_faces", "status_note"]
"""``front_faces``: of the fast simulation's front faces, G5.4-G5.7; ``status_note``: of 2008, G5.4b."""

# Lower and upper edge of endcap and of barrel in rad (G5.4b).
_NOTED = ((0.2757, 0.4690), (0.4695, 2.4574))

Column = Literal["even", "odd"]


def rings() -> I64:
    """Return int64[56], crystals in each ring, in the order of channels."""
    return np.array([*ENDCAP_RINGS, *(BARREL_RING,) * BARREL_RINGS], np.int64)


def _ends(edges: EdgeSet) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return lower and upper polar angle of the endcap and of the barrel in rad."""
    if edges == "status_note":
        return _NOTED
    inner, outer = (math.atan2(r, z) for r, z in ENDCAP_CONE)
    back, front = (math.atan2(BARREL_RADIUS, z) for z in BARREL_Z)
    return (inner, outer), (front, back)


@cache
def ring_edges(edges: EdgeSet = "front_faces") -> F64:
    """Return float64[56, 2], lower and upper polar angle of every ring in rad.

    Rings of the endcap have equal steps of the angle (G5.7), those of the barrel of the logarithm of the tangent of
    half the angle (G5.5): there front faces are equally long.
    """
    endcap, barrel = _ends(edges)
    outward = np.linspace(endcap[0], endcap[1], len(ENDCAP_RINGS) + 1)
    first, last = (math.log(math.tan(0.5 * angle)) for angle in barrel)
    logs = np.linspace(first, last, BARREL_RINGS + 1)
    backward = 2.0 * np.arctan(np.exp(logs))
    found = np.concatenate([np.stack([a[:-1], a[1:]], axis=1) for a in (outward, backward)])
    found.flags.writeable = False
    return found


@cache
def crystal_rings(edges: EdgeSet = "front_faces") -> Rings:
    """Return the 56 rings; crystals are numbered ring by ring, 0-6579."""
    counts = rings()
    return Rings(ring_edges(edges), counts, in_order(counts), np.zeros(RINGS))


@cache
def rings_places() -> tuple[I16, I16]:
    """Return int16[6580] each: ring (1-56, as the experiment counts, G5.1) and place in azimuth of every channel."""
    counts = rings()
    ring = np.repeat(np.arange(RINGS), counts)
    place = np.arange(CRYSTALS) - in_order(counts)[ring]
    columns = np.stack([ring + 1, place]).astype(np.int16)
    columns.flags.writeable = False
    return columns[0], columns[1]


@cache
def tower_of_crystal(more: Column = "odd", shift: int = 0) -> I16:
    """Return int16[6580], the tower of every channel.

    Parameters
    ----------
    more
        Columns, after the shift, whose endcap towers have 22 crystals; the others have 19 (G5.23: a guess).  Rings of
        100 crystals give two and three crystals to neighbouring columns.
    shift
        Subtracted from the column that counts from azimuth 0, around the ring (G5.23: numbering offsets between
        trigger and calorimeter are not known).
    """
    ring, place = (a.astype(np.int64) for a in rings_places())
    endcap = ring <= len(ENDCAP_RINGS)
    three_in_odd_places = (more == "odd") == (shift % 2 == 0)
    of_five = place % 5 >= (2 if three_in_odd_places else 3)
    per_column = rings()[ring - 1] // COLUMNS
    of_hundred = rings()[ring - 1] == 100
    column = np.where(of_hundred, place // 5 * 2 + of_five, place // per_column)
    row = np.where(endcap, 0, 1 + (ring - len(ENDCAP_RINGS) - 1) // TOWER_RINGS)
    towers: I16 = (row * COLUMNS + (column - shift) % COLUMNS).astype(np.int16)
    towers.flags.writeable = False
    return towers


def tower_of(channel: NDArray[Any], more: Column = "odd", shift: int = 0) -> I16:
    """Return int16[n], the towers of channels; the rest as in `tower_of_crystal`.

    Raises
    ------
    InputError
        If a channel is no crystal.
    """
    channel = np.asarray(channel, np.int64)
    bad = (channel < 0) | (channel >= CRYSTALS)
    if bad.any():
        raise InputError(f"emc: channel is {channel[bad][0]}, allowed: 0-{CRYSTALS - 1}")
    found: I16 = tower_of_crystal(more, shift)[channel]
    return found
