"""``trigemu compare``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.cli.console import print_json, print_tables
from trigemu.cli.options import JSON

DIFFER = 1


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option(
    "--events",
    type=click.IntRange(0, 10**6),
    default=10,
    show_default=True,
    help="Events that differ and are listed, at most.",
)
@JSON
def compare(a: Path, b: Path, events: int, as_json: bool) -> int:
    """Compare two runs (a replay is one, too), or two scans: what differs, and by how much.

    Exit code: 0 if decisions, rates and efficiencies are the same, whatever the configurations; 1 if they differ.
    """
    from trigemu.measure.comparison.compare import compare as compared
    from trigemu.measure.tables.differences import difference_tables

    found = compared(a, b, events=events)
    if as_json:
        print_json(found.to_dict())
    else:
        print_tables(*difference_tables(found))
    return 0 if found.same else DIFFER
