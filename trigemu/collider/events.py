"""The events of any time frame: signals, background processes and empty crossings, put on crossings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.collider.crossings import Crossings, Pace, injection_veto, sampling_phase, schedule
from trigemu.collider.located import located
from trigemu.collider.signals.sampling import Sampled, Sampler, make_sampler
from trigemu.errors import InputError
from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.sources import BACKGROUND
from trigemu.physics.particles import Particles, join, no_particles

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup

NB_PER_CM2 = 1e-33
"""One nanobarn in cm^2."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The events of one frame, one per crossing, in time order.

    Attributes
    ----------
    time
        int64[n], ticks since the start of the frame, strictly rising.
    phase
        uint16[n], see `trigemu.collider.crossings.sampling_phase`.
    external
        uint32[n], bits of `EXTERNAL`.
    signal, process
        uint16[n], index of the event's table; `BACKGROUND` for the one that it is not of.
    accepted, radius
        uint8[n], float32[n]: see the source ``truth``.
    particles
        Their particles.
    """

    time: NDArray[np.int64]
    phase: NDArray[np.uint16]
    external: NDArray[np.uint32]
    signal: NDArray[np.uint16]
    process: NDArray[np.uint16]
    accepted: NDArray[np.uint8]
    radius: NDArray[np.float32]
    particles: Particles


class EventSource:
    """Makes the events of any frame.

    Parameters
    ----------
    setup
        Signals, processes, luminosity, seed.

    Raises
    ------
    InputError
        An event file cannot be read, or a process has neither rate nor cross-section.
    """

    def __init__(self, setup: Setup) -> None:
        section = setup.section
        if not isinstance(section, Belle2):
            raise TypeError(f"a Belle II setup has a Belle II section, not {type(section).__name__}")
        self._seed = setup.config.run.seed
        self._injection = section.external.injection
        self._frame_ticks = section.frame_revolutions * REVOLUTION_TICKS
        frame_s = self._frame_ticks * TICK_NS * 1e-9
        self._signals = len(setup.signals)
        self._samplers: list[Sampler | None] = []
        self._paces: list[Pace] = []
        for tables in (setup.signals, section.process):
            for number, given in enumerate(tables):
                table = located(given, setup.config.input.path)
                sampler = None if table is None else make_sampler(table, self._seed, number)
                self._samplers.append(sampler)
                self._paces.append(_pace(table, sampler, section.luminosity, frame_s))
        # Crossings without a collision come after all kinds that have one.
        external = section.external
        self._empty = [EXTERNAL.index("pseud_rand"), EXTERNAL.index("poissonin")]
        self._paces += [Pace(mean=frame_s * rate) for rate in (external.random_hz, external.poisson_hz)]

    def events(self, frame: int) -> Events:
        """Return the events of a frame: a pure function of the setup and the frame."""
        crossings = schedule(self._paces, self._seed, frame, self._frame_ticks)
        sampled = [
            _nothing(0) if sampler is None else sampler.sample(frame, int(np.sum(crossings.kind == kind)))
            for kind, sampler in enumerate(self._samplers)
        ]
        sampled += [_nothing(int(np.count_nonzero(crossings.kind >= len(self._samplers))))]
        row = _rows(crossings, [s.particles.events for s in sampled])
        collided = crossings.kind < len(self._samplers)
        signal = np.where(crossings.kind < self._signals, crossings.kind, BACKGROUND)
        process = np.where(collided & (signal == BACKGROUND), crossings.kind - self._signals, BACKGROUND)
        return Events(
            time=crossings.time,
            phase=sampling_phase(self._seed, frame, len(row)),
            external=self._external(crossings, frame),
            signal=signal.astype(np.uint16),
            process=process.astype(np.uint16),
            accepted=np.concatenate([s.accepted for s in sampled])[row],
            radius=np.concatenate([s.radius for s in sampled])[row],
            particles=join([s.particles for s in sampled]).take(row),
        )

    def _external(self, crossings: Crossings, frame: int) -> NDArray[np.uint32]:
        bits = injection_veto(crossings.time, frame, self._frame_ticks, self._injection)
        for offset, bit in enumerate(self._empty):
            bits[crossings.kind == len(self._samplers) + offset] |= np.uint32(1 << bit)
        return bits


def _pace(table: BaseModel | None, sampler: Sampler | None, luminosity: float, frame_s: float) -> Pace:
    """Return how often events come: as the table says, else cross-section times luminosity."""
    if sampler is None:
        return Pace()
    every, rate = getattr(table, "every_ns", None), getattr(table, "rate_hz", None)
    if every is not None:
        return Pace(every=every / TICK_NS)
    if rate is None:
        if sampler.cross_section_nb is None:
            name = getattr(table, "label", "") or getattr(table, "process", "")
            raise InputError(
                f"[[belle2.process]] {name!r} has no cross-section: give rate_hz or cross_section_nb"
            )
        rate = sampler.cross_section_nb * NB_PER_CM2 * luminosity
    return Pace(mean=frame_s * rate)


def _rows(crossings: Crossings, counts: list[int]) -> NDArray[np.int64]:
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
