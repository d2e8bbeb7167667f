"""Pictures of cut flows: what is left after each cut against a parameter."""

from __future__ import annotations

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


def flow_figure(flow: CutFlow) -> Figure:
    """Return what is left of the accepted and triggered events after each cut, against the grid's longest key.

    Of one point it is drawn step by step.
    """
    if len(flow.points) == 1:
        figure, axes = new_figure()
        _draw_steps(flow, axes)
        return figure
    columns = _parameters(flow)
    title = f"{flow.experiment}: {_title(flow)}"
    return figure_of(_curves(flow, widest(columns)), columns, flow.units, title, "", YLABEL)


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
    draw_grid(axes, _curves(flow, label), columns, label, flow.units, _title(flow), YLABEL)


def _draw_steps(flow: CutFlow, axes: Axes) -> None:
    """Draw the one point of a flow, from the trigger on, against the steps."""
    rows = [row for row in flow.rows if row.kind in (TRIGGERED, "cut")]
    place = np.arange(1.0, len(rows) + 1.0)
    curve = (flow.selection, place, *_triggered(rows))
    draw_curves(axes, [curve], "", YLABEL, _title(flow))  # type: ignore[list-item]
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


def _curves(flow: CutFlow, label: str) -> list[Curve]:
    points = flow.points
    x = _parameters(flow)[label] if label in flow.keys else np.arange(len(points), dtype=np.float64)
    curves: list[Curve] = []
    for place, row in enumerate(points[0] if points else ()):
        if row.kind == "cut":
            curves.append((row.step, x, *_triggered([rows[place] for rows in points])))  # type: ignore[arg-type]
    return curves
