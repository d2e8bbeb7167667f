"""From a run configuration to a setup: everything in it is checked against the experiment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trigemu.config.check import validate
from trigemu.config.names import allowed
from trigemu.config.near import near_below
from trigemu.config.origin import Origin, origin_of
from trigemu.errors import InputError
from trigemu.frames.columns import Schema
from trigemu.menu.compile import compile_menu
from trigemu.plain import short
from trigemu.setup.bound_algorithm import BoundAlgorithm
from trigemu.setup.data import WORD_BITS
from trigemu.setup.declared import check_section
from trigemu.setup.each_event import with_each_event
from trigemu.setup.experiment import ExperimentSpec, Setup
from trigemu.setup.load import read_config
from trigemu.setup.registry import experiment_names, find_experiment
from trigemu.setup.run_config import MAX_FRAMES, RunConfig
from trigemu.setup.withheld import why_withheld

MAX_SILENCE_S = 600.0
"""How long a role may send no heartbeat and still count as alive."""


def build_setup(data: Mapping[str, Any], where: str | Origin = "config") -> Setup[Any]:
    """Check a resolved configuration (see `Setup.to_dict`) and build a setup.

    Raises
    ------
    InputError
        Something in it is not allowed; the sentence names ``where`` and the place.
    """
    origin = origin_of(where)
    experiment = _experiment(data.get("experiment"), origin)
    _check_tables(data, experiment.name, origin)
    if (complete := experiment.part("complete")) is not None:
        data = complete(data)
    data = with_each_event(data, experiment, origin)
    config = validate(RunConfig, data, origin)
    section = validate(
        experiment.config_model, config.section, origin.below("section", title=f"[{config.experiment}]")
    )
    check_section(experiment, section)
    _check_producers(config, experiment.schemas(section), origin)
    models = {spec.name: spec.model for spec in experiment.signal_specs(section)}
    signals = tuple(
        _signal(table, models, origin.below("signal", i), partial(why_withheld, experiment, section))
        for i, table in enumerate(config.signal)
    )
    algorithms = tuple(
        BoundAlgorithm.from_table(table, f"{origin.at('algorithm', i)}: [[algorithm]]")
        for i, table in enumerate(config.algorithm)
    )
    # What a file held when the run was set up is what all roles and every replay must find in it.
    config = config.model_copy(update={"algorithm": tuple(dict(bound.table) for bound in algorithms)})
    _check_lines(config, experiment, origin)
    bits = list(experiment.bit_names(section))
    bits += [""] * (-len(bits) % WORD_BITS)
    menu = compile_menu(
        config.menu,
        bits=[*bits, *(name for bound in algorithms for name in bound.bit_names())],
        entries=experiment.entries,
        selections=experiment.selections,
        where=origin,
        undriven=experiment.part_for("undriven", section),
        software=experiment.software_bits,
    )
    setup = Setup(config, experiment, section, signals, algorithms, menu)
    _check_length(setup, origin)
    return setup


def _check_length(setup: Setup[Any], origin: Origin) -> None:
    run, frame_s = setup.config.run, setup.clock.frame_s
    place = origin.at("run", "duration_s")
    if run.frames is None and (run.duration_s or 0.0) / frame_s >= MAX_FRAMES:
        raise InputError(
            f"{place}: run.duration_s = {run.duration_s:.6g} is more than {MAX_FRAMES} frames "
            f"of {frame_s:.3g} s; a run can have so many at most"
        )
    streaming = setup.config.streaming
    if streaming.lives * streaming.heartbeat_s > MAX_SILENCE_S:
        raise InputError(
            f"{origin.at('streaming', 'lives')}: streaming.lives x heartbeat_s = "
            f"{streaming.lives * streaming.heartbeat_s:.6g} s: a role may be silent for at most {MAX_SILENCE_S:.6g} s"
        )


def load_setup(path: str | Path, overrides: Sequence[str] = ()) -> Setup[Any]:
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
    return build_setup(data, origin)


def _experiment(name: Any, origin: Origin) -> ExperimentSpec[Any]:
    # Before anything else: without it, the experiment's own table is just an unknown key.
    known = experiment_names()
    if not isinstance(name, str):
        raise InputError(f"{origin.at('experiment')}: give experiment a name; installed: {', '.join(known)}")
    if name not in known:
        hint = allowed(name, known, "installed")
        raise InputError(f"{origin.at('experiment')}: experiment {short(name)!r} is not installed; {hint}")
    return find_experiment(name)


def _check_tables(data: Mapping[str, Any], name: str, origin: Origin) -> None:
    """Answer an unknown table with the experiment's own by its name, which is what users write."""
    known = [name if key == "section" else key for key in RunConfig.model_fields]
    for key in data:
        if key == name and key not in RunConfig.model_fields:
            twice = ", and stands beside this one" if "section" in data else ""
            raise InputError(
                f"{origin.at(key)}: unknown key {short(key)!r}; the experiment's table is called 'section' here{twice}"
            )
        if key not in RunConfig.model_fields:
            below = near_below(str(key), [RunConfig], "")
            below += near_below(str(key), [find_experiment(name).config_model], name)
            raise InputError(
                f"{origin.at(key)}: unknown key {short(key)!r}; {allowed(str(key), known, below=below)}"
            )


def _check_producers(config: RunConfig, sources: Mapping[str, Schema], origin: Origin) -> None:
    place = f"{origin.at('streaming', 'producers')}: streaming.producers"
    seen: set[str] = set()
    for name in (name for group in config.streaming.producers or () for name in group):
        if name not in sources:
            raise InputError(f"{place}: unknown source {short(name)!r}; {allowed(name, sources)}")
        if name in seen:
            raise InputError(f"{place}: source {short(name)!r} is there twice")
        seen.add(name)


def _check_lines(config: RunConfig, experiment: ExperimentSpec[Any], origin: Origin) -> None:
    # The kernels of an experiment may hold only as many lines as its hardware has.
    enabled = sum(line.enabled for line in config.menu.line)
    if enabled > experiment.max_lines:
        place = origin.at("menu", "line")
        raise InputError(
            f"{place}: {enabled} lines are enabled; {config.experiment} can have {experiment.max_lines}"
        )


def _signal(
    table: Mapping[str, Any],
    models: Mapping[str, type[BaseModel]],
    origin: Origin,
    withheld: Callable[[str], str],
) -> BaseModel:
    name = str(table.get("signal", ""))
    if name not in models:
        why = withheld(name)
        said = f"no signal {short(name)!r}: {why}" if why else f"unknown signal {short(name)!r}"
        raise InputError(f"{origin.at('signal')}: {said}; {allowed(name, models)}")
    return validate(models[name], table, origin.below(title=f"[[signal]] {name}"))
