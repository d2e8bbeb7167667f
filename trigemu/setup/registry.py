"""Finding experiments by entry point."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from trigemu.errors import InputError
from trigemu.setup.experiment import ExperimentSpec

EXPERIMENT_GROUP = "trigemu.experiments"


@cache
def experiment_names() -> tuple[str, ...]:
    """Return the names of all installed experiments."""
    return tuple(sorted(entry.name for entry in entry_points(group=EXPERIMENT_GROUP)))


def find_experiment(name: str) -> ExperimentSpec[Any]:
    """Return an installed experiment.

    Raises
    ------
    InputError
        No installed package offers an experiment of this name, or its entry point names something else.
    """
    for entry in entry_points(group=EXPERIMENT_GROUP):
        if entry.name == name:
            spec = entry.load()
            if not isinstance(spec, ExperimentSpec):
                raise InputError(
                    f"entry point {name!r} of {EXPERIMENT_GROUP!r} ({entry.value}) is a {type(spec).__name__}; it "
                    "must name a trigemu.setup.experiment.ExperimentSpec"
                )
            return spec
    raise InputError(f"experiment {name!r} is not installed; installed are {', '.join(experiment_names())}")
