"""Events of a file, or made in Python, one by one: each is made by itself, with random numbers that are its own."""

from __future__ import annotations

import numpy as np

from trigemu.collider.collider import Collider
from trigemu.collider.signals.base import LheInput
from trigemu.collider.signals.collision import FIRST_STEP, Drawn, Sampled, draws_of, spot
from trigemu.collider.signals.file_events import LabEvents
from trigemu.collider.signals.file_sampler import judged
from trigemu.collider.signals.models import FileSignal
from trigemu.errors import InputError
from trigemu.physics.event_key import event_key
from trigemu.physics.final_codes import FinalCodes, check_codes
from trigemu.physics.particles import Particles
from trigemu.physics.single_events import FileEvents, scaled
from trigemu.physics.undecayed import decayed

_FIRST = np.zeros(1, np.int64)

_PYTHON = "the events made in Python"


class EachEvent:
    """The events of one table, any of which can be made by its number.

    Taus and neutral pions that are left undecayed are decayed here, and events are moved to a collision point: with
    random numbers of the event (`trigemu.physics.event_key`), not of its place.

    Parameters
    ----------
    table
        How the file is read, and what is accepted.
    collider
        Where the events happened.
    seed
        Seed of the run.
    given
        Events in the laboratory that take the place of the file; None: the file's.

    Raises
    ------
    InputError
        See `LabEvents`.

    Attributes
    ----------
    of_file
        The file's numbers and weights of its events.
    """

    def __init__(self, table: FileSignal, collider: Collider, seed: int, given: Particles | None) -> None:
        self._table, self._acceptance, self._seed = table, collider.acceptance, seed
        self._given, self._lab = given, None
        if given is None:
            self._lab = LabEvents(table, collider.beams)
            numbered = not isinstance(table, LheInput)
            self.of_file = FileEvents.of(self._lab.file, table.weight, table.file if numbered else None)
        else:
            codes = FinalCodes()
            codes.add(given.pdg, given.event, 0)
            check_codes(_PYTHON, codes, [abs(code) for code in table.invisible])
            self.of_file = FileEvents(given.events, given.weight, None)
        self._weight = scaled(self.of_file)

    def __len__(self) -> int:
        return self.of_file.events

    def make(self, number: int) -> tuple[Sampled, int]:
        """Return the event with this number, and its key."""
        place = np.array([number])
        if self._lab is not None:
            key, made = event_key(self._lab.file.take(place)), self._lab.take(place)
        elif self._given is not None:
            made = self._given.take(place)
            key = event_key(made)
        else:
            raise InputError("there are no events")
        draws = draws_of(self._seed, key, 0)
        made = decayed(made, draws, FIRST_STEP + 1)
        origin = spot(self._table, draws, _FIRST)
        made = made.moved(origin)
        accepted, radius = judged(self._table, self._acceptance, made, origin)
        # No other draw can give this event again.
        drawn = Drawn(place, self._weight[place], np.zeros(1))
        return Sampled(made, accepted.astype(np.uint8), radius.astype(np.float32), drawn), key
