"""``trigemu list``: what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from trigemu.cli import completion
from trigemu.cli.console import print_json, print_rows, print_tables
from trigemu.cli.groups import CommandGroup
from trigemu.cli.options import JSON, OVERRIDES

if TYPE_CHECKING:
    from trigemu.render.table import Table

CONFIG = click.argument("config", required=False, shell_complete=completion.configs)


@click.group("list", cls=CommandGroup)
def list_group() -> None:
    """List trigger bits, lines, signals, offline selections, configurations or added trigger algorithms."""


def _show(tables: Sequence[Table], rows: list[dict[str, Any]], as_json: bool) -> int:
    if as_json:
        print_json(rows)
    else:
        print_tables(*tables)
    return 0


@list_group.command()
@JSON
def configs(as_json: bool) -> int:
    """List the configurations that come with the package, and what each is for."""
    from trigemu.report.catalogue import configs_table
    from trigemu.setup.catalogue.configs import listed_configs

    found = listed_configs()
    return _show([configs_table(found)], [asdict(each) for each in found], as_json)


@list_group.command()
@CONFIG
@OVERRIDES
@JSON
def bits(config: str | None, overrides: tuple[str, ...], as_json: bool) -> int:
    """List trigger bits and what each says.

    CONFIG is a configuration, a run directory or an experiment; without it the bits of all experiments are listed.
    """
    from trigemu.report.catalogue import bits_table
    from trigemu.setup.catalogue.bits import trigger_bits
    from trigemu.setup.catalogue.choice import choices

    tables, rows = [], []
    for choice in choices(config, overrides):
        added = choice.setup.algorithms if choice.setup is not None else ()
        found = trigger_bits(choice.experiment, choice.section, added)
        tables.append(bits_table(choice.experiment.name, found))
        rows += [{"experiment": choice.experiment.name, **asdict(each)} for each in found]
    return _show(tables, rows, as_json)


@list_group.command()
@CONFIG
@click.option(
    "--signal",
    "name",
    metavar="NAME",
    shell_complete=completion.signals,
    help="List the parameters of this signal only.",
)
@OVERRIDES
@JSON
def signals(config: str | None, name: str | None, overrides: tuple[str, ...], as_json: bool) -> int:
    """List the signals that can be generated, and their parameters.

    CONFIG is a configuration, a run directory or an experiment; without it the signals of all experiments are listed.
    """
    from trigemu.config.names import allowed
    from trigemu.errors import InputError
    from trigemu.plain import short
    from trigemu.report.catalogue import parameters_table, signals_table
    from trigemu.setup.catalogue.choice import choices
    from trigemu.setup.catalogue.signals import listed_signals, signal_row
    from trigemu.setup.withheld import why_withheld

    tables: list[Table] = []
    rows: list[dict[str, Any]] = []
    chosen, names = choices(config, overrides), []
    for choice in chosen:
        experiment = choice.experiment.name
        names += [spec.name for spec in choice.experiment.signal_specs(choice.section)]
        found = listed_signals(choice.experiment, choice.section, name)
        rows += [{"experiment": experiment, **signal_row(each)} for each in found]
        tables += [signals_table(experiment, found)] if found else []
        if found and (config is not None or name is not None):
            tables.append(parameters_table(experiment, found))
    if name is not None and not rows:
        for choice in chosen:
            if why := why_withheld(choice.experiment, choice.section, name):
                raise InputError(f"--signal {short(name)}: {why}")
        raise InputError(f"--signal {short(name)}: there is no such signal; {allowed(name, names)}")
    return _show(tables, rows, as_json)


@list_group.command()
@CONFIG
@OVERRIDES
@JSON
def selections(config: str | None, overrides: tuple[str, ...], as_json: bool) -> int:
    """List the offline selections that efficiency --selection can apply, and their cuts.

    CONFIG is a configuration, a run directory or an experiment; without it those of all experiments are listed.
    """
    from trigemu.report.catalogue import selection_tables
    from trigemu.setup.catalogue.choice import choices
    from trigemu.setup.catalogue.selections import listed_selections, selection_row

    tables: list[Table] = []
    rows: list[dict[str, Any]] = []
    for choice in choices(config, overrides):
        experiment = choice.experiment.name
        found = listed_selections(choice.experiment, choice.section)
        rows += [{"experiment": experiment, **selection_row(each)} for each in found]
        tables += selection_tables(experiment, found) if found or config is not None else []
    return _show(tables, rows, as_json)


@list_group.command()
@CONFIG
@OVERRIDES
@JSON
def lines(config: str | None, overrides: tuple[str, ...], as_json: bool) -> int:
    """List the trigger lines of CONFIG (or a run directory), or of all shipped configurations."""
    from trigemu.report.catalogue import lines_table
    from trigemu.setup.catalogue.lines import line_rows, menu_lines
    from trigemu.setup.load import shipped_configs
    from trigemu.setup.named import traced_setup

    tables, rows = [], []
    for name in [config] if config else list(shipped_configs()):
        found = menu_lines(*traced_setup(name, overrides))
        tables.append(lines_table(name, found))
        rows += [{"config": name, **row} for row in line_rows(found)]
    return _show(tables, rows, as_json)


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
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, "trigger algorithms")
    return 0
