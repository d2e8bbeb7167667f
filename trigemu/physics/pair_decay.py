"""Decays N -> A B nu of an unpolarised particle to two charged leptons and a massless neutrino.

The squared matrix element of left- and right-handed currents is, with products of four-vectors,

    a (N B) (nu A) + b (N A) (nu B) + c (N nu).

A charged current that joins N to A, and B to nu, has a alone.  Neutral currents to l- = A and l+ = B have a = gL^2,
b = gR^2 and c = gL gR m^2, m the mass of the lepton.  Both are summed over spins; N is not polarised.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from trigemu.arrays import F64
from trigemu.jit import inlined
from trigemu.physics.kinematics import decay_daughter, two_body_momentum
from trigemu.physics.rng import Int, uniform2
from trigemu.physics.two_body import two_body_momentum as momentum_of_two

Number = TypeVar("Number", float, F64)

Element = tuple[float, float, float]
"""a, b, c."""

FIRST_BLOCK = 1 << 26
"""Random numbers of a decay begin here, far behind those of its momentum (`trigemu.physics.draw`)."""

_MAX_ATTEMPTS = 1 << 16
_GRID = 200
_HEADROOM = 1.02


def squared_element(
    m: float, first: float, second: float, e_first: Number, e_second: Number, a: float, b: float, c: float
) -> Number:
    """Return the squared matrix element.

    Parameters
    ----------
    m, first, second
        Masses of N, A and B.
    e_first, e_second
        Energies of A and B where N is at rest, numbers or arrays.
    a, b, c
        See the module.
    """
    square, difference = m * m, first * first - second * second
    left = e_second * 0.5 * (square - difference - 2.0 * m * e_second)
    right = e_first * 0.5 * (square + difference - 2.0 * m * e_first)
    return m * (a * left + b * right + c * (m - e_first - e_second))


_squared_element = inlined(squared_element)


@inlined
def pair_decay(
    seed: Int,
    frame: Int,
    purpose: Int,
    index: Int,
    m: float,
    first: float,
    second: float,
    element: F64,
    u: float,
    v: float,
) -> tuple[float, float, float, float, float, float, float, float]:
    """Return px, py, pz, E of A and of B where N is at rest (all 0 if no point was accepted).

    Parameters
    ----------
    seed, frame, purpose, index
        Address; blocks from `FIRST_BLOCK` on are used.
    m, first, second
        Masses of N, A and B.
    element
        float64[4]: a, b, c and `largest_weight`.
    u, v
        Uniforms for the direction of the pair.
    """
    low = first + second
    for attempt in range(_MAX_ATTEMPTS):
        block = FIRST_BLOCK + 2 * attempt
        u_mass, u_accept = uniform2(seed, frame, purpose, index, block)
        s, t = uniform2(seed, frame, purpose, index, block + 1)
        pair = low + u_mass * (m - low)
        outer, inner = two_body_momentum(m, pair, 0.0), two_body_momentum(pair, first, second)
        qx, qy, qz, energy = decay_daughter(0.0, 0.0, 0.0, m, pair, 0.0, u, v)
        ax, ay, az, ae = decay_daughter(qx, qy, qz, pair, first, second, s, t)
        be = energy - ae
        value = _squared_element(m, first, second, ae, be, element[0], element[1], element[2])
        if u_accept * element[3] < value * outer * inner:
            return ax, ay, az, ae, qx - ax, qy - ay, qz - az, be
    return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0


def weights(m: float, first: float, second: float, element: Element) -> tuple[F64, F64]:
    """Return masses of the pair and weights of a grid of decays, phase space included.

    Parameters
    ----------
    m, first, second, element
        See `pair_decay`; GeV.

    Returns
    -------
    pair
        float64[k], midpoints of equal steps of the pair's mass, GeV.
    weight
        float64[k, k], for cosines of A in the pair's frame at midpoints of equal steps.
    """
    at = (np.arange(_GRID) + 0.5) / _GRID
    low = first + second
    pair = low + at * (m - low)
    outer = np.array([momentum_of_two(m, each, 0.0) for each in pair])
    inner = np.array([momentum_of_two(each, first, second) for each in pair])
    energy = np.sqrt(outer * outer + pair * pair)
    rest = np.sqrt(inner * inner + first * first)
    e_first = ((energy * rest)[:, None] + (outer * inner)[:, None] * (2.0 * at - 1.0)) / pair[:, None]
    value = squared_element(m, first, second, e_first, energy[:, None] - e_first, *element)
    return pair, value * (outer * inner)[:, None]


def largest_weight(m: float, first: float, second: float, element: Element) -> float:
    """Return what no weight of a decay exceeds; parameters as for `weights`."""
    return _HEADROOM * float(weights(m, first, second, element)[1].max())
