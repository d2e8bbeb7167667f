"""What the end of a run shows on a terminal: its tables, and the sentences below them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.measure.tables.comparisons import comparison_tables
from trigemu.measure.tables.efficiency import run_efficiency_table
from trigemu.measure.tables.intensity import intensity_tables
from trigemu.measure.tables.latency import latency_table
from trigemu.measure.tables.ledger import ledger_tables
from trigemu.measure.tables.lines import levels_table, lines_table
from trigemu.measure.tables.overlap import overlap_table
from trigemu.render.numbers import number
from trigemu.render.table import Table
from trigemu.report.replayed import replayed, triggers_only
from trigemu.report.taints import taints
from trigemu.setup.experiment import Setup


def run_tables(setup: Setup[Any], summary: Mapping[str, Any]) -> list[Table | str]:
    """Return the tables that end a run and its headline.

    Lines, levels, overlap, efficiencies, intensity, comparisons, latency, ledger.
    """
    tables: list[Table | str] = [lines_table(setup, summary)]
    # In a replay of accepted triggers prescales have chosen before.
    overlap = None if triggers_only(summary) else overlap_table(setup, summary)
    tables += [each for each in (levels_table(summary), overlap) if each is not None]
    if summary["efficiency"] and not triggers_only(summary):
        tables.append(run_efficiency_table(setup, summary))
    tables += intensity_tables(setup, summary)
    tables += comparison_tables(setup, summary)
    if summary["latency_us"]:
        tables.append(latency_table(summary["latency_us"]))
    return [*tables, *ledger_tables(summary), "\n".join(headline(summary))]


def headline(summary: Mapping[str, Any]) -> list[str]:
    """Return how a run has ended, in sentences."""
    run, frames = summary["run"], summary["frames"]
    closed = "the ledger closes" if summary["closed"] else "the ledger DOES NOT CLOSE"
    early = frames["planned"] < frames["asked"]
    of = f", {number(frames['planned'])} of {number(frames['asked'])} frames" if early else ""
    return [
        *replayed(summary),
        f"{run['quality']}{of}, {closed}; live time {number(summary['live_time_s'])} s, "
        f"dead fraction {100 * summary['dead_fraction']:.3g} %, wall time {number(run['wall_s'], 3)} s",
        f"{number(summary['decisions'])} decisions, sha256 {summary['decisions_sha256']}",
        *taints(summary),
    ]
