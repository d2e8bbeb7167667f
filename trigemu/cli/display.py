"""``trigemu display``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.cli.folder import choose
from trigemu.cli.guard import say
from trigemu.cli.options import OUT, OVERRIDES, SEED, RunOptions, load


@click.command()
@click.argument("config")
@click.option("--frame", type=click.IntRange(0), default=0, show_default=True, help="Time frame to make.")
@click.option("--event", type=click.IntRange(0), default=0, show_default=True, help="Crossing in it.")
@SEED
@OVERRIDES
@OUT
def display(
    config: str, frame: int, event: int, seed: int | None, overrides: tuple[str, ...], out: Path | None
) -> int:
    """Draw what the trigger sees in one generated crossing (Belle II).

    Writes the drift chamber, the Hough plane and the calorimeter as PNG and SVG.
    """
    from trigemu.studies.belle2.display import write_display

    setup = load(config, RunOptions(seed=seed, overrides=overrides))
    for path in write_display(setup, choose(out, f"{Path(config).stem}-display"), frame, event):
        say(str(path))
    return 0
