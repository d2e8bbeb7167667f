"""From a process in the frame of the colliding pair to particles in the laboratory.

A maker works in the rest frame of what collides, e- along +z; this module adds radiation of the beams, their
energy spread, the boost to the laboratory and the collision point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.rng import stream
from trigemu.physics.vectors import boost

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

    def make(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return the particles of events ``index`` in the frame in which the colliding pair rests."""
        ...

    def accepted(self, made: Particles) -> NDArray[np.bool_]:
        """Return bool[n] from particles in the laboratory."""
        ...


def draws_of(seed: int, frame: int, number: int) -> Draws:
    """Return the random numbers of one table in one frame."""
    return Draws(seed, frame, stream(ColliderPurpose.COLLISION, number))


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


_LENGTHS = (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
"""What turns points in mm and ns to four-vectors in mm."""


def boosted(made: Particles, velocity: F64) -> Particles:
    """Return particles, their points included, boosted by a velocity per row, float64[m, 3]."""
    point = made.point
    if point.any():
        point = boost(point * _LENGTHS, velocity) / _LENGTHS
    return replace(made, momentum=boost(made.momentum, velocity), point=point)


def to_lab(made: Particles) -> Particles:
    """Return particles of the CM in the laboratory."""
    point = made.point
    if point.any():
        point = SUPERKEKB.to_lab(point * _LENGTHS) / _LENGTHS
    return replace(made, momentum=SUPERKEKB.to_lab(made.momentum), point=point)


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
            made = merge(self._maker.make(draws, index, total), n)
        else:
            u = draws.step(BEAM_STEP).uniform(index)
            x = radiator.x(u[:, 0])
            photon, rest = radiate(total, x, np.where(u[:, 1] < 0.5, 1.0, -1.0))
            hard = merge(self._maker.make(draws, index, total * np.sqrt(1.0 - x)), n)
            velocity = rest[:, :3] / rest[:, 3:]
            # Softer photons than 1 eV are no particles.
            some = photon[:, 3] > 1e-9
            soft = make_particles(index[some], constants.PHOTON, 0.0, photon[some])
            made = merge([boosted(hard, velocity[hard.event]), soft], n)
        made = to_lab(made).moved(spot(self._source, draws, index))
        accepted = self._maker.accepted(made)
        return Sampled(made, accepted.astype(np.uint8), np.zeros(n, np.float32))
