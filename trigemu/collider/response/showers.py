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

from trigemu.arrays import F64, I32, I64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.config import Showers
from trigemu.collider.response.helix import LIGHT_MM_NS, Track, direction, track_at
from trigemu.collider.response.rings import PER_RADIAN, Envelope, RingTable, entrance
from trigemu.jit import inlined, kernel
from trigemu.physics.rng import Int, normal2, uniform2

Address = tuple[Int, Int, int, int]
"""Seed, frame, event, and the first number of a particle's block."""

CORE_SPOTS, TAIL_SPOTS, PATH_SPOTS, HADRON_SPOTS = 36, 12, 8, 24
SPOTS = CORE_SPOTS + TAIL_SPOTS
"""Most crystals that a particle can reach (a hadron has fewer spots than an electromagnetic shower)."""

_PARTICLE = int(ColliderPurpose.SHOWER)
_BLOCKS = 4  # random blocks of a particle
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
_FARTHEST = 0.98  # the profile is cut where this fraction of it is inside


class ShowerNumbers(NamedTuple):
    """What kernels need of `Showers`: R of the profiles and lengths in mm, energies in GeV.

    sigma(E)/E = ``quarter`` / E^(1/4) (+) ``root`` / sqrt(E) (+) ``constant``.
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


class Spots(NamedTuple):
    """Where spots of the core, the tail and the hadronic profile lie across the shower, for R = 1: float64[k, 2]."""

    core: F64
    tail: F64
    hadron: F64


class Deposits(NamedTuple):
    """Scratch of `deposit`.

    ``aim`` float64[48, 2]: directions; ``work`` float64[crystals, 2]: energy and energy x time of the event's crystals
    (zero between events); ``hit`` int32: those in use.
    """

    aim: F64
    work: F64
    hit: I32


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


def settings(config: Showers, resolution_root: float = 0.0) -> ShowerNumbers:
    """Return the numbers that the kernels take; ``resolution_root``: a term of the resolution over sqrt(E)."""
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
    )


def envelope(config: Showers) -> Envelope:
    """Return the front faces of the crystals."""
    return Envelope(config.barrel_radius_mm, -config.backward_z_mm, config.forward_z_mm)


@cache
def spots() -> Spots:
    """Return where spots lie."""
    out = []
    for number in (CORE_SPOTS, TAIL_SPOTS, HADRON_SPOTS):
        k = np.arange(number)
        inside = _FARTHEST * (k + 0.5) / number
        r = np.sqrt(inside / (1.0 - inside))
        out.append(np.stack([r * np.cos(_GOLDEN * k), r * np.sin(_GOLDEN * k)], axis=1))
    return Spots(*out)


@inlined
def lay(number: int, energy: float, time: float, rings: RingTable, out: Deposits, n: int) -> int:
    """Share energy among the crystals at the first directions of ``out.aim`` (rows: theta, azimuth over 2 pi).

    Returns how many crystals are in use.
    """
    look_up, first, crystals, begin = rings
    aim, work, hit = out
    share = energy / number
    if share <= 0.0:
        return n
    for k in range(number):
        theta, turn = aim[k, 0], aim[k, 1]
        if not 0.0 < theta < math.pi:
            continue
        ring = look_up[int(theta * PER_RADIAN)]
        if ring < 0:
            continue
        size = crystals[ring]
        place = turn - begin[ring]
        crystal = first[ring] + min(int((place - math.floor(place)) * size), size - 1)
        if work[crystal, 0] == 0.0:
            hit[n] = crystal
            n += 1
        work[crystal, 0] += share
        work[crystal, 1] += share * time
    return n


@inlined
def across(x: float, y: float, z: float, radius: float, where: F64, turn: float, aim: F64) -> None:
    """Write directions of the spots of a shower with profile R = ``radius`` (mm) at a point.

    ``where``: one of `Spots`; ``turn``: the random angle by which they are turned.
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


@inlined
def _arrive(
    track: Track,
    arc: float,
    x: float,
    y: float,
    z: float,
    momentum: float,
    mass: float,
    time: float,
) -> Arrival:
    cos_lambda = 1.0 / math.sqrt(1.0 + track.tan_lambda * track.tan_lambda)
    azimuth = direction(track.phi0, track.omega, arc)
    dx, dy = cos_lambda * math.cos(azimuth), cos_lambda * math.sin(azimuth)
    full = math.hypot(momentum, mass)
    beta = momentum / full
    flight = (arc - track.start) / cos_lambda / (LIGHT_MM_NS * beta)
    return Arrival(x, y, z, dx, dy, cos_lambda * track.tan_lambda, time + flight, full, mass, beta)


@inlined
def _shower(
    at: Arrival,
    gauss: float,
    v: float,
    turn: float,
    p: ShowerNumbers,
    where: Spots,
    rings: RingTable,
    out: Deposits,
    n: int,
) -> int:
    # An electromagnetic shower: all of the energy, smeared, less an exponential part that leaks out behind.
    root = math.sqrt(at.full)
    sigma = math.hypot(math.hypot(p.quarter / math.sqrt(root), p.root / root), p.constant)
    lost = min(-p.leakage * math.log(1.0 - v), 1.0)
    energy = at.full * max(1.0 + sigma * gauss - lost, 0.0)
    x, y, z = at.x + p.depth * at.dx, at.y + p.depth * at.dy, at.z + p.depth * at.dz
    across(x, y, z, p.r_core, where.core, turn, out.aim)
    n = lay(CORE_SPOTS, energy * p.core, at.time, rings, out, n)
    across(x, y, z, p.r_tail, where.tail, turn + 1.0, out.aim)
    return lay(TAIL_SPOTS, energy * (1.0 - p.core), at.time, rings, out, n)


@inlined
def _through(
    at: Arrival,
    ionises: bool,
    hadron: bool,
    annihilates: bool,
    gauss: float,
    v: float,
    turn: float,
    address: Address,
    p: ShowerNumbers,
    where: Spots,
    rings: RingTable,
    out: Deposits,
    n: int,
) -> int:
    # A muon or a hadron: ionisation up to where it interacts, stops or leaves; a part of what is left if it interacts.
    seed, frame, event, block = address
    x, y, z, dx, dy, dz = at.x, at.y, at.z, at.dx, at.dy, at.dz
    # Inclined tracks have a longer way through the crystals.
    radial = (x * dx + y * dy + z * dz) / math.sqrt(x * x + y * y + z * z)
    length = p.length / max(radial, 0.5)
    kinetic = at.full - at.mass
    reach = length
    if hadron:
        reach = min(-p.interaction * math.log(1.0 - v), length)
    if ionises:
        # Slow particles stop where their energy is used up.
        rate = p.mip / (at.beta * at.beta) * (1.0 + p.mip_width * moyal(gauss))
        reach = min(reach, kinetic / rate)
        loss = rate * reach
        along(x, y, z, reach * dx, reach * dy, reach * dz, out.aim)
        n = lay(PATH_SPOTS, loss, at.time, rings, out, n)
        kinetic -= loss
    # Antinucleons annihilate, also where they stop.
    extra = 2.0 * at.mass if annihilates else 0.0
    if hadron and reach < length and kinetic + extra > 1e-9:
        share, _ = uniform2(seed, frame, _PARTICLE, event, block + 2)
        energy = (kinetic + extra) * p.fraction * share
        x, y, z = x + reach * dx, y + reach * dy, z + reach * dz
        across(x, y, z, p.r_hadron, where.hadron, turn, out.aim)
        n = lay(HADRON_SPOTS, energy, at.time, rings, out, n)
    return n


@inlined
def _particle(
    track: Track,
    pdg: int,
    mass: float,
    momentum: float,
    time: float,
    address: Address,
    surface: Envelope,
    p: ShowerNumbers,
    where: Spots,
    rings: RingTable,
    out: Deposits,
    n: int,
) -> int:
    # Add what one particle leaves; return how many crystals of the event are in use.
    code = abs(pdg)
    shower = code == 11 or code == 22
    ionises = code == 13 or code == 211 or code == 321 or code == 2212
    hadron = code == 211 or code == 321 or code == 2212 or code == 2112 or code == 130
    if not (shower or ionises or hadron) or momentum <= 0.0:
        return n
    arc, x, y, z = entrance(track, surface, p.longest)
    if math.isnan(arc):
        return n
    seed, frame, event, block = address
    gauss, _ = normal2(seed, frame, _PARTICLE, event, block)
    u, v = uniform2(seed, frame, _PARTICLE, event, block + 1)
    turn = 2.0 * math.pi * u
    at = _arrive(track, arc, x, y, z, momentum, mass, time)
    if shower:
        return _shower(at, gauss, v, turn, p, where, rings, out, n)
    annihilates = pdg == -2212 or pdg == -2112
    return _through(at, ionises, hadron, annihilates, gauss, v, turn, address, p, where, rings, out, n)


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
    surface: Envelope,
    p: ShowerNumbers,
    where: Spots,
    rings: RingTable,
    out: Deposits,
    out_offsets: I64,
    out_crystal: I32,
    out_energy: F64,
    out_time: F64,
) -> None:
    """Write crystals with their energies and times, event by event, in the order of their numbers.

    ``tracks``: perigees (`helix.perigees`).
    """
    rows = 0
    _, work, hit = out
    for event in range(len(offsets) - 1):
        n = 0
        for i in range(offsets[event], offsets[event + 1]):
            address = (seed, frame, event, (i - offsets[event]) * _BLOCKS)
            track = track_at(tracks, i)
            n = _particle(
                track, pdg[i], mass[i], momentum[i], time_ns[i], address, surface, p, where, rings, out, n
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
