"""``trigemu finish``: what an interrupted end did not write, made again from the records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trigemu.cli.guard import FAILED, say
from trigemu.plain import one_sentence, printable

if TYPE_CHECKING:
    from trigemu.streaming.finishing import Finished

SUMMARY, REPORT = "summary.json", "report.html"


@click.command()
@click.argument("rundir", type=click.Path(path_type=Path))
def finish(rundir: Path) -> int:
    """Make totals, summary and report of a run again whose end was cut off.

    A run that is complete stays as it is; one that is still running is refused.
    """
    from trigemu.measure.summary import summarise, write_summary
    from trigemu.report.run import write_report
    from trigemu.streaming.finishing import finish_records

    done = finish_records(rundir)
    lacks = f"trigemu: {one_sentence(done.missing['said'])}" if done.missing else ""
    summary = summarise(done.setup, done.totals)
    if done.rebuilt or done.cut_bytes or not _described(rundir, summary):
        write_summary(rundir / SUMMARY, summary)
        write_report(rundir / REPORT, done.setup, done.totals, summary)
        say(printable(_said(rundir, done)))
    else:
        quality = done.totals.quality
        say(printable(f"{rundir}: is {'complete' if quality == 'good' else f'closed ({quality})'}"))
    if lacks:
        say(lacks, err=True)
    return FAILED if lacks else 0


def _described(rundir: Path, summary: dict[str, Any]) -> bool:
    """Return whether the report is there, and this summary."""
    from trigemu.errors import InputError
    from trigemu.frames.rundir import read_json

    try:
        found = read_json(rundir / SUMMARY)
    except InputError:
        return False
    return _plain(found) == _plain(summary) and (rundir / REPORT).is_file()


def _plain(summary: Mapping[str, Any]) -> str:
    """Return a summary as text, without the versions of packages: those that recorded the run stay."""
    run = summary.get("run")
    run = {key: each for key, each in run.items() if key != "versions"} if isinstance(run, dict) else run
    return json.dumps({**summary, "run": run}, sort_keys=True)


def _said(rundir: Path, done: Finished) -> str:
    # Totals that were kept may count frames that are gone since.
    parts = [f"{done.whole} of {done.planned} frames are {'whole' if done.missing else 'recorded'}"]
    if done.cut_bytes:
        parts.append(f"{done.cut_bytes} bytes of frames that were not complete were cut")
    made = "totals, summary and report are" if done.rebuilt else "summary and report are"
    return f"{rundir}: {', '.join(parts)}; {made} written, the run is {done.totals.quality}"


def hint_unfinished(rundir: Path) -> None:
    """Say how to get the summary and report of a run that has none."""
    from trigemu.errors import InputError
    from trigemu.frames.records import FORMAT_VERSION
    from trigemu.frames.runfiles import read_run

    try:
        ours = read_run(rundir).version == FORMAT_VERSION
    except InputError:
        return
    if ours and not ((rundir / SUMMARY).exists() and (rundir / REPORT).exists()):
        said = f"trigemu: {rundir} has no summary or report; trigemu finish {rundir} makes them"
        say(printable(said), err=True)
