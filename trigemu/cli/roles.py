"""``trigemu producer|worker|recorder|control``: one role each, for runs over many machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trigemu.cli.completion import configs
from trigemu.cli.guard import say
from trigemu.cli.options import RunOptions, load, run_options
from trigemu.errors import InputError
from trigemu.plain import printable

KEYS = click.option(
    "--keys",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with CURVE keys (not given, on loopback: the user's own, made on first use).",
)
INSECURE = click.option(
    "--insecure",
    is_flag=True,
    help="No keys: every process that reaches the addresses of the run may join, stop or stall it.  Control and all "
    "roles need the flag.",
)


def _role(role: str, summary: str) -> click.Command:
    """Return the command that serves one role until run control ends it."""

    @click.command(role, help=summary)
    @click.option(
        "--control", required=True, metavar="ADDRESS", help="Where run control listens (tcp://host:port)."
    )
    @click.option(
        "--name",
        default=f"{role}-0",
        show_default=True,
        help="Name of this process in the run; where a role of this name takes part already, another number.",
    )
    @KEYS
    @INSECURE
    def command(control: str, name: str, keys: Path | None, insecure: bool) -> int:
        from trigemu.streaming import serve_role

        def tell(sentence: str) -> None:
            say(printable(sentence), err=True)

        return serve_role(role, control, name, keys=keys, insecure=insecure, tell=tell)

    return command


producer = _role("producer", "Make fragments of one or more sources and send them to workers.")
worker = _role("worker", "Build frames and decide them.")
recorder = _role("recorder", "Put decisions in order and write the run.")


@click.command()
@click.argument("config", shell_complete=configs)
@click.option(
    "--bind",
    default="tcp://127.0.0.1:5755",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen for roles (tcp://host:port).",
)
@KEYS
@INSECURE
@run_options
def control(config: str, bind: str, keys: Path | None, insecure: bool, **options: Any) -> int:
    """Conduct a run of CONFIG whose roles join from elsewhere."""
    from trigemu.cli.run import conduct

    chosen = RunOptions(**options)
    if chosen.offline:
        raise InputError(
            "trigemu control leads other processes; for a run without any: trigemu run --offline"
        )
    setup = load(config, chosen)

    def start(folder: Path, on_snapshot: Any) -> Any:
        from trigemu.streaming import serve_control

        return serve_control(
            setup,
            folder,
            bind=bind,
            keys=keys,
            insecure=insecure,
            on_snapshot=on_snapshot,
            on_endpoint=lambda endpoint: say(f"control listens at {endpoint}", err=True),
        )

    return conduct(setup, chosen.out, Path(config).stem, start, chosen)
