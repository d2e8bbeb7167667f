"""``trigemu run`` and ``trigemu replay``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trigemu.cli.console import print_json, print_rich
from trigemu.cli.finish import hint_unfinished
from trigemu.cli.folder import choose, nothing_left
from trigemu.cli.guard import FAILED, INTERRUPTED, say
from trigemu.cli.options import RunOptions, changed, load, run_options
from trigemu.plain import printable

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup
    from trigemu.streaming.core.totals import RunTotals, Snapshot

    Start = Callable[[Path, Callable[[Snapshot], None]], RunTotals]

GOOD = ("good", "degraded")
"""Qualities of a run in which every frame was decided and recorded (degraded: a process was restarted)."""


@click.command()
@click.argument("config")
@run_options
def run(config: str, **options: Any) -> int:
    """Run a trigger: CONFIG is a TOML file or the name of a shipped configuration."""
    chosen = RunOptions(**options)
    setup = load(config, chosen)
    out = choose(chosen.out, Path(config).stem)

    def start(folder: Path, on_snapshot: Callable[[Snapshot], None]) -> RunTotals:
        from trigemu.streaming import run as stream

        return stream(setup, folder, offline=chosen.offline, on_snapshot=on_snapshot)

    return conduct(setup, out, start, chosen)


@click.command()
@click.argument("rundir", type=click.Path(path_type=Path))
@click.option("--config", help="Decide with this configuration instead of the recorded one.")
@run_options
def replay(rundir: Path, config: str | None, **options: Any) -> int:
    """Send a recorded run through the live protocol again, and compare what is decided."""
    chosen = RunOptions(**options)
    setup = load(config, chosen) if config else _recorded(rundir, chosen)
    out = choose(chosen.out, f"{rundir.resolve().name}-replay")

    def start(folder: Path, on_snapshot: Callable[[Snapshot], None]) -> RunTotals:
        from trigemu.streaming import replay as stream

        return stream(rundir, setup, folder, offline=chosen.offline, on_snapshot=on_snapshot)

    # A replay that differs is a failure, unless it was asked to decide otherwise.
    otherwise = config or chosen.overrides or chosen.seed is not None
    good = (*GOOD, "tainted") if otherwise else GOOD
    hint_unfinished(rundir)
    return conduct(setup, out, start, chosen, good)


def _recorded(rundir: Path, options: RunOptions) -> Setup[Any]:
    """Return the setup of a recorded run, changed by the options."""
    from trigemu.config.overrides import apply_override, parse_override
    from trigemu.frames.rundir import RunReader
    from trigemu.setup.build import build_setup

    data = dict(RunReader(rundir, damaged=True).config)
    for text in options.overrides:
        # The recorded configuration calls the experiment's own table "section".
        head, dot, rest = text.partition(".")
        name = f"section.{rest}" if dot and head == data.get("experiment") else text
        apply_override(data, parse_override(name))
    return build_setup(changed(data, options), str(rundir / "config.json"))


def conduct(
    setup: Setup[Any], out: Path, start: Start, options: RunOptions, good: tuple[str, ...] = GOOD
) -> int:
    """Run, show progress, write summary and report, print them, and return the exit code."""
    from trigemu.measure.live import progress_view
    from trigemu.measure.report import write_report
    from trigemu.measure.summary import summarise, write_summary

    with nothing_left(out):
        with progress_view(setup) as show:
            totals = start(out, show)
        summary = summarise(setup, totals)
        write_summary(out / "summary.json", summary)
        write_report(out / "report.html", setup, totals, summary)
    if options.as_json:
        print_json(summary)
    else:
        from trigemu.measure.console import summary_tables

        print_rich(*summary_tables(summary))
        say("\n" + printable(str(out / "report.html")))
    return _exit_code(summary, good)


def _exit_code(summary: dict[str, Any], good: tuple[str, ...]) -> int:
    from trigemu.measure.advice import overload
    from trigemu.measure.taints import taints

    quality = summary["run"]["quality"]
    if quality == "interrupted":
        return INTERRUPTED if summary["closed"] else FAILED
    # A replay may be asked to decide otherwise, but not to make do with what is left of a recording.
    if not summary["closed"] or quality not in good or summary["missing"]:
        ledger = "closes" if summary["closed"] else "does not close"
        say("; ".join([f"trigemu: the run is {quality} and its ledger {ledger}", *taints(summary)]), err=True)
        if hint := overload(summary):
            say(f"trigemu: {hint}", err=True)
        return FAILED
    return 0
