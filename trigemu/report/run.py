"""``report.html``: one page, without anything from elsewhere, that shows what a run was and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trigemu.frames.rundir import write_whole
from trigemu.render.html.page import page, section
from trigemu.report.sections.comparisons import comparisons
from trigemu.report.sections.configuration import configuration
from trigemu.report.sections.detectors import detectors
from trigemu.report.sections.efficiency import efficiency
from trigemu.report.sections.headline import headline
from trigemu.report.sections.intensity import intensity
from trigemu.report.sections.latency import latency
from trigemu.report.sections.ledger import ledger, processes
from trigemu.report.sections.lines import lines
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals


def write_report(path: Path, setup: Setup[Any], totals: RunTotals, summary: Mapping[str, Any]) -> None:
    """Write the report of a run.

    Parameters
    ----------
    path
        The file.
    setup
        The run's configuration.
    totals
        What the run counted, monitoring histograms included.
    summary
        What `trigemu.measure.summary.summarise` made of it.
    """
    write_whole(path, render(setup, totals, summary))


def render(setup: Setup[Any], totals: RunTotals, summary: Mapping[str, Any]) -> str:
    """Return the report as a document: numbers first, what they were made with last."""
    run = summary["run"]
    identity = (
        ("decisions sha256", summary["decisions_sha256"]),
        ("configuration sha256", run["config_hash"]),
        ("seed", str(run["seed"])),
        ("run id", run["id"]),
    )
    sections = (
        section("Trigger lines", *lines(setup, summary)),
        section("Signal efficiency", *efficiency(setup, summary)),
        section("Rate against intensity", *intensity(setup, summary)),
        section("Comparison with recorded words", *comparisons(setup, summary)),
        section("What the detectors saw", *detectors(setup, totals)),
        section("Latency", *latency(setup, totals, summary)),
        section("Ledger", *ledger(summary)),
        section("Processes", *processes(summary)),
        section("Configuration", *configuration(setup, identity, run["versions"])),
    )
    title = setup.config.title or f"{setup.config.experiment} run"
    title = f"Replay: {title}" if summary["replay"] else title
    return page(title, headline(summary), sections)
