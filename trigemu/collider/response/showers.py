"""Particles to energies in crystals: showers, ionisation, hadronic interactions.

Plan for each particle: follow its helix (or line) to the calorimeter's front, then lay down its energy as a fixed
number of spots.  Spots of a shower lie on a spiral with the lateral profile's distribution in radius and a random
turn, so that a few dozen describe it without sampling noise; each goes to the crystal that covers it, or is lost in
a gap.  A particle that ionises leaves spots along its path.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I32, I64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response import helix
from trigemu.experiments.belle2.ecl.crystals import LOOK_UP
from trigemu.jit import inlined, kernel
from trigemu.physics.rng import Int, normal2, uniform2

Crystals = tuple[NDArray[np.int8], I64, I64]

CORE_SPOTS, TAIL_SPOTS, PATH_SPOTS, HADRON_SPOTS = 36, 12, 8, 24
SPOTS = CORE_SPOTS + TAIL_SPOTS
"""Most crystals that a particle can reach (a hadron has fewer spots than an electromagnetic shower)."""

_PARTICLE = int(ColliderPurpose.SHOWER)
_BLOCKS = 4  # random blocks of a particle
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_PER_RADIAN = LOOK_UP / math.pi
_FARTHEST = 0.98  # the profile is cut where this fraction of it is inside

# Columns of the parameters, in this order; `response.parameters` fills them.
(
    RADIUS,
    Z_FORWARD,
    Z_BACKWARD,
    LENGTH,
    MOLIERE,
    CORE,
    R_CORE,
    R_TAIL,
    DEPTH,
    QUARTER,
    CONSTANT,
    LEAKAGE,
    MIP,
    MIP_WIDTH,
    INTERACTION,
    FRACTION,
    R_HADRON,
    LONGEST,
) = range(18)


@inlined
def entrance(
    d0: float, phi0: float, omega: float, z0: float, tan_lambda: float, start: float, p: F64
) -> tuple[float, float, float, float]:
    """Return (arc, x, y, z) where a particle first reaches the calorimeter's front; arc nan if it never does."""
    best = math.nan
    arc = helix.crossing(d0, omega, start, p[RADIUS], 0)
    if not math.isnan(arc):
        z = z0 + tan_lambda * arc
        if -p[Z_BACKWARD] <= z <= p[Z_FORWARD]:
            best = arc
    plane = p[Z_FORWARD] if tan_lambda > 0.0 else -p[Z_BACKWARD]
    arc = helix.arc_at_z(z0, tan_lambda, plane)
    if start < arc < math.inf and (math.isnan(best) or arc < best):
        x, y, z = helix.position(d0, phi0, omega, z0, tan_lambda, arc)
        if math.hypot(x, y) < p[RADIUS]:
            best = arc
    if not best - start < p[LONGEST] / math.sqrt(1.0 + tan_lambda * tan_lambda):
        return math.nan, 0.0, 0.0, 0.0
    x, y, z = helix.position(d0, phi0, omega, z0, tan_lambda, best)
    return best, x, y, z


@cache
def spots() -> F64:
    """Return float64[72, 2]: where spots of core, tail and hadronic profile lie across the shower, for R = 1."""
    out = []
    for number in (CORE_SPOTS, TAIL_SPOTS, HADRON_SPOTS):
        k = np.arange(number)
        inside = _FARTHEST * (k + 0.5) / number
        r = np.sqrt(inside / (1.0 - inside))
        out.append(np.stack([r * np.cos(_GOLDEN * k), r * np.sin(_GOLDEN * k)], axis=1))
    return np.concatenate(out)


@inlined
def lay(aim: F64, number: int, energy: float, time: float, at: Crystals, work: F64, hit: I32, n: int) -> int:
    """Share energy among the crystals at the first directions of ``aim`` (rows: theta, azimuth over 2 pi).

    ``at``: `crystals.ring_look_up`, first crystal and number of crystals of every ring; ``work`` holds energy and
    energy x time of crystals, ``hit`` those in use.  Returns how many are in use.
    """
    look_up, first, counts = at
    share = energy / number
    if share <= 0.0:
        return n
    for k in range(number):
        theta, turn = aim[k, 0], aim[k, 1]
        if not 0.0 < theta < math.pi:
            continue
        ring = look_up[int(theta * _PER_RADIAN)]
        if ring < 0:
            continue
        size = counts[ring]
        crystal = first[ring] + min(int((turn - math.floor(turn)) * size), size - 1)
        if work[crystal, 0] == 0.0:
            hit[n] = crystal
            n += 1
        work[crystal, 0] += share
        work[crystal, 1] += share * time
    return n


@inlined
def across(x: float, y: float, z: float, radius: float, where: F64, turn: float, aim: F64) -> None:
    """Write directions around a point, across the line from the origin, with the profile 2 r R^2 / (r^2 + R^2)^2.

    ``where``: rows of `spots`; ``turn``: the random angle by which they are turned.
    """
    rho = max(math.hypot(x, y), 1.0)
    theta, azimuth = math.atan2(rho, z), math.atan2(y, x) / (2.0 * math.pi)
    polar, around = radius / math.hypot(rho, z), radius / (2.0 * math.pi * rho)
    cos, sin = math.cos(turn), math.sin(turn)
    for k in range(len(where)):
        aim[k, 0] = theta + polar * (where[k, 0] * cos - where[k, 1] * sin)
        aim[k, 1] = azimuth + around * (where[k, 0] * sin + where[k, 1] * cos)


@inlined
def moyal(gauss: float) -> float:
    """Return a Moyal variable (the shape of energy loss; most probable value 0) from a normal one."""
    return -math.log(max(gauss * gauss, 1e-4))


@inlined
def along(x: float, y: float, z: float, dx: float, dy: float, dz: float, aim: F64) -> None:
    """Write directions along a path (dx, dy, dz) from (x, y, z)."""
    for k in range(PATH_SPOTS):
        part = (k + 0.5) / PATH_SPOTS
        px, py, pz = x + part * dx, y + part * dy, z + part * dz
        aim[k, 0] = math.atan2(math.hypot(px, py), pz)
        aim[k, 1] = math.atan2(py, px) / (2.0 * math.pi)


@kernel
def deposit(
    seed: Int,
    frame: int,
    offsets: I64,
    pdg: I32,
    mass: F64,
    momentum: F64,
    time_ns: F64,
    tracks: F64,
    p: F64,
    where: F64,
    at: Crystals,
    work: F64,
    hit: I32,
    out_offsets: I64,
    out_crystal: I32,
    out_energy: F64,
    out_time: F64,
) -> None:
    """Write crystals with their energies and times, event by event, in the order of their numbers.

    ``tracks``: perigees (`helix.perigees`); ``where``: `spots`; ``at``: see `lay`;
    ``work``: zeros[8736, 2]; ``hit``: scratch for the crystals of an event.
    """
    rows = 0
    aim = np.empty((SPOTS, 2))
    core_spots = where[:CORE_SPOTS]
    tail_spots = where[CORE_SPOTS:SPOTS]
    hadron_spots = where[SPOTS:]
    for event in range(len(offsets) - 1):
        n = 0
        for i in range(offsets[event], offsets[event + 1]):
            code = abs(pdg[i])
            shower = code == 11 or code == 22
            ionises = code == 13 or code == 211 or code == 321 or code == 2212
            hadron = code == 211 or code == 321 or code == 2212 or code == 2112 or code == 130
            if not (shower or ionises or hadron) or momentum[i] <= 0.0:
                continue
            d0, phi0, omega = tracks[i, 0], tracks[i, 1], tracks[i, 2]
            z0, tan_lambda, start = tracks[i, 3], tracks[i, 4], tracks[i, 5]
            arc, x, y, z = entrance(d0, phi0, omega, z0, tan_lambda, start, p)
            if math.isnan(arc):
                continue
            block = (i - offsets[event]) * _BLOCKS
            gauss, _ = normal2(seed, frame, _PARTICLE, event, block)
            u, v = uniform2(seed, frame, _PARTICLE, event, block + 1)
            cos_lambda = 1.0 / math.sqrt(1.0 + tan_lambda * tan_lambda)
            azimuth = helix.direction(phi0, omega, arc)
            dx, dy, dz = (
                cos_lambda * math.cos(azimuth),
                cos_lambda * math.sin(azimuth),
                cos_lambda * tan_lambda,
            )
            full = math.hypot(momentum[i], mass[i])
            beta = momentum[i] / full
            flight = (arc - start) / cos_lambda / (helix.LIGHT_MM_NS * beta)
            time = time_ns[i] + flight
            turn = 2.0 * math.pi * u
            if shower:
                sigma = math.hypot(p[QUARTER] / math.sqrt(math.sqrt(full)), p[CONSTANT])
                lost = min(-p[LEAKAGE] * math.log(1.0 - v), 1.0)
                energy = full * max(1.0 + sigma * gauss - lost, 0.0)
                x, y, z = x + p[DEPTH] * dx, y + p[DEPTH] * dy, z + p[DEPTH] * dz
                across(x, y, z, p[MOLIERE] * p[R_CORE], core_spots, turn, aim)
                n = lay(aim, CORE_SPOTS, energy * p[CORE], time, at, work, hit, n)
                across(x, y, z, p[MOLIERE] * p[R_TAIL], tail_spots, turn + 1.0, aim)
                n = lay(aim, TAIL_SPOTS, energy * (1.0 - p[CORE]), time, at, work, hit, n)
                continue
            # Inclined tracks have a longer way through the crystals.
            radial = (x * dx + y * dy + z * dz) / math.sqrt(x * x + y * y + z * z)
            length = p[LENGTH] / max(radial, 0.5)
            kinetic = full - mass[i]
            reach = length
            if hadron:
                reach = min(-p[INTERACTION] * math.log(1.0 - v), length)
            if ionises:
                # Slow particles stop where their energy is used up.
                rate = p[MIP] / (beta * beta) * (1.0 + p[MIP_WIDTH] * moyal(gauss))
                reach = min(reach, kinetic / rate)
                loss = rate * reach
                along(x, y, z, reach * dx, reach * dy, reach * dz, aim)
                n = lay(aim, PATH_SPOTS, loss, time, at, work, hit, n)
                kinetic -= loss
            # Antinucleons annihilate, also where they stop.
            extra = 2.0 * mass[i] if pdg[i] == -2212 or pdg[i] == -2112 else 0.0
            if hadron and reach < length and kinetic + extra > 1e-9:
                share, _ = uniform2(seed, frame, _PARTICLE, event, block + 2)
                energy = (kinetic + extra) * p[FRACTION] * share
                x, y, z = x + reach * dx, y + reach * dy, z + reach * dz
                across(x, y, z, p[R_HADRON], hadron_spots, turn, aim)
                n = lay(aim, HADRON_SPOTS, energy, time, at, work, hit, n)
        hit[:n].sort()
        for k in range(n):
            crystal = hit[k]
            out_crystal[rows] = crystal
            out_energy[rows] = work[crystal, 0]
            out_time[rows] = work[crystal, 1] / work[crystal, 0]
            work[crystal, 0] = work[crystal, 1] = 0.0
            rows += 1
        out_offsets[event + 1] = rows
