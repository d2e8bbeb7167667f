"""What tests of whole runs share."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np

from trigemu.streaming.core.totals import RunTotals, Snapshot

CLOSED = (
    "config.json",
    "index.json",
    "report.html",
    "run.json",
    "run.log",
    "segment-000000.tgm",
    "summary.json",
    "totals.json",
)
"""Files of a run of one segment that has been closed."""


def totals_of(path: Path) -> RunTotals:
    """Return the totals of a run."""
    return RunTotals.from_dict(json.loads((path / "totals.json").read_text()))


class Killer:
    """Kills roles of a run, each once, when its number of durable frames is reached."""

    def __init__(self, out: Path, plan: dict[str, int], how: signal.Signals = signal.SIGKILL) -> None:
        self.out = out
        self.plan = dict(plan)
        self.how = how
        self.killed: list[str] = []

    def __call__(self, snapshot: Snapshot) -> None:
        for name, frames in list(self.plan.items()):
            if snapshot.state in ("running", "draining") and snapshot.frames_done >= frames:
                processes = json.loads((self.out / "processes.json").read_text())["processes"]
                os.kill(next(each["pid"] for each in processes if each["name"] == name), self.how)
                self.killed.append(name)
                del self.plan[name]


def same_decisions(one: RunTotals, other: RunTotals) -> None:
    assert one.decisions_sha256 == other.decisions_sha256
    assert one.frames == other.frames
    assert one.triggers == other.triggers
    np.testing.assert_array_equal(one.fired, other.fired)
    np.testing.assert_array_equal(one.accepted, other.accepted)
    for name in ("before_prescale", "unique", "overlap", "tally"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.levels == other.levels
    for name, counts in one.monitor.items():
        np.testing.assert_array_equal(counts, other.monitor[name])
    assert (one.live_s, one.dead_s) == (other.live_s, other.dead_s)
