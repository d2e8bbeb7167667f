"""``trigemu demo``: a result and a report in ten seconds, without any file or option."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trigemu.activity import doing
from trigemu.cli.console import print_tables
from trigemu.cli.guard import FAILED, say
from trigemu.cli.options import OUT
from trigemu.errors import InputError
from trigemu.plain import printable
from trigemu.report.folder import claimed
from trigemu.stopping import Stopped, held

if TYPE_CHECKING:
    from trigemu.measure.studies import Demo
    from trigemu.setup.experiment import Setup


@click.command()
@OUT
def demo(out: Path | None) -> int:
    """Do a short run and a small efficiency scan, and show what comes out: ten seconds, no file, no option.

    The first time compiles the detector response, which takes about half a minute.
    """
    from trigemu.measure.studies import offering
    from trigemu.setup.build import load_setup

    offered = [studies.demo for studies in offering("demo").values() if studies.demo is not None]
    if not offered:
        raise InputError("no installed experiment has a demonstration")
    shown = offered[0]
    with claimed(out, "demo", keep=_has_run) as folder:
        with doing(f"reading {shown.config}"):
            setup = load_setup(shown.config)
        good = _run(setup, shown, folder)
        _scan(setup, shown, folder)
    reports = "".join(
        f"\n  {printable(str(folder / part / 'report.html'))}" for part in ("run", "efficiency")
    )
    say(f"\nReports, for a browser:{reports}\n\nGo on with\n{_go_on(shown, folder)}")
    return 0 if good else FAILED


def _has_run(folder: Path) -> bool:
    return (folder / "run" / "run.json").exists()


def _run(setup: Setup[Any], shown: Demo, folder: Path) -> bool:
    """Do the run, print its lines, and return whether it is complete."""
    from trigemu.frames.runlog import RunLog
    from trigemu.measure.tables.lines import lines_table
    from trigemu.report.running import run

    seconds = shown.frames * setup.clock.frame_s
    say(f"{printable(setup.config.title)}: {seconds:.3g} s of beam, in one process")
    say(_typed(f"trigemu run {shown.config} --offline --frames {shown.frames} --out {folder / 'run'}"))
    with held() as stop:
        done = run(setup, folder / "run", frames=shown.frames, offline=True, progress=True)
        good = bool(done.summary["run"]["quality"] == "good")
        RunLog(done.folder).say(f"exit code {stop.code or (0 if good else FAILED)}", end=True)
    if stop.count:
        raise Stopped(stop.sentence)
    print_tables(lines_table(done.setup, done.summary))
    return good


def _scan(setup: Setup[Any], shown: Demo, folder: Path) -> None:
    """Count the efficiency, print it, and write its files."""
    from trigemu.measure.efficiency import efficiency
    from trigemu.measure.tables.efficiency import scan_table
    from trigemu.report.scan import write_table

    where = folder / "efficiency"
    grids = " ".join(
        f"--grid {key}={','.join(f'{value:g}' for value in values)}" for key, values in shown.grid.items()
    )
    say(f"\nAcceptance and efficiency of {shown.signal}, {shown.events} events at each point")
    command = f"trigemu efficiency {shown.config} --signal {shown.signal} {grids} --events {shown.events}"
    command = f"{command} --out {where}"
    say(_typed(command))
    with doing("events") as progress:
        table = efficiency(setup, shown.signal, shown.grid, events=shown.events, progress=progress)
    where.mkdir()
    with doing("drawing"):
        write_table(table, where, setup, command)
    print_tables(scan_table(table))


def _typed(command: str) -> str:
    return f"$ {printable(command)}\n"


def _go_on(shown: Demo, folder: Path) -> str:
    commands = (
        f"trigemu show {printable(str(folder / 'run'))}",
        f"trigemu run {shown.config}",
        f"trigemu list signals {shown.config}",
    )
    return "\n".join(f"  {command}" for command in commands)
