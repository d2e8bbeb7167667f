"""Which particles of an event are those of the signal B.

Generators put the signal B's final particles first, whatever it decays to: these are the first rows of an event, up to
the one with which they add up to the mass of a B.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import Bool
from trigemu.collider.signals.b_models import B_PLUS_MASS, B_ZERO_MASS
from trigemu.physics.particles import Particles
from trigemu.physics.vectors import invariant_mass

NEAR_GEV = 0.005
"""How far a sum may be off both masses (chosen: what is missing before is heavier, a soft photon apart)."""


def signal_side(particles: Particles, invisible: int) -> Bool:
    """Return bool[m], the particles of a signal B among whose daughters is an invisible one.

    Parameters
    ----------
    particles
        Events; those without such a B have none.
    invisible
        PDG code of the invisible particle; its antiparticle counts as well.
    """
    event, rows = particles.event, np.arange(len(particles))
    before = np.vstack([np.zeros(4), np.cumsum(particles.momentum, axis=0)])
    mass = invariant_mass(before[1:] - before[particles.offsets[event]])
    closed = np.flatnonzero((mass > B_PLUS_MASS - NEAR_GEV) & (mass < B_ZERO_MASS + NEAR_GEV))
    last = np.full(particles.events, -1)
    # Of several, the first stays.
    last[event[closed[::-1]]] = closed[::-1]
    side = rows <= last[event]
    dark = np.zeros(particles.events, np.bool_)
    dark[event[side & (np.abs(particles.pdg) == invisible)]] = True
    return np.asarray(side & dark[event])
