"""Deposits in the tile detectors: NewCHOD, MUV3 and ANTI0.

Every random number is addressed by (seed, frame, detector, particle, block), so that each detector's producer
makes its own without the others.

Energy loss: most probable value and width times a Moyal variable, the closed form that comes nearest to
Landau's (J. E. Moyal, Phil. Mag. 46 (1955) 263): -ln(g^2) of a normal g has that distribution.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from trigemu.arrays import F64, I32, U8
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.detector.geometry import ANTI0, MUV3_Z
from trigemu.experiments.na62.detector.lookup import in_ring, muv3_pad, newchod_tiles, steps
from trigemu.experiments.na62.detector.transport import NEWCHOD_Z, crossing, momentum
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.experiments.na62.response.digitiser import UNSEEN, Columns
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import CHARGE
from trigemu.physics.rng import Int, normal2, uniform2

Pair: TypeAlias = tuple[float, float]
Pulse: TypeAlias = tuple[float, float, float]
Address: TypeAlias = tuple[Int, Int, Int, Int]

EXTRA, SHOWER, LKR_SHOWER = 1, 2, 4
"""Flags of a particle: makes an extra NewCHOD tile fire, a shower in NewCHOD, a shower in the LKr."""

MUON, PION = 13, 211

NEWCHOD_XI_MEV = 0.26
"""Width of the energy loss in 30 mm of scintillator: 0.1535 MeV cm2/g x Z/A 0.54 x 3.1 g/cm2."""

MUV3_MPV_MEV, MUV3_XI_MEV = 9.2, 0.43
"""Energy loss in 50 mm of scintillator; the thickness is recalled, not read."""

MUV3_MINIMUM_GEV = 2.5
"""What a muon needs to get through the calorimeters and the iron; a guess."""

MUV3_SCATTERING_MM_GEV = 530.0
"""Multiple scattering at MUV3 per axis, times the momentum (SpectrometerMUV3Association.cc)."""

PUNCH_THROUGH = 0.00996
"""Probability that a charged pion reaches MUV3 (FastMCHandler.cc)."""

SHOWER_TILES = 24
"""Extra deposits in a NewCHOD shower; a guess that stands for the rare, very large multiplicities."""

SHOWER_SPREAD_MM, EXTRA_SPREAD_MM, SECONDARY_NS = 300.0, 120.0, 0.5
"""Spread of secondaries about the muon (per axis for a shower, distance for one) and in time; guesses."""

ANTI0_TILE_MM, ANTI0_COLUMNS = 124.0, 18
"""A grid of square tiles, a guess: the true tiling was not found."""

ANTI0_CELLS = ANTI0_COLUMNS * ANTI0_COLUMNS
ANTI0_MPV_MEV, ANTI0_XI_MEV = 1.8, 0.086
ANTI0_Z, ANTI0_INNER, ANTI0_OUTER = ANTI0.z, ANTI0.inner, ANTI0.outer

NEWCHOD_PURPOSE, MUV3_PURPOSE, ANTI0_PURPOSE = (
    int(NA62Purpose.NEWCHOD),
    int(NA62Purpose.MUV3),
    int(NA62Purpose.ANTI0),
)
FARTHEST = (1 << 31) - 1
"""TDC counts from the start of a frame that a packed hit holds; nothing so far away is in any fragment."""

UNIT_UNIFORM = math.sqrt(12.0)
"""Width of a uniform distribution of sigma 1."""

BLOCKS = 4
"""Philox blocks of one deposit: energy, two times, two widths, which photosensors see it."""


@inlined
def ticks(time_ns: float) -> int:
    """Return a time as TDC counts, rounded to the nearest; `FARTHEST` for what is farther away, or no number."""
    counts = time_ns / LSB_NS + 0.5
    if not -FARTHEST <= counts <= FARTHEST:
        return -FARTHEST if counts < 0.0 else FARTHEST
    return math.floor(counts)


@inlined
def moyal(normal: float) -> float:
    """Return a Moyal variable from a normal one."""
    return -math.log(max(normal * normal, 1e-300))


@inlined
def deposit(
    n: int,
    time_ns: float,
    cell: int,
    loss: Pair,
    pulse: Pulse,
    efficiency: float,
    address: Address,
    block: int,
    out: Columns,
) -> int:
    """Write one deposit at place n (blocks ``block`` to ``block`` + 3) and return the next place.

    ``efficiency`` is the chance that one photosensor sees it.
    """
    seed, frame, purpose, index = address
    time, energy, cells, edge, width = out
    g, _ = normal2(seed, frame, purpose, index, block)
    a, b = normal2(seed, frame, purpose, index, block + 1)
    # Only the size of the spread of pulse widths is known: uniform, which is cheap.
    wa, wb = uniform2(seed, frame, purpose, index, block + 2)
    time[n] = time_ns
    energy[n] = loss[0] + loss[1] * moyal(g)
    cells[n] = cell
    edge[n, 0] = ticks(time_ns + pulse[0] * a)
    edge[n, 1] = ticks(time_ns + pulse[0] * b)
    width[n, 0] = ticks(pulse[1] + pulse[2] * UNIT_UNIFORM * (wa - 0.5))
    width[n, 1] = ticks(pulse[1] + pulse[2] * UNIT_UNIFORM * (wb - 0.5))
    if efficiency < 1.0:
        u, v = uniform2(seed, frame, purpose, index, block + 3)
        if u >= efficiency:
            width[n, 0] = UNSEEN
        if v >= efficiency:
            width[n, 1] = UNSEEN
    return n + 1


@inlined
def neighbour(x: float, y: float, turn: float, first: int, second: int) -> int:
    """Return a tile beside the ones hit, in the first of eight directions that leads to another."""
    for step in range(8):
        angle = 2.0 * math.pi * (turn + 0.125 * step)
        tile, _ = newchod_tiles(
            x + EXTRA_SPREAD_MM * math.cos(angle), y + EXTRA_SPREAD_MM * math.sin(angle), False
        )
        if tile not in (0, first, second):
            return tile
    return 0


@kernel
def newchod(
    rows: F64,
    t0: F64,
    flags: U8,
    seed: Int,
    frame: Int,
    loss: Pair,
    pulse: Pulse,
    efficiency: float,
    overlap: bool,
    out: Columns,
) -> int:
    """Fill NewCHOD deposits and return how many.

    ``loss`` is the most probable energy and the width of the energy loss (MeV), ``pulse`` the sigma of one
    photosensor, the pulse width and its sigma (ns), ``efficiency`` the chance that one photosensor sees a
    deposit.  Blocks of a particle: `BLOCKS` each for the tile it hits, the overlapping one, and then, for each
    secondary, one group for where and when and one for its deposit.
    """
    n = 0
    for i in range(len(rows)):
        if rows[i, CHARGE] == 0.0:
            continue
        address = (seed, frame, NEWCHOD_PURPOSE, i)
        x, y, t = crossing(rows[i], NEWCHOD_Z)
        first, second = newchod_tiles(x, y, overlap)
        t += t0[i]
        if first > 0:
            n = deposit(n, t, first, loss, pulse, efficiency, address, 0, out)
        if second > 0:
            n = deposit(n, t, second, loss, pulse, efficiency, address, BLOCKS, out)
        if flags[i] & (EXTRA | SHOWER) == 0 or first == 0:
            continue
        shower = flags[i] & SHOWER != 0
        for k in range(SHOWER_TILES if shower else 1):
            block = (2 + 2 * k) * BLOCKS
            u, v = uniform2(seed, frame, NEWCHOD_PURPOSE, i, block)
            if shower:
                gx, gy = normal2(seed, frame, NEWCHOD_PURPOSE, i, block + 1)
                tile, _ = newchod_tiles(x + SHOWER_SPREAD_MM * gx, y + SHOWER_SPREAD_MM * gy, False)
            else:
                tile = neighbour(x, y, v, first, second)
            if tile in (0, first, second):
                continue
            late = t - SECONDARY_NS * math.log(1.0 - u)
            n = deposit(n, late, tile, loss, pulse, efficiency, address, block + BLOCKS, out)
    return n


@kernel
def muv3(
    rows: F64,
    t0: F64,
    pdg: I32,
    seed: Int,
    frame: Int,
    pulse: Pulse,
    efficiency: float,
    scattering: float,
    out: Columns,
) -> int:
    """Fill MUV3 deposits and return how many; ``scattering`` in mm GeV, others as in `newchod`."""
    n = 0
    loss = (MUV3_MPV_MEV, MUV3_XI_MEV)
    for i in range(len(rows)):
        kind = abs(pdg[i])
        p = momentum(rows[i])
        if kind not in (MUON, PION) or p < MUV3_MINIMUM_GEV:
            continue
        if kind == PION and uniform2(seed, frame, MUV3_PURPOSE, i, 5)[0] >= PUNCH_THROUGH:
            continue
        x, y, t = crossing(rows[i], MUV3_Z)
        gx, gy = normal2(seed, frame, MUV3_PURPOSE, i, 4)
        pad = muv3_pad(x + scattering / p * gx, y + scattering / p * gy)
        if pad >= 0:
            address = (seed, frame, MUV3_PURPOSE, i)
            n = deposit(n, t + t0[i], pad, loss, pulse, efficiency, address, 0, out)
    return n


@kernel
def anti0(rows: F64, t0: F64, seed: Int, frame: Int, pulse: Pulse, efficiency: float, out: Columns) -> int:
    """Fill ANTI0 deposits of charged particles that come from upstream and return how many."""
    n = 0
    half = 0.5 * ANTI0_COLUMNS * ANTI0_TILE_MM
    loss = (ANTI0_MPV_MEV, ANTI0_XI_MEV)
    for i in range(len(rows)):
        if rows[i, CHARGE] == 0.0:
            continue
        x, y, t = crossing(rows[i], ANTI0_Z)
        if not in_ring(x, y, ANTI0_INNER, ANTI0_OUTER):
            continue
        if uniform2(seed, frame, ANTI0_PURPOSE, i, 4)[0] >= efficiency:
            continue
        tile = steps(y + half, ANTI0_TILE_MM) * ANTI0_COLUMNS + steps(x + half, ANTI0_TILE_MM)
        # The efficiency is that of the detector, asked above.
        n = deposit(n, t + t0[i], tile, loss, pulse, 1.0, (seed, frame, ANTI0_PURPOSE, i), 0, out)
    return n
