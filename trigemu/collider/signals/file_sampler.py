"""Events drawn from HepMC3 and Les Houches files."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.collider import Collider
from trigemu.collider.signals.acceptance import charged, count, flight
from trigemu.collider.signals.base import FileInput
from trigemu.collider.signals.collision import FIRST_STEP, Drawn, Sampled, draws_of, spot
from trigemu.collider.signals.file_events import LabEvents
from trigemu.collider.signals.models import FileSignal
from trigemu.collider.signals.processes import FileProcess
from trigemu.errors import InputError
from trigemu.physics import constants, tau
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import PHOTON, PI0
from trigemu.physics.event_weights import NO_WEIGHT
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.vectors import decay_vertex, isotropic, two_body_decay


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
        See `LabEvents`; or weights differ where events are taken in turn.

    Attributes
    ----------
    mean_sign
        Sum of the weights over the sum of their absolute values: what a drawn event counts on average.
    """

    cross_section_nb: float | None = None

    def __init__(self, table: FileInput, collider: Collider, seed: int, number: int) -> None:
        self._table, self._acceptance = table, collider.acceptance
        self._seed, self._number = seed, number
        self._lab = LabEvents(table, collider.beams)
        self._file, size = self._lab.file, len(self._lab)
        weight = self._lab.weight
        self._in_turn = getattr(table, "every_ns", None) is not None
        self._sign: F64 | None = None
        self._share = np.full(size, 1.0 / size)
        self._cumulative: F64 | None = None
        self.mean_sign = 1.0
        if table.order == "file" and table.weight not in ("", NO_WEIGHT):
            raise InputError(f"{self._file.name}: weight = {table.weight!r} needs order = 'random'")
        if weight is not None:
            self._weigh(weight)

    def _weigh(self, weight: F64) -> None:
        name, negative = self._file.name, int(np.count_nonzero(weight < 0.0))
        if self._in_turn:
            if negative:
                raise InputError(
                    f"{name}: {negative} of its {len(weight)} events have negative weights, whose efficiency has no "
                    'interval: take a file without them, weight = "none", or mix it into a run (a [[signal]] or '
                    "process with a rate), which counts them in its rates"
                )
            self._sign = weight
            return
        if self._table.order == "file":
            raise InputError(f"{name}: its weights differ, which needs order = 'random' (or weight = 'none')")
        size = np.abs(weight)
        self._share = size / size.sum()
        self._cumulative = np.asarray(np.cumsum(size) / size.sum())
        if negative:
            self._sign = np.sign(weight)
            self.mean_sign = float(weight.sum() / size.sum())
            if self.mean_sign <= 0.0:
                raise InputError(f"{name}: the sum of its weights is not positive, so they give no rate")

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        index = np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        event = self._choose(draws, index, frame)
        made = _decayed(self._lab.take(event), draws)
        origin = spot(self._table, draws, index)
        made = made.moved(origin)
        accepted, radius = self._judge(made, origin)
        weight = np.ones(n) if self._sign is None else self._sign[event]
        drawn = Drawn(event, weight, self._share[event])
        return Sampled(made, accepted.astype(np.uint8), radius.astype(np.float32), drawn)

    def _judge(self, made: Particles, origin: F64) -> tuple[Bool, F64]:
        """Return bool[n] and float64[n]: accepted, and flight of a long-lived particle; for backgrounds nothing."""
        return np.zeros(made.events, np.bool_), np.zeros(made.events)

    def _choose(self, draws: Draws, index: I64, frame: int) -> I64:
        size = len(self._file)
        if self._in_turn:
            # At regular distances all frames have as many events.
            return (frame * len(index) + index) % size
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
        return accepted, flight(made, table.displaced, origin)


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
