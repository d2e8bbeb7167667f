"""Events drawn from HepMC3 and Les Houches files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.collider import Collider
from trigemu.collider.signals.acceptance import charged, count
from trigemu.collider.signals.base import FileInput, LheInput
from trigemu.collider.signals.collision import FIRST_STEP, Sampled, draws_of, spot
from trigemu.collider.signals.models import FileSignal
from trigemu.collider.signals.processes import FileProcess
from trigemu.errors import InputError
from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.beams import Beams
from trigemu.physics.constants import ELECTRON, PHOTON, PI0, SPEED_OF_LIGHT
from trigemu.physics.event_file import EventFile, check_energy
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.lhe import read_lhe
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.vectors import boost, decay_vertex, isotropic, two_body_decay

_POSITRON = -ELECTRON


def load(table: FileInput, beams: Beams) -> EventFile:
    """Read a table's file and bring its events to the laboratory.

    Raises
    ------
    InputError
        The file is bad, of another collider or in other units.
    """
    if not isinstance(table, LheInput):
        file = read_events(table.file)
        check_energy(file, beams.sqrt_s, beams.total, lab=True)
        return file
    file = read_lhe(table.file)
    if abs(file.first_beam) != ELECTRON:
        raise InputError(
            f"{file.name}: its first beam has the code {file.first_beam}, electron or positron is wanted"
        )
    check_energy(file, beams.sqrt_s, beams.total, lab=not table.boost)
    flip = table.flip_z if table.flip_z is not None else file.first_beam == _POSITRON
    if not (flip or table.boost):
        return file
    return replace(file, final=_placed(file, beams if table.boost else None, flip))


def _placed(file: EventFile, beams: Beams | None, flip: bool) -> Particles:
    """Return the final state of a file mirrored and, if beams are given, brought to their laboratory."""
    final = file.final
    momentum, point = final.momentum.copy(), final.point * (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
    if beams is not None and file.beams is not None:
        total = file.beams.sum(axis=0)
        velocity = -total[:3] / total[3]
        momentum, point = boost(momentum, velocity), boost(point, velocity)
    if flip:
        momentum[:, 2] *= -1.0
        point[:, 2] *= -1.0
    if beams is not None:
        momentum, point = beams.to_lab(momentum), beams.to_lab(point)
    return replace(final, momentum=momentum, point=point / (1.0, 1.0, 1.0, SPEED_OF_LIGHT))


class FileSampler:
    """Events of a file.

    Taus and neutral pions that the file leaves undecayed are decayed here.

    Parameters
    ----------
    table
        The table.
    collider
        Where the events happened.
    seed, number
        Seed of the run; sub-stream of the table.

    Raises
    ------
    InputError
        See `load`; or the file has no such weight, or a negative one.
    """

    cross_section_nb: float | None = None

    def __init__(self, table: FileInput, collider: Collider, seed: int, number: int) -> None:
        self._table, self._acceptance = table, collider.acceptance
        self._seed, self._number = seed, number
        self._file = load(table, collider.beams)
        self._cumulative = _cumulative(self._file, table)

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        index = np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        made = _decayed(self._file.final.take(self._choose(draws, index)), draws)
        origin = spot(self._table, draws, index)
        made = made.moved(origin)
        accepted, radius = self._judge(made, origin)
        return Sampled(made, accepted.astype(np.uint8), radius.astype(np.float32))

    def _judge(self, made: Particles, origin: F64) -> tuple[Bool, F64]:
        """Return bool[n] and float64[n]: accepted, and flight of a long-lived particle; for backgrounds nothing."""
        return np.zeros(made.events, np.bool_), np.zeros(made.events)

    def _choose(self, draws: Draws, index: I64) -> I64:
        size = len(self._file)
        step = draws.step(FIRST_STEP)
        if self._table.order == "file":
            start = int(step.uniform(np.zeros(1, np.int64))[0, 0] * size)
            return (start + index) % size
        u = step.uniform(index)[:, 0]
        if self._cumulative is None:
            return np.minimum((u * size).astype(np.int64), size - 1)
        return np.minimum(np.searchsorted(self._cumulative, u, side="right"), size - 1)


class SignalFile(FileSampler):
    """Events of a file as a signal."""

    def __init__(self, table: FileSignal, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._signal = table

    def _judge(self, made: Particles, origin: F64) -> tuple[Bool, F64]:
        table = self._signal
        if table.acceptance == "all":
            accepted = np.ones(made.events, np.bool_)
        elif table.acceptance == "photon":
            seen = (made.pdg == PHOTON) & self._acceptance.in_calorimeter(made.momentum)
            accepted = np.asarray(count(made, seen) >= 1)
        else:
            seen = charged(made) & self._acceptance.in_tracker(made.momentum)
            accepted = np.asarray(count(made, seen) >= 2)
        if table.displaced is None:
            return accepted, np.zeros(made.events)
        return accepted, _radius(made, table.displaced, origin)


class ProcessFile(FileSampler):
    """Events of a file as a process.

    Raises
    ------
    InputError
        Besides: there is no cross-section where one is needed.
    """

    def __init__(self, table: FileProcess, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        if table.cross_section_nb is not None:
            self.cross_section_nb = table.cross_section_nb
        elif self._file.cross_section_pb is not None:
            self.cross_section_nb = self._file.cross_section_pb * 1e-3
        elif table.rate_hz is None:
            raise InputError(f"{self._file.name} has no cross-section: give cross_section_nb or rate_hz")


def _cumulative(file: EventFile, table: FileInput) -> F64 | None:
    """Return the cumulative weights, float64[events], by which events are drawn; None if all are alike."""
    if not table.weight:
        return None
    if table.order == "file":
        raise InputError(f"{file.name}: weight = {table.weight!r} needs order = 'random'")
    if table.weight not in file.weights:
        names = ", ".join(file.weights) or "none"
        raise InputError(f"{file.name} has no weight {table.weight!r}; it has {names}")
    weight = file.weights[table.weight]
    if (weight < 0.0).any() or not weight.any():
        raise InputError(f"{file.name}: weights {table.weight!r} must be 0 or more, and not all 0")
    return np.asarray(np.cumsum(weight) / weight.sum())


def _decayed(made: Particles, draws: Draws) -> Particles:
    """Decay taus and neutral pions that a file left as they are."""
    short = (np.abs(made.pdg) == 15) | (made.pdg == PI0)
    if not short.any():
        return made
    parts = [made.select(~short)]
    unstable = made.select(short)
    # The k-th of an event uses the k-th group of steps.
    starts = np.searchsorted(unstable.event, unstable.event)
    turn = np.arange(len(unstable)) - starts
    for k in range(int(turn.max()) + 1):
        step = FIRST_STEP + 1 + k * (tau.STEPS + 1)
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


def _radius(made: Particles, mother: int, origin: F64) -> F64:
    """Return the transverse distance of the daughters of a particle from the collision."""
    out = np.zeros(len(origin))
    at = np.flatnonzero(np.abs(made.mother) == abs(mother))
    event = made.event[at]
    away = made.point[at] - origin[event]
    np.maximum.at(out, event, np.hypot(away[:, 0], away[:, 1]))
    return out
