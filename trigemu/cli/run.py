"""``trigemu run`` and ``trigemu replay``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trigemu.activity import doing
from trigemu.cli.completion import configs
from trigemu.cli.console import print_json, print_tables
from trigemu.cli.finish import hint_unfinished
from trigemu.cli.guard import FAILED, INTERRUPTED, say
from trigemu.cli.options import RunOptions, changed, load, run_options
from trigemu.errors import InputError, RunError
from trigemu.plain import printable
from trigemu.report.folder import claimed, is_run
from trigemu.stopping import cleaned, closing, held

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup
    from trigemu.streaming.core.totals import RunTotals, Snapshot

    Start = Callable[[Path, Callable[[Snapshot], None]], RunTotals]

GOOD = ("good", "degraded")
"""Qualities of a run in which every frame was decided and recorded (degraded: a process was restarted)."""


@click.command()
@click.argument("config", shell_complete=configs)
@run_options
def run(config: str, **options: Any) -> int:
    """Run a trigger: CONFIG is a TOML file or the name of a shipped configuration."""
    chosen = RunOptions(**options)
    setup = load(config, chosen)

    def start(folder: Path, on_snapshot: Callable[[Snapshot], None]) -> RunTotals:
        from trigemu.streaming import run as stream

        return stream(setup, folder, offline=chosen.offline, on_snapshot=on_snapshot)

    return conduct(setup, chosen.out, Path(config).stem, start, chosen)


@click.command()
@click.argument("rundir", type=click.Path(path_type=Path))
@click.option(
    "--config", shell_complete=configs, help="Decide with this configuration instead of the recorded one."
)
@run_options
def replay(rundir: Path, config: str | None, **options: Any) -> int:
    """Send a recorded run through the live protocol again, and compare what is decided."""
    chosen = RunOptions(**options)
    setup = load(config, chosen) if config else _recorded(rundir, chosen)

    def start(folder: Path, on_snapshot: Callable[[Snapshot], None]) -> RunTotals:
        from trigemu.streaming import replay as stream

        return stream(rundir, setup, folder, offline=chosen.offline, on_snapshot=on_snapshot)

    # A replay that differs is a failure, unless it was asked to decide otherwise.
    otherwise = config or chosen.overrides or chosen.seed is not None
    good = (*GOOD, "tainted") if otherwise else GOOD
    hint_unfinished(rundir)
    return conduct(setup, chosen.out, f"{rundir.resolve().name}-replay", start, chosen, good)


def _recorded(rundir: Path, options: RunOptions) -> Setup[Any]:
    """Return the setup of a recorded run, changed by the options."""
    from trigemu.config.origin import Origin
    from trigemu.config.overrides import apply_override, parse_override
    from trigemu.frames.rundir import RunReader
    from trigemu.menu.overrides import with_mode
    from trigemu.setup.build import build_setup
    from trigemu.setup.load import usual_array

    data = dict(RunReader(rundir, damaged=True).config)
    for text in options.overrides:
        # The recorded configuration calls the experiment's own table "section".
        head, dot, rest = text.partition(".")
        name = f"section.{rest}" if dot and head == data.get("experiment") else text
        apply_override(data, parse_override(name), with_mode, partial(usual_array, data, None))
    return build_setup(changed(data, options), options.place(Origin(str(rundir / "config.json"))))


def conduct(
    setup: Setup[Any],
    out: Path | None,
    stem: str,
    start: Start,
    options: RunOptions,
    good: tuple[str, ...] = GOOD,
) -> int:
    """Run, show progress, write summary and report, print them, and return the exit code.

    ``out``: the run directory to make, or None for the first free ``runs/<stem>-<number>``.
    """
    # From the moment when the directory is made there is something to close.
    with held() as stop, claimed(out, stem, keep=is_run) as folder:
        from trigemu.frames.runlog import RunLog
        from trigemu.report.live import progress_view

        try:
            with progress_view(setup) as show:
                totals = start(folder, _to_whom_looks(show))
        except InputError:
            raise
        except BaseException:
            if is_run(folder):
                _conclude(setup, folder)
            raise
        summary = _conclude(setup, folder, totals)
        if options.as_json:
            print_json(summary)
        else:
            from trigemu.report.tables import run_tables

            print_tables(*run_tables(setup, summary))
            say("\n" + printable(str(folder / "report.html")))
        code = stop.code or _exit_code(summary, good)
        RunLog(folder).say(f"exit code {code}", end=True)
        return code


def _to_whom_looks(show: Callable[[Snapshot], None]) -> Callable[[Snapshot], None]:
    """Return what shows a run as long as there is a terminal; a run goes on without one."""

    def shown(snapshot: Snapshot) -> None:
        with suppress(OSError):
            show(snapshot)

    return shown


def _conclude(setup: Setup[Any], folder: Path, totals: RunTotals | None = None) -> dict[str, Any]:
    """Write summary and report of a run that has ended (one that has failed left its totals in the folder)."""
    done = False

    def hint() -> None:
        if not done:
            where = printable(str(folder))
            say(f"trigemu: summary or report is missing; trigemu finish {where} writes them", err=True)

    try:
        with closing(), cleaned(hint), doing("writing the summary and the report"):
            summary = _write(setup, folder, totals)
            done = True
            return summary
    except Exception as error:
        if totals is not None:
            if isinstance(error, InputError):
                # What was recorded is there, whatever cannot be made of it.
                raise RunError(str(error)) from error
            raise
        # What made the run fail is the one thing to tell.
        return {}
    finally:
        hint()


def _write(setup: Setup[Any], folder: Path, totals: RunTotals | None) -> dict[str, Any]:
    from trigemu.frames.runfiles import read_run
    from trigemu.report.running import write_results
    from trigemu.streaming.totals_file import read_totals

    if totals is None:
        totals = read_totals(folder, read_run(folder))
    if totals is None:
        raise RunError(f"{folder}: has no totals")
    return write_results(setup, folder, totals)


def _exit_code(summary: dict[str, Any], good: tuple[str, ...]) -> int:
    from trigemu.report.advice import overload
    from trigemu.report.taints import taints

    quality = summary["run"]["quality"]
    if quality == "interrupted" and summary["closed"]:
        return INTERRUPTED
    # A replay may be asked to decide otherwise, but not to make do with what is left of a recording.
    if not summary["closed"] or quality not in good or summary["missing"]:
        ledger = "closes" if summary["closed"] else "does not close"
        say("; ".join([f"trigemu: the run is {quality} and its ledger {ledger}", *taints(summary)]), err=True)
        if hint := overload(summary):
            say(f"trigemu: {hint}", err=True)
        return FAILED
    return 0
