"""The events of any time frame: signals, background processes and empty crossings, put on crossings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel

from trigemu.arrays import F32, F64, I64, U8, U16
from trigemu.collider.collider import Collider
from trigemu.collider.crossings import ArrivalRate, Crossings, schedule
from trigemu.collider.paths import resolve_paths
from trigemu.collider.signals.collision import PROCESS_STREAMS, Drawn, Sampled, Sampler
from trigemu.collider.sources import BACKGROUND
from trigemu.errors import InputError
from trigemu.frames.drawn import weighted
from trigemu.physics.particles import Particles, join, no_particles
from trigemu.setup.amounts import check_amounts, table_name
from trigemu.setup.data import Clock
from trigemu.setup.experiment import Setup
from trigemu.setup.reference import resolve

NB_PER_CM2 = 1e-33
"""One nanobarn in cm^2."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The events of one frame, one per crossing, in time order.

    Attributes
    ----------
    time
        int64[n], ticks since the start of the frame, strictly rising.
    signal, process, empty
        uint16[n], index of the event's table, or of the kind of empty crossing; `BACKGROUND` for those that it is not
        of.
    accepted, radius
        uint8[n], float32[n]: see the source ``truth``.
    event, weight, share
        int64[n], float64[n] each: see `trigemu.collider.signals.collision.Drawn`; -1, 1 and 0 for what is not of a
        file.  None where no event of a file is wanted.
    particles
        Their particles.
    sqrt_s
        float64[n], nominal energy in the CM in GeV of the beams at each crossing.  None where nobody asks.
    key
        int64[n], where the random numbers of each event are, in place of the frame's number
        (`trigemu.physics.event_key`): its hits are then made from it alone.  None: they are those of the frame.
    """

    time: I64
    signal: U16
    process: U16
    empty: U16
    accepted: U8
    radius: F32
    particles: Particles
    event: I64 | None = None
    weight: F64 | None = None
    share: F64 | None = None
    sqrt_s: F64 | None = None
    key: I64 | None = None

    def alone(self, number: int) -> Events:
        """Return one event of these."""
        one = slice(number, number + 1)
        columns = {
            name: value[one]
            for name in _COLUMNS
            if (value := getattr(self, name)) is not None and name != "particles"
        }
        return Events(**columns, particles=self.particles.take(np.array([number])))


_COLUMNS = tuple(each.name for each in fields(Events))


class FrameEvents(Protocol):
    """What makes the events of any frame.

    Attributes
    ----------
    expected
        Mean number of events in a frame.
    drawn
        Whether events of files are among them (`trigemu.frames.drawn`).
    """

    expected: float
    drawn: bool

    def events(self, frame: int) -> Events:
        """Return the events of a frame: a pure function of the setup and the frame."""
        ...


MAX_EVENTS = 25_000
"""Events of a frame; a few hundred are usual."""


class EventSource:
    """Makes the events of any frame.

    Parameters
    ----------
    collider
        Where they happen.
    clock
        The experiment's clock: ticks and the length of a frame.
    seed
        Seed of the run.
    signals, processes
        Tables, each with its registered sampler (`trigemu.collider.signals.collision.SamplerType` or a reference to
        one).
    luminosity
        1 / (cm^2 s); turns cross-sections into rates.
    folder
        Folder of event files (``input.path``), if any.
    empty
        Kinds of crossings without a collision (random triggers and the like): key of the configuration -> rate in Hz.

    Attributes
    ----------
    expected
        Mean number of events in a frame.
    drawn
        Whether events of files are among them (`trigemu.frames.drawn`).

    Raises
    ------
    InputError
        An event file cannot be read, a process has neither rate nor cross-section, or a frame would hold too many
        events.
    """

    def __init__(
        self,
        *,
        collider: Collider,
        clock: Clock,
        seed: int,
        signals: Sequence[tuple[BaseModel, Any]] = (),
        processes: Sequence[tuple[BaseModel, Any]] = (),
        luminosity: float = 0.0,
        folder: str | None = None,
        empty: Mapping[str, float] | None = None,
    ) -> None:
        self._seed, self._clock, self._sqrt_s = seed, clock, collider.sqrt_s
        self.drawn = weighted([table for table, _ in (*signals, *processes)])
        self._signals = len(signals)
        self._samplers: list[Sampler | None] = []
        self._rates: list[ArrivalRate] = []
        for stream, tables in ((0, signals), (PROCESS_STREAMS, processes)):
            for number, (given, reference) in enumerate(tables):
                found = resolve_paths(given, reference, folder)
                if found is None:
                    self._samplers.append(None)
                    self._rates.append(ArrivalRate())
                    continue
                table, make = found[0], resolve(found[1])
                sampler: Sampler = make(table, collider, seed, number | stream)
                self._samplers.append(sampler)
                self._rates.append(_arrivals(table, sampler, luminosity, clock))
        # Crossings without a collision come after all kinds that have one.
        empty = empty or {}
        self._rates += [ArrivalRate(mean=clock.frame_s * rate) for rate in empty.values()]
        names = [
            *(_rate_key("signal", number, table) for number, (table, _) in enumerate(signals)),
            *(_rate_key("process", number, table) for number, (table, _) in enumerate(processes)),
            *empty,
        ]
        counts = [rate.mean if rate.every is None else clock.frame_ticks / rate.every for rate in self._rates]
        check_amounts("events", dict(zip(names, counts, strict=True)), MAX_EVENTS, clock.frame_s)
        self.expected = sum(counts)

    @classmethod
    def of(
        cls,
        setup: Setup[Any],
        collider: Collider,
        processes: Sequence[tuple[BaseModel, Any]] = (),
        *,
        luminosity: float = 0.0,
        empty: Mapping[str, float] | None = None,
    ) -> EventSource:
        """Return the source of a run: signals, clock, seed and folder of event files are those of its setup."""
        return cls(
            collider=collider,
            clock=setup.clock,
            seed=setup.config.run.seed,
            signals=[(table, spec.sampler) for table, spec in setup.sampled_signals()],
            processes=processes,
            luminosity=luminosity,
            folder=setup.config.input.path,
            empty=empty,
        )

    def events(self, frame: int) -> Events:
        """Return the events of a frame: a pure function of the setup and the frame."""
        crossings = schedule(self._rates, self._seed, frame, self._clock.frame_ticks)
        kind, collisions = crossings.kind, len(self._samplers)
        sampled = [
            _nothing(0) if sampler is None else sampler.sample(frame, int(np.sum(kind == number)))
            for number, sampler in enumerate(self._samplers)
        ]
        sampled += [_nothing(int(np.count_nonzero(kind >= collisions)))]
        row = _rows(crossings, [s.particles.events for s in sampled])
        drawn = [_drawn(each) for each in sampled]
        is_signal, collided = kind < self._signals, kind < collisions
        return Events(
            time=crossings.time,
            signal=_numbers(kind, is_signal),
            process=_numbers(kind - self._signals, collided & ~is_signal),
            empty=_numbers(kind - collisions, ~collided),
            accepted=np.concatenate([s.accepted for s in sampled])[row],
            radius=np.concatenate([s.radius for s in sampled])[row],
            event=np.concatenate([d.event for d in drawn])[row],
            weight=np.concatenate([d.weight for d in drawn])[row],
            share=np.concatenate([d.share for d in drawn])[row],
            sqrt_s=np.concatenate([self._energy(s) for s in sampled])[row],
            particles=join([s.particles for s in sampled]).take(row),
        )

    def _energy(self, sampled: Sampled) -> F64:
        return np.full(sampled.particles.events, self._sqrt_s) if sampled.sqrt_s is None else sampled.sqrt_s


def _rate_key(kind: str, number: int, table: BaseModel) -> str:
    """Return how an error calls what a table's rate comes from."""
    fields = ("every_ns", "rate_hz")
    key = next(
        (name for name in fields if getattr(table, name, None) is not None), "cross-section x luminosity"
    )
    name = getattr(table, "label", "") or getattr(table, kind, "")
    return table_name(kind, number, str(name), key)


def _drawn(sampled: Sampled) -> Drawn:
    n = sampled.particles.events
    if sampled.drawn is not None:
        return sampled.drawn
    return Drawn(np.full(n, -1, np.int64), np.ones(n), np.zeros(n))


def _numbers(number: I64, mine: Any) -> U16:
    return np.where(mine, number, BACKGROUND).astype(np.uint16)


def _arrivals(table: BaseModel, sampler: Sampler, luminosity: float, clock: Clock) -> ArrivalRate:
    """Return how often events come: as the table says, else cross-section times luminosity."""
    every, rate = getattr(table, "every_ns", None), getattr(table, "rate_hz", None)
    if every is not None:
        return ArrivalRate(every=every / clock.tick_ns)
    if rate is None:
        if sampler.cross_section_nb is None:
            name = getattr(table, "label", "") or getattr(table, "process", "")
            raise InputError(f"process {name!r} has no cross-section: give rate_hz or cross_section_nb")
        rate = sampler.cross_section_nb * NB_PER_CM2 * luminosity
    # Events with negative weights count against the others: more are made than remain.
    return ArrivalRate(mean=clock.frame_s * rate / getattr(sampler, "mean_sign", 1.0))


def _rows(crossings: Crossings, counts: list[int]) -> I64:
    """Return int64[n]: for each crossing, its event's place when all kinds stand one after the other."""
    first = np.cumsum([0, *counts[:-1]])
    kind = np.minimum(crossings.kind, len(counts) - 1)
    row = np.empty(len(kind), np.int64)
    for k, start in enumerate(first):
        mine = kind == k
        # An event that was moved out of the frame is the last of its kind or an empty crossing: numbers stay dense.
        row[mine] = start + np.arange(np.count_nonzero(mine))
    return row


def _nothing(n: int) -> Sampled:
    return Sampled(no_particles(n), np.zeros(n, np.uint8), np.zeros(n, np.float32))
