"""Cells of decays cut by direction: rings about the one in which a daughter flies along the beam.

Nothing is left out or counted twice: the rings of a cell share its weight by their solid angles, and each has its own,
tighter bound of the chance to decay in the volume.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.physics import mesons
from trigemu.physics.bremsstrahlung import BEAM_GEV
from trigemu.physics.decay_cells import Range, daughter_energies, largest_chance
from trigemu.physics.flight import Flight
from trigemu.physics.kinematics import two_body_momentum
from trigemu.physics.production import BREM, CHAIN, POOL, Cells, join

LIGHT = 0.005
"""Cells that make up this part of all, with the square of the parent's momentum, stay whole."""

RINGS = (0.7, 1.4, 3.0)
"""Outer edges of the rings but the last, in units of the angle that the detector takes."""


def _middle(limits: F64, row: F64) -> tuple[F64, F64]:
    """Return pT and pz of parents in the middle of cells (GeV)."""
    if row[0] == POOL:
        return np.hypot(limits[:, 0], limits[:, 1]), limits[:, 2]
    x0, x1, t0, t1 = limits[:, :4].T
    pt = 0.5 * (t0 + t1)
    return pt, mesons.lab_of_mass(row[1], 0.5 * (x0 + x1), pt)[0]


def _energies(limits: F64, row: F64) -> Range:
    """Return between which energies parents are (GeV)."""
    if row[0] == POOL:
        energy = np.sqrt((limits[:, :3] ** 2).sum(axis=1) + row[1] ** 2)
        return energy, energy
    x0, x1, t0, t1 = limits[:, :4].T
    corners = [mesons.lab_of_mass(row[1], x, t)[1] for x in (x0, x1) for t in (t0, t1)]
    return np.min(corners, 0), np.max(corners, 0)


def places(cells: Cells) -> tuple[F64, F64]:
    """Return pT and pz (GeV) in the middle of cells, of parents or of bremsstrahlung (pT 0)."""
    kind, mass = cells.channels[cells.channel, :2].T
    x0, x1, t0, t1 = cells.limits[:, :4].T
    pt = 0.5 * (t0 + t1)
    pz = mesons.lab_of_mass(mass, 0.5 * (x0 + x1), pt)[0]
    brem, pool = kind == BREM, kind == POOL
    pt[brem], pz[brem] = 0.0, 0.5 * BEAM_GEV * (x0 + x1)[brem]
    pt[pool], pz[pool] = np.hypot(x0, x1)[pool], t0[pool]
    return pt, pz


def _axis(pt: F64, pz: F64, parent: float, star: float, rest: float) -> tuple[F64, F64]:
    """Return the angle to the parent's direction at which a daughter flies along z, and its momentum then (GeV).

    In the parent's frame, towards z; where none does, the angle that comes closest.
    """
    momentum = np.hypot(pt, pz)
    gamma = np.sqrt(1.0 + (momentum / parent) ** 2)
    sine = np.divide(pt, momentum, out=np.zeros_like(pt), where=momentum > 0.0)
    cosine = np.divide(pz, momentum, out=np.ones_like(pz), where=momentum > 0.0)
    turned = np.arctan2(gamma * sine, cosine)
    short = momentum / parent * rest * sine / (star * np.hypot(cosine, gamma * sine))
    angle = np.clip(turned + np.arcsin(np.minimum(short, 1.0)), 0.0, math.pi)
    along = momentum / parent * rest + gamma * star * np.cos(angle)
    return angle, np.abs(along * cosine + star * np.sin(angle) * sine)


def _cosines(angle: F64, inner: F64, outer: F64) -> Range:
    """Return cosines of the largest and smallest angle to a direction, of a ring whose axis is at ``angle`` to it."""
    nearest = np.where(angle < inner, inner - angle, np.maximum(angle - outer, 0.0))
    farthest = np.where(
        angle + outer <= math.pi, angle + outer, np.minimum(2.0 * math.pi - angle - inner, math.pi)
    )
    return np.cos(farthest), np.cos(nearest)


def aimed(cells: Cells, flight: Flight, p_min: float, angle: float) -> Cells:
    """Return cells of decays cut in rings about the direction to a detector of this half opening ``angle``."""
    # Fast parents are few, but what they make is seen.
    worth = cells.weight * np.maximum(places(cells)[1], 0.0) ** 2
    order = np.argsort(worth)
    light = np.zeros(len(order), np.bool_)
    light[order] = np.cumsum(worth[order]) < LIGHT * worth.sum()

    def part(mine: Bool, row: F64) -> Cells:
        return Cells.of_channel(cells.limits[mine], row, cells.bound[mine], cells.weight[mine])

    parts = []
    for number, row in enumerate(cells.channels):
        mine = cells.channel == number
        if row[0] == BREM:
            parts.append(part(mine, row))
            continue
        parts.append(part(mine & light, row))
        parts += _rings(part(mine & ~light, row), flight, p_min, angle)
    return join(parts)


def _rings(cells: Cells, flight: Flight, p_min: float, opening: float) -> list[Cells]:
    row, m = cells.channels[0], flight.mass
    pt, pz = _middle(cells.limits, row)
    energy = _energies(cells.limits, row)
    parent, companion = row[1], row[2]
    if row[0] == CHAIN:
        # The second parent goes about where the first went.
        energy = daughter_energies(parent, row[3], companion, energy)
        slower = np.sqrt(np.maximum(np.mean(energy, 0) ** 2 - row[3] ** 2, 0.0)) / np.maximum(
            np.hypot(pt, pz), 1e-9
        )
        pt, pz = pt * slower, pz * slower
        parent, companion = row[3], row[4]
    star = two_body_momentum(parent, m, companion)
    if star <= 0.0:
        return [cells]
    angle, momentum = _axis(pt, pz, parent, star, math.hypot(star, m))
    unit = np.arctan(opening * momentum / star)
    edges = [
        np.zeros_like(unit),
        *(np.minimum(ring * unit, math.pi) for ring in RINGS),
        np.full_like(unit, math.pi),
    ]
    density = cells.weight / cells.bound
    parts = []
    for inner, outer in pairwise(edges):
        low, high = (0.5 * (1.0 - np.cos(edge)) for edge in (inner, outer))
        reached = daughter_energies(parent, m, companion, energy, _cosines(angle, inner, outer))
        bound = largest_chance(flight, p_min, reached)
        limits = cells.limits.copy()
        limits[:, 4:] = np.stack([low, high, np.cos(angle), np.sin(angle)], axis=1)
        weight = density * bound * np.maximum(high - low, 0.0)
        parts.append(replace(cells, limits=limits, bound=bound, weight=weight))
    return parts
