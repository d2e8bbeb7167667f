"""From a process in the frame of the colliding pair to particles in the laboratory.

A maker works in the rest frame of what collides, e- along +z; this module adds radiation of the beams, their
energy spread, the boost to the laboratory and the collision point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.signals.base import Source
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.isr import Radiator, radiate
from trigemu.physics.kinematics import boost
from trigemu.physics.particles import Particles
from trigemu.physics.pdg import charges
from trigemu.physics.rng import stream
from trigemu.physics.rows import Rows, join, rows

BEAM_STEP = 0
"""Step of random numbers for beams; makers use steps from `FIRST_STEP` on."""

FIRST_STEP = 1

PROCESS_STREAMS = 0x8000
"""Sub-streams of processes start here; those of signals at 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Generated events.

    Attributes
    ----------
    particles
        What comes out.
    accepted
        uint8[n], 1 inside the acceptance that the signal's table describes (always 0 for processes).
    radius
        float32[n], transverse flight of a long-lived particle in mm, 0 without.
    """

    particles: Particles
    accepted: NDArray[np.uint8]
    radius: NDArray[np.float32]


class Sampler(Protocol):
    """Makes events of one table; event i of a frame depends on (seed, frame, table, i) only.

    ``cross_section_nb`` is what the table or the process itself says, None for signals.
    """

    @property
    def cross_section_nb(self) -> float | None:
        """Cross-section in nb."""
        ...

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        ...


class Maker(Protocol):
    """A process."""

    @property
    def radiator(self) -> Radiator | None:
        """Radiation of the beams, if any."""
        ...

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Rows]:
        """Return the particles of events ``index`` in the frame in which the colliding pair rests."""
        ...

    def accepted(self, made: Rows, n: int) -> NDArray[np.bool_]:
        """Return bool[n] from particles in the laboratory."""
        ...


def draws_of(seed: int, frame: int, number: int) -> Draws:
    """Return the random numbers of one table in one frame."""
    return Draws(seed, frame, stream(ColliderPurpose.COLLISION, number))


def to_particles(made: Rows, n: int) -> Particles:
    """Return rows (sorted by event) as the particles of n events."""
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(made.event, minlength=n), out=offsets[1:])
    momentum, point = np.ascontiguousarray(made.momentum.T), np.ascontiguousarray(made.point.T)
    return Particles(
        offsets,
        made.pdg.astype(np.int32),
        charges(made.pdg),
        np.ascontiguousarray(made.mass),
        momentum[0],
        momentum[1],
        momentum[2],
        point[0],
        point[1],
        point[2],
        point[3],
        made.mother.astype(np.int32),
    )


def spot(source: Source, draws: Draws, index: I64) -> F64:
    """Return the collision points, float64[n, 4]."""
    out = np.zeros((len(index), 4))
    if any(source.beam_spot_mm):
        numbers = draws.step(BEAM_STEP)
        out[:, :2] = numbers.normal(index, 2)
        out[:, 2] = numbers.normal(index, 3)[:, 0]
        out[:, :3] *= source.beam_spot_mm
    return out


def energies(source: Source, draws: Draws, index: I64) -> F64:
    """Return the energies in the CM, float64[n]."""
    out = np.full(len(index), SUPERKEKB.sqrt_s)
    if source.energy_spread:
        out += SUPERKEKB.spread_gev * draws.step(BEAM_STEP).normal(index, 1)[:, 0]
    return out


def moved(made: Rows, momentum: F64, point: F64) -> Rows:
    """Return rows with other momenta and points."""
    return Rows(made.event, made.pdg, made.mother, made.mass, momentum, point)


def boosted(made: Rows, velocity: F64) -> Rows:
    """Return rows (points in ns become mm and back) boosted by a velocity per row, float64[m, 3]."""
    point = made.point
    if point.any():
        scaled = point * (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
        point = boost(scaled, velocity) / (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
    return moved(made, boost(made.momentum, velocity), point)


def to_lab(made: Rows) -> Rows:
    """Return rows of the CM in the laboratory."""
    point = made.point
    if point.any():
        unit = (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
        point = SUPERKEKB.to_lab(point * unit) / unit
    return moved(made, SUPERKEKB.to_lab(made.momentum), point)


class CollisionSampler:
    """Events of a maker.

    Parameters
    ----------
    maker
        The process.
    source
        Its table.
    seed, number
        Seed of the run; sub-stream of the table.
    cross_section_nb
        See `Sampler`.
    """

    def __init__(
        self, maker: Maker, source: Source, seed: int, number: int, cross_section_nb: float | None = None
    ) -> None:
        self._maker, self._source = maker, source
        self._seed, self._number = seed, number
        self.cross_section_nb = cross_section_nb

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        index = np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        total = energies(self._source, draws, index)
        radiator = self._maker.radiator
        if radiator is None:
            made = join(self._maker.make(draws, index, total))
        else:
            u = draws.step(BEAM_STEP).uniform(index)
            x = radiator.x(u[:, 0])
            photon, rest = radiate(total, x, np.where(u[:, 1] < 0.5, 1.0, -1.0))
            hard = join(self._maker.make(draws, index, total * np.sqrt(1.0 - x)))
            velocity = rest[:, :3] / rest[:, 3:]
            # Softer photons than 1 eV are no particles.
            some = photon[:, 3] > 1e-9
            soft = rows(index[some], constants.PHOTON, 0.0, photon[some])
            made = join([boosted(hard, velocity[hard.event]), soft])
        made = to_lab(made)
        made = moved(made, made.momentum, made.point + spot(self._source, draws, index)[made.event])
        accepted = self._maker.accepted(made, n)
        return Sampled(to_particles(made, n), accepted.astype(np.uint8), np.zeros(n, np.float32))
