"""Particles to energies in crystals: showers, ionisation, hadronic interactions.

Plan for each particle: follow its helix (or line) to the calorimeter's front, then lay down its energy as a fixed
number of spots.  Spots of a shower lie on a spiral with the lateral profile's distribution in radius and a random
turn, so that a few dozen describe it without sampling noise; each goes to the crystal that covers it, or is lost in
a gap.  A particle that ionises leaves spots along its path.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.ecl.crystals import ring_at
from trigemu.experiments.belle2.response import helix
from trigemu.jit import inlined, kernel
from trigemu.physics.rng import Int, Purpose, normal2, uniform2

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

CORE_SPOTS, TAIL_SPOTS, PATH_SPOTS, HADRON_SPOTS = 36, 12, 8, 24
SPOTS = CORE_SPOTS + TAIL_SPOTS
"""Most crystals that a particle can reach (a hadron has fewer spots than an electromagnetic shower)."""

_PARTICLE = int(Purpose.ECL_PARTICLE)
_BLOCKS = 4  # random blocks of a particle
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
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


@inlined
def drop(
    theta: float, phi: float, energy: float, time: float, first: I64, counts: I64, work: F64, hit: I32, n: int
) -> int:
    """Add energy to the crystal at a direction; ``work`` holds energy and energy x time, ``hit`` crystals in use."""
    if not 0.0 < theta < math.pi or energy <= 0.0:
        return n
    ring = ring_at(theta)
    if ring < 0:
        return n
    turn = phi / (2.0 * math.pi)
    crystal = first[ring] + min(int((turn - math.floor(turn)) * counts[ring]), counts[ring] - 1)
    if work[crystal, 0] == 0.0:
        hit[n] = crystal
        n += 1
    work[crystal, 0] += energy
    work[crystal, 1] += energy * time
    return n


@inlined
def spread(
    x: float,
    y: float,
    z: float,
    radius: float,
    spots: int,
    turn: float,
    energy: float,
    time: float,
    first: I64,
    counts: I64,
    work: F64,
    hit: I32,
    n: int,
) -> int:
    """Lay energy around a point with the profile 2 r R^2 / (r^2 + R^2)^2 across the direction from the origin."""
    rho = math.hypot(x, y)
    distance = math.hypot(rho, z)
    theta, phi = math.atan2(rho, z), math.atan2(y, x)
    share = energy / spots
    for k in range(spots):
        inside = _FARTHEST * (k + 0.5) / spots
        r = radius * math.sqrt(inside / (1.0 - inside))
        angle = _GOLDEN * k + turn
        at = theta + r * math.cos(angle) / distance
        sine = max(math.sin(at), 1e-3)
        n = drop(at, phi + r * math.sin(angle) / (distance * sine), share, time, first, counts, work, hit, n)
    return n


@inlined
def moyal(gauss: float) -> float:
    """Return a Moyal variable (the shape of energy loss; most probable value 0) from a normal one."""
    return -math.log(max(gauss * gauss, 1e-4))


@inlined
def along(
    x: float,
    y: float,
    z: float,
    dx: float,
    dy: float,
    dz: float,
    length: float,
    energy: float,
    time: float,
    first: I64,
    counts: I64,
    work: F64,
    hit: I32,
    n: int,
) -> int:
    """Lay energy evenly along a path."""
    for k in range(PATH_SPOTS):
        s = length * (k + 0.5) / PATH_SPOTS
        px, py, pz = x + s * dx, y + s * dy, z + s * dz
        n = drop(
            math.atan2(math.hypot(px, py), pz),
            math.atan2(py, px),
            energy / PATH_SPOTS,
            time,
            first,
            counts,
            work,
            hit,
            n,
        )
    return n


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
    first: I64,
    counts: I64,
    work: F64,
    hit: I32,
    out_offsets: I64,
    out_crystal: I32,
    out_energy: F64,
    out_time: F64,
) -> None:
    """Write crystals with their energies and times, event by event, in the order of their numbers.

    ``tracks``: perigees (`helix.perigees`); ``work``: zeros[8736, 2]; ``hit``: scratch for the crystals of an event.
    """
    rows = 0
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
                core = p[MOLIERE] * p[R_CORE]
                n = spread(
                    x, y, z, core, CORE_SPOTS, turn, energy * p[CORE], time, first, counts, work, hit, n
                )
                tail = p[MOLIERE] * p[R_TAIL]
                rest = energy * (1.0 - p[CORE])
                n = spread(x, y, z, tail, TAIL_SPOTS, turn + 1.0, rest, time, first, counts, work, hit, n)
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
                n = along(x, y, z, dx, dy, dz, reach, loss, time, first, counts, work, hit, n)
                kinetic -= loss
            # Antinucleons annihilate, also where they stop.
            extra = 2.0 * mass[i] if pdg[i] == -2212 or pdg[i] == -2112 else 0.0
            if hadron and reach < length and kinetic + extra > 1e-9:
                share, _ = uniform2(seed, frame, _PARTICLE, event, block + 2)
                energy = (kinetic + extra) * p[FRACTION] * share
                x, y, z = x + reach * dx, y + reach * dy, z + reach * dz
                n = spread(
                    x, y, z, p[R_HADRON], HADRON_SPOTS, turn, energy, time, first, counts, work, hit, n
                )
        hit[:n].sort()
        for k in range(n):
            crystal = hit[k]
            out_crystal[rows] = crystal
            out_energy[rows] = work[crystal, 0]
            out_time[rows] = work[crystal, 1] / work[crystal, 0]
            work[crystal, 0] = work[crystal, 1] = 0.0
            rows += 1
        out_offsets[event + 1] = rows
