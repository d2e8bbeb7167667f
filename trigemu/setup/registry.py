"""Finding experiments by entry point."""

from __future__ import annotations

from functools import cache
from typing import Any

from trigemu.errors import InputError
from trigemu.plain import short
from trigemu.setup.declared import check_declaration
from trigemu.setup.experiment import ExperimentSpec
from trigemu.setup.plugins import load, offered, offered_names

EXPERIMENT_GROUP = "trigemu.experiments"


@cache
def experiment_names() -> tuple[str, ...]:
    """Return the names of all installed experiments."""
    return offered_names(EXPERIMENT_GROUP)


def find_experiment(name: str) -> ExperimentSpec[Any]:
    """Return an installed experiment.

    Raises
    ------
    InputError
        No installed package offers an experiment of this name, or its entry point names something else.
    """
    entry = offered(EXPERIMENT_GROUP, name)
    if entry is None:
        raise InputError(
            f"experiment {short(name)!r} is not installed; installed are {', '.join(experiment_names())}"
        )
    spec = load(entry, ExperimentSpec)
    if spec.name != name:
        raise InputError(
            f"entry point {name!r} of {EXPERIMENT_GROUP} ({entry.value}) names an experiment called {spec.name!r}; "
            "both must have the same name"
        )
    check_declaration(spec, f"entry point {name!r} of {EXPERIMENT_GROUP} ({entry.value})")
    return spec
