"""Decays of one particle made more often where a detector sees them: by its vertex and the direction of its daughters.

The three uniforms of a decay (vertex, cosine and azimuth) fill a cube.  It is cut into bins, and a bin is picked as
often as what decays there is worth it; inside a bin the uniforms stay uniform, and a decay counts 1 over how much more
often its bin is picked.  Each class of particles, by momentum and by where they fly, has its own table.  A single bin
leaves the uniforms as they are, to the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F32, F64
from trigemu.jit import inlined, kernel
from trigemu.physics.alias import alias_table
from trigemu.physics.bremsstrahlung import BEAM_GEV
from trigemu.physics.cone import Cone, hit
from trigemu.physics.decay import truncated_exponential
from trigemu.physics.kinematics import decay_daughter, two_body_momentum

MOMENTA, OFFSETS = 10, 7
"""Classes of momenta, in equal steps of the logarithm, and of where particles fly by the last ring."""

REACH = (1.12, 3.0)
"""Radius, in units of the last ring's outer one, up to which there are classes; one more is beyond.

The mean of where two daughters pass the ring, weighted with their momenta, is where the particle would have: both only
hit it if that is inside.  The second number is for decays with a third daughter.
"""

VERTICES, COSINES, AZIMUTHS = 8, 8, 8
_BINS = VERTICES * COSINES * AZIMUTHS

LEAST_BIAS = 0.4
"""Smallest bias of a bin, the mean is 1."""

_POINTS = 6
_NUMBERS = 9

Steering = tuple[F32, F64]


@dataclass(frozen=True, slots=True, eq=False)
class Steered:
    """Tables of bins for classes of particles.

    Attributes
    ----------
    bins
        float32[k, n, 4], an alias table for each class: the part of a bin that stands for itself, the bin that the rest
        stands for, and what decays in either count: 1 / bias over the largest of all.
    axes
        float64[5]: least momentum (GeV), classes per unit of the logarithm, distance of the ring (mm), classes per mm
        there, number of classes of offsets.
    least
        Smallest bias of all bins.
    """

    bins: F32
    axes: F64
    least: float = 1.0

    @property
    def tables(self) -> Steering:
        """The arguments of `steer` that follow the particle's momentum."""
        return self.bins, self.axes


def free() -> Steered:
    """Return what leaves decays as they come."""
    return Steered(np.ones((1, 1, 4), np.float32), np.ones(5))


@inlined
def class_of(px: float, py: float, pz: float, axes: F64) -> int:
    """Return the class of a particle from its momentum (GeV); the last of all are the offsets beyond `REACH`."""
    offset = int(math.sqrt(px * px + py * py) / pz * axes[2] * axes[3])
    momentum = math.sqrt(px * px + py * py + pz * pz)
    step = int(math.log(momentum / axes[0]) * axes[1])
    offsets = int(axes[4])
    return min(max(step, 0), MOMENTA - 1) * (offsets + 1) + min(offset, offsets)


@inlined
def steer(
    px: float, py: float, pz: float, table: F32, axes: F64, vertex: float, u: float, v: float
) -> tuple[float, float, float, float]:
    """Return uniforms for the vertex and for cosine and azimuth of a daughter, and what the decay counts.

    Parameters
    ----------
    px, py, pz
        Momentum of what decays, GeV.
    table, axes
        `Steered.tables`.
    vertex, u, v
        Independent uniforms in [0, 1).
    """
    bins = table.shape[1]
    if bins == 1:
        return vertex, u, v, 1.0
    position = vertex * bins
    chosen = int(position)
    rest, row = position - chosen, table[class_of(px, py, pz, axes), chosen]
    # What is left of the uniform within its part of the bin is uniform again.
    if rest < row[0]:
        rest, counts = rest / row[0], row[2]
    else:
        rest, counts = (rest - row[0]) / (1.0 - row[0]), row[3]
        chosen = int(row[1])
    depth, face = chosen // (COSINES * AZIMUTHS), chosen % (COSINES * AZIMUTHS)
    cosine, azimuth = face // AZIMUTHS, face % AZIMUTHS
    return (depth + rest) / VERTICES, (cosine + u) / COSINES, (azimuth + v) / AZIMUTHS, counts


@kernel
def _chances(constants: F64, axes: F64, numbers: F64, rings: F64, steps: F64, seen: F64) -> None:
    m, near, far, slope = constants[0], constants[1], constants[2], constants[3]
    first, second, unseen, either = numbers[0], numbers[1], numbers[5] > 0.0, numbers[6] > 0.0
    offsets = int(axes[4])
    row = np.empty(len(steps))
    number = 0
    for kind in range(seen.shape[0]):
        step, offset = kind // (offsets + 1), kind % (offsets + 1)
        if offset == offsets:
            continue
        for place in range(seen.shape[1]):
            hits = whole = 0.0
            for _ in range(_POINTS):
                number += 1
                for k in range(len(steps)):
                    row[k] = (0.5 + number * steps[k]) % 1.0
                momentum = axes[0] * math.exp((step + row[0]) / axes[1])
                angle = math.atan((offset + row[1]) / axes[3] / axes[2])
                # A daughter's azimuth is that in the laboratory: the kick has a direction.
                around = 2.0 * math.pi * row[2]
                px = momentum * math.sin(angle) * math.cos(around)
                py = momentum * math.sin(angle) * math.sin(around)
                pz = momentum * math.cos(angle)
                azimuth = (place % AZIMUTHS + row[5]) / AZIMUTHS
                cosine = (place // AZIMUTHS % COSINES + row[4]) / COSINES
                depth = (place // (AZIMUTHS * COSINES) + row[3]) / VERTICES
                flown = near + truncated_exponential(depth, slope * pz, far - near)
                x, y = px / pz * flown, py / pz * flown
                weight = 1.0
                if unseen:
                    pair = first + second + row[6] * (m - first - second)
                    weight = two_body_momentum(m, pair, 0.0) * two_body_momentum(pair, first, second)
                    px, py, pz, _ = decay_daughter(px, py, pz, m, pair, 0.0, cosine, azimuth)
                    qx, qy, qz, _ = decay_daughter(px, py, pz, pair, first, second, row[7], row[8])
                else:
                    qx, qy, qz, _ = decay_daughter(px, py, pz, m, first, second, cosine, azimuth)
                kick = -numbers[4] if either and number % 2 else numbers[4]
                whole += weight
                if hit(x, y, flown, qx, qy, qz, kick, numbers, rings) and hit(
                    x, y, flown, px - qx, py - qy, pz - qz, -kick, numbers, rings
                ):
                    hits += weight
            seen[kind, place] = hits / whole
            if unseen and offset + 1 == offsets:
                seen[kind + 1, place] = hits / whole


def recurrence(dimensions: int) -> F64:
    """Return steps of an additive recurrence that fills a cube evenly, float64[dimensions]."""
    root = 1.0
    for _ in range(50):  # of x^(d + 1) = x + 1
        root = (1.0 + root) ** (1.0 / (dimensions + 1))
    return np.asarray((1.0 / root) ** np.arange(1, dimensions + 1))


def _spread(chance: F64) -> F64:
    """Return chances averaged with those of neighbours, as detectors' edges do not follow bins."""
    cube = chance.reshape(-1, VERTICES, COSINES, AZIMUTHS)
    cube = 0.5 * (cube + cube[..., ::-1])  # up and down are alike
    for axis, mode in ((1, "edge"), (2, "edge"), (3, "wrap")):
        pad = [(0, 0)] * 4
        pad[axis] = (1, 1)
        wide = np.pad(cube, pad, mode)  # type: ignore[call-overload]
        n = cube.shape[axis]
        low, high = (np.take(wide, np.arange(n) + k, axis) for k in (0, 2))
        cube = 0.5 * cube + 0.25 * (low + high)
    return np.asarray(cube.reshape(len(chance), -1))


def axes(p_min: float, cone: Cone) -> F64:
    """Return `Steered.axes`."""
    outer = REACH[cone.unseen] * cone.outer
    return np.array([p_min, MOMENTA / math.log(BEAM_GEV / p_min), cone.distance, OFFSETS / outer, OFFSETS])


def chances(constants: F64, cone: Cone) -> F64:
    """Return how likely decays are seen, float64[classes, bins], smoothed.

    Parameters
    ----------
    constants
        See `trigemu.physics.production.Producer`.
    cone
        What sees them.
    """
    seen = np.zeros((MOMENTA * (OFFSETS + 1), _BINS))
    steps = recurrence(_NUMBERS)
    _chances(constants, axes(constants[4], cone), cone.numbers, cone.rings, steps, seen)
    # What no point of a class is seen of may be seen all the same: as if one more were.
    within = np.arange(len(seen)) % (OFFSETS + 1) < OFFSETS
    return _spread(seen) + within[:, None] / (_POINTS * _BINS)


def biases(chance: F64, mean: float) -> F64:
    """Return the bias of each bin that makes the error of the acceptance least, float64[classes, bins], mean 1.

    Parameters
    ----------
    chance
        See `chances`.
    mean
        The acceptance.
    """
    bias = np.sqrt(np.maximum(chance * (1.0 - 2.0 * mean) + mean**2, 0.0))
    bias = np.maximum(bias / bias.mean(axis=1, keepdims=True), LEAST_BIAS)
    return np.asarray(bias / bias.mean(axis=1, keepdims=True))


def steered(bias: F64, where: F64) -> Steered:
    """Return the tables for biases (see `biases`) and `axes`."""
    least = float(bias.min())
    bins = np.empty((*bias.shape, 4), np.float32)
    for row, one in zip(bins, bias, strict=True):
        keep, other = alias_table(one)
        row[:, 0], row[:, 1], row[:, 2], row[:, 3] = keep, other, least / one, least / one[other]
    return Steered(bins, where, least)
