"""Results drawn on axes: rates of lines, efficiencies of signals, decisions, pulls of published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trigemu.measure.deciding.result import EventDecisions
from trigemu.measure.decisions import Decisions
from trigemu.measure.efficiencies import Efficiencies
from trigemu.measure.intensities import Intensities
from trigemu.measure.results import RunResult
from trigemu.measure.tabular import named
from trigemu.measure.validate import Results
from trigemu.menu.order import physics_first
from trigemu.menu.totals import TOTALS, shown_name
from trigemu.render.pictures.canvas import COLOURS, INK, legend
from trigemu.render.pictures.curves import Curve, draw_curves
from trigemu.render.pictures.rows import Points, draw_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = 30
"""Lines drawn at most, if none are named: the first that fired."""

ENDS = ("value", "low", "high")

Lines = Sequence[str] | str | None


def draw_rates(result: RunResult, axes: Axes, *, lines: Lines = None) -> float:
    """Draw the rates of a run's lines, recorded and before prescale, on a logarithmic axis.

    ``lines``: those to show; by default the first `ROWS` that fired, physics lines first.  Arrows are upper ends of the
    intervals of lines without counts.
    """
    menu = result.setup.menu.lines
    order = [menu[place].name for place in physics_first(menu)]
    fired = [name for name in order if result.summary["lines"][name]["fired"]]
    shown = _chosen(lines, order) or fired[:ROWS]
    place = [result["line"].tolist().index(name) for name in shown]

    def rates(label: str, kind: str) -> Points:
        value, low, high = (result[f"{kind}rate_{what}"][place] for what in ("hz", "low_hz", "high_hz"))
        return Points(label, value, low, high, limit=value == 0)

    points = [rates("recorded", ""), rates("before prescale", "raw_")]
    axes.set_xscale("log")
    return draw_rows(axes, shown, points, "rate (Hz)", result.setup.config.title)


def draw_efficiencies(table: Efficiencies, axes: Axes, *, lines: Lines = None) -> float:
    """Draw the efficiencies of a run's signals; ``lines``: those to show (by default acceptance and totals)."""
    names = list(dict.fromkeys(table["line"].tolist()))
    totals = [name for name in names if name in ("acceptance", *TOTALS)]
    signals = list(dict.fromkeys(table["signal"].tolist()))

    def points(line: str) -> Points:
        at = table["line"] == line
        return Points(shown_name(line), table["value"][at], table["low"][at], table["high"][at])

    shown = [points(line) for line in _chosen(lines, names) or totals]
    return draw_rows(axes, signals, shown, "acceptance, efficiency")


def draw_intensities(table: Intensities, axes: Axes, *, lines: Lines = None) -> None:
    """Draw rates before prescale against intensity, over their means; ``lines``: by default those that fired.

    Thin lines: what rises as the intensity (single particles), and as its square (accidental pairs).
    """
    names = list(dict.fromkeys(table["line"].tolist()))
    fired = [name for name in names if table["fired"][table["line"] == name].any()]
    curves: list[Curve] = []
    for name in _chosen(lines, names) or fired[:ROWS]:
        at = (table["line"] == name) & (table["frames"] > 0)
        time, x = table["observed_time_s"][at], table["intensity"][at]
        mean = table["fired"][at].sum() / time.sum()
        rates = (table[f"raw_rate_{what}"][at] / mean for what in ("hz", "low_hz", "high_hz"))
        curves.append((name, x, *rates))
        if len(curves) == 1:
            guides = ("∝ intensity", x, "dotted"), ("∝ intensity²", table["mean_square"][at], "dashdot")
            for label, guide, style in guides:
                expected = guide * time.sum() / (guide * time).sum()
                axes.plot(x, expected, color=INK, linewidth=0.8, linestyle=style, label=label)
    top = max((float(np.max(high)) for *_, high in curves), default=1.0)
    xlabel, ylabel = "intensity of the beam, 1 in the mean", "rate before prescale over its mean"
    draw_curves(axes, curves, xlabel, ylabel, y=(0.0, max(top, 1.0)))
    legend(axes, loc="best")


def draw_decisions(decisions: Decisions, axes: Axes, *, lines: Lines = None) -> float:
    """Draw how many candidates each line fired on and passed; ``lines``: those to show."""
    counts = {name: int(decisions.fired_by(name).sum()) for name in decisions.lines}
    shown = _chosen(lines, decisions.lines) or [name for name, count in counts.items() if count][:ROWS]
    place = -np.arange(len(shown))
    passed = [int(decisions.passed_by(name).sum()) for name in shown]
    axes.barh(place, [counts[name] for name in shown], color=COLOURS[0], alpha=0.35, label="fired")
    axes.barh(place, passed, color=COLOURS[0], height=0.45, label="passed")
    legend(axes, loc="best")
    return draw_rows(axes, shown, (), "candidates", f"{len(decisions)} candidates")


def draw_decided(decisions: EventDecisions, axes: Axes, *, lines: Lines = None) -> float:
    """Draw the efficiency of each line on events, with its interval.

    ``lines``: those to show; by default the first `ROWS` without prescale that any event passed.
    """
    counted = decisions.summary.lines
    order = [decisions.menu[place] for place in physics_first(decisions.menu)]
    usual = [line.name for line in order if line.scale.factor == 1 and counted[line.name].passed][:ROWS]
    shown = _chosen(lines, decisions.lines) or usual
    value, low, high = (np.array([getattr(counted[name], what) for name in shown]) for what in ENDS)
    points = Points("passed", value, low, high)
    return draw_rows(axes, shown, [points], "efficiency", f"{decisions.experiment}: {len(decisions)} events")


def draw_pulls(results: Results, axes: Axes) -> float:
    """Draw the pulls of published numbers: predictions, and what is shown and never judged."""
    rows = [result for result in results if result.pull is not None]
    pulls = np.array([result.pull for result in rows], np.float64)
    none = np.full(len(rows), np.nan)

    def points(label: str, wanted: str) -> Points:
        at = [result.verdict in wanted.split() for result in rows]
        return Points(label, np.where(at, pulls, np.nan), none, none)

    axes.axvspan(-1.0, 1.0, color=COLOURS[5], alpha=0.15)
    shown = [
        points("prediction", "pass"),
        points("prediction that fails", "FAIL"),
        points("input, comparison, unverified", "input compared unverified"),
    ]
    kept = [each for each in shown if np.any(np.isfinite(np.asarray(each.value)))]
    xlabel = "difference over tolerance and statistical error"
    return draw_rows(axes, [result.row.id for result in rows], kept, xlabel)


def _chosen(lines: Lines, names: Sequence[str]) -> list[str]:
    wanted = [lines] if isinstance(lines, str) else list(lines or ())
    return [named(line, names, "line") for line in wanted]
