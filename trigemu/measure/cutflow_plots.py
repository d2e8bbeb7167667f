"""Pictures of cut flows: what is left after each cut against a parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trigemu.arrays import F64
from trigemu.measure.cutflow import CutFlow, FlowRow
from trigemu.measure.plots import draw_grid, figure_of, widest
from trigemu.measure.tabular import named
from trigemu.plain import short
from trigemu.render.pictures.canvas import LABEL, literal, new_figure
from trigemu.render.pictures.curves import Curve, draw_curves
from trigemu.setup.offline import TRIGGERED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

YLABEL = "fraction of triggered events"


def drawn_cuts(flow: CutFlow) -> tuple[list[str], list[str]]:
    """Return the cuts to draw, and the others: those that lose no event at any point, the last one apart."""
    points = flow.points
    kept: list[str] = []
    silent: list[str] = []
    for place, row in enumerate(points[0] if points else ()):
        if row.kind != "cut":
            continue
        loses = any(rows[place].count < rows[place - 1].count for rows in points)
        (kept if loses or row.step == flow.cuts[-1].name else silent).append(row.step)
    return kept, silent


def upright(flow: CutFlow) -> tuple[float, float]:
    """Return the range of fractions of triggered events to draw: down to 0, or to the last tenth above one half."""
    lowest = min((row.of_triggered_low for row in flow.rows if row.kind == "cut"), default=0.0)
    tenth = math.floor(10.0 * lowest) / 10.0 if math.isfinite(lowest) else 0.0
    return (tenth if tenth >= 0.5 else 0.0), 1.0


def flow_figure(flow: CutFlow) -> Figure:
    """Return what is left of the accepted and triggered events after each cut, against the grid's longest key.

    Of one point it is drawn step by step.
    """
    if len(flow.points) == 1:
        figure, axes = new_figure()
        _draw_steps(flow, axes)
        return figure
    columns = _parameters(flow)
    kept, silent = drawn_cuts(flow)
    rest = f"Cuts that lose nothing are not drawn: {len(silent)}." if silent else ""
    title, curves = f"{flow.experiment}: {_title(flow)}", _curves(flow, widest(columns), kept)
    return figure_of(curves, columns, flow.units, title, rest, YLABEL, upright(flow))


def draw_flow(flow: CutFlow, axes: Axes, *, x: str | None = None) -> None:
    """Draw what is left of the accepted and triggered events after each cut on axes.

    Parameters
    ----------
    flow
        The cut flow.
    axes
        Where to.
    x
        Key of the grid to draw against; the one with most values if None.  A flow of one point is drawn step by step.
    """
    if len(flow.points) == 1 and x is None:
        _draw_steps(flow, axes)
        return
    columns = _parameters(flow)
    label = widest(columns) if x is None else named(x, flow.keys, "key")
    curves = _curves(flow, label, drawn_cuts(flow)[0])
    draw_grid(axes, curves, columns, label, flow.units, _title(flow), YLABEL, upright(flow))


def _draw_steps(flow: CutFlow, axes: Axes) -> None:
    """Draw the one point of a flow, from the trigger on, against the steps."""
    rows = [row for row in flow.rows if row.kind in (TRIGGERED, "cut")]
    place = np.arange(1.0, len(rows) + 1.0)
    curve = (flow.selection, place, *_triggered(rows))
    draw_curves(axes, [curve], "", YLABEL, _title(flow), upright(flow))  # type: ignore[list-item]
    axes.set_xticks(place, [literal(row.step, 40) for row in rows], rotation=30, ha="right")


def _triggered(rows: Sequence[FlowRow]) -> tuple[F64, F64, F64]:
    """Return the fractions of triggered events in rows with the ends of their intervals."""
    return (
        np.array([row.of_triggered for row in rows]),
        np.array([row.of_triggered_low for row in rows]),
        np.array([row.of_triggered_high for row in rows]),
    )


def _title(flow: CutFlow) -> str:
    return f"{short(flow.title, LABEL)}, {short(flow.selection)}"


def _parameters(flow: CutFlow) -> dict[str, F64]:
    return {key: np.array([rows[0].point[key] for rows in flow.points]) for key in flow.keys}


def _curves(flow: CutFlow, label: str, kept: Sequence[str]) -> list[Curve]:
    points = flow.points
    x = _parameters(flow)[label] if label in flow.keys else np.arange(len(points), dtype=np.float64)
    curves: list[Curve] = []
    for place, row in enumerate(points[0] if points else ()):
        if row.step in kept:
            curves.append((row.step, x, *_triggered([rows[place] for rows in points])))  # type: ignore[arg-type]
    return curves
