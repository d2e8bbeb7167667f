"""Closed forms of e+e- -> two particles at lowest order: cross-sections and angles in the CM.

c is the cosine of the angle to the incoming e-.  Sources: signals_facts 2 and 2.1.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.constants import ALPHA, PB_PER_GEV2

PairName = Literal["photons", "muons", "bhabha", "taus"]


def photon_vector(s: float, m: float, low: float, high: float) -> float:
    """Return the cross-section of e+e- -> photon V (pb, unit mixing) for c of the photon in [low, high]."""
    if s <= m * m:
        return 0.0
    d = 4.0 * s * m * m / (s - m * m) ** 2

    def indefinite(c: float) -> float:
        return -c + (1.0 + 0.5 * d) * math.log((1.0 + c) / (1.0 - c))

    factor = 2.0 * math.pi * ALPHA**2 / s * (1.0 - m * m / s)
    return factor * (indefinite(high) - indefinite(low)) * PB_PER_GEV2


def photon_vector_density(s: float, m: float, c: F64) -> F64:
    """Return d sigma / d c of e+e- -> photon V in pb for unit mixing."""
    d = 4.0 * s * m * m / (s - m * m) ** 2
    factor = 2.0 * math.pi * ALPHA**2 / s * (1.0 - m * m / s) * PB_PER_GEV2
    return np.asarray(factor * (1.0 + c * c + d) / (1.0 - c * c))


def photon_axion(s: float, m: float, coupling: float) -> float:
    """Return the cross-section of e+e- -> photon a in pb; coupling to photons in GeV^-1."""
    return ALPHA * coupling**2 / 24.0 * max(1.0 - m * m / s, 0.0) ** 3 * PB_PER_GEV2


def _bhabha_indefinite(c: float) -> float:
    # ((3 + c^2) / (1 - c))^2 in powers of t = 1 - c.
    t = 1.0 - c
    return 16.0 / t + 16.0 * math.log(t) - 12.0 * t + 2.0 * t * t - t**3 / 3.0


def born(name: PairName, s: float, low: float, high: float, mass: float = 0.0) -> float:
    """Return a Born cross-section in pb.

    Parameters
    ----------
    name
        What is made.
    s
        GeV^2.
    low, high
        Range of c of the negative particle; photons are two alike, of which both c and -c count: give a
        range that is symmetric.
    mass
        Of each (muons, taus), GeV.
    """
    unit = math.pi * ALPHA**2 / (2.0 * s) * PB_PER_GEV2
    if name == "photons":
        return 0.5 * photon_vector(s, 0.0, low, high)
    if name == "bhabha":
        return unit * (_bhabha_indefinite(high) - _bhabha_indefinite(low))
    b2 = 1.0 - 4.0 * mass * mass / s
    if b2 <= 0.0:
        return 0.0
    flat = (2.0 - b2) * (high - low) + b2 * (high**3 - low**3) / 3.0
    return unit * math.sqrt(b2) * flat


def cosine(
    name: PairName | Literal["vector", "axion"],
    draws: Draws,
    index: I64,
    low: float | F64,
    high: float | F64,
    extra: F64,
) -> F64:
    """Return c for each event, float64[n].

    Parameters
    ----------
    name
        One of the pairs, ``vector`` (photon V) or ``axion`` (photon a; c is the photon's).
    draws, index
        Random numbers and numbers of the events.
    low, high
        Range of c, for all or float64[n].
    extra
        float64[n]: for ``vector`` d = 4 s m^2 / (s - m^2)^2, for muons and taus 4 m^2 / s; else unused.
    """
    lows, highs = np.broadcast_to(low, len(index)), np.broadcast_to(high, len(index))

    def propose(rows: I64, attempt: I64) -> tuple[F64, F64]:
        low, high = lows[rows], highs[rows]
        u = draws.uniform(index[rows], attempt)
        if name in ("photons", "vector"):
            # tanh of a uniform number goes as 1 / (1 - c^2).
            c = np.tanh(np.arctanh(low) + u[:, 0] * (np.arctanh(high) - np.arctanh(low)))
            d = extra[rows] if name == "vector" else 0.0
            keep = (1.0 + c * c + d) / (2.0 + d)
        elif name == "bhabha":
            a, b = 1.0 / (1.0 - low), 1.0 / (1.0 - high)
            c = 1.0 - 1.0 / (a + u[:, 0] * (b - a))
            keep = (3.0 + c * c) ** 2 / 16.0
        else:
            c = low + u[:, 0] * (high - low)
            keep = (1.0 + c * c + extra[rows] * (1.0 - c * c)) / 2.0 if name != "axion" else (1 + c * c) / 2.0
        return c, np.asarray(keep - u[:, 1])

    return accept_reject(index, propose, f"the angle of {name}")
