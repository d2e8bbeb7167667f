"""Where decays of parents are worth drawing: how likely what a cell makes is to be seen, and the bias from that.

Most A' of mesons miss the detector.  Of N events the relative error of the acceptance A is least where a cell with the
chance a that its events are seen is picked sqrt(a (1 - 2 A) + A^2) times as often as by its weight.  The chance is
estimated with a fixed set of points, each with the chance that a rough detector, a cone, sees its decays: this only
decides how often cells are picked, so results do not depend on how rough it is, only their errors do.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.jit import kernel
from trigemu.physics.aim import aimed, places
from trigemu.physics.cone import Cone, Seen, chance_at, even_steps
from trigemu.physics.draw import candidate
from trigemu.physics.flight import Flight, flight_weight
from trigemu.physics.production import Cells

LEAST_BIAS = 0.005
"""Smallest bias over the largest; where the acceptance is less, it is that."""

WORTH = 0.8
"""The bias is used where it makes the error of the acceptance smaller than this times the one without."""

_EVALUATIONS = 1_500_000
_POINTS = (6, 2048)
"""Points in all cells together, and in each at least and at most."""

_STEPS = (0.4, 0.2, 0.1)
"""Widths of groups of neighbours, in ln pz and 2 sqrt(pT), far ones before near ones."""

_PRIOR = 4.0
"""Points of a group that stand for what is known from the wider one."""

_NUMBERS = 6


@kernel
def _probe(
    limits: F64,
    channel: I64,
    channels: F64,
    constants: F64,
    cutoff: float,
    points: int,
    steps: F64,
    chance: F64,
    grid: F64,
    made: F64,
    seen: F64,
) -> None:
    near, far, slope, p_min = constants[1], constants[2], constants[3], constants[4]
    row = np.empty(len(steps))
    for cell in range(len(limits)):
        for point in range(points):
            for k in range(len(steps)):
                row[k] = (0.5 + (cell * points + point) * steps[k]) % 1.0
            px, py, pz, value = candidate(
                limits[cell],
                channels[channel[cell]],
                constants,
                cutoff,
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                row[5],
            )
            momentum = math.sqrt(px * px + py * py + pz * pz)
            if momentum < p_min or pz <= 0.0:
                continue
            value *= flight_weight(momentum, near, far, slope)
            made[cell] += value
            angle = math.atan2(math.hypot(px, py), pz)
            seen[cell] += value * chance_at(chance, grid, momentum, angle)


def _each(cells: int) -> int:
    return int(np.clip(_EVALUATIONS // max(cells, 1), *_POINTS))


def chances(cells: Cells, constants: F64, cutoff: float, cone: Cone) -> tuple[F64, F64]:
    """Return what points in each cell amount to, and what those do that are seen: float64[n] each, in bounds.

    Parameters
    ----------
    cells
        n cells.
    constants, cutoff
        See `trigemu.physics.production.Producer`.
    cone
        What sees them.
    """
    n = len(cells.weight)
    each = _each(n)
    made, seen = np.zeros(n), np.zeros(n)
    c = cells
    view = Seen.of(cone, constants)
    drawn = (each, even_steps(_NUMBERS), view.chance, view.grid)
    _probe(c.limits, c.channel, c.channels, constants, cutoff, *drawn, made, seen)
    return made / each, seen / each


def _smooth(cells: Cells, made: F64, seen: F64, points: int) -> F64:
    """Return the chance to be seen, float64[n], in groups of neighbours; few points are led by a wider group."""
    pt, pz = places(cells)
    chance = np.full(len(made), float(seen.sum() / made.sum()))
    for step in _STEPS:
        along = np.floor(np.log(np.maximum(pz, 1.0)) / step).astype(np.int64)
        across = np.floor(2.0 * np.sqrt(pt) / step).astype(np.int64)
        _, group, size = np.unique(
            (cells.channel * 1000 + along) * 1000 + across, return_inverse=True, return_counts=True
        )
        some, every = np.bincount(group, seen), np.bincount(group, made)
        few = _PRIOR / (points * size)
        known = some + few * np.bincount(group, made * chance)
        chance = np.divide(known, every * (1.0 + few), out=np.zeros(len(size)), where=every > 0.0)[group]
    # One standard deviation more: a chance taken for too small makes events that count a lot.
    return np.asarray(chance + np.sqrt(chance / (points * size[group])))


def biased(cells: Cells, flight: Flight, p_min: float, constants: F64, cutoff: float, cone: Cone) -> Cells:
    """Return cells with the bias that makes the error of the acceptance least, or as they are if that helps little."""
    finer = aimed(cells, flight, p_min, math.atan(cone.outer / cone.distance))
    made, seen = chances(finer, constants, cutoff, cone)
    density = finer.weight / finer.bound
    made, seen = made * density, seen * density
    total = float(made.sum())
    mean = float(seen.sum()) / total if total > 0.0 else 0.0
    if mean <= 0.0:
        return cells
    chance = _smooth(finer, made, seen, _each(len(made)))
    square = chance * (1.0 - 2.0 * mean) + mean**2
    bias = np.sqrt(np.maximum(square, 0.0))
    bias = np.maximum(bias / bias.max(), min(LEAST_BIAS, mean))
    before = (made * square).sum() * total
    after = (made * square / bias).sum() * (made * bias).sum()
    return replace(finer, bias=bias) if after < WORTH**2 * before else cells
