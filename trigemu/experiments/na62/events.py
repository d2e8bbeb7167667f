"""What happens in a frame: halo muons, neutral background and signals at their times.

Every source of events has a number: 0 halo muons, 1 neutral showers, 2 + i signal table i.  How many events
of a source a frame has, when they are and what they are is a pure function of (seed, frame, number), so a
source more or less changes nothing about the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.arrays import F64, I64
from trigemu.experiments.na62.beam.halo import HaloSource
from trigemu.experiments.na62.beam.spill import beam
from trigemu.experiments.na62.clock import LSB_NS, SPLIT_LSB, TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.signals.decays import DecaySource
from trigemu.experiments.na62.signals.file_events import FileSource, Taken
from trigemu.experiments.na62.signals.file_signal import FileSignal
from trigemu.experiments.na62.sources import BACKGROUND
from trigemu.physics import hepmc, mesons
from trigemu.physics.arrivals import poisson_times
from trigemu.physics.particles import Particles, join, no_particles
from trigemu.physics.purpose import Purpose
from trigemu.physics.rng import stream, uniforms

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup
from trigemu.setup.amounts import check_amounts, table_name
from trigemu.setup.reference import resolve

HALO_NUMBER, NEUTRAL_NUMBER, FIRST_SIGNAL = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Events of one source.

    Attributes
    ----------
    particles
        Their particles.
    flags
        uint8[m], a particle each, see `deposits.EXTRA` and following.
    momentum
        float32[n], GeV, of the parent (signals) or the particle.
    vertex_z
        float32[n], mm.
    drawn
        Which events of a file they are, and what each counts; None: of no file, and 1.
    """

    particles: Particles
    flags: NDArray[np.uint8]
    momentum: NDArray[np.float32]
    vertex_z: NDArray[np.float32]
    drawn: Drawn | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Which events of a file were taken: see `trigemu.frames.drawn.DRAWN`; int64[n], float64[n] each."""

    event: I64
    weight: F64
    share: F64


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """All events of one frame.

    Attributes
    ----------
    ticks
        float64[n], time since the start of the frame in TDC counts, 0 <= ticks < length of the frame.
    signal
        uint16[n], index of the signal table, `BACKGROUND` for halo.
    momentum, vertex_z
        float32[n], see `Sample`.
    particles
        Their particles.
    flags
        uint8[m], a particle each, see `Sample`.
    drawn
        Which events of a file they are, and what each counts: event -1 and share 0 for those of no file, weight 1
        where they are all alike.
    key
        Where the random numbers of the frame's one event are, in place of the frame's number
        (`trigemu.physics.event_key`); None: they are those of the frame.
    """

    ticks: F64
    signal: NDArray[np.uint16]
    momentum: NDArray[np.float32]
    vertex_z: NDArray[np.float32]
    particles: Particles
    flags: NDArray[np.uint8]
    drawn: Drawn
    key: int | None = None


def regular_times(seed: int, frame: int, number: int, every: float, offset: float, frame_ticks: int) -> F64:
    """Return times (float64[n], TDC counts) at regular distances, each smeared over one split.

    Parameters
    ----------
    seed, frame, number
        Address of the random phases.
    every
        Distance in TDC counts.
    offset
        Start of the first one's split, TDC counts.
    frame_ticks
        Length of the frame; no time is beyond it.
    """
    n = max(0, math.floor((frame_ticks - SPLIT_LSB - offset) / every) + 1)
    phase = uniforms(seed, frame, stream(Purpose.ARRIVAL_TIME, number), n)[:, 0]
    return offset + every * np.arange(n) + SPLIT_LSB * phase


MAX_EVENTS = 100_000
"""Events of a frame: of a millisecond, that is a hundred times the rate of the halo."""


class EventSource:
    """Makes the events of any frame.

    Parameters
    ----------
    setup
        Signals, halo, seed.
    """

    def __init__(self, setup: Setup[NA62]) -> None:
        section = setup.section
        seed, path = setup.config.run.seed, setup.config.input.path
        self._seed = seed
        self._frame_ticks = section.frame_timestamps * TIMESTAMP_LSB
        self._frame_s = self._frame_ticks * LSB_NS * 1e-9
        self._beam = beam(section, seed)
        self._signals_follow = section.spill.signals_follow
        if path is not None:
            hepmc.check_beam(path, mesons.FROM_FILES, mesons.BEAM_GEV)
        self._halo = HaloSource(section.halo, seed, path)
        self._rates = (self._halo.rate_hz, section.halo.neutral_rate_hz)
        self._signals: list[DecaySource | FileSource] = [
            resolve(spec.sampler)(table, path, seed, number, **self._more(table, section))
            for number, (table, spec) in enumerate(setup.sampled_signals())
        ]
        self._talk_every_ns = section.l0.talk_every_ns
        self._check_amounts()

    @staticmethod
    def _more(table: BaseModel, section: NA62) -> dict[str, float]:
        return {"sweep_gev": section.halo.sweep_gev} if isinstance(table, FileSignal) else {}

    def _check_amounts(self) -> None:
        peak = 1.0 if self._beam is None else self._beam.profile.peak
        halo, neutral = (rate * peak for rate in self._rates)
        rates = {"na62.halo.rate_hz": halo, "na62.halo.neutral_rate_hz": neutral}
        for number, source in enumerate(self._signals):
            table = source.model
            key = "every_ns" if table.every_ns else "rate_hz"
            name = table_name("signal", number, table.label, key)
            highest = peak if self._signals_follow else 1.0
            rates[name] = 1e9 / table.every_ns if table.every_ns else table.rate_hz * highest
        if self._talk_every_ns is not None:
            rates["na62.l0.talk_every_ns"] = 1e9 / self._talk_every_ns
        expected = {name: rate * self._frame_s for name, rate in rates.items()}
        check_amounts("events", expected, MAX_EVENTS, self._frame_s)

    def events(self, frame: int) -> Events:
        """Return the events of a frame (none before frame 0, the begin of burst)."""
        times: list[F64] = []
        samples: list[Sample] = []
        labels: list[int] = []
        if frame >= 0:
            makers: list[Callable[[int, int], Sample]] = [self._muons, self._neutrals]
            share = self._share(frame)
            for number, make in enumerate(makers):
                times.append(self._random_times(frame, number, self._rates[number] * share, follows=True))
                samples.append(make(frame, len(times[-1])))
                labels.append(BACKGROUND)
            for index in range(len(self._signals)):
                times.append(self._signal_times(frame, index, share))
                samples.append(self._decays(index, frame, len(times[-1])))
                labels.append(index)
        return joined(times, samples, labels)

    def _signal_times(self, frame: int, index: int, share: float) -> F64:
        model, number = self._signals[index].model, FIRST_SIGNAL + index
        if model.every_ns is None:
            rate_hz = model.rate_hz * (share if self._signals_follow else 1.0)
            return self._random_times(frame, number, rate_hz, follows=self._signals_follow)
        every = model.every_ns / LSB_NS
        # Several regular signals take turns.
        offset = every * index / len(self._signals)
        return regular_times(self._seed, frame, number, every, offset, self._frame_ticks)

    def _share(self, frame: int) -> float:
        """Return the beam's intensity in a frame, relative to its mean."""
        return 1.0 if self._beam is None else float(self._beam.share(np.array([frame]))[0])

    def _random_times(self, frame: int, number: int, rate_hz: float, *, follows: bool) -> F64:
        """Return times of what comes at a rate in a frame; ``follows``: where in it as the beam's intensity says."""
        mean = rate_hz * self._frame_s
        times = poisson_times(self._seed, frame, number, mean, self._frame_ticks)
        return self._beam.placed(frame, times) if follows and self._beam is not None else times

    def _muons(self, frame: int, n: int) -> Sample:
        muons, flags = self._halo.sample(frame, n)
        return Sample(muons, flags, muons.p.astype(np.float32), muons.point[:, 2].astype(np.float32))

    def _neutrals(self, frame: int, n: int) -> Sample:
        photons = self._halo.sample_neutral(frame, n)
        flags = np.zeros(n, np.uint8)
        return Sample(photons, flags, photons.p.astype(np.float32), photons.point[:, 2].astype(np.float32))

    def _decays(self, index: int, frame: int, n: int) -> Sample:
        source = self._signals[index]
        if isinstance(source, FileSource):
            return sample_of(source.take(frame, n))
        daughters, momentum, vertex_z = source.sample(frame, n)
        drawn = replace(_of_no_file(n), weight=daughters.weight)
        return Sample(daughters, np.zeros(len(daughters), np.uint8), momentum, vertex_z, drawn)


def sample_of(taken: Taken) -> Sample:
    """Return events of a file; none of their particles has flags, which stand for what only the halo's model makes."""
    particles = taken.particles
    drawn = Drawn(taken.event, taken.weight, taken.share)
    return Sample(particles, np.zeros(len(particles), np.uint8), taken.momentum, taken.vertex_z, drawn)


def _drawn(sample: Sample) -> Drawn:
    return sample.drawn or _of_no_file(len(sample.momentum))


def _of_no_file(n: int) -> Drawn:
    return Drawn(np.full(n, -1, np.int64), np.ones(n), np.zeros(n))


def joined(times: list[F64], samples: list[Sample], labels: list[int], key: int | None = None) -> Events:
    """Put the events of all sources behind each other and number their particles through.

    Parameters
    ----------
    times, samples, labels
        Of each source: ticks of its events, the events, index of the signal table or `BACKGROUND`.
    key
        See `Events`.
    """
    if not samples:
        none = np.zeros(0, np.float32)
        nothing = Drawn(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        flags = np.zeros(0, np.uint8)
        return Events(np.zeros(0), np.zeros(0, np.uint16), none, none, no_particles(0), flags, nothing)
    counts = [len(time) for time in times]
    drawn = [_drawn(sample) for sample in samples]
    return Events(
        np.concatenate(times),
        np.repeat(np.array(labels, np.uint16), counts),
        np.concatenate([sample.momentum for sample in samples]),
        np.concatenate([sample.vertex_z for sample in samples]),
        join([sample.particles for sample in samples]),
        np.concatenate([sample.flags for sample in samples]),
        Drawn(
            np.concatenate([each.event for each in drawn]),
            np.concatenate([each.weight for each in drawn]),
            np.concatenate([each.share for each in drawn]),
        ),
        key,
    )
