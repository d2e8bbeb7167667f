"""What an experiment gives to the framework: the protocols that `trigemu.streaming` and `trigemu.measure` call.

An experiment is one folder and one entry point in the group ``trigemu.experiments``.  It knows no socket; the
framework knows no detector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.frames.columns import Array, Schema
from trigemu.frames.frame import TimeFrame

if TYPE_CHECKING:
    from trigemu.experiments.setup import Setup

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clock:
    """Time of an experiment in integers.

    Attributes
    ----------
    tick_ns
        Length of one TDC least count in ns.
    clock_ticks
        TDC counts in one period of the trigger clock (a timestamp, or a crossing).
    frame_ticks
        TDC counts in one time frame.
    """

    tick_ns: float
    clock_ticks: int
    frame_ticks: int

    @property
    def frame_s(self) -> float:
        """Length of a frame in seconds."""
        return self.frame_ticks * self.tick_ns * 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What a frame's hits say: a pure function of the frame, before anything that depends on order.

    Attributes
    ----------
    time
        int64[n], TDC counts since the start of the frame, strictly rising, inside the frame.
    fired
        uint64[n, words], line i of the menu is bit ``i % 64`` of word ``i // 64``: the lines that fired (before
        prescale).  In each candidate at least one line of the hardware trigger did
        (`trigemu.menu.compile.CompiledMenu.makes_candidate`).
    passed
        uint64[n, words], subset of ``fired``: lines whose online selection also passed.
    load
        uint16[k], words that entered the trigger processor's merged input queue in each of the frame's k equal
        time steps (empty where the experiment has no such queue); the sequencer's CHOKE model reads it.
    """

    time: I64
    fired: U64
    passed: U64
    load: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))


@dataclass(frozen=True, slots=True)
class HistogramSpec:
    """A monitoring histogram: regular bins; two axes make a map.

    Attributes
    ----------
    title, xlabel, ylabel
        For plots.
    shape
        Bins per axis (one or two).
    low, high
        Range per axis, in the units of the labels.
    """

    title: str
    xlabel: str
    ylabel: str
    shape: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HardwareLatency:
    """How long a hardware level takes, as modelled in its own clock, and how long it may take.

    Attributes
    ----------
    modelled_us, budget_us
        Microseconds from the event to the decision; what the detectors' buffers allow.
    source
        Where the two numbers come from.
    """

    modelled_us: float
    budget_us: float
    source: str


class Generator(Protocol):
    """Makes fragments: a pure function of (seed, frame, source), in any order, any number of times."""

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the columns (or ready-made `Block`) of one source in one frame, guard bands included."""
        ...


class Trigger(Protocol):
    """Decides frames."""

    def candidates(self, frame: TimeFrame) -> Candidates:
        """Return what the frame's hits say; does not change the frame."""
        ...

    def windows(self, time: I64) -> tuple[I64, I64]:
        """Return start and stop (TDC counts) of what is read out around triggers at ``time``.

        Not asked for where data come in crossings (`Experiment.crossings`).  The window holds all that made the
        candidate fire, so that replaying it alone makes the same bits fire.
        """
        ...

    def monitor(self, frame: TimeFrame, candidates: Candidates) -> dict[str, I64]:
        """Return counts to add to each histogram of `Experiment.histograms` (frames that are sampled for it)."""
        ...


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """A process that ``trigemu efficiency --signal NAME`` can generate.

    Attributes
    ----------
    name
        For instance ``aprime-mumu``.
    title
        For plots, for instance ``A' -> mu+ mu-``.
    model
        pydantic model of the ``[[signal]]`` table: its fields are the keys of ``--grid``.
    """

    name: str
    title: str
    model: type[BaseModel]


class Experiment(Protocol):
    """One experiment; instances hold no state."""

    name: str
    config_model: type[BaseModel]
    """pydantic model of the config section that carries the experiment's name."""
    # max_lines: int may be there as well: how many lines a menu may enable, if fewer than the framework allows.

    def clock(self, section: Any) -> Clock:
        """Return the clock for a validated config section."""
        ...

    def bits(self, section: Any) -> Sequence[str]:
        """Return the names of the trigger bits that menu expressions may use, in word order.

        Bit i is bit ``i % 64`` of trigger word ``i // 64``; an empty name is an unused bit.
        """
        ...

    def entries(self) -> Sequence[str]:
        """Return the kinds of trigger entry a line can be evaluated ``on`` (first is the default), e.g. reference."""
        ...

    def selections(self) -> Sequence[str]:
        """Return the names of online selections that a line may ask for with ``select``."""
        ...

    def sources(self, section: Any) -> Mapping[str, Schema]:
        """Return every source with its schema, ``truth`` included."""
        ...

    def crossings(self) -> str | None:
        """Return the source whose strictly rising ``time`` lists a frame's crossings; None for continuous data.

        The other sources (the truth apart) then have ``offsets`` that cut them into one piece per crossing, a
        candidate has the time of its crossing, and what is read out is the crossing's own pieces.  An experiment
        without this method has continuous data.
        """
        ...

    def hardware_latency(self, section: Any) -> Mapping[str, HardwareLatency]:
        """Return hardware level -> its modelled latency; an experiment without this method models none."""
        ...

    def signals(self) -> Sequence[SignalSpec]:
        """Return the signals this experiment can generate."""
        ...

    def histograms(self, section: Any) -> Mapping[str, HistogramSpec]:
        """Return the monitoring histograms that `Trigger.monitor` fills."""
        ...

    def generator(self, setup: Setup, sources: Sequence[str]) -> Generator:
        """Return what makes the fragments of these sources (runs in a producer)."""
        ...

    def trigger(self, setup: Setup) -> Trigger:
        """Return what decides frames (runs in a worker; must start fast)."""
        ...

    def match_window(self, section: Any) -> int:
        """Return how far (TDC counts) a trigger may be from a generated event's time and still belong to it."""
        ...

    def warm_up(self, setup: Setup) -> None:
        """Compile what is compiled on first use, so that the roles find it cached."""
        ...


@runtime_checkable
class Scannable(Protocol):
    """What an experiment has besides if ``trigemu efficiency`` can scan its signals."""

    def signal_only(self, data: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
        """Return a resolved configuration (`Setup.to_dict`) with one ``[[signal]]`` table and no background."""
        ...
