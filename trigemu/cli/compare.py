"""``trigemu compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trigemu.cli.console import print_json, print_tables
from trigemu.cli.guard import say
from trigemu.cli.options import JSON, OUT
from trigemu.plain import printable

if TYPE_CHECKING:
    from trigemu.measure.comparison.data import Compared

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
@OUT
@JSON
def compare(a: Path, b: Path, events: int, out: Path | None, as_json: bool) -> int:
    """Compare two runs (a replay is one, too), or two scans: what differs, and by how much.

    Nothing is written unless --out names a folder to make: that gets a page and the comparison as JSON.

    Exit code: 0 if decisions, rates and efficiencies are the same, whatever the configurations; 1 if they differ.
    """
    from trigemu.measure.comparison.compare import compare as compared
    from trigemu.measure.tables.differences import difference_tables

    found = compared(a, b, events=events)
    written = [] if out is None else _written(out, found)
    if as_json:
        print_json(found.to_dict())
    else:
        print_tables(*difference_tables(found))
        for path in written:
            say(printable(str(path)))
    return 0 if found.same else DIFFER


def _written(out: Path, found: Compared) -> list[Path]:
    from trigemu.report.comparison import write_comparison
    from trigemu.report.folder import claimed

    with claimed(out, "") as folder:
        return write_comparison(folder, found)
