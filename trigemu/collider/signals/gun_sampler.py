"""Single particles of chosen momentum and direction."""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64
from trigemu.collider.signals.acceptance import in_cdc, in_ecl
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

    Accepted: the direction is in the drift chamber, for photons in the calorimeter.

    Parameters
    ----------
    model
        The table.
    seed, number
        Seed of the run; sub-stream of the table.
    """

    cross_section_nb = None

    def __init__(self, model: Gun, seed: int, number: int) -> None:
        self._model, self._seed, self._number = model, seed, number

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        model, index = self._model, np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        u = draws.step(FIRST_STEP).uniform(index)
        v = draws.step(FIRST_STEP).uniform(index, 1)
        w = draws.step(FIRST_STEP).uniform(index, 2)
        first = math.cos(math.radians(model.theta))
        last = first if model.theta_max is None else math.cos(math.radians(model.theta_max))
        cosine = first + u[:, 0] * (last - first)
        turn = v[:, 0] if model.phi is None else np.full(n, model.phi / 360.0)
        if model.pt is None:
            p = _between(u[:, 1], model.p, model.p_max)
        else:
            p = _between(u[:, 1], model.pt, model.pt_max) / np.sqrt(1.0 - cosine * cosine)
        mass = constants.mass(model.pdg) if model.pdg != PHOTON else 0.0
        momentum = np.empty((n, 4))
        momentum[:, :3] = p[:, None] * direction(cosine, turn)
        momentum[:, 3] = np.sqrt(p * p + mass * mass)
        point = spot(model, draws, index)
        point[:, 2] += _between(v[:, 1], model.z, model.z_max)
        charge = np.where(w[:, 0] < 0.5, 1, -1) if model.charge == 0 else np.full(n, model.charge)
        if model.pdg == PHOTON:
            code = np.full(n, PHOTON)
        else:
            lepton = model.pdg in (constants.ELECTRON, constants.MUON)
            code = model.pdg * (-charge if lepton else charge)
        made = make_particles(index, code, mass, momentum, point)
        accepted = in_ecl(momentum) if model.pdg == PHOTON else in_cdc(momentum)
        return Sampled(made, accepted.astype(np.uint8), np.zeros(n, np.float32))
