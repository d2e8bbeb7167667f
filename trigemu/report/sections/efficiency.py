"""Efficiencies of a run's signals: against each of their parameters, and the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.config.docstrings import field_texts
from trigemu.measure.chosen import passed_by, run_lines
from trigemu.measure.summary import signal_labels
from trigemu.measure.tables.efficiency import run_efficiency_table
from trigemu.menu.order import group
from trigemu.menu.totals import shown_name
from trigemu.render.html.page import plots
from trigemu.render.html.table import show
from trigemu.report.against import Counted, Point, pictures
from trigemu.report.replayed import triggers_only
from trigemu.report.turned import by_line
from trigemu.setup.experiment import Setup

FEW = 6
"""Signals up to which lines are rows, and all of them are there."""

_NOT_ITS_OWN = ("rate_hz", "every_ns")
"""Keys of a signal's table that say how often it comes, not what it is."""


def efficiency(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    """Return pictures and table of a run's signals; nothing of a run that generated none."""
    if not setup.signals or triggers_only(summary):
        return []
    figures = plots(_pictures(setup, summary))
    if len(setup.signals) > FEW:
        return [figures, show(run_efficiency_table(setup, summary), caption=False)]
    whole = run_efficiency_table(setup, summary, len(setup.menu.names) + len(setup.menu.totals))
    groups = {line.name: group(line) for line in setup.menu.lines}
    passed = {name for name, count in passed_by(summary).items() if count}
    signals, lines = by_line(whole, groups, signal_labels(setup), passed)
    return [show(signals, caption=False), figures, show(lines)]


def _pictures(setup: Setup[Any], summary: Mapping[str, Any]) -> list[str]:
    names, _ = run_lines(setup, summary, zeros=False)
    labels = signal_labels(setup)
    kinds: dict[str, list[tuple[str, Any]]] = {}
    for label, signal in zip(labels, setup.signals, strict=True):
        kinds.setdefault(str(getattr(signal, "signal", "signal")), []).append((label, signal))
    figures: list[str] = []
    for kind, members in kinds.items():
        keys = _varied([signal for _, signal in members])
        if not keys:
            continue
        points = [
            Point({key: float(getattr(signal, key)) for key in keys}, _counted(summary, label, names))
            for label, signal in members
        ]
        units = {key: said.unit for key, said in field_texts(type(members[0][1])).items()}
        figures += pictures(points, units, kind, ("acceptance", *map(shown_name, setup.menu.totals)))
    return figures


def _varied(signals: list[Any]) -> list[str]:
    """Return the numbers in which signals of one kind differ."""
    found = []
    for key in type(signals[0]).model_fields:
        values = [getattr(signal, key) for signal in signals]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        if numbers and key not in _NOT_ITS_OWN and len(set(values)) > 1:
            found.append(key)
    return found


def _counted(summary: Mapping[str, Any], label: str, names: list[str]) -> dict[str, Counted]:
    got = {"acceptance": summary["acceptance"][label]}
    got |= {shown_name(name): summary["efficiency"][label][name] for name in names}
    return {name: (each["value"], each["low"], each["high"]) for name, each in got.items()}
