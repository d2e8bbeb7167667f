"""A run configuration checked against its experiment, ready to build generators and triggers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.errors import InputError
from trigemu.experiments.algorithm import BoundAlgorithm
from trigemu.experiments.base import Clock, Experiment, HardwareLatency
from trigemu.experiments.registry import experiment_names, find_experiment
from trigemu.frames.columns import Schema
from trigemu.frames.frame import TimeFrame
from trigemu.menu.compile import CompiledMenu, compile_menu
from trigemu.menu.config import RunConfig
from trigemu.menu.load import read_config, validate
from trigemu.menu.names import allowed
from trigemu.menu.origin import Origin, origin_of
from trigemu.menu.schema import MAX_LINES


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

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str | Origin = "config") -> Setup:
        """Check a resolved configuration (see `to_dict`) and build a setup.

        Raises
        ------
        InputError
            Something in it is not allowed; the sentence names ``where`` and the place.
        """
        origin = origin_of(where)
        experiment = _experiment(data.get("experiment"), origin)
        config = validate(RunConfig, data, origin)
        section = validate(
            experiment.config_model, config.section, origin.below("section", title=f"[{config.experiment}]")
        )
        _check_producers(config, experiment.sources(section), origin)
        models = {spec.name: spec.model for spec in experiment.signals()}
        signals = tuple(
            _signal(table, models, origin.below("signal", i)) for i, table in enumerate(config.signal)
        )
        algorithms = tuple(
            BoundAlgorithm.from_table(table, f"{origin.at('algorithm', i)}: [[algorithm]]")
            for i, table in enumerate(config.algorithm)
        )
        _check_lines(config, experiment, origin)
        bits = list(experiment.bits(section))
        bits += [""] * (-len(bits) % 64)
        menu = compile_menu(
            config.menu,
            bits=[*bits, *(name for bound in algorithms for name in bound.bit_names())],
            entries=experiment.entries(),
            selections=experiment.selections(),
            where=origin,
        )
        return cls(config, experiment, section, signals, algorithms, menu)

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


def load_setup(path: str | Path, overrides: Sequence[str] = ()) -> Setup:
    """Read a run configuration from a TOML file and check it.

    Parameters
    ----------
    path
        A file, or the name of a shipped configuration.
    overrides
        ``KEY=VALUE`` texts (``run.seed=2``, ``menu.line.H2.prescale=5``).

    Raises
    ------
    InputError
        Anything in the files or overrides is not allowed; the sentence names file and line.
    """
    data, origin = read_config(path, overrides)
    return Setup.from_dict(data, origin)


def _experiment(name: Any, origin: Origin) -> Experiment:
    # Before anything else: without it, the experiment's own table is just an unknown key.
    known = experiment_names()
    if not isinstance(name, str):
        raise InputError(f"{origin.at('experiment')}: give experiment a name; installed: {', '.join(known)}")
    if name not in known:
        hint = allowed(name, known, "installed")
        raise InputError(f"{origin.at('experiment')}: experiment {name!r} is not installed; {hint}")
    return find_experiment(name)


def _check_producers(config: RunConfig, sources: Mapping[str, Schema], origin: Origin) -> None:
    place = f"{origin.at('streaming', 'producers')}: streaming.producers"
    seen: set[str] = set()
    for name in (name for group in config.streaming.producers or () for name in group):
        if name not in sources:
            raise InputError(f"{place}: unknown source {name!r}; {allowed(name, sources)}")
        if name in seen:
            raise InputError(f"{place}: source {name!r} is there twice")
        seen.add(name)


def _check_lines(config: RunConfig, experiment: Experiment, origin: Origin) -> None:
    # The kernels of an experiment may hold only as many lines as its hardware has.
    most = getattr(experiment, "max_lines", MAX_LINES)
    enabled = sum(line.enabled for line in config.menu.line)
    if enabled > most:
        place = origin.at("menu", "line")
        raise InputError(f"{place}: {enabled} lines are enabled; {config.experiment} can have {most}")


def _signal(table: Mapping[str, Any], models: Mapping[str, type[BaseModel]], origin: Origin) -> BaseModel:
    name = str(table.get("signal", ""))
    if name not in models:
        raise InputError(f"{origin.at('signal')}: unknown signal {name!r}; {allowed(name, models)}")
    return validate(models[name], table, origin.below(title=f"[[signal]] {name}"))
