"""Photon A' events of data that were taken at many energies."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.collision import Sampled, draws_of
from trigemu.collider.signals.models import ScannedAprime
from trigemu.collider.signals.pair_production import PhotonAprime
from trigemu.physics.pairs import photon_vector
from trigemu.physics.particles import merge

CHOICE_STEP = 4095
"""Step of random numbers that says which energy an event has: the last one, which no generator uses."""


def shares(table: ScannedAprime) -> F64:
    """Return float64[k], the part of the events at each energy: luminosity x cross-section, 0 where none can be."""
    low, high = (math.cos(math.radians(angle)) for angle in table.theta_star[::-1])
    weights = [
        luminosity * photon_vector(energy * energy, table.mass, low, high)
        if table.mass < table.heaviest(energy)
        else 0.0
        for energy, luminosity in table.energies
    ]
    return np.array(weights) / sum(weights)


class PhotonAprimeScan:
    """Events of e+e- -> photon A', each with the beams of its energy.

    Parameters
    ----------
    table
        The table.
    collider
        Where they happen if the table lists no energies.
    seed, number
        Seed of the run; sub-stream of the table.
    """

    cross_section_nb = None

    def __init__(self, table: ScannedAprime, collider: Collider, seed: int, number: int) -> None:
        self._seed, self._number = seed, number
        if table.energies:
            part = shares(table)
            used = np.flatnonzero(part > 0.0)
            colliders = [type(table).collider_at(table.energies[k][0]) for k in used]
            self._until: F64 = np.cumsum(part[used])
        else:
            colliders, self._until = [collider], np.ones(1)
        self._samplers = [PhotonAprime(table, each, seed, number) for each in colliders]
        self._sqrt_s = np.array([each.sqrt_s for each in colliders])

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        u = draws_of(self._seed, frame, self._number).step(CHOICE_STEP).uniform(np.arange(n))[:, 0]
        # The sum of the shares may be a rounding below 1.
        which = np.minimum(np.searchsorted(self._until, u, side="right"), len(self._until) - 1)
        made = [
            sampler.sample_some(frame, np.flatnonzero(which == k), n)
            for k, sampler in enumerate(self._samplers)
        ]
        accepted = np.maximum.reduce([each.accepted for each in made])
        particles = merge([each.particles for each in made], n)
        return Sampled(particles, accepted, np.zeros(n, np.float32), sqrt_s=self._sqrt_s[which])
