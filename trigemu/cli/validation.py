"""``trigemu validate``."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from trigemu.activity import doing
from trigemu.cli.again import command_again
from trigemu.cli.console import print_json, print_tables
from trigemu.cli.guard import FAILED, say
from trigemu.cli.options import JSON
from trigemu.plain import one_sentence, printable
from trigemu.report.folder import claimed

OUT_PAGE = click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="New folder for a page (report.html) and the rows as JSON; nothing is written if not given.",
)


@click.command()
@click.argument("experiment", required=False)
@click.option(
    "--only",
    multiple=True,
    metavar="ID",
    help="Only this row (repeated, or with commas: several; see the table's first column).",
)
@click.option(
    "--input",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of event files, for rows that need some; without it these are left open.",
)
@OUT_PAGE
@JSON
def validate(
    experiment: str | None, only: tuple[str, ...], folder: Path | None, out: Path | None, as_json: bool
) -> int:
    """Recompute published and golden numbers: published against emulated, input or prediction.

    The exit code is 1 if a prediction misses its tolerance.
    """
    from trigemu.measure.published import select
    from trigemu.measure.studies import broken_studies
    from trigemu.measure.validation import validate as recompute
    from trigemu.report.validation import write_validation

    only = tuple(name for each in only for name in each.split(","))
    # What is asked for in vain is the one sentence to say.
    select(experiment, only)
    for sentence in broken_studies().values() if experiment is None else ():
        say(f"trigemu: left out: {one_sentence(sentence)}", err=True)
    with _made(out) as made:
        with doing("numbers") as progress:
            found = recompute(experiment, only, folder=folder, progress=progress)
        written = write_validation(found, made, command_again()) if made else []
    if as_json:
        print_json([result.to_dict() for result in found])
    else:
        from trigemu.measure.tables.validation import validation_table, verdict_table

        print_tables(validation_table(found), verdict_table(found))
        for path in written:
            say(printable(str(path)))
    return FAILED if any(result.failed for result in found) else 0


def _made(out: Path | None) -> AbstractContextManager[Path | None]:
    """Return the new folder of the results, if one is wanted."""
    return nullcontext() if out is None else claimed(out, "validate")
