"""Events of a HepMC3 file, or made in Python, in NA62's axes and behind the dump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F32, F64, I64, Bool
from trigemu.errors import InputError
from trigemu.experiments.na62.beam.dump import LONG_LIVED_HADRONS, out_of_the_dump
from trigemu.experiments.na62.detector.geometry import TAX_END_Z
from trigemu.experiments.na62.detector.transport import EVENT_PLANE_MM
from trigemu.experiments.na62.signals.file_signal import FileSignal
from trigemu.physics import mesons
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.event_choice import EventChoice
from trigemu.physics.event_file import EventFile
from trigemu.physics.event_key import event_key
from trigemu.physics.event_weights import chosen
from trigemu.physics.final_codes import FinalCodes, check_codes
from trigemu.physics.hepmc import BEAM_TOLERANCE
from trigemu.physics.hepmc_events import come_from, read_events
from trigemu.physics.particles import Particles
from trigemu.physics.purpose import Purpose
from trigemu.physics.rng import stream
from trigemu.physics.single_events import FileEvents, scaled
from trigemu.physics.undecayed import decayed

CHOICE_STEP, SHORT_LIVED_STEP = 0, 8
"""Steps of random numbers: which events; decays of taus and neutral pions (the dump's are between)."""

MOST_ENERGY = 1.02
"""Energy of a final state over the beam's at most; the target's nucleon, and rounding, are above 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """Events of a file at their places in a frame.

    Attributes
    ----------
    particles
        What detectors can see of them.
    momentum, vertex_z
        float32[n]: GeV, of all that they can see; mm, where the first of that starts (0 without any).
    event, weight, share
        int64[n], float64[n] each: see `trigemu.frames.drawn.DRAWN`.
    """

    particles: Particles
    momentum: F32
    vertex_z: F32
    event: I64
    weight: F64
    share: F64


class FileSource:
    """Events of one table: in a run that mixes them in, a pure function of (seed, frame, index).

    Parameters
    ----------
    model
        The signal's table.
    path
        ``input.path``; not used: the table names its own file.
    seed, number
        Seed of the run; index of the table in the configuration.
    sweep_gev
        Momentum below which sweeping fields take muons away.
    given
        Events in the experiment's axes that take the place of the file; None: the file's.

    Raises
    ------
    InputError
        The file is bad, of another beam, or holds particles that detectors do not know.

    Attributes
    ----------
    of_file
        The file's numbers and weights of its events.
    """

    def __init__(
        self,
        model: FileSignal,
        path: str | None,
        seed: int,
        number: int,
        *,
        sweep_gev: float = 30.0,
        given: Particles | None = None,
    ) -> None:
        self.model, self._seed, self._sweep = model, seed, sweep_gev
        self._purpose = stream(Purpose.SIGNAL, number)
        self._stopped: Bool | None = None
        self._given: Particles | EventFile = read_events(model.file, model.weight) if given is None else given
        if isinstance(self._given, EventFile):
            _check_beam(self._given)
            name, codes = self._given.name, self._given.codes
            self.of_file = FileEvents.of(self._given, model.weight, model.file)
            # What they decay to behind the dump is absorbed with them in it.
            self._stopped = come_from(model.file, LONG_LIVED_HADRONS)
        else:
            name, codes = "the events made in Python", FinalCodes()
            codes.add(self._given.pdg, self._given.event, 0)
            self.of_file = FileEvents(self._given.events, self._given.weight, None)
        check_codes(name, codes, [abs(code) for code in model.invisible])
        self._scaled = scaled(self.of_file)
        self._choice: EventChoice | None = None

    def __len__(self) -> int:
        return self.of_file.events

    def take(self, frame: int, n: int) -> Taken:
        """Return the first n events of a frame of a run that draws them."""
        if self._choice is None:
            self._choice = self._chooser()
        index = np.arange(n)
        draws = Draws(self._seed, frame, self._purpose)
        event = self._choice.choose(draws.step(CHOICE_STEP), index, frame)
        made = self._seen(self._placed(event), index, draws)
        return _taken(made, event, self._choice.counts(event), self._choice.share[event])

    def make(self, number: int) -> tuple[Taken, int]:
        """Return the event with this number alone, and its key, which stands for the frame in its random numbers."""
        place = np.array([number])
        made = self._placed(place)
        key = event_key(made)
        made = self._seen(made, np.zeros(1, np.int64), Draws(self._seed, key, self._purpose))
        return _taken(made, place, self._scaled[place], np.zeros(1)), key

    def _chooser(self) -> EventChoice:
        file, model = self._given, self.model
        if not isinstance(file, EventFile):
            raise InputError("events made in Python are taken once each")
        weight = chosen(file.name, file.weights, file.weight_names, model.weight, len(file))
        return EventChoice(file.name, weight, len(file), "random" if model.every_ns is None else "turn")

    def _placed(self, event: I64) -> Particles:
        """Return events in the experiment's axes, times as `trigemu.physics.particles.Particles` says."""
        made = self._given.take(event)
        if self._stopped is None or not isinstance(self._given, EventFile):
            return made
        offsets = self._given.final_rows.offsets
        rows = np.arange(len(made)) + np.repeat(offsets[event] - made.offsets[:-1], np.diff(made.offsets))
        x, y, z = self.model.origin_mm
        origin = np.array([x, y, z, (z - EVENT_PLANE_MM) / SPEED_OF_LIGHT])
        made = made.moved(np.tile(origin, (made.events, 1)))
        return made.select(~(self._stopped[rows] & (made.point[:, 2] >= TAX_END_Z)))

    def _seen(self, made: Particles, index: I64, draws: Draws) -> Particles:
        return out_of_the_dump(decayed(made, draws, SHORT_LIVED_STEP), index, draws, self._sweep)


def _taken(made: Particles, event: I64, weight: F64, share: F64) -> Taken:
    sums = np.stack([np.bincount(made.event, made.momentum[:, k], minlength=made.events) for k in range(3)])
    vertex = np.zeros(made.events)
    filled = np.diff(made.offsets) > 0
    vertex[filled] = made.point[made.offsets[:-1][filled], 2]
    momentum = np.sqrt((sums**2).sum(axis=0))
    return Taken(made, momentum.astype(np.float32), vertex.astype(np.float32), event, weight, share)


def _check_beam(file: EventFile) -> None:
    """Refuse a file of another beam: the faster one must have the proton's energy along +z, if there are any."""
    wanted = mesons.BEAM_GEV
    if file.beams is not None:
        along = float(file.beams[np.argmax(file.beams[:, 3]), 2])
        if abs(along - wanted) > BEAM_TOLERANCE * wanted:
            raise InputError(
                f"{file.name}: its beam has p_z = {along:.5g} GeV; a beam of {wanted:.5g} GeV along +z on a target is "
                "wanted"
            )
    if file.energies.most > MOST_ENERGY * wanted:
        raise InputError(
            f"{file.name} is of another beam or in other units: event {file.energies.most_event} has "
            f"{file.energies.most:.6g} GeV in its final state, a beam of {wanted:.5g} GeV gives less"
        )
