"""Whose bits and signals are listed: a configuration's, an experiment's with its defaults, or everybody's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trigemu.config.described import usual_of
from trigemu.setup.experiment import ExperimentSpec, Setup
from trigemu.setup.load import shipped_configs
from trigemu.setup.named import named_setup
from trigemu.setup.registry import experiment_names, find_experiment


@dataclass(frozen=True, slots=True)
class Choice:
    """An experiment with a section, and the setup if a configuration was named."""

    experiment: ExperimentSpec[Any]
    section: BaseModel
    setup: Setup[Any] | None = None


def choices(name: str | None, overrides: Sequence[str] = ()) -> list[Choice]:
    """Return what is listed.

    Parameters
    ----------
    name
        A shipped configuration, a TOML file, a run directory, or an experiment; None: all experiments that have
        defaults.
    overrides
        ``KEY=VALUE`` texts for a configuration.

    Raises
    ------
    InputError
        There is no such thing, or something in it is not allowed.
    """
    if name is None:
        return [choice for each in experiment_names() for choice in _usual(each)]
    known = Path(name).exists() or name in shipped_configs()
    if not known and name in experiment_names() and not overrides:
        return list(_usual(name))
    setup = named_setup(name, overrides)
    return [Choice(setup.experiment, setup.section, setup)]


def _usual(name: str) -> Iterator[Choice]:
    experiment = find_experiment(name)
    section = usual_of(experiment.config_model)
    if section is not None:
        yield Choice(experiment, section)
