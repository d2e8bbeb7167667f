"""The calorimeter's 8736 crystals and its 576 trigger cells: numbers, rings, neighbours.

Cells are numbered from 1: forward endcap 1-80, barrel 81-512, backward endcap 513-576.  A cell has a polar number
``theta`` (1-3 forward, 4-15 barrel, 16-17 backward) and an azimuthal number ``phi`` (1-32 in the endcaps, 1-36 in
the barrel).  The 16 cells of theta 1 are two numbers wide and carry the lower, odd one.  Source: belle2_facts 6.1.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I16

CELLS = 576
CRYSTALS = 8736
FORWARD_LAST, BARREL_LAST = 80, 512
BARREL_RINGS, BARREL_RING = 46, 144
FORWARD_RINGS = (48, 48, 64, 64, 64, 96, 96, 96, 96, 96, 96, 144, 144)
BACKWARD_RINGS = (144, 144, 96, 96, 96, 96, 96, 64, 64, 64)
_THETA_OF_RING = ((1,) * 4 + (2,) * 5 + (3,) * 4, (16,) * 4 + (17,) * 6)


def rings() -> NDArray[np.int64]:
    """Return int64[69], crystals in each ring of crystals, from the front to the back."""
    return np.array([*FORWARD_RINGS, *(BARREL_RING,) * BARREL_RINGS, *BACKWARD_RINGS])


@cache
def theta_phi() -> tuple[I16, I16]:
    """Return int16[577] each: theta and phi of every cell (entry 0 is no cell: 0, 0)."""
    t = np.arange(CELLS)
    forward, barrel = t < FORWARD_LAST, (t >= FORWARD_LAST) & (t < BARREL_LAST)
    place = t % 5
    theta = np.where(place < 3, 1 + place, 6 - place)
    phi = 1 + 2 * (t // 5) + (place >= 3)
    # Backward cells come in turns: two of phi 2 and 1, then two of 4 and 3, theta 17, 16, 16, 17, ...
    back = t - BARREL_LAST
    u = back // 2
    theta_back = np.where((back == 0) | ((back - 1) // 2 % 2 == 1), 17, 16)
    phi_back = np.where(u % 2 == 1, u, u + 2)
    theta = np.where(forward, theta, np.where(barrel, (t - FORWARD_LAST) % 12 + 4, theta_back))
    phi = np.where(forward, phi, np.where(barrel, 1 + (t - FORWARD_LAST) // 12, phi_back))
    both = np.zeros((2, CELLS + 1), np.int16)
    both[:, 1:] = theta, phi
    both.flags.writeable = False
    return both[0], both[1]


def _phi_of(crystals: int, wide: bool) -> NDArray[np.int64]:
    """Return the phi of the cell of each crystal in an endcap ring; ``wide``: the ring is of theta 1."""
    i = np.arange(crystals)
    if crystals == BARREL_RING:  # five and four crystals in turns
        return 1 + 2 * (i // 9) + (i % 9 >= 5)
    if wide:
        return 1 + 2 * (i // (crystals // 16))
    return 1 + i // (crystals // 32)


@cache
def cell_of_crystal() -> I16:
    """Return int16[8736], the cell (1-576) of every crystal; crystals run ring by ring, in azimuth inside a ring."""
    theta, phi = theta_phi()
    number = np.zeros((18, 37), np.int16)
    number[theta[1:], phi[1:]] = np.arange(1, CELLS + 1)
    endcaps = [
        [number[t, _phi_of(n, t == 1)] for t, n in zip(thetas, counts, strict=True)]
        for thetas, counts in zip(_THETA_OF_RING, (FORWARD_RINGS, BACKWARD_RINGS), strict=True)
    ]
    x = np.arange(BARREL_RINGS * BARREL_RING)
    barrel = (FORWARD_LAST + 1 + 12 * (x // 4 % 36) + x // (4 * BARREL_RING)).astype(np.int16)
    cells: I16 = np.concatenate([*endcaps[0], barrel, *endcaps[1]])
    cells.flags.writeable = False
    return cells


def _at(theta: int, phi: int, region: tuple[int, int]) -> int:
    """Return the cell at (theta, phi), phi counted around, or 0 outside a region's range of theta."""
    if not region[0] <= theta <= region[1]:
        return 0
    around = 36 if 4 <= theta <= 15 else 32
    phi = (phi - 1) % around + 1
    if theta == 1:
        phi -= (phi - 1) % 2
    numbers, azimuths = theta_phi()
    return int(np.flatnonzero((numbers == theta) & (azimuths == phi))[0])


def _region(theta: int) -> tuple[int, int]:
    return (1, 3) if theta <= 3 else (4, 15) if theta <= 15 else (16, 17)


@cache
def neighbours() -> I16:
    """Return int16[577, 9]: each cell and its neighbours inside its region, 0 where there is none.

    Order: itself, up, up-right, right, down-right, down, down-left, left, up-left, where up is phi - 1 and right
    is theta - 1.  For theta 1: itself, the previous of theta 1, four of theta 2 at phi - 1 to phi + 2, the next of
    theta 1.  A cell that is two neighbours at once (theta 1 seen from theta 2) appears once, at its first place.
    """
    table = np.zeros((CELLS + 1, 9), np.int16)
    thetas, phis = theta_phi()
    for cell in range(1, CELLS + 1):
        t, p = int(thetas[cell]), int(phis[cell])
        if t == 1:
            steps = [(0, 0), (0, -2), (1, -1), (1, 0), (1, 1), (1, 2), (0, 2)]
        else:
            steps = [(0, 0), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1)]
        row = [_at(t + dt, p + dp, _region(t)) for dt, dp in steps]
        table[cell, : len(row)] = [c if c not in row[:i] else 0 for i, c in enumerate(row)]
    table.flags.writeable = False
    return table


@cache
def seed_vetoes() -> I16:
    """Return int16[577, 5]: a cell is a seed if none of the first three and not both of the last two were hit.

    The first three are up and left (theta 1: the previous of theta 1, the two of theta 2 behind it), the last two
    down and down-left (theta 1: the one of theta 2 at phi + 2 and the next of theta 1).
    """
    near = neighbours()
    table = near[:, [1, 7, 0, 5, 6]].copy()
    table[:, 2] = 0
    wide = theta_phi()[0] == 1
    table[wide] = near[wide][:, [1, 3, 4, 5, 6]]
    table.flags.writeable = False
    return table


@cache
def quadrants() -> NDArray[np.uint8]:
    """Return uint8[577], the overlapping quadrants in azimuth that a cell is in, for the beam-background veto.

    Bits 0-3: forward endcap without theta 1; bits 4-7: barrel; 0 elsewhere.  Each quadrant has one more number of
    phi on either side.  Source: the experiment's simulation (trg/ecl, beam-background veto).
    """
    thetas, phis = theta_phi()
    table = np.zeros(CELLS + 1, np.uint8)
    for low, high, around, shift in ((2, 3, 32, 0), (4, 15, 36, 4)):
        inside = (thetas >= low) & (thetas <= high)
        for k in range(4):
            since = (phis - 1 - k * around // 4 + 1) % around  # 0 is the number just below the quadrant
            table[inside & (since <= around // 4 + 1)] |= 1 << (k + shift)
    table.flags.writeable = False
    return table
