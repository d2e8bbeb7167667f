"""Decays of tau leptons, unpolarised, by a table of modes.

Modes and branching ratios: signals_facts 0 and 4.  What is left of the one-prong and three-prong totals goes to
pi 2 pi0 and to 3 pi pi0 through omega pi, as a stand-in.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import PARTICLES, TAU
from trigemu.physics.particles import Particles
from trigemu.physics.tau_daughters import Daughters

TAU_MASS, TAU_CTAU_MM = PARTICLES[TAU].mass, PARTICLES[TAU].ctau

STEPS = 8
"""Steps of random numbers that one tau uses."""

Mode = Literal["e", "mu", "pi", "rho", "a1-one", "a1-three", "omega-pi"]
_MODES: tuple[tuple[Mode, float], ...] = (
    ("e", 0.1785),
    ("mu", 0.1737),
    ("pi", 0.1082),
    ("rho", 0.2549),
    ("a1-one", 0.0926 + (0.8524 - 0.8079)),
    # As the three-prong total: without K0.
    ("a1-three", 0.0902),
    ("omega-pi", 0.1455 - 0.0902),
)
ONE_PRONG = 5
"""The first so many modes have one charged particle, the others three."""

Prongs = Literal["any", "1", "3"]


def pick_modes(u: NDArray[np.float64], prongs: Prongs = "any") -> I64:
    """Return the number of the mode, int64[n], for uniforms float64[n]."""
    ratios = np.array([ratio for _, ratio in _MODES])
    if prongs == "1":
        ratios[ONE_PRONG:] = 0.0
    elif prongs == "3":
        ratios[:ONE_PRONG] = 0.0
    limits = np.cumsum(ratios / ratios.sum())
    return np.minimum(np.searchsorted(limits, u, side="right"), len(_MODES) - 1).astype(np.int64)


def decay(
    tau: F64, sign: I64, point: F64, event: I64, index: I64, draws: Draws, first: int, prongs: Prongs = "any"
) -> list[Particles]:
    """Decay taus.

    Parameters
    ----------
    tau
        float64[n, 4], momenta in any frame.
    sign
        int64[n], +1 for tau-, -1 for tau+.
    point
        float64[n, 4], where they decay.
    event, index
        int64[n], number of the event in the output and for random numbers.
    draws, first
        Random numbers; steps ``first`` to ``first + STEPS - 1`` are used.
    prongs
        Which modes.
    """
    modes = pick_modes(draws.step(first).uniform(index)[:, 0], prongs)
    out: list[Particles] = []
    for number, (mode, _) in enumerate(_MODES):
        at = np.flatnonzero(modes == number)
        if len(at) == 0:
            continue
        made = Daughters(draws, first, index[at], event[at], sign[at], point[at])
        momentum = tau[at]
        if mode == "e" or mode == "mu":
            made.lepton(momentum, constants.ELECTRON if mode == "e" else constants.MUON)
        elif mode == "pi":
            made.one_pion(momentum)
        elif mode == "rho":
            made.two_pions(momentum)
        elif mode == "omega-pi":
            made.omega_pion(momentum)
        else:
            made.three_pions(momentum, neutral=mode == "a1-one")
        out += made.out
    return out


def decay_to_heavy(
    tau: F64, sign: I64, point: F64, index: I64, draws: Draws, first: int, mass: float
) -> list[Particles]:
    """Decay taus to three charged pions and a heavy neutral lepton instead of a neutrino.

    Parameters
    ----------
    tau, sign, point, draws, first
        As for `decay`.
    index
        int64[n], number of the event in the output and for random numbers.
    mass
        Of the heavy neutral lepton, GeV.
    """
    made = Daughters(draws, first, index, index, sign, point, (constants.HEAVY_NEUTRINO, mass))
    made.three_pions(tau, neutral=False)
    return made.out
