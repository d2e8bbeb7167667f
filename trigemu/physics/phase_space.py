"""Decays to two to five particles by phase space alone (F. James, CERN 68-15: the masses of subsystems are drawn)."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.vectors import isotropic, momentum_of_two, two_body_decay

MOST = 5
"""Particles in a decay."""

STEPS = 2
"""Steps of random numbers that a decay uses."""


def phase_space(
    parent: F64, mass: F64, masses: tuple[float, ...], index: I64, draws: Draws, first: int
) -> list[F64]:
    """Return the momenta of the daughters, float64[n, 4] each, in the frame of ``parent``.

    Parameters
    ----------
    parent, mass
        float64[n, 4] and float64[n], what decays (GeV).
    masses
        Of the daughters, two to five, below ``mass`` together.
    index
        int64[n], numbers of the events.
    draws, first
        Random numbers; steps ``first`` and ``first + 1`` are used.

    Raises
    ------
    ValueError
        Too few or too many daughters, or too heavy ones.
    """
    k = len(masses)
    if not 2 <= k <= MOST or (mass <= sum(masses)).any():
        raise ValueError(f"phase space takes two to {MOST} daughters lighter than what decays, not {masses}")
    # system[:, i]: mass of daughters 0 to i + 1 together; the last is all of them.
    system = np.empty((len(index), k - 1))
    system[:, -1] = mass
    if k > 2:
        system[:, :-1] = _systems(mass, masses, index, draws.step(first))
    out: list[F64] = []
    rest = parent
    for i in range(k - 1, 0, -1):
        inner = system[:, i - 2] if i > 1 else np.full(len(index), masses[0])
        axis = isotropic(draws.step(first + 1).uniform(index, i))
        daughter, rest = two_body_decay(rest, system[:, i - 1], masses[i], inner, axis)
        out.append(daughter)
    out.append(rest)
    return out[::-1]


def _systems(mass: F64, masses: tuple[float, ...], index: I64, draws: Draws) -> F64:
    """Return float64[n, k - 2], masses of the first two, three, ... daughters, by the product of all momenta."""
    k = len(masses)
    below = np.cumsum(masses)
    room = mass - below[-1]
    # Each momentum is largest with the heaviest system of daughters and the lightest one inside it.
    bound = np.ones(len(index))
    for i in range(1, k):
        inside = below[i - 1]
        bound *= momentum_of_two(below[i] + room, inside, masses[i])

    def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
        numbers = np.concatenate([draws.uniform(index[at], 2 * attempt + j) for j in (0, 1)], axis=1)
        cuts = np.sort(numbers[:, : k - 2], axis=1)
        systems = below[1:-1] + cuts * room[at, None]
        whole = np.concatenate([systems, mass[at, None]], axis=1)
        weight = momentum_of_two(whole[:, 0], masses[0], masses[1])
        for i in range(2, k):
            weight = weight * momentum_of_two(whole[:, i - 1], whole[:, i - 2], masses[i])
        return systems, weight - numbers[:, 3] * bound[at]

    return accept_reject(index, propose, "a decay by phase space")
