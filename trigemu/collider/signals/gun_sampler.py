"""Single particles of chosen momentum and direction."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.collision import FIRST_STEP, Sampled, draws_of, spot
from trigemu.collider.signals.guns import Gun
from trigemu.physics import constants
from trigemu.physics.constants import PHOTON
from trigemu.physics.particles import make_particles
from trigemu.physics.vectors import direction


def _between(u: F64, low: float, high: float | None) -> F64:
    return low + u * ((low if high is None else high) - low)


class GunSampler:
    """Events of a gun.

    Parameters
    ----------
    table
        The table.
    collider
        Where it stands.
    seed, number
        Seed of the run; sub-stream of the table.
    """

    cross_section_nb = None

    def __init__(self, table: Gun, collider: Collider, seed: int, number: int) -> None:
        self._table, self._acceptance = table, collider.acceptance
        self._seed, self._number = seed, number

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        table, index = self._table, np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        u = draws.step(FIRST_STEP).uniform(index)
        v = draws.step(FIRST_STEP).uniform(index, 1)
        w = draws.step(FIRST_STEP).uniform(index, 2)
        first = math.cos(math.radians(table.theta))
        last = first if table.theta_max is None else math.cos(math.radians(table.theta_max))
        cosine = first + u[:, 0] * (last - first)
        turn = v[:, 0] if table.phi is None else np.full(n, table.phi / 360.0)
        if table.pt is None:
            p = _between(u[:, 1], table.p, table.p_max)
        else:
            p = _between(u[:, 1], table.pt, table.pt_max) / np.sqrt(1.0 - cosine * cosine)
        mass = constants.mass(table.pdg) if table.pdg != PHOTON else 0.0
        momentum = np.empty((n, 4))
        momentum[:, :3] = p[:, None] * direction(cosine, turn)
        momentum[:, 3] = np.sqrt(p * p + mass * mass)
        point = spot(table, draws, index)
        point[:, 2] += _between(v[:, 1], table.z, table.z_max)
        charge = np.where(w[:, 0] < 0.5, 1, -1) if table.charge == 0 else np.full(n, table.charge)
        if table.pdg == PHOTON:
            code = np.full(n, PHOTON)
        else:
            lepton = table.pdg in (constants.ELECTRON, constants.MUON)
            code = table.pdg * (-charge if lepton else charge)
        made = make_particles(index, code, mass, momentum, point)
        seen = self._acceptance.in_calorimeter if table.pdg == PHOTON else self._acceptance.in_tracker
        accepted = seen(momentum)
        return Sampled(made, accepted.astype(np.uint8), np.zeros(n, np.float32))
