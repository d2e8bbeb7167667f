"""Latencies of a run: measured per stage, and modelled for the hardware."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trigemu.measure.tables.latency import latency_table
from trigemu.render.html.page import figure, plots
from trigemu.render.html.table import show
from trigemu.render.svg.curves import Series, percentiles
from trigemu.render.table import Column, table
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals

SHARES = tuple(1.0 - 10.0**-x for x in np.linspace(0.3011, 4.0, 75).tolist())
"""Points of the curves: evenly in nines."""

OPEN = "Open loop: measured from the planned time of each frame, so that waiting counts."

CLOSED = (
    "Closed loop: a lossless run takes the next frame when there is room for it, so these figures are service times "
    "under full load and not the delay that a beam would see (--realtime)."
)


def latency(setup: Setup[Any], totals: RunTotals, summary: Mapping[str, Any]) -> list[str]:
    """Return table and picture of what was measured, and the hardware's latency as modelled."""
    stages = summary["latency_us"]
    if stages:
        drawn = [
            Series(stage, SHARES, [totals.latency[stage].percentile(100 * share) / 1e3 for share in SHARES])
            for stage in stages
        ]
        note = OPEN if setup.config.streaming.policy == "realtime" else CLOSED
        picture = percentiles(drawn, "latency (us)", "latency of each stage against percentiles")
        parts = [plots([figure(picture, "Latency of each stage", note), *_hardware(summary)])]
        return [*parts, show(latency_table(stages), caption=False)]
    return _hardware(summary)


def _hardware(summary: Mapping[str, Any]) -> list[str]:
    levels = summary["hardware_latency_us"]
    if not levels:
        return []
    columns = [
        Column("level", kind="key"),
        Column("modelled", "us", meaning="From the event to the decision, in the trigger's own clock."),
        Column("allowed", "us", meaning="What the detectors' buffers have room for."),
        Column("source", kind="text", wide=True),
    ]
    rows = [[level, got["modelled"], got["budget"], got["source"]] for level, got in levels.items()]
    return [show(table("latency of the hardware trigger, as modelled", columns, rows))]
