"""``trigemu export``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.cli.guard import say
from trigemu.plain import printable


@click.command()
@click.argument("rundir", type=click.Path(path_type=Path))
@click.option("--to", "form", type=click.Choice(["root", "parquet"]), required=True, help="File format.")
@click.argument("file", type=click.Path(path_type=Path))
def export(rundir: Path, form: str, file: Path) -> int:
    """Write a recorded run as a file that analysts open (needs the extra ``root`` or ``arrow``)."""
    from trigemu.measure.export import export_run

    rows = export_run(rundir, form, file)
    say(f"{printable(str(file))}: {rows} decisions")
    return 0
