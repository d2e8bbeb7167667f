"""Where decays of parents are worth drawing: how likely what a cell makes is to be seen, and the bias from that.

Most A' of mesons miss the detector.  Of N events the relative error of the acceptance A is least where each decay with
the chance a that it is seen is made sqrt(a (1 - 2 A) + A^2) times as often as it comes.  Decays in the volume are made
so by `trigemu.physics.steered`; a cell is picked as often as the root of the mean square of this over its particles.
The chance comes from a fixed set of points and a rough detector, a cone: this only decides how often cells are picked,
so results do not depend on how rough it is, only their errors do.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.jit import kernel
from trigemu.physics import steered
from trigemu.physics.aim import aimed, places
from trigemu.physics.cone import Cone
from trigemu.physics.draw import candidate
from trigemu.physics.flight import Flight, flight_weight
from trigemu.physics.production import Cells
from trigemu.physics.steered import Steered

LEAST_BIAS = 0.005
"""Smallest bias of a cell over the largest."""

WORTH = 0.8
"""The bias is used where it makes the error of the acceptance smaller than this times the one without."""

_EVALUATIONS = 300_000
_POINTS = (3, 512)
"""Points in all cells together, and in each at least and at most."""

_STEPS = (0.8, 0.4, 0.2, 0.1)
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
    steps: F64,
    axes: F64,
    value: F64,
    kind: I64,
) -> None:
    near, far, slope, p_min = constants[1], constants[2], constants[3], constants[4]
    points = value.shape[1]
    row = np.empty(len(steps))
    for cell in range(len(limits)):
        for point in range(points):
            for k in range(len(steps)):
                row[k] = (0.5 + (cell * points + point) * steps[k]) % 1.0
            px, py, pz, density = candidate(
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
            if momentum >= p_min and pz > 0.0:
                value[cell, point] = density * flight_weight(momentum, near, far, slope)
                kind[cell, point] = steered.class_of(px, py, pz, axes)


def _points(cells: Cells, constants: F64, cutoff: float, axes: F64) -> tuple[F64, I64]:
    """Return what each point of each cell amounts to, and the class of its particle: [n, points]."""
    n = len(cells.weight)
    each = int(np.clip(_EVALUATIONS // max(n, 1), *_POINTS))
    value, kind = np.zeros((n, each)), np.zeros((n, each), np.int64)
    c = cells
    steps = steered.recurrence(_NUMBERS)
    _probe(c.limits, c.channel, c.channels, constants, cutoff, steps, axes, value, kind)
    return value, kind


def _smooth(cells: Cells, made: F64, seen: F64, points: int) -> F64:
    """Return seen / made, float64[n], in groups of neighbours; few points are led by a wider group."""
    pt, pz = places(cells)
    chance: F64 = np.full(len(made), float(seen.sum() / made.sum()))
    ln_pz, root_pt = np.log(np.maximum(pz, 1.0)), 2.0 * np.sqrt(pt)
    for step in _STEPS:
        along, across = (ln_pz / step).astype(np.int64), (root_pt / step).astype(np.int64)
        group = (cells.channel * (along.max() + 1) + along) * (across.max() + 1) + across
        size, some, every, led = (np.bincount(group, each) for each in (None, seen, made, made * chance))
        few = _PRIOR / (points * np.maximum(size, 1))
        known, whole = some + few * led, every * (1.0 + few)
        chance = np.divide(known, whole, out=np.zeros_like(known), where=whole > 0.0)[group]
    return chance


def biased(
    cells: Cells, flight: Flight, p_min: float, constants: F64, cutoff: float, cone: Cone
) -> tuple[Cells, Steered]:
    """Return cells and tables of decays with the biases that make the error of the acceptance least.

    If that helps little, cells as they are and `steered.free`.
    """
    finer = aimed(cells, flight, p_min, math.atan(cone.outer / cone.distance))
    axes = steered.axes(p_min, cone)
    chance = steered.chances(constants, cone)
    value, kind = _points(finer, constants, cutoff, axes)
    value *= (finer.weight / finer.bound)[:, None]
    made = value.sum(axis=1)
    total = float(made.sum())
    mean = float((value * chance.mean(axis=1)[kind]).sum()) / total if total > 0.0 else 0.0
    if mean <= 0.0:
        return cells, steered.free()
    square = chance * (1.0 - 2.0 * mean) + mean**2
    inside = steered.biases(chance, mean)
    left = (square / inside).mean(axis=1)
    worth = (value * left[kind]).sum(axis=1)
    bias = np.sqrt(np.maximum(_smooth(finer, made, worth, value.shape[1]), 0.0))
    bias = np.maximum(bias / bias.max(), min(LEAST_BIAS, mean))
    before = float((value * square.mean(axis=1)[kind]).sum()) * total
    after = float((worth / bias).sum() * (made * bias).sum())
    if after > WORTH**2 * before:
        return cells, steered.free()
    return replace(finer, bias=bias), steered.steered(inside, axes)
