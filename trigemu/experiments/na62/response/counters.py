"""Hits in the LKr, LAV12 and the RICH, as far as L0 needs them.

Only what the facts give is fact (time resolutions, LAV thresholds and slewing, channel counts); the rest is a
model of the right size and says so.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64, I32, I64, U8
from trigemu.experiments.na62.detector.geometry import LAV12, LKR_Z, RICH_ENTRANCE, RICH_MIRROR
from trigemu.experiments.na62.detector.lookup import in_lkr, in_ring, steps
from trigemu.experiments.na62.detector.transport import crossing, kicked, momentum
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.experiments.na62.response.deposits import LKR_SHOWER, MUON, moyal, ticks
from trigemu.experiments.na62.response.hits import LOW16, pack
from trigemu.experiments.na62.sources import LKR_COUNT_MEV
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import CHARGE, MASS, Z
from trigemu.physics.rng import Int, normal2, poisson, uniform2

ELECTRON, PHOTON = 11, 22

LKR_MIP_MPV_GEV, LKR_MIP_XI_GEV = 0.5, 0.02
"""A muon leaves about 0.5 GeV in 27 radiation lengths of krypton (recalled)."""

LKR_STOCHASTIC, LKR_NOISE_GEV, LKR_CONSTANT = 0.048, 0.11, 0.009
"""Energy resolution 4.8 %/sqrt(E) + 11 %/E + 0.9 %, in quadrature (recalled)."""

LKR_HADRON_SHOWERS = 0.5
"""Share of hadrons that shower in the LKr, one interaction length or so deep (a guess); the others leave a
MIP.
"""

LKR_CELL_MM = 19.738
LKR_TRIGGER_CELL = 4 * LKR_CELL_MM
LKR_COLUMNS = 32
"""Trigger cells of 4 x 4 cells on a grid of 32 x 32 (recalled); channel = 32 * row + column."""

LAV_LOW_MV, LAV_HIGH_MV = 5.0, 15.0
"""Thresholds (framework, L0TriggerResponse.cc)."""

LAV_LAYERS, LAV_BLOCKS = 4, 64
"""LAV12 as four layers of 64 blocks (recalled); channel = 64 * layer + block."""

LAV_MIP_MV, LAV_XI_MV, LAV_MV_PER_GEV, LAV_RISE_NS = 30.0, 4.0, 390.0, 5.0
"""Amplitude of a muon and of a shower, and rise time; guesses: a muon crosses both thresholds."""

RICH_BOARD, RICH_COLUMNS, RICH_PITCH_MM, RICH_FOCAL_MM = 488, 32, 18.0, 17_000.0
RICH_INDEX = 62.0e-6
"""Neon, n - 1 (recalled): muons radiate above 9.5 GeV.

The map from light to channel is a model: direction times focal length on two discs (mirror hit at x < 0 or
not), each cut at y = 0 into two boards of 488 cells of 18 mm, 32 columns by 15 rows and 8 cells.
"""

RICH_DIRECTIONS = 4096
RICH_CIRCLE = np.stack(
    [
        np.cos(2.0 * np.pi * (np.arange(RICH_DIRECTIONS) + 0.5) / RICH_DIRECTIONS),
        np.sin(2.0 * np.pi * (np.arange(RICH_DIRECTIONS) + 0.5) / RICH_DIRECTIONS),
    ],
    axis=1,
)
"""Directions on a ring, 0.3 mm apart at the largest radius: much finer than a cell."""

RICH_RING_HITS = 48
"""Room for one particle's hits; more are cut."""

LKR_PURPOSE, LAV_PURPOSE, RICH_PURPOSE = int(NA62Purpose.LKR), int(NA62Purpose.LAV), int(NA62Purpose.RICH)
LAV_Z, LAV_INNER, LAV_OUTER = LAV12.z, LAV12.inner, LAV12.outer
RICH_Z, RICH_X, RICH_INNER, RICH_OUTER = (
    RICH_ENTRANCE.z,
    RICH_ENTRANCE.x,
    RICH_ENTRANCE.inner,
    RICH_ENTRANCE.outer,
)
MIRROR_Z, MIRROR_X = RICH_MIRROR.z, RICH_MIRROR.x


@inlined
def lkr_energy(kind: int, energy: float, shower: bool, g: float, u: float, v: float) -> float:
    """Return what a particle leaves in the LKr (GeV), from a normal and two uniform numbers."""
    mip = min(LKR_MIP_MPV_GEV + LKR_MIP_XI_GEV * moyal(g), energy)
    if kind in (ELECTRON, PHOTON):
        seen = energy
    elif kind == MUON:
        if not shower:
            return mip
        seen = energy * u
    else:
        if u >= LKR_HADRON_SHOWERS:
            return mip
        seen = energy * (0.3 + 0.7 * v)
    if seen <= 0.0:
        return 0.0
    sigma = math.sqrt(LKR_STOCHASTIC**2 * seen + LKR_NOISE_GEV**2 + (LKR_CONSTANT * seen) ** 2)
    return max(seen + sigma * g, 0.0)


@inlined
def leaves_energy(kind: int, charge: float) -> bool:
    """Return whether a particle (absolute PDG code) can leave energy in the LKr: neutrinos and dark ones do not."""
    return charge != 0.0 or kind == PHOTON or 100 < kind < 1_000_000


@inlined
def lkr_seen(row: F64, kind: int, flags: int, seed: Int, frame: Int, i: int) -> tuple[float, float]:
    """Return the energy (GeV) that a particle that enters the LKr leaves in it, and a normal for its time.

    ``i`` is the particle's place in its frame, a part of the address of the random numbers.
    """
    late, g = normal2(seed, frame, LKR_PURPOSE, i, 0)
    u, v = uniform2(seed, frame, LKR_PURPOSE, i, 1)
    p = momentum(row)
    energy = math.sqrt(p * p + row[MASS] * row[MASS])
    return lkr_energy(kind, energy, flags & LKR_SHOWER != 0, g, u, v), late


@kernel
def lkr(rows: F64, t0: F64, pdg: I32, flags: U8, seed: Int, frame: Int, sigma_ns: float, out: I64) -> int:
    """Fill packed LKr hits and return how many, at most one per particle; value in `LKR_COUNT_MEV`."""
    n = 0
    for i in range(len(rows)):
        x, y, t = crossing(rows[i], LKR_Z)
        if not in_lkr(x, y) or not leaves_energy(abs(pdg[i]), rows[i, CHARGE]):
            continue
        energy, late = lkr_seen(rows[i], abs(pdg[i]), flags[i], seed, frame, i)
        # In floating point first: no integer holds what a file may say.
        scaled = energy * 1000.0 / LKR_COUNT_MEV + 0.5
        if not scaled >= 1.0:
            continue
        counts = int(min(scaled, float(LOW16)))
        half = 0.5 * LKR_COLUMNS * LKR_TRIGGER_CELL
        cell = steps(y + half, LKR_TRIGGER_CELL) * LKR_COLUMNS + steps(x + half, LKR_TRIGGER_CELL)
        out[n] = pack(ticks(t + t0[i] + sigma_ns * late), cell, counts)
        n += 1
    return n


@kernel
def lav(
    rows: F64, t0: F64, pdg: I32, seed: Int, frame: Int, sigma_ns: float, efficiency: float, out: I64
) -> int:
    """Fill packed LAV12 leading edges (value: 0 low, 1 high threshold) and return how many.

    The pulse rises in a straight line, so that t = t_low - (t_high - t_low) * 5 / (15 - 5) is its true start.
    """
    n = 0
    for i in range(len(rows)):
        kind = abs(pdg[i])
        x, y, t = crossing(rows[i], LAV_Z)
        showers = kind in (ELECTRON, PHOTON)
        if not in_ring(x, y, LAV_INNER, LAV_OUTER) or (rows[i, CHARGE] == 0.0 and not showers):
            continue
        block = int((math.atan2(y, x) / (2.0 * math.pi) + 0.5) * LAV_BLOCKS) % LAV_BLOCKS
        for layer in range(LAV_LAYERS):
            g, jitter = normal2(seed, frame, LAV_PURPOSE, i, 2 * layer)
            if uniform2(seed, frame, LAV_PURPOSE, i, 2 * layer + 1)[0] >= efficiency:
                continue
            amplitude = LAV_MIP_MV + LAV_XI_MV * moyal(g)
            if showers:
                amplitude = max(amplitude, LAV_MV_PER_GEV * momentum(rows[i]) / LAV_LAYERS)
            start = t + t0[i] + sigma_ns * jitter
            channel = LAV_BLOCKS * layer + block
            low = ticks(start + LAV_RISE_NS * LAV_LOW_MV / amplitude) if amplitude > LAV_LOW_MV else 0
            if amplitude > LAV_LOW_MV:
                out[n] = pack(low, channel, 0)
                n += 1
            if amplitude > LAV_HIGH_MV:
                # The L0 pairs edges only if the high one is later, so a steep pulse must not round to zero.
                high = ticks(start + LAV_RISE_NS * LAV_HIGH_MV / amplitude)
                out[n] = pack(max(high, low + 1), channel, 1)
                n += 1
    return n


@inlined
def rich_channel(x: float, y: float, right: bool) -> int:
    """Return the RICH channel (0-1951) at a point of a disc (mm from its centre), -1 outside."""
    half = 0.5 * RICH_COLUMNS * RICH_PITCH_MM
    if not (abs(x) < half and abs(y) < half):
        return -1
    cell = steps(abs(y), RICH_PITCH_MM) * RICH_COLUMNS + steps(x + half, RICH_PITCH_MM)
    if cell >= RICH_BOARD:
        return -1
    board = (2 if right else 0) + (1 if y < 0.0 else 0)
    return board * RICH_BOARD + cell


@kernel
def rich(
    rows: F64, t0: F64, seed: Int, frame: Int, hits: float, sigma_ns: float, width: int, out: I64
) -> int:
    """Fill packed RICH hits and return how many; ``hits`` is the mean of a ring at the speed of light."""
    n = 0
    for i in range(len(rows)):
        if rows[i, CHARGE] == 0.0 or rows[i, Z] > RICH_Z:
            continue
        x, y, _ = crossing(rows[i], RICH_Z)
        mx, my, t = crossing(rows[i], MIRROR_Z)
        if not in_ring(x - RICH_X, y, RICH_INNER, RICH_OUTER) or not in_ring(
            mx - MIRROR_X, my, RICH_INNER, RICH_OUTER
        ):
            continue
        p = momentum(rows[i])
        # cos(theta) = 1 / (n beta), so theta^2 = 2 (n - 1) - (m / p)^2 for small angles.
        theta2 = 2.0 * RICH_INDEX - (rows[i, MASS] / p) ** 2
        if theta2 <= 0.0:
            continue
        radius = RICH_FOCAL_MM * math.sqrt(theta2)
        sx, sy = kicked(rows[i])
        count = poisson(seed, frame, RICH_PURPOSE | 1 << 16, i, hits * theta2 / (2.0 * RICH_INDEX))
        count = min(count, RICH_RING_HITS)
        for k in range(0, count, 2):
            # One address serves two hits: it gives two angles and two normals.
            first, second = uniform2(seed, frame, RICH_PURPOSE, i, k)
            early, late = normal2(seed, frame, RICH_PURPOSE, i, k + 1)
            for j in range(min(2, count - k)):
                turn = int((first if j == 0 else second) * RICH_DIRECTIONS)
                g = early if j == 0 else late
                channel = rich_channel(
                    RICH_FOCAL_MM * sx + radius * RICH_CIRCLE[turn, 0],
                    RICH_FOCAL_MM * sy + radius * RICH_CIRCLE[turn, 1],
                    mx < MIRROR_X,
                )
                if channel >= 0:
                    out[n] = pack(ticks(t + t0[i] + sigma_ns * g), channel, width)
                    n += 1
    return n
