"""``trigemu efficiency``."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.activity import doing
from trigemu.cli.again import command_again
from trigemu.cli.completion import configs, lines, parameters, selections, signals
from trigemu.cli.console import print_json, print_tables
from trigemu.cli.guard import say
from trigemu.cli.options import JSON, OUT, OVERRIDES, SEED, Finite, RunOptions, load
from trigemu.plain import printable
from trigemu.report.folder import claimed


@click.command()
@click.argument("config", shell_complete=configs)
@click.option(
    "--signal",
    required=True,
    metavar="NAME",
    shell_complete=signals,
    help="Signal to generate (trigemu list signals).",
)
@click.option(
    "--grid",
    "grids",
    shell_complete=parameters,
    multiple=True,
    metavar="KEY=START:STOP:STEP",
    help="Values of a parameter, stop included (or KEY=VALUE,VALUE; of a switch true and false); repeated: all "
    "combinations.",
)
@click.option(
    "--events", type=click.IntRange(1, 10**9), default=1000, show_default=True, help="Events per grid point."
)
@click.option(
    "--cl",
    type=Finite(0, 1, min_open=True, max_open=True),
    help="Confidence level of the intervals (one sigma if not given).",
)
@click.option(
    "--line",
    "lines",
    shell_complete=lines,
    multiple=True,
    metavar="NAME",
    help="Line to show (repeated: several; all if not given).",
)
@click.option(
    "--selection",
    metavar="NAME",
    shell_complete=selections,
    help="Offline selection to count cut by cut (trigemu list selections).",
)
@SEED
@OVERRIDES
@OUT
@JSON
def efficiency(
    config: str,
    signal: str,
    grids: tuple[str, ...],
    events: int,
    cl: float | None,
    lines: tuple[str, ...],
    selection: str | None,
    seed: int | None,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """Count acceptance and trigger efficiency of a signal, per line, on a grid of its parameters.

    With --selection it also counts what the cuts of an offline selection leave.

    The table is also written as CSV and JSON, drawn as PNG and SVG, and shown with pictures in a page (report.html).
    """
    from trigemu.measure.efficiency import ScanError
    from trigemu.measure.efficiency import efficiency as scan
    from trigemu.measure.grid import parse_grids
    from trigemu.measure.statistics import ONE_SIGMA
    from trigemu.report.scan import write_table

    axes = parse_grids(grids)
    setup = load(config, RunOptions(overrides=overrides))
    failed = None
    with claimed(out, f"{Path(config).stem}-{signal}") as folder, doing("events") as progress:
        try:
            table = scan(
                setup,
                signal,
                axes,
                events=events,
                seed=seed,
                cl=cl or ONE_SIGMA,
                lines=lines,
                selection=selection,
                progress=progress,
            )
        except ScanError as error:
            if error.table is None:
                raise
            table, failed = error.table, error
        with doing("drawing"):
            written = write_table(table, folder, setup, command_again(), len(lines))
    if as_json:
        print_json(table.to_dict())
    else:
        from trigemu.measure.tables.cutflow import scan_tables

        print_tables(*scan_tables(table, len(lines)), "")
        tables = sum(getattr(each, "signal", None) == table.signal for each in setup.signals)
        if tables > 1:
            say(
                printable(
                    f"Of {tables} tables of {table.signal} in the configuration the scan starts from the first."
                )
            )
        for path in written:
            say(printable(str(path)))
    if failed is not None:
        raise failed
    return 0
