"""How long the stages of a run took."""

from __future__ import annotations

from collections.abc import Mapping

from trigemu.render.table import Column, Table, table

QUANTILES = {"p50": "p50", "p99": "p99", "p99.9": "p99_9", "max": "max"}
"""Column -> name in the summary."""


def latency_table(stages: Mapping[str, Mapping[str, float]]) -> Table:
    """Return latency percentiles per stage (us); how many were measured where that is known."""
    counted = any("count" in got for got in stages.values())
    columns = [
        Column("stage", kind="key"),
        *([Column("entries", meaning="Frames that were measured.")] if counted else []),
        *(Column(name, "us") for name in QUANTILES),
    ]
    rows = [
        [
            stage,
            *([got.get("count")] if counted else []),
            *(got[name] for name in QUANTILES.values()),
        ]
        for stage, got in stages.items()
    ]
    return table("latency", columns, rows)
