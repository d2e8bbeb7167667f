"""``trigemu show`` and ``trigemu list runs``: runs that have ended."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.cli.console import print_json, print_tables
from trigemu.cli.guard import say
from trigemu.cli.options import JSON
from trigemu.errors import InputError
from trigemu.plain import one_sentence, printable


@click.command()
@click.argument("rundir", type=click.Path(path_type=Path))
@JSON
def show(rundir: Path, as_json: bool) -> int:
    """Show the tables that ended a run again, or those of a scan.

    Of a run whose end was cut off they are counted from its records. Nothing is written.
    """
    from trigemu.measure.scan_file import is_scan

    return _show_scan(rundir, as_json) if is_scan(rundir) else _show_run(rundir, as_json)


def _show_scan(folder: Path, as_json: bool) -> int:
    from trigemu.measure.scan_file import read_scan
    from trigemu.measure.tables.cutflow import scan_tables

    scan = read_scan(folder)
    if as_json:
        print_json(scan.to_dict())
    else:
        print_tables(*scan_tables(scan))
    return 0


def _show_run(rundir: Path, as_json: bool) -> int:
    from trigemu.measure.results import read_result
    from trigemu.report.tables import run_tables

    result = read_result(rundir)
    if as_json:
        print_json(result.summary)
    else:
        print_tables(*run_tables(result.setup, result.summary))
    if result.note:
        say(f"trigemu: {one_sentence(result.note)}", err=True)
    report = rundir / "report.html"
    if not as_json and report.is_file():
        say(f"\n{printable(str(report))}")
    return 0


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@JSON
def runs(folder: Path | None, as_json: bool) -> int:
    """List the runs in FOLDER (runs/ if not given), the latest last.

    A run that is damaged or has no end is named with what to do about it.
    """
    from dataclasses import asdict

    from trigemu.measure.listing import list_runs
    from trigemu.measure.tables.runs import runs_table
    from trigemu.report.folder import RUNS

    where = RUNS if folder is None else folder
    if not where.is_dir():
        if folder is not None or where.exists():
            raise InputError(f"{where}: there is no such folder")
        found = []
    else:
        found = list_runs(where)
    if as_json:
        print_json([asdict(each) for each in found])
    elif found:
        print_tables(runs_table(found, str(where)))
    else:
        say(f"{printable(str(where))}: there are no runs here; trigemu run CONFIG makes one")
    return 0
