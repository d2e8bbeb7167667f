"""Finding experiments and trigger algorithms by entry point."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import cast

from trigemu.errors import InputError
from trigemu.setup.experiment import Experiment

EXPERIMENT_GROUP = "trigemu.experiments"


@cache
def experiment_names() -> tuple[str, ...]:
    """Return the names of all installed experiments."""
    return tuple(sorted(entry.name for entry in entry_points(group=EXPERIMENT_GROUP)))


def find_experiment(name: str) -> Experiment:
    """Return an installed experiment.

    Raises
    ------
    InputError
        No installed package offers an experiment of this name.
    """
    for entry in entry_points(group=EXPERIMENT_GROUP):
        if entry.name == name:
            return cast(Experiment, entry.load())
    raise InputError(f"experiment {name!r} is not installed; installed are {', '.join(experiment_names())}")
