"""From a process in the frame of the colliding pair to particles in the laboratory.

A process generator works in the rest frame of what collides, e- along +z; its base class adds radiation of the
beams, their energy spread, the boost to the laboratory and the collision point.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import numpy as np

from trigemu.arrays import F32, F64, I64, U8, Bool
from trigemu.collider.collider import Collider
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.signals.base import Source
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.beams import Beams
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.isr import Radiator, radiate
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.rng import stream
from trigemu.physics.vectors import boost

BEAM_STEP = 0
"""Step of random numbers for beams; process generators use steps from `FIRST_STEP` on."""

FIRST_STEP = 1

PROCESS_STREAMS = 0x8000
"""Sub-streams of processes start here; those of signals at 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Which events of a file were taken.

    Attributes
    ----------
    event
        int64[n], number in the file.
    weight
        float64[n], what each counts: 1 or -1 where events are drawn in proportion to their weight.
    share
        float64[n], the chance with which a draw gives this event.
    """

    event: I64
    weight: F64
    share: F64


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
    drawn
        For events of a file, which; None: each event was made for itself and counts as one.
    sqrt_s
        float64[n], nominal energy in the CM in GeV of the beams that each event comes from; None: the collider's.
    """

    particles: Particles
    accepted: U8
    radius: F32
    drawn: Drawn | None = None
    sqrt_s: F64 | None = None


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


SamplerType: TypeAlias = Callable[[Any, Collider, int, int], Sampler]
"""What signals and processes are registered with: table, collider, seed and sub-stream to a sampler.

Tables do not share random numbers: the sub-stream is the number of a signal's table, and the number of a process's
table plus `PROCESS_STREAMS`.
"""


def draws_of(seed: int, frame: int, number: int) -> Draws:
    """Return the random numbers of one table (sub-stream ``number``) in one frame."""
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


def energies(source: Source, beams: Beams, draws: Draws, index: I64) -> F64:
    """Return the energies in the CM, float64[n]."""
    out = np.full(len(index), beams.sqrt_s)
    if source.energy_spread:
        out += beams.spread_gev * draws.step(BEAM_STEP).normal(index, 1)[:, 0]
    return out


_LENGTHS = (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
"""What turns points in mm and ns to four-vectors in mm."""


def boosted(made: Particles, velocity: F64) -> Particles:
    """Return particles, their points included, boosted by a velocity per row, float64[m, 3]."""
    point = made.point
    if point.any():
        point = boost(point * _LENGTHS, velocity) / _LENGTHS
    return replace(made, momentum=boost(made.momentum, velocity), point=point)


def to_lab(made: Particles, beams: Beams) -> Particles:
    """Return particles of the CM in the laboratory."""
    point = made.point
    if point.any():
        point = beams.to_lab(point * _LENGTHS) / _LENGTHS
    return replace(made, momentum=beams.to_lab(made.momentum), point=point)


Table = TypeVar("Table", bound=Source)


class ProcessGenerator(ABC, Generic[Table]):
    """Makes the events of one table of a process that is given in the frame of what collides.

    Parameters
    ----------
    table
        The table.
    collider
        Where it happens.
    seed, number
        Seed of the run; sub-stream of the table.

    Attributes
    ----------
    radiator
        Radiation of the beams; None: there is none.
    cross_section_nb
        See `Sampler`.
    """

    radiator: Radiator | None = None
    cross_section_nb: float | None = None

    def __init__(self, table: Table, collider: Collider, seed: int, number: int) -> None:
        self.table, self.collider = table, collider
        self._seed, self._number = seed, number

    @abstractmethod
    def generate(self, draws: Draws, index: I64, sqrt_s: F64) -> list[Particles]:
        """Return the particles of events ``index`` in the frame in which the colliding pair rests."""

    def accepted(self, made: Particles) -> Bool:
        """Return bool[n] from particles in the laboratory: no event, as backgrounds have no acceptance."""
        return np.zeros(made.events, np.bool_)

    def radius(self, made: Particles, origin: F64) -> F64:
        """Return the transverse flight (mm) of what is long-lived from the collisions, float64[n, 4]: none."""
        return np.zeros(made.events)

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        return self.sample_some(frame, np.arange(n), n)

    def sample_some(self, frame: int, index: I64, n: int) -> Sampled:
        """Return n events of a frame of which only those with the numbers ``index`` (rising) are made."""
        beams = self.collider.beams
        draws = draws_of(self._seed, frame, self._number)
        total = energies(self.table, beams, draws, index)
        if self.radiator is None:
            made = merge(self.generate(draws, index, total), n)
        else:
            u = draws.step(BEAM_STEP).uniform(index)
            x = self.radiator.x(u[:, 0])
            photon, rest = radiate(total, x, np.where(u[:, 1] < 0.5, 1.0, -1.0))
            hard = merge(self.generate(draws, index, total * np.sqrt(1.0 - x)), n)
            velocity = np.zeros((n, 3))
            velocity[index] = rest[:, :3] / rest[:, 3:]
            # Softer photons than 1 eV are no particles.
            some = photon[:, 3] > 1e-9
            soft = make_particles(index[some], constants.PHOTON, 0.0, photon[some])
            made = merge([boosted(hard, velocity[hard.event]), soft], n)
        origin = np.zeros((n, 4))
        origin[index] = spot(self.table, draws, index)
        made = to_lab(made, beams).moved(origin)
        accepted, radius = self.accepted(made), self.radius(made, origin)
        return Sampled(made, accepted.astype(np.uint8), radius.astype(np.float32))
