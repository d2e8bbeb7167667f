"""Decays of what generators often leave as it is and no detector sees whole: taus and neutral pions."""

from __future__ import annotations

import numpy as np

from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import PHOTON, PI0
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.vectors import decay_vertex, isotropic, two_body_decay


def decayed(made: Particles, draws: Draws, first_step: int) -> Particles:
    """Return events in which taus and neutral pions have decayed.

    Parameters
    ----------
    made
        The events, of weight 1.
    draws, first_step
        Their random numbers, and the first step of making an event that these decays may use.
    """
    short = (np.abs(made.pdg) == 15) | (made.pdg == PI0)
    if not short.any():
        return made
    parts = [made.select(~short)]
    unstable = made.select(short)
    # The k-th of an event uses the k-th group of steps.
    starts = np.searchsorted(unstable.event, unstable.event)
    turn = np.arange(len(unstable)) - starts
    for k in range(int(turn.max()) + 1):
        step = first_step + k * (tau.STEPS + 1)
        some = unstable.select((turn == k) & (unstable.pdg != PI0))
        if len(some):
            u = draws.step(step).uniform(some.event)
            point = decay_vertex(some.momentum, tau.TAU_MASS, tau.TAU_CTAU_MM, some.point, u[:, 0])
            sign, event = np.sign(some.pdg), some.event
            parts += tau.decay(some.momentum, sign, point, event, event, draws, step + 1)
        pions = unstable.select((turn == k) & (unstable.pdg == PI0))
        if len(pions):
            axis = isotropic(draws.step(step).uniform(pions.event))
            for photon in two_body_decay(pions.momentum, constants.mass(PI0), 0.0, 0.0, axis):
                parts.append(make_particles(pions.event, PHOTON, 0.0, photon, pions.point, PI0))
    return merge(parts, made.events)
