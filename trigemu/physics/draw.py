"""The kernel side of `trigemu.physics.production`: one particle's momentum for one address."""

from __future__ import annotations

import math

from trigemu.arrays import F64
from trigemu.jit import inlined
from trigemu.physics import bremsstrahlung as brem
from trigemu.physics import mesons
from trigemu.physics.alias import pick
from trigemu.physics.flight import flight_weight
from trigemu.physics.kinematics import decay_daughter, two_body_momentum
from trigemu.physics.production import BOUND, BREM, CHAIN, CHANNEL, COUNT, KEEP, OTHER, POOL
from trigemu.physics.rng import Int, uniform2

FIRST_BLOCK = 2
"""Blocks 0 and 1 of an address are left to the caller (decay vertex and decay angles)."""

_BLOCKS = 4
_MAX_ATTEMPTS = 1 << 20
_CHAIN_BLOCK = 1 << 24
"""First block for the first decay of chains, one per attempt: far behind those that all attempts use."""

_BEAM = brem.BEAM_GEV
_PROTON = brem.PROTON_MASS
_GAMMA, _BETA_GAMMA, _HALF_ROOT_S = mesons.GAMMA, mesons.BETA_GAMMA, 0.5 * math.sqrt(mesons.S)

_splitting = inlined(brem.splitting)
_off_shell_factor = inlined(brem.off_shell_factor)
_virtuality = inlined(brem.virtuality)
_sigma_pp = inlined(brem.sigma_pp)
_SIGMA_BEAM = float(brem.sigma_pp(2.0 * _PROTON * (_PROTON + _BEAM)))


@inlined
def _brem_point(z: float, u: float, m: float, pt2_max: float, cutoff: float) -> tuple[float, float]:
    """Return pT^2 and the density in z and ln H (drawn uniformly by ``u``) of a point of bremsstrahlung."""
    a = _virtuality(z, m)
    span = math.log((a + pt2_max) / a)
    h = a * math.exp(u * span)
    pt2 = max(h - a, 0.0)
    value = _splitting(z, pt2, m) * h * span
    value *= _sigma_pp(2.0 * _PROTON * (_PROTON + _BEAM * (1.0 - z))) / _SIGMA_BEAM
    if cutoff > 0.0:
        value *= _off_shell_factor(z, pt2, m, cutoff)
    return pt2, value


@inlined
def _meson_point(limits: F64, parent: float, u: float, v: float) -> tuple[float, float]:
    """Return pT and pz in the laboratory of a meson drawn uniformly in a cell of (xF, pT)."""
    star = (limits[0] + u * (limits[1] - limits[0])) * _HALF_ROOT_S
    pt = limits[2] + v * (limits[3] - limits[2])
    return pt, _GAMMA * star + _BETA_GAMMA * math.sqrt(star * star + pt * pt + parent * parent)


@inlined
def _aimed_daughter(
    pt: float, pz: float, parent: float, first: float, second: float, u: float, v: float, limits: F64
) -> tuple[float, float, float]:
    """Return px, py, pz of a daughter of a parent of momentum (pt, 0, pz), isotropic in a ring about an axis.

    ``limits[4:]``: (1 - cos) / 2 of the angle to the axis, low and high; cosine and sine of the axis' angle to the
    parent's direction, towards z, in the parent's frame.
    """
    star = two_body_momentum(parent, first, second)
    low, high, c, s = limits[4], limits[5], limits[6], limits[7]
    cosine = 1.0 - 2.0 * (low + u * (high - low))
    sine = math.sqrt(max(0.0, 1.0 - cosine * cosine))
    side = sine * math.cos(2.0 * math.pi * v)
    along, across = star * (cosine * c - side * s), star * (cosine * s + side * c)
    out = star * sine * math.sin(2.0 * math.pi * v)
    momentum = math.sqrt(pt * pt + pz * pz)
    total = math.sqrt(momentum * momentum + parent * parent)
    along = (total * along + momentum * math.sqrt(star * star + first * first)) / parent
    if momentum == 0.0:
        return across, out, along
    return (along * pt - across * pz) / momentum, out, (along * pz + across * pt) / momentum


@inlined
def candidate(
    limits: F64,
    row: F64,
    constants: F64,
    cutoff: float,
    u: float,
    v: float,
    a: float,
    b: float,
    c: float,
    d: float,
) -> tuple[float, float, float, float]:
    """Return px, py, pz (GeV) of a particle of a cell, and the density there (1 for decays).

    Parameters
    ----------
    limits, row
        The cell's, see `production.Cells`.
    constants, cutoff
        See `production.Producer`.
    u, v
        Uniforms for the place in the cell.
    a, b, c, d
        Uniforms for the decay to the particle, and for the one before it in a chain.
    """
    m = constants[0]
    if row[0] == BREM:
        z = limits[0] + u * (limits[1] - limits[0])
        pt2, value = _brem_point(z, v, m, constants[5] * constants[5], cutoff)
        p2 = (z * _BEAM) ** 2 - m * m
        return math.sqrt(pt2), 0.0, math.sqrt(max(p2 - pt2, 0.0)), value
    if row[0] == POOL:
        qx, qy, qz = limits[0], limits[1], limits[2]
    else:
        qx, qz = _meson_point(limits, row[1], u, v)
        qy = 0.0
    parent, companion = row[1], row[2]
    if row[0] == CHAIN:
        qx, qy, qz, _ = decay_daughter(qx, qy, qz, parent, row[3], companion, c, d)
        parent, companion = row[3], row[4]
    if limits[5] > limits[4]:
        # Azimuths are random in the end, so the parent may be turned into the x-z plane.
        px, py, pz = _aimed_daughter(math.hypot(qx, qy), qz, parent, m, companion, a, b, limits)
    else:
        px, py, pz, _ = decay_daughter(qx, qy, qz, parent, m, companion, a, b)
    return px, py, pz, 1.0


@inlined
def draw_momentum(
    seed: Int,
    frame: Int,
    purpose: Int,
    index: Int,
    rows: F64,
    channels: F64,
    constants: F64,
    cutoff: float,
) -> tuple[float, float, float, int, float]:
    """Return px, py, pz (GeV), how many points were drawn for it (0: none was accepted), and what it counts.

    Parameters
    ----------
    seed, frame, purpose, index
        Address; blocks from `FIRST_BLOCK` on are used.
    rows, channels, constants, cutoff
        `production.Producer.tables`.
    """
    near, far, slope, p_min = constants[1], constants[2], constants[3], constants[4]
    for attempt in range(_MAX_ATTEMPTS):
        block = FIRST_BLOCK + _BLOCKS * attempt
        u_cell, u_accept = uniform2(seed, frame, purpose, index, block)
        u, v = uniform2(seed, frame, purpose, index, block + 1)
        azimuth, _ = uniform2(seed, frame, purpose, index, block + 2)
        cell = rows[pick(rows[:, KEEP], rows[:, OTHER], u_cell)]
        row = channels[int(cell[CHANNEL])]
        a = b = c = d = 0.0
        if row[0] != BREM:
            a, b = uniform2(seed, frame, purpose, index, block + 3)
            if row[0] == CHAIN:
                c, d = uniform2(seed, frame, purpose, index, _CHAIN_BLOCK + attempt)
        px, py, pz, value = candidate(cell, row, constants, cutoff, u, v, a, b, c, d)
        momentum = math.sqrt(px * px + py * py + pz * pz)
        if momentum < p_min or pz <= 0.0:
            continue
        if u_accept * cell[BOUND] < value * flight_weight(momentum, near, far, slope):
            cosine, sine = math.cos(2.0 * math.pi * azimuth), math.sin(2.0 * math.pi * azimuth)
            return cosine * px - sine * py, sine * px + cosine * py, pz, attempt + 1, cell[COUNT]
    return 0.0, 0.0, 1.0, 0, 0.0
