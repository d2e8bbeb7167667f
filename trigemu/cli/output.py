"""``trigemu export``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.activity import doing
from trigemu.cli.finish import hint_unfinished
from trigemu.cli.guard import say
from trigemu.plain import one_sentence, printable


@click.command()
@click.argument("rundir", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=click.Choice(["root", "rntuple", "parquet"]),
    required=True,
    help="File format: ROOT with a TTree or with an RNTuple, or Parquet.",
)
@click.option(
    "--only",
    type=click.Choice(["all", "recorded"]),
    default="all",
    show_default=True,
    help="Decisions to write: all, or recorded triggers alone.",
)
@click.option(
    "--truth/--no-truth",
    default=True,
    show_default=True,
    help="Write the generated event that each decision belongs to, where events were simulated.",
)
@click.argument("file", type=click.Path(path_type=Path))
def export(rundir: Path, form: str, only: str, truth: bool, file: Path) -> int:
    """Write a recorded run as a file that analysts open (needs the extra root or arrow).

    One row per decision; docs/export.md says what each column means, and the file itself does.  Of a damaged run all
    frames that are whole are written, and what is missing is said.
    """
    from trigemu.measure.export.run import export_run

    hint_unfinished(rundir)
    with doing("frames") as progress:
        rows = export_run(
            rundir,
            form,
            file,
            only_recorded=only == "recorded",
            truth=truth,
            on_missing=lambda said: say(f"trigemu: {one_sentence(said)}", err=True),
            progress=progress,
        )
    say(f"{printable(str(file))}: {rows} decisions")
    return 0
