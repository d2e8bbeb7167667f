"""Particles to energies in crystals: showers, ionisation, hadronic interactions.

Plan for each particle: follow its helix (or line) to the calorimeter's front, then lay down its energy as a fixed
number of spots.  Spots of a shower lie on a spiral with the lateral profile's distribution in radius and a random
turn, so that a few dozen describe it without sampling noise; each goes to the crystal that covers it, or is lost in
a gap.  A particle that ionises leaves spots along its path.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I8, I32, I64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.config import Showers
from trigemu.collider.response.helix import (
    LIGHT_MM_NS,
    Track,
    arc_at_z,
    crossing,
    direction,
    position,
    track_at,
)
from trigemu.collider.response.rings import BEGIN, CRYSTALS, FIRST, PER_RADIAN, Envelope
from trigemu.jit import inlined, kernel
from trigemu.physics.rng import Int, normal2, uniform2

CORE_SPOTS, TAIL_SPOTS, PATH_SPOTS, HADRON_SPOTS = 36, 12, 8, 24
SPOTS = CORE_SPOTS + TAIL_SPOTS
"""Most crystals that a particle can reach (a hadron has fewer spots than an electromagnetic shower)."""

_PARTICLE = int(ColliderPurpose.SHOWER)
_BLOCKS = 4  # random blocks of a particle
MOST_TURNS = 1e9
"""A direction further around is none."""

_BARREL = 1.0 - 1e-9
"""A particle that reaches the barrel is as far from the axis, up to rounding."""

_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_FARTHEST = 0.98  # the profile is cut where this fraction of it is inside


class ShowerNumbers(NamedTuple):
    """What kernels need of `Showers`: R of the profiles and lengths in mm, energies in GeV.

    sigma(E)/E = ``quarter`` / E^(1/4) (+) ``root`` / sqrt(E) (+) ``constant``, ``endcap`` times that in the endcaps.
    """

    length: float
    longest: float
    core: float
    r_core: float
    r_tail: float
    depth: float
    quarter: float
    root: float
    constant: float
    leakage: float
    mip: float
    mip_width: float
    interaction: float
    fraction: float
    r_hadron: float
    endcap: float


class Arrival(NamedTuple):
    """A particle at the calorimeter's front: point (mm), direction (unit vector), time (ns), energy and mass (GeV)."""

    x: float
    y: float
    z: float
    dx: float
    dy: float
    dz: float
    time: float
    full: float
    mass: float
    beta: float


def settings(config: Showers, resolution_root: float = 0.0, endcap_factor: float = 1.0) -> ShowerNumbers:
    """Return the numbers that the kernels take.

    ``resolution_root``: a term of the resolution over sqrt(E); ``endcap_factor``: how much worse it is in the endcaps.
    """
    c = config
    return ShowerNumbers(
        length=c.crystal_mm,
        longest=c.longest_path_mm,
        core=c.core_fraction,
        r_core=c.moliere_mm * c.core_moliere,
        r_tail=c.moliere_mm * c.tail_moliere,
        depth=c.shower_depth_mm,
        quarter=c.resolution_quarter,
        root=resolution_root,
        constant=c.resolution_constant,
        leakage=c.leakage,
        mip=c.mip_gev_mm,
        mip_width=c.mip_width,
        interaction=c.interaction_mm,
        fraction=c.hadron_fraction,
        r_hadron=c.hadron_radius_mm,
        endcap=endcap_factor,
    )


def envelope(config: Showers) -> Envelope:
    """Return the front faces of the crystals."""
    return Envelope(config.barrel_radius_mm, -config.backward_z_mm, config.forward_z_mm)


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
def entrance(track: Track, envelope: Envelope, longest: float) -> tuple[float, float, float, float]:
    """Return (arc, x, y, z) where a particle first reaches the calorimeter's front; arc nan if it never does.

    Particles that fly farther than ``longest`` (mm) are lost before.
    """
    slope, start = track.tan_lambda, track.start
    best = math.nan
    arc = crossing(track.d0, track.omega, start, envelope.radius, 0)
    if not math.isnan(arc):
        z = track.z0 + slope * arc
        if envelope.z_backward <= z <= envelope.z_forward:
            best = arc
    plane = envelope.z_forward if slope > 0.0 else envelope.z_backward
    arc = arc_at_z(track.z0, slope, plane)
    if start < arc < math.inf and (math.isnan(best) or arc < best):
        x, y, z = position(track.d0, track.phi0, track.omega, track.z0, slope, arc)
        if math.hypot(x, y) < envelope.radius:
            best = arc
    if not best - start < longest / math.sqrt(1.0 + slope * slope):
        return math.nan, 0.0, 0.0, 0.0
    x, y, z = position(track.d0, track.phi0, track.omega, track.z0, slope, best)
    return best, x, y, z


@inlined
def lay(
    aim: F64,
    number: int,
    energy: float,
    time: float,
    look_up: I8,
    rings: F64,
    work: F64,
    hit: I32,
    n: int,
) -> int:
    """Share energy among the crystals at the first directions of ``aim`` (rows: theta, azimuth over 2 pi).

    ``look_up`` and ``rings``: see `Rings`; ``work`` holds energy and energy x time of crystals, ``hit`` those in use.
    Returns how many are in use.
    """
    share = energy / number
    if not 0.0 < share < math.inf:
        return n
    for k in range(number):
        theta, turn = aim[k, 0], aim[k, 1]
        if not (0.0 < theta < math.pi and abs(turn) < MOST_TURNS):
            continue
        ring = look_up[min(int(theta * PER_RADIAN), len(look_up) - 1)]
        if ring < 0:
            continue
        size = rings[ring, CRYSTALS]
        place = turn - rings[ring, BEGIN]
        # The fraction of a turn may be rounded to 1.
        crystal = int(rings[ring, FIRST]) + int(min((place - math.floor(place)) * size, size - 0.5))
        if work[crystal, 0] == 0.0:
            hit[n] = crystal
            n += 1
        work[crystal, 0] += share
        work[crystal, 1] += share * time
    return n


@inlined
def across(x: float, y: float, z: float, radius: float, where: F64, turn: float, aim: F64) -> None:
    """Write directions of the spots of a shower with profile R = ``radius`` (mm) at a point.

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
def along(at: Arrival, reach: float, aim: F64) -> None:
    """Write directions along a path of this length (mm) from where a particle arrives."""
    x, y, z = at.x, at.y, at.z
    dx, dy, dz = reach * at.dx, reach * at.dy, reach * at.dz
    for k in range(PATH_SPOTS):
        part = (k + 0.5) / PATH_SPOTS
        px, py, pz = x + part * dx, y + part * dy, z + part * dz
        aim[k, 0] = math.atan2(math.hypot(px, py), pz)
        aim[k, 1] = math.atan2(py, px) / (2.0 * math.pi)


@inlined
def arrive(
    track: Track, surface: Envelope, longest: float, momentum: float, mass: float, time: float
) -> tuple[bool, Arrival]:
    """Return whether a particle (momentum and mass in GeV, time in ns at its start) reaches the front, and how."""
    arc, x, y, z = entrance(track, surface, longest)
    if math.isnan(arc):
        return False, Arrival(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    cos_lambda = 1.0 / math.sqrt(1.0 + track.tan_lambda * track.tan_lambda)
    azimuth = direction(track.phi0, track.omega, arc)
    dx, dy = cos_lambda * math.cos(azimuth), cos_lambda * math.sin(azimuth)
    full = math.hypot(momentum, mass)
    beta = momentum / full
    flight = (arc - track.start) / cos_lambda / (LIGHT_MM_NS * beta)
    return True, Arrival(x, y, z, dx, dy, cos_lambda * track.tan_lambda, time + flight, full, mass, beta)


@inlined
def shower_energy(full: float, gauss: float, v: float, factor: float, p: ShowerNumbers) -> float:
    """Return what an electromagnetic shower leaves: all energy, smeared, less an exponential part that leaks out.

    ``factor``: of the resolution where the shower is.
    """
    root = math.sqrt(full)
    sigma = math.hypot(p.quarter / math.sqrt(root), p.constant)
    if p.root > 0.0:
        sigma = math.hypot(sigma, p.root / root)
    sigma *= factor
    lost = min(-p.leakage * math.log(1.0 - v), 1.0)
    return full * max(1.0 + sigma * gauss - lost, 0.0)


@inlined
def passage(
    at: Arrival, ionises: bool, hadron: bool, gauss: float, v: float, p: ShowerNumbers
) -> tuple[float, float, bool]:
    """Return (reach in mm, energy lost by ionisation, interacts) of a muon or a hadron in the crystals."""
    # Inclined tracks have a longer way through the crystals.
    radial = (at.x * at.dx + at.y * at.dy + at.z * at.dz) / math.sqrt(at.x * at.x + at.y * at.y + at.z * at.z)
    length = p.length / max(radial, 0.5)
    reach = length
    if hadron:
        reach = min(-p.interaction * math.log(1.0 - v), length)
    loss = 0.0
    if ionises:
        # Slow particles stop where their energy is used up.
        rate = p.mip / (at.beta * at.beta) * (1.0 + p.mip_width * moyal(gauss))
        reach = min(reach, (at.full - at.mass) / rate)
        loss = rate * reach
    return reach, loss, hadron and reach < length


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
    faces: tuple[float, ...],
    numbers: tuple[float, ...],
    where: F64,
    look_up: I8,
    rings: F64,
    work: F64,
    hit: I32,
    out_offsets: I64,
    out_crystal: I32,
    out_energy: F64,
    out_time: F64,
) -> None:
    """Write crystals with their energies and times, event by event, in the order of their numbers.

    ``tracks``: perigees (`helix.perigees`); ``faces`` and ``numbers``: `Envelope` and `ShowerNumbers` as plain tuples,
    which Numba unpacks faster; ``where``: `spots`; ``look_up`` and ``rings``: see `Rings`; ``work``: zeros[crystals,
    2], as it is afterwards; ``hit``: int32[crystals], scratch.
    """
    rows = 0
    surface, p = Envelope(*faces), ShowerNumbers(*numbers)
    aim = np.empty((SPOTS, 2))
    core_spots, tail_spots, hadron_spots = where[:CORE_SPOTS], where[CORE_SPOTS:SPOTS], where[SPOTS:]
    for event in range(len(offsets) - 1):
        n = 0
        for i in range(offsets[event], offsets[event + 1]):
            code = abs(pdg[i])
            shower = code == 11 or code == 22
            ionises = code == 13 or code == 211 or code == 321 or code == 2212
            hadron = code == 211 or code == 321 or code == 2212 or code == 2112 or code == 130
            if not (shower or ionises or hadron) or momentum[i] <= 0.0:
                continue
            reached, at = arrive(track_at(tracks, i), surface, p.longest, momentum[i], mass[i], time_ns[i])
            if not reached:
                continue
            block = (i - offsets[event]) * _BLOCKS
            gauss, _ = normal2(seed, frame, _PARTICLE, event, block)
            u, v = uniform2(seed, frame, _PARTICLE, event, block + 1)
            turn = 2.0 * math.pi * u
            if shower:
                in_barrel = math.hypot(at.x, at.y) > _BARREL * surface.radius
                energy = shower_energy(at.full, gauss, v, 1.0 if in_barrel else p.endcap, p)
                x, y, z = at.x + p.depth * at.dx, at.y + p.depth * at.dy, at.z + p.depth * at.dz
                across(x, y, z, p.r_core, core_spots, turn, aim)
                n = lay(aim, CORE_SPOTS, energy * p.core, at.time, look_up, rings, work, hit, n)
                across(x, y, z, p.r_tail, tail_spots, turn + 1.0, aim)
                n = lay(aim, TAIL_SPOTS, energy * (1.0 - p.core), at.time, look_up, rings, work, hit, n)
                continue
            reach, loss, interacts = passage(at, ionises, hadron, gauss, v, p)
            if ionises:
                along(at, reach, aim)
                n = lay(aim, PATH_SPOTS, loss, at.time, look_up, rings, work, hit, n)
            # Antinucleons annihilate, also where they stop.
            extra = 2.0 * mass[i] if pdg[i] == -2212 or pdg[i] == -2112 else 0.0
            left = at.full - mass[i] - loss + extra
            if interacts and left > 1e-9:
                share, _ = uniform2(seed, frame, _PARTICLE, event, block + 2)
                x, y, z = at.x + reach * at.dx, at.y + reach * at.dy, at.z + reach * at.dz
                across(x, y, z, p.r_hadron, hadron_spots, turn, aim)
                n = lay(aim, HADRON_SPOTS, left * p.fraction * share, at.time, look_up, rings, work, hit, n)
        hit[:n].sort()
        for k in range(n):
            crystal = hit[k]
            out_crystal[rows] = crystal
            out_energy[rows] = work[crystal, 0]
            out_time[rows] = work[crystal, 1] / work[crystal, 0]
            work[crystal, 0] = work[crystal, 1] = 0.0
            rows += 1
        out_offsets[event + 1] = rows
