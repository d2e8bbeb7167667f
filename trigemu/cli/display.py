"""``trigemu display``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.activity import doing
from trigemu.cli.completion import configs
from trigemu.cli.guard import say
from trigemu.cli.options import OUT, OVERRIDES, SEED, RunOptions, load
from trigemu.errors import InputError
from trigemu.plain import printable
from trigemu.report.folder import claimed


@click.command()
@click.argument("config", shell_complete=configs)
@click.option(
    "--frame", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Time frame to make."
)
@click.option("--event", type=click.IntRange(0, 10**6), default=0, show_default=True, help="Crossing in it.")
@SEED
@OVERRIDES
@OUT
def display(
    config: str, frame: int, event: int, seed: int | None, overrides: tuple[str, ...], out: Path | None
) -> int:
    """Draw what the trigger sees in one generated crossing, where the experiment has such pictures.

    Writes the detectors and what was found in them as PNG and SVG.
    """
    from trigemu.measure.studies import check_not_broken, offering
    from trigemu.setup.reference import resolve

    setup = load(config, RunOptions(seed=seed, overrides=overrides))
    offered, experiment = offering("display"), setup.config.experiment
    if experiment not in offered:
        check_not_broken(experiment)
        where = f"for {', '.join(offered)} only" if offered else "for no installed experiment"
        raise InputError(f"there are pictures of crossings {where}; this configuration is of {experiment}")
    write_display = resolve(offered[experiment].display)
    what = f"making frame {frame} and drawing crossing {event}"
    with claimed(out, f"{Path(config).stem}-display") as folder, doing(what):
        written = write_display(setup, folder, frame, event)
    for path in written:
        say(printable(str(path)))
    return 0
