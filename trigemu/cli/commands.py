"""All commands, and the group that they make."""

from __future__ import annotations

import click

from trigemu import __version__
from trigemu.cli.compare import compare
from trigemu.cli.completion import completion
from trigemu.cli.config import config_group
from trigemu.cli.decide import decide
from trigemu.cli.demo import demo
from trigemu.cli.display import display
from trigemu.cli.finish import finish
from trigemu.cli.guard import GuardedGroup
from trigemu.cli.inspect import list_group
from trigemu.cli.looking import runs, show
from trigemu.cli.output import export
from trigemu.cli.quantise import quantise
from trigemu.cli.roles import control, producer, recorder, worker
from trigemu.cli.run import replay, run
from trigemu.cli.scan import efficiency
from trigemu.cli.train import train
from trigemu.cli.validation import validate

__all__ = ["cli"]


@click.group(cls=GuardedGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="trigemu %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Emulate the triggers that hunt the dark sector.

    Exit codes: 0 good, 1 a run that failed or whose ledger does not close, 2 bad input or usage, 130
    interrupted (Ctrl-C), 143 ended by SIGTERM or SIGHUP.
    """
    del debug  # read by GuardedGroup, which also guards the parsing of this very option


for _command in (
    demo,
    run,
    replay,
    efficiency,
    decide,
    validate,
    export,
    show,
    compare,
    finish,
    display,
    train,
    quantise,
    list_group,
    config_group,
    completion,
    producer,
    worker,
    recorder,
    control,
):
    cli.add_command(_command)

list_group.add_command(runs)
