"""``trigemu list``: what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from trigemu.cli.console import print_json, print_rows
from trigemu.cli.options import JSON

if TYPE_CHECKING:
    from trigemu.setup.data import SignalSpec
    from trigemu.setup.experiment import ExperimentSpec


@click.group("list")
def list_group() -> None:
    """List configurations, signals, lines or trigger algorithms."""


def _show(title: str, rows: list[dict[str, Any]], as_json: bool, keys: int = 1) -> int:
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, title, keys)
    return 0


@list_group.command()
@JSON
def configs(as_json: bool) -> int:
    """List the configurations that come with the package."""
    from trigemu.config.toml import read_toml
    from trigemu.setup.load import shipped_configs

    rows = []
    for name, file in shipped_configs().items():
        data, _ = read_toml(file)
        rows.append({"name": name, "experiment": data.get("experiment", ""), "title": data.get("title", "")})
    return _show("configurations", rows, as_json)


@list_group.command()
@JSON
def signals(as_json: bool) -> int:
    """List the signals that can be generated, with their parameters."""
    from trigemu.setup.registry import experiment_names, find_experiment

    rows = [
        {
            "name": spec.name,
            "experiment": name,
            "title": spec.title,
            "parameters": ", ".join(key for key in spec.model.model_fields if key != "signal"),
        }
        for name in experiment_names()
        for spec in _signals(find_experiment(name))
    ]
    return _show("signals", rows, as_json, keys=2)


def _signals(experiment: ExperimentSpec[Any]) -> Sequence[SignalSpec]:
    """Return an experiment's signals; where they depend on the configuration, those of its defaults."""
    from pydantic import ValidationError

    try:
        return experiment.signal_specs(experiment.config_model())
    except ValidationError:
        # Without defaults there is no section; signals that do not depend on it need none.
        found = experiment.part("signals")
        return () if callable(found) else cast("Sequence[SignalSpec]", found)


@list_group.command()
@click.argument("config", required=False)
@JSON
def lines(config: str | None, as_json: bool) -> int:
    """List the trigger lines of CONFIG, or of all shipped configurations."""
    from trigemu.setup.build import load_setup
    from trigemu.setup.load import shipped_configs

    rows = []
    for name in [config] if config else list(shipped_configs()):
        for line in load_setup(name).menu.lines:
            rows.append(
                {
                    "config": str(name),
                    "line": line.name,
                    "level": line.level,
                    "when": line.when,
                    "on": line.on or "",
                    "prescale": line.scale.factor,
                    "select": line.select or "",
                    "source": line.source,
                }
            )
    return _show("lines", rows, as_json, keys=2)


@list_group.command()
@JSON
def triggers(as_json: bool) -> int:
    """List the trigger algorithms that installed packages add."""
    from trigemu.setup.algorithm import algorithm_names, find_algorithm

    rows = [
        {
            "name": algorithm.name,
            "version": algorithm.version,
            "bits": ", ".join(f"{algorithm.name}.{bit}" for bit in algorithm.bits),
            "parameters": ", ".join(algorithm.config.model_fields),
        }
        for algorithm in map(find_algorithm, algorithm_names())
    ]
    return _show("trigger algorithms", rows, as_json)
