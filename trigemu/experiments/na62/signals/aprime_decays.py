"""NA62's signals: A' -> mu+ mu- and A' -> e+ e- from the dump, unweighted, decaying in the volume."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from trigemu.arrays import F32, F64
from trigemu.errors import InputError, RunError
from trigemu.experiments.na62.detector.acceptance import MINIMUM_MOMENTUM_GEV
from trigemu.experiments.na62.detector.geometry import (
    FIDUCIAL_Z,
    LKR_APOTHEM,
    LKR_INNER,
    LKR_Z,
    MNP33_KICK_GEV,
    MNP33_Z,
    TAX_SOURCE,
)
from trigemu.experiments.na62.detector.transport import EVENT_PLANE_MM
from trigemu.experiments.na62.signals.aprime import PARENTS, Aprime
from trigemu.jit import kernel
from trigemu.physics import constants, darkphoton, hepmc, mesons
from trigemu.physics.decay import truncated_exponential
from trigemu.physics.decay_cells import pool_cells, spectrum_cells
from trigemu.physics.draw import draw_momentum
from trigemu.physics.flight import Flight
from trigemu.physics.forward import Cone, biased
from trigemu.physics.kinematics import decay_daughter
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.production import Cells, Producer, Tables, brem_cells
from trigemu.physics.purpose import Purpose
from trigemu.physics.rng import Int, stream, uniform2

_SOURCE_X, _SOURCE_Y, _SOURCE_Z = TAX_SOURCE
_NEAR_Z, _FAR_Z = FIDUCIAL_Z
_C = constants.SPEED_OF_LIGHT


@kernel
def _generate(
    seed: Int,
    frame: Int,
    purpose: Int,
    first: Int,
    tables: Tables,
    lepton_mass: float,
    four: F64,
    point: F64,
    a_prime: F32,
    weight: F64,
) -> int:
    # Rows of four (px, py, pz, E) and point (x, y, z, t): 2 i is the negative, 2 i + 1 the positive lepton.
    limits, channel, channels, bound, keep, other, counts, constant, cutoff = tables
    m, slope = constant[0], constant[3]
    points = 0
    for i in range(a_prime.shape[0]):
        index = first + i
        qx, qy, qz, used, weight[i] = draw_momentum(
            seed,
            frame,
            purpose,
            index,
            limits,
            channel,
            channels,
            bound,
            keep,
            other,
            counts,
            constant,
            cutoff,
        )
        if used == 0:
            return -1
        points += used
        u_vertex, _ = uniform2(seed, frame, purpose, index, 0)
        u, v = uniform2(seed, frame, purpose, index, 1)
        depth = truncated_exponential(u_vertex, slope * qz, _FAR_Z - _NEAR_Z)
        flown = _NEAR_Z - _SOURCE_Z + depth
        momentum = math.sqrt(qx * qx + qy * qy + qz * qz)
        slowness = math.sqrt(1.0 + (m / momentum) ** 2)
        time = (flown * momentum / qz * slowness - (EVENT_PLANE_MM - _SOURCE_Z)) / _C
        px, py, pz, energy = decay_daughter(qx, qy, qz, m, lepton_mass, lepton_mass, u, v)
        for k in range(2):
            start = point[2 * i + k]
            start[0] = _SOURCE_X + qx / qz * flown
            start[1] = _SOURCE_Y + qy / qz * flown
            start[2] = _SOURCE_Z + flown
            start[3] = time
        minus, plus = four[2 * i], four[2 * i + 1]
        minus[0], minus[1], minus[2], minus[3] = px, py, pz, energy
        plus[0], plus[1], plus[2] = qx - px, qy - py, qz - pz
        plus[3] = math.sqrt(momentum * momentum + m * m) - energy
        a_prime[i, 0] = momentum
        a_prime[i, 1] = _NEAR_Z + depth
    return points


def detector_cone(daughter: int) -> Cone:
    """Return roughly what accepts decays to two of these particles (PDG code): the LKr behind the magnet.

    What only decides how often kinds of decays are made (`trigemu.physics.forward`) need not be exact.
    """
    return Cone(
        distance=LKR_Z - _SOURCE_Z,
        inner=LKR_INNER,
        outer=LKR_APOTHEM,
        daughter=constants.mass(daughter),
        least=MINIMUM_MOMENTUM_GEV,
        bend=MNP33_Z - _SOURCE_Z,
        kick=MNP33_KICK_GEV,
    )


class SignalSource:
    """Unweighted decays of one signal: a pure function of (seed, frame, index).

    Decays are distributed as production times the probability to decay inside the fiducial volume (105-180
    m); decay directions are isotropic (the A' polarisation is ignored).

    Parameters
    ----------
    model
        The signal's table.
    path
        HepMC3 file that gives the mesons, or None for the closed-form spectra.
    seed
        Seed of the run.
    number
        Index of the signal's table in the configuration: signals do not share random numbers.

    Raises
    ------
    InputError
        The event file is bad or lacks the mesons; or no A' reaches the volume.

    Attributes
    ----------
    flight
        The decay volume and lifetime.
    producer
        The tables of production.
    """

    def __init__(self, model: Aprime, path: str | None, seed: int, number: int) -> None:
        self.model = model
        self._path = path
        self._seed = np.uint64(seed)
        self._purpose = stream(Purpose.SIGNAL, number)
        self._lepton_mass = constants.mass(model.lepton)
        ctau = math.inf if model.epsilon is None else darkphoton.ctau(model.mass, model.epsilon)
        self.flight = Flight(_NEAR_Z - _SOURCE_Z, _FAR_Z - _SOURCE_Z, model.mass, ctau)
        self.producer = self._build()

    def _build(self) -> Producer:
        model = self.model
        parts: list[Cells] = []
        if model.production in ("brem", "all"):
            parts.append(
                brem_cells(
                    self.flight,
                    model.p_min,
                    z_range=(model.z_min, model.z_max),
                    pt_max=model.pt_max,
                    form_factor=model.form_factor,
                    cutoff=model.cutoff,
                )
            )
        parents = PARENTS[model.production]
        if parents and self._path is not None:
            sample = hepmc.read(self._path, mesons.FROM_FILES)
            parts += pool_cells(self.flight, model.p_min, parents, sample)
        elif parents:
            parts += spectrum_cells(self.flight, model.p_min, parents, model.yields)
        try:
            bias = partial(biased, cone=detector_cone(model.lepton)) if model.forward else None
            return Producer.build(self.flight, parts, model.p_min, model.pt_max, model.cutoff, bias)
        except ValueError:
            where = f" (mesons of {self._path})" if self._path is not None and parents else ""
            raise InputError(
                f"signal with {model.production} production: no A' of mass {model.mass} GeV and "
                f"p > {model.p_min} GeV decays in the volume{where}; lower epsilon or p_min, or choose "
                "another production"
            ) from None

    def accepted_weight(self, n: int = 10_000) -> float:
        """Return A' per proton and eps^2 times decay probability (times GeV / p in the long-lived limit).

        Estimated from how often ``n`` draws are accepted: a relative error of about 1 / sqrt(n).
        """
        points, _, _, _, weight = self._draw(0, 0, n)
        return self.producer.drawn_weight * float(weight.sum()) / points

    def _draw(self, frame: int, first: int, n: int) -> tuple[int, F64, F64, F32, F64]:
        """Return attempts (-1 if one index found nothing), leptons' momenta and points, the A's p and z, weights."""
        four, point, a_prime = np.zeros((2 * n, 4)), np.zeros((2 * n, 4)), np.zeros((n, 2), np.float32)
        weight = np.empty(n)
        address = (self._seed, frame, self._purpose, first)
        points = _generate(*address, self.producer.tables, self._lepton_mass, four, point, a_prime, weight)
        return points, four, point, a_prime, weight

    def sample(self, frame: int, n: int, *, first: int = 0) -> tuple[Particles, F32, F32]:
        """Return n decays.

        Parameters
        ----------
        frame
            Frame number; part of the address.
        n
            How many.
        first
            Index of the first: ``sample(f, 5)`` ends as ``sample(f, 2, first=3)`` does.

        Returns
        -------
        particles
            Two per decay, the negative lepton first; ``weight`` is what each decay counts, at most 1.
        momentum, vertex_z
            float32[n]: A' momentum in GeV, z of the decay in mm.

        Raises
        ------
        RunError
            No decay was found after a million attempts for one index.
        """
        points, four, point, a_prime, weight = self._draw(frame, first, n)
        if points < 0:
            raise RunError(
                f"signal {self.model.label or self.model.mass}: sampling found no decay in the volume"
            )
        lepton = self.model.lepton
        pdg = np.empty(2 * n, np.int32)
        pdg[::2], pdg[1::2] = lepton, -lepton
        event = np.repeat(np.arange(n), 2)
        leptons = make_particles(event, pdg, self._lepton_mass, four, point, weight=weight)
        return leptons, np.ascontiguousarray(a_prime[:, 0]), np.ascontiguousarray(a_prime[:, 1])
