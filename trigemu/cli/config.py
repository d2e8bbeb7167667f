"""``trigemu config``: a configuration with all its keys, a file to start from, what differs, and the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from trigemu.cli.completion import configs, key_names
from trigemu.cli.console import print_json, print_tables
from trigemu.cli.groups import CommandGroup
from trigemu.cli.guard import FAILED, say
from trigemu.cli.options import JSON, OVERRIDES
from trigemu.drafts import draft_of
from trigemu.errors import InputError
from trigemu.plain import printable


@click.group("config", cls=CommandGroup)
def config_group() -> None:
    """Show, copy and compare configurations; print their JSON schema."""


@config_group.command()
@click.argument("config", shell_complete=configs)
@click.argument("key", required=False, shell_complete=key_names)
@OVERRIDES
@JSON
def show(config: str, key: str | None, overrides: tuple[str, ...], as_json: bool) -> int:
    """Show every key of CONFIG (or of a run directory) with what it means and where its value comes from.

    The output is TOML that loads again.  KEY (na62.l0, run.seed, menu.line.H2) shows a part of it.
    """
    from trigemu.setup.named import traced_setup
    from trigemu.setup.settings import below, setting_row, settings, value_of
    from trigemu.setup.settings_text import settings_toml

    setup, origin = traced_setup(config, overrides)
    found = settings(setup, origin)
    chosen = found if key is None else below(found, key, config)
    if as_json:
        rows = [setting_row(each) for each in chosen if each.shape == "value"]
        print_json({"config": value_of(setup, chosen if key else ()), "keys": rows})
    else:
        say(settings_toml(chosen).rstrip("\n"))
    return 0


@config_group.command()
@click.argument("config", shell_complete=configs)
@click.argument("file", type=click.Path(path_type=Path))
def copy(config: str, file: Path) -> int:
    """Write CONFIG to a new FILE to start from: with its comments, its menu in it, good in any folder."""
    from trigemu.setup.copying import copy_config

    copy_config(config, file)
    say(printable(f"{file}: trigemu run {file}"))
    return 0


@config_group.command()
@click.argument("first", metavar="A", shell_complete=configs)
@click.argument("second", metavar="B", shell_complete=configs)
@JSON
def diff(first: str, second: str, as_json: bool) -> int:
    """Compare two configurations (or run directories) key by key; exit code 1 if they differ."""
    from trigemu.report.catalogue import differences_table
    from trigemu.setup.differences import setup_differences
    from trigemu.setup.named import named_setup

    found = setup_differences(named_setup(first), named_setup(second))
    if as_json:
        rows: list[dict[str, Any]] = [{"key": d.key, "a": d.first, "b": d.second} for d in found]
        print_json({"same": not found, "differences": rows})
    elif found:
        print_tables(differences_table(first, second, found))
    else:
        say("the two configurations are the same")
    return FAILED if found else 0


@config_group.command()
@click.argument("name", metavar="[EXPERIMENT|CONFIG]", required=False, shell_complete=configs)
@click.option("--menu", is_flag=True, help="The schema of a menu's own file instead.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a new file.")
def schema(name: str | None, menu: bool, out: Path | None) -> int:
    """Print the JSON schema (draft 2020-12) of configuration files, for editors.

    Without a name files of all installed experiments fit it.  Limits that follow from the energy are those of the
    experiment's defaults, or of CONFIG.
    """
    from trigemu.setup.catalogue.choice import choices
    from trigemu.setup.file_schema import config_schema, either, menu_schema

    found = {
        choice.experiment.name: menu_schema(choice.experiment)
        if menu
        else config_schema(choice.experiment, choice.section)
        for choice in choices(name)
    }
    if menu and len(found) > 1:
        raise InputError(f"--menu: name an experiment or a configuration; installed: {', '.join(found)}")
    made = next(iter(found.values())) if len(found) == 1 else either(found)
    if out is None:
        print_json(made)
        return 0
    try:
        with draft_of(out, new=True) as draft:
            draft.write_text(json.dumps(made, indent=2) + "\n", "utf-8")
    except FileExistsError:
        raise InputError(f"--out {out}: it exists already; give a new name or remove it") from None
    except OSError as error:
        raise InputError(f"--out {out}: it cannot be written ({error.strerror or error})") from None
    say(printable(f"{out}: in a configuration beside it, the first line is  #:schema ./{out.name}"))
    return 0
