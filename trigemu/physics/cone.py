"""A rough detector, and the chance that decays in the volume are seen by it, by momentum and direction."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64
from trigemu.jit import inlined, kernel
from trigemu.physics.bremsstrahlung import BEAM_GEV
from trigemu.physics.decay import truncated_exponential
from trigemu.physics.kinematics import decay_daughter

_MOMENTA, _ANGLES, _POINTS = 25, 10, 8000
"""Points of the grid, and decays at each."""

_BEYOND = 1.2
"""Largest angle over that of the ring: nothing farther out sends both daughters there."""


@dataclass(frozen=True, slots=True)
class Cone:
    """A rough detector: both daughters of a two-body decay in the volume must hit a ring.

    Attributes
    ----------
    distance
        Of the ring from where particles are made, mm.
    inner, outer
        Its radii, mm.
    daughters
        Their masses, GeV.
    least
        Momentum that both need, GeV.
    bend, kick
        Distance at which they get opposite kicks across (mm), and the kick (GeV).
    """

    distance: float
    inner: float
    outer: float
    daughters: tuple[float, float]
    least: float
    bend: float = 0.0
    kick: float = 0.0

    @property
    def numbers(self) -> F64:
        """All of them, for kernels."""
        ring = self.distance, self.inner, self.outer
        return np.array([*ring, *self.daughters, self.least, self.bend, self.kick])


@inlined
def _hits(px: float, py: float, pz: float, m: float, flown: float, cone: F64, u: float, v: float) -> bool:
    # Whether both daughters of a decay at this distance hit the ring; u, v: uniforms for the decay's direction.
    distance, inner, outer, first, second, least, bend, kick = cone
    qx, qy, qz, _ = decay_daughter(px, py, pz, m, first, second, u, v)
    for sign in (1.0, -1.0):
        if sign < 0.0:
            qx, qy, qz = px - qx, py - qy, pz - qz
        if qz <= 0.0 or qx * qx + qy * qy + qz * qz < least * least:
            return False
        x = px / pz * flown + (qx * (distance - flown) + sign * kick * (distance - bend)) / qz
        y = py / pz * flown + qy / qz * (distance - flown)
        square = x * x + y * y
        if square < inner * inner or square > outer * outer:
            return False
    return True


@kernel
def _fill(constants: F64, cone: F64, momenta: F64, angles: F64, steps: F64, chance: F64) -> None:
    m, near, far, slope = constants[0], constants[1], constants[2], constants[3]
    for i in range(len(momenta)):
        for j in range(len(angles)):
            pt, pz, hits = momenta[i] * math.sin(angles[j]), momenta[i] * math.cos(angles[j]), 0
            for point in range(_POINTS):
                place = 0.5 + point
                phi = 2.0 * math.pi * (place * steps[1] % 1.0)
                flown = near + truncated_exponential(place * steps[0] % 1.0, slope * pz, far - near)
                u, v = place * steps[2] % 1.0, place * steps[3] % 1.0
                hits += _hits(pt * math.cos(phi), pt * math.sin(phi), pz, m, flown, cone, u, v)
            chance[i, j] = hits / _POINTS


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The chance that both daughters are seen, on a grid.

    Attributes
    ----------
    chance
        float64[momenta, angles].
    grid
        float64[3]: logarithm of the first momentum (GeV), its step, and the step of the angle to the axis (rad).
    """

    chance: F64
    grid: F64

    @classmethod
    def of(cls, cone: Cone, constants: F64) -> Seen:
        """Return it for what `trigemu.physics.production.Producer.constants` say."""
        logs = np.linspace(math.log(constants[4]), math.log(BEAM_GEV), _MOMENTA)
        angles = np.linspace(0.0, _BEYOND * math.atan(cone.outer / cone.distance), _ANGLES)
        chance = np.zeros((_MOMENTA, _ANGLES))
        _fill(constants, cone.numbers, np.exp(logs), angles, even_steps(4), chance)
        return cls(chance, np.array([logs[0], logs[1] - logs[0], angles[1]]))


@inlined
def chance_at(chance: F64, grid: F64, momentum: float, angle: float) -> float:
    """Return the chance to be seen at a momentum (GeV) and an angle to the axis (rad), 0 beyond the grid's angles."""
    i, j = (math.log(momentum) - grid[0]) / grid[1], angle / grid[2]
    if j >= chance.shape[1] - 1:
        return 0.0
    i = min(max(i, 0.0), chance.shape[0] - 1.001)
    a, b = int(i), int(j)
    i, j = i - a, j - b
    low = (1.0 - j) * chance[a, b] + j * chance[a, b + 1]
    high = (1.0 - j) * chance[a + 1, b] + j * chance[a + 1, b + 1]
    mean: float = (1.0 - i) * low + i * high
    return mean


def even_steps(numbers: int) -> F64:
    """Return steps of an additive recurrence that fills a cube of this dimension evenly, float64[numbers]."""
    root = 1.0
    for _ in range(50):  # of x^(numbers + 1) = x + 1
        root = (1.0 + root) ** (1.0 / (numbers + 1))
    return np.asarray((1.0 / root) ** np.arange(1, numbers + 1))
