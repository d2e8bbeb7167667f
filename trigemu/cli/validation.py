"""``trigemu validate``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.activity import doing
from trigemu.cli.console import print_json, print_tables
from trigemu.cli.guard import FAILED, say
from trigemu.cli.options import JSON
from trigemu.plain import one_sentence


@click.command()
@click.argument("experiment", required=False)
@click.option("--only", multiple=True, metavar="ID", help="Only these rows (see the table's first column).")
@click.option(
    "--input",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of event files, for rows that need some; without it these are left open.",
)
@JSON
def validate(experiment: str | None, only: tuple[str, ...], folder: Path | None, as_json: bool) -> int:
    """Recompute published and golden numbers: published against emulated, input or prediction.

    The exit code is 1 if a prediction misses its tolerance.
    """
    from trigemu.measure.inputs import input_folder
    from trigemu.measure.published import select
    from trigemu.measure.studies import broken_studies
    from trigemu.measure.validate import results

    chosen = select(experiment, only)
    for sentence in broken_studies().values() if experiment is None else ():
        say(f"trigemu: left out: {one_sentence(sentence)}", err=True)
    with input_folder(folder), doing("numbers") as progress:
        found = results(chosen, progress)
    if as_json:
        print_json([result.to_dict() for result in found])
    else:
        from trigemu.measure.tables.validation import validation_table, verdict_table

        print_tables(validation_table(found), verdict_table(found))
    return FAILED if any(result.failed for result in found) else 0
