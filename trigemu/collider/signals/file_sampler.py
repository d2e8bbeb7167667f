"""Events drawn from HepMC3 and Les Houches files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.collider.signals.acceptance import charged, in_cdc, in_ecl
from trigemu.collider.signals.collision import FIRST_STEP, Sampled, draws_of, spot
from trigemu.collider.signals.models import HepmcSignal, LheSignal
from trigemu.collider.signals.processes import Hepmc, Lhe
from trigemu.errors import InputError
from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.constants import ELECTRON, PHOTON, PI0, SPEED_OF_LIGHT
from trigemu.physics.event_file import EventFile, check_energy
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.lhe import read_lhe
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.vectors import boost, decay_vertex, isotropic, two_body_decay

FileModel = HepmcSignal | LheSignal | Hepmc | Lhe

_POSITRON = -ELECTRON


def load(model: FileModel) -> EventFile:
    """Read a table's file and bring its events to the laboratory.

    Raises
    ------
    InputError
        The file is bad, of another collider or in other units.
    """
    if isinstance(model, HepmcSignal | Hepmc):
        file = read_events(model.file)
        check_energy(file, SUPERKEKB.sqrt_s, SUPERKEKB.total, lab=True)
        return file
    file = read_lhe(model.file)
    if abs(file.first_beam) != ELECTRON:
        raise InputError(
            f"{file.name}: its first beam has the code {file.first_beam}, electron or positron is wanted"
        )
    check_energy(file, SUPERKEKB.sqrt_s, SUPERKEKB.total, lab=not model.boost)
    flip = model.flip_z if model.flip_z is not None else file.first_beam == _POSITRON
    if not (flip or model.boost):
        return file
    return replace(file, final=_placed(file, model.boost, flip))


def _placed(file: EventFile, to_lab: bool, flip: bool) -> Particles:
    final = file.final
    momentum, point = final.momentum.copy(), final.point * (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
    if to_lab and file.beams is not None:
        total = file.beams.sum(axis=0)
        velocity = -total[:3] / total[3]
        momentum, point = boost(momentum, velocity), boost(point, velocity)
    if flip:
        momentum[:, 2] *= -1.0
        point[:, 2] *= -1.0
    if to_lab:
        momentum, point = SUPERKEKB.to_lab(momentum), SUPERKEKB.to_lab(point)
    return replace(final, momentum=momentum, point=point / (1.0, 1.0, 1.0, SPEED_OF_LIGHT))


class FileSampler:
    """Events of a file.

    Taus and neutral pions that the file leaves undecayed are decayed here.

    Parameters
    ----------
    model
        The table.
    seed, number
        Seed of the run; sub-stream of the table.

    Raises
    ------
    InputError
        See `load`; or the file has no such weight, a negative one, or no cross-section where one is needed.
    """

    def __init__(self, model: FileModel, seed: int, number: int) -> None:
        self._model, self._seed, self._number = model, seed, number
        self._file = file = load(model)
        self.cross_section_nb: float | None = None
        if isinstance(model, Hepmc | Lhe):
            if model.cross_section_nb is not None:
                self.cross_section_nb = model.cross_section_nb
            elif file.cross_section_pb is not None:
                self.cross_section_nb = file.cross_section_pb * 1e-3
            elif model.rate_hz is None:
                raise InputError(f"{file.name} has no cross-section: give cross_section_nb or rate_hz")
        self._cumulative: F64 | None = None
        if model.weight:
            if model.order == "file":
                raise InputError(f"{file.name}: weight = {model.weight!r} needs order = 'random'")
            if model.weight not in file.weights:
                names = ", ".join(file.weights) or "none"
                raise InputError(f"{file.name} has no weight {model.weight!r}; it has {names}")
            weight = file.weights[model.weight]
            if (weight < 0.0).any() or not weight.any():
                raise InputError(f"{file.name}: weights {model.weight!r} must be 0 or more, and not all 0")
            self._cumulative = np.cumsum(weight) / weight.sum()

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        model, index = self._model, np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        made = _decayed(self._file.final.take(self._choose(draws, index)), draws)
        origin = spot(model, draws, index)
        made = made.moved(origin)
        accepted, radius = np.zeros(n, np.bool_), np.zeros(n)
        if isinstance(model, HepmcSignal | LheSignal):
            accepted = _accepted(made, model.acceptance)
            if model.displaced is not None:
                radius = _radius(made, model.displaced, origin)
        return Sampled(made, accepted.astype(np.uint8), radius.astype(np.float32))

    def _choose(self, draws: Draws, index: I64) -> I64:
        size = len(self._file)
        step = draws.step(FIRST_STEP)
        if self._model.order == "file":
            start = int(step.uniform(np.zeros(1, np.int64))[0, 0] * size)
            return (start + index) % size
        u = step.uniform(index)[:, 0]
        if self._cumulative is None:
            return np.minimum((u * size).astype(np.int64), size - 1)
        return np.minimum(np.searchsorted(self._cumulative, u, side="right"), size - 1)


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


def _accepted(made: Particles, acceptance: str) -> NDArray[np.bool_]:
    if acceptance == "all":
        return np.ones(made.events, np.bool_)
    if acceptance == "photon":
        seen, least = (made.pdg == PHOTON) & in_ecl(made.momentum), 1
    else:
        seen, least = charged(made) & in_cdc(made.momentum), 2
    return np.asarray(np.bincount(made.event[seen], minlength=made.events) >= least)


def _radius(made: Particles, mother: int, origin: F64) -> F64:
    """Return the transverse distance of the daughters of a particle from the collision."""
    out = np.zeros(len(origin))
    at = np.flatnonzero(np.abs(made.mother) == abs(mother))
    event = made.event[at]
    away = made.point[at] - origin[event]
    np.maximum.at(out, event, np.hypot(away[:, 0], away[:, 1]))
    return out
