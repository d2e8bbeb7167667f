"""Events drawn from HepMC3 and Les Houches files."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.collider.collider import Acceptance, Collider
from trigemu.collider.signals.acceptance import charged, count, flight
from trigemu.collider.signals.base import FileInput
from trigemu.collider.signals.collision import FIRST_STEP, Drawn, Sampled, draws_of, spot
from trigemu.collider.signals.file_events import LabEvents
from trigemu.collider.signals.models import FileSignal
from trigemu.collider.signals.processes import FileProcess
from trigemu.errors import InputError
from trigemu.physics.constants import PHOTON
from trigemu.physics.event_choice import EventChoice, Order
from trigemu.physics.particles import Particles
from trigemu.physics.undecayed import decayed


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
        self._file = self._lab.file
        # At regular distances, as in an efficiency scan, events come in turn.
        in_turn = getattr(table, "every_ns", None) is not None
        order: Order = "turn" if in_turn else "file" if table.order == "file" else "random"
        self._choice = EventChoice(self._file.name, self._lab.weight, len(self._lab), order, table.weight)
        self.mean_sign = self._choice.mean_sign

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        index = np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        event = self._choice.choose(draws.step(FIRST_STEP), index, frame)
        made = decayed(self._lab.take(event), draws, FIRST_STEP + 1)
        origin = spot(self._table, draws, index)
        made = made.moved(origin)
        accepted, radius = self._judge(made, origin)
        drawn = Drawn(event, self._choice.counts(event), self._choice.share[event])
        return Sampled(made, accepted.astype(np.uint8), radius.astype(np.float32), drawn)

    def _judge(self, made: Particles, origin: F64) -> tuple[Bool, F64]:
        """Return bool[n] and float64[n]: accepted, and flight of a long-lived particle; for backgrounds nothing."""
        return np.zeros(made.events, np.bool_), np.zeros(made.events)


class SignalFile(FileSampler):
    """Events of a file as a signal."""

    def __init__(self, table: FileSignal, collider: Collider, seed: int, number: int) -> None:
        super().__init__(table, collider, seed, number)
        self._signal = table

    def _judge(self, made: Particles, origin: F64) -> tuple[Bool, F64]:
        return judged(self._signal, self._acceptance, made, origin)


def judged(table: FileSignal, acceptance: Acceptance, made: Particles, origin: F64) -> tuple[Bool, F64]:
    """Return which events are in a table's acceptance, bool[n], and how far its long-lived particle flies.

    Parameters
    ----------
    table, acceptance
        What the table asks for, and what the detector covers.
    made, origin
        The events in the laboratory, and where they happened, float64[n, 4].

    Returns
    -------
    accepted, radius
        bool[n], and float64[n]: the transverse flight in mm, 0 where the table names no particle.
    """
    if table.acceptance == "all":
        accepted = np.ones(made.events, np.bool_)
    elif table.acceptance == "photon":
        seen = (made.pdg == PHOTON) & acceptance.in_calorimeter(made.momentum)
        accepted = np.asarray(count(made, seen) >= 1)
    else:
        seen = charged(made) & acceptance.in_tracker(made.momentum)
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
