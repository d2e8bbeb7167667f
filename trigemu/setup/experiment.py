"""What an experiment gives to the framework, and a run configuration checked against its experiment.

An experiment is one folder and one entry point in the group ``trigemu.experiments``.  It knows no socket; the
framework knows no detector.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.arrays import I64
from trigemu.decision.candidates import Candidates
from trigemu.frames.columns import Array, Schema
from trigemu.frames.frame import TimeFrame
from trigemu.menu.compile import CompiledMenu
from trigemu.setup.algorithm import BoundAlgorithm
from trigemu.setup.data import Clock, HardwareLatency, HistogramSpec, SignalSpec
from trigemu.setup.run_config import RunConfig


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


@dataclass(frozen=True)
class Setup:
    """All that a role, an offline scan or a notebook needs to make or decide frames.

    Attributes
    ----------
    config
        The resolved run configuration.
    experiment
        The experiment it names.
    section
        The experiment's validated section (an instance of ``experiment.config_model``).
    signals
        The validated ``[[signal]]`` tables, in order.
    algorithms
        Trigger algorithms that the configuration adds to the experiment's own.
    menu
        The compiled menu.
    """

    config: RunConfig
    experiment: Experiment
    section: BaseModel
    signals: tuple[BaseModel, ...]
    algorithms: tuple[BoundAlgorithm, ...]
    menu: CompiledMenu

    def to_dict(self) -> dict[str, Any]:
        """Return the resolved configuration as plain data: what travels and is stored."""
        data = self.config.model_dump(mode="json")
        data["section"] = self.section.model_dump(mode="json")
        data["signal"] = [signal.model_dump(mode="json") for signal in self.signals]
        return data

    @cached_property
    def digest(self) -> str:
        """Hash of all that decides what is generated and what is decided (not of how it is streamed)."""
        data = {k: v for k, v in self.to_dict().items() if k not in ("streaming", "record", "title")}
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

    def user_words(self, frame: TimeFrame, time: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the words (uint64[n, algorithms]) that the added algorithms set at ``time`` (int64[n])."""
        words = np.zeros((len(time), len(self.algorithms)), np.uint64)
        for index, bound in enumerate(self.algorithms):
            words[:, index] = bound.words(frame, time)
        return words

    @property
    def clock(self) -> Clock:
        """The experiment's clock."""
        return self.experiment.clock(self.section)

    @property
    def frames(self) -> int:
        """Frames in the run."""
        run = self.config.run
        if run.frames is not None:
            return run.frames
        return max(1, round((run.duration_s or 0.0) / self.clock.frame_s))

    @cached_property
    def crossings(self) -> str | None:
        """The source that lists a frame's crossings (`Experiment.crossings`); None for continuous data."""
        method = getattr(self.experiment, "crossings", None)
        return None if method is None else method()

    @property
    def hardware_latency(self) -> Mapping[str, HardwareLatency]:
        """Modelled latency of each hardware level (`Experiment.hardware_latency`); empty where none is."""
        method = getattr(self.experiment, "hardware_latency", None)
        return {} if method is None else method(self.section)

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """Schema of every source, ``truth`` included."""
        return self.experiment.sources(self.section)
