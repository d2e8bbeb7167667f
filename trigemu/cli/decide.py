"""``trigemu decide``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.activity import doing
from trigemu.cli.completion import configs, lines
from trigemu.cli.console import print_json, print_tables
from trigemu.cli.guard import say
from trigemu.cli.options import JSON, OVERRIDES, SEED
from trigemu.plain import printable


@click.command()
@click.argument("config", shell_complete=configs)
@click.argument("events", type=click.Path())
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write, a row per event: .parquet (needs the extra arrow) or .csv.",
)
@click.option(
    "--line",
    "--lines",
    "lines",
    shell_complete=lines,
    multiple=True,
    metavar="NAME",
    help="Line to keep (repeated, or with commas: several; all if not given).",
)
@SEED
@OVERRIDES
@JSON
def decide(
    config: str,
    events: str,
    out: Path | None,
    lines: tuple[str, ...],
    seed: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Decide every event of a file once, and write a row for each.

    EVENTS is a file that the experiment takes: HepMC3, Les Houches, or its raw data.  CONFIG gives detector, noise,
    menu and seed; its own signals and other events are left out.
    """
    from trigemu.measure.deciding.decide import decide_events
    from trigemu.measure.deciding.files import check_target, write_decisions

    if out is not None:
        check_target(out)
    names = [name for text in lines for name in text.split(",")]
    with doing("events") as progress:
        found = decide_events(config, events, seed=seed, lines=names, overrides=overrides, progress=progress)
    written = None if out is None else write_decisions(found, out)
    if as_json:
        print_json(found.to_dict())
        return 0
    print_tables(*found.tables(every=bool(lines)))
    if written is not None:
        say(f"\n{printable(str(written))}: {len(found)} events")
    return 0
