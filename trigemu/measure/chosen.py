"""Which lines of a run's signals or of a scan are shown: the same on terminals, pages and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.measure.summary import signal_labels
from trigemu.measure.table import EfficiencyTable
from trigemu.menu.order import GROUPS, physics_first
from trigemu.menu.totals import TOTALS
from trigemu.render.shown import most_efficient
from trigemu.setup.experiment import Setup

BESIDE = 6
"""Lines and totals that are shown, at most: totals, and the best lines of each signal or point."""


def run_lines(
    setup: Setup[Any], summary: Mapping[str, Any], most: int = BESIDE, *, zeros: bool = True
) -> tuple[list[str], str]:
    """Return the lines of a run's signals to show, and a sentence about the others.

    Parameters
    ----------
    setup, summary
        The run.
    most
        Lines and totals to show at most.
    zeros
        Whether lines that never passed are shown where there is room for all (not in pictures).
    """
    menu, labels = setup.menu, signal_labels(setup)
    names = [menu.names[place] for place in physics_first(menu.lines)] + list(menu.totals)
    found = {name: [summary["efficiency"][label][name] for label in labels] for name in names}
    values = {name: [each["value"] for each in got] for name, got in found.items()}
    whole = {line.name for line in menu.lines if line.scale.factor == 1}
    return most_efficient(values, passed_by(summary), most, zeros=zeros, first=whole, totals=menu.totals)


def passed_by(summary: Mapping[str, Any]) -> dict[str, int]:
    """Return how many accepted events of all signals of a run each line passed."""
    passed: dict[str, int] = {}
    for got in summary["efficiency"].values():
        for name, each in got.items():
            passed[name] = passed.get(name, 0) + each["passed"]
    return passed


def scan_lines(scan: EfficiencyTable, most: int = 0, *, zeros: bool = True) -> tuple[list[str], str]:
    """Return the lines of a scan to show, and a sentence about the others; ``most``: 0 for `BESIDE`."""
    names = sorted(scan.lines, key=lambda name: _rank(scan.groups.get(name)))
    values = {line: scan.array("value", line).tolist() for line in names}
    passed = {line: int(scan.array("passed", line).sum()) for line in names}
    return most_efficient(
        values, passed, most or BESIDE, zeros=zeros, first=scan.without_prescale, totals=TOTALS
    )


def _rank(group: str | None) -> int:
    """Return the place of a group; totals come last."""
    return len(GROUPS) if group is None else GROUPS.index(group)
