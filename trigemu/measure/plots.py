"""Pictures of scans: efficiency against a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trigemu.arrays import F64
from trigemu.measure.chosen import scan_lines
from trigemu.measure.table import EfficiencyTable
from trigemu.measure.tabular import named
from trigemu.menu.totals import shown_name
from trigemu.plain import short
from trigemu.render.pictures.canvas import LABEL, legend
from trigemu.render.pictures.curves import Curve, curves_figure, draw_curves, panels_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = 12
"""Most panels of a picture."""

YLABEL = "acceptance, efficiency"


def efficiency_figure(table: EfficiencyTable, most: int = 0) -> Figure:
    """Return acceptance and efficiencies against the grid's key with most values (or the point's number).

    Each combination of the other keys has a panel of its own, the first `PANELS` of them.  Of many lines only the
    most efficient are drawn (``most``: see `trigemu.measure.chosen.scan_lines`), and lines that never passed are not.
    """
    shown, rest = scan_lines(table, most, zeros=False)
    columns = _parameters(table)
    label = _widest(columns)
    curves = _curves(table, label, shown)
    title = f"{table.experiment}: {short(table.title, LABEL)}"
    panels = _panels(table, columns, label)
    if len(panels) > PANELS:
        rest = f"{rest} {len(panels) - PANELS} more panels would not fit.".strip()
    if len(panels) == 1 and (alone := next(iter(panels))):
        title = f"{title}, {alone}"
    head = f"{title}\n{rest}" if rest else title
    if len(panels) <= 1:
        return curves_figure(curves, axis_label(table, label), YLABEL, head)
    return panels_figure(curves, dict(list(panels.items())[:PANELS]), axis_label(table, label), head)


def draw_efficiency(
    table: EfficiencyTable, axes: Axes, *, x: str | None = None, lines: Sequence[str] | str | None = None
) -> None:
    """Draw acceptance and efficiencies on axes.

    Parameters
    ----------
    table
        The scan.
    axes
        Where to.
    x
        Key of the grid to draw against; the one with most values if None.  Each combination of the others has a curve
        of its own.
    lines
        Lines to show; by default the most efficient ones.
    """
    columns = _parameters(table)
    label = _widest(columns) if x is None else named(x, table.keys, "key")
    if lines is None:
        shown, _ = scan_lines(table, zeros=False)
    else:
        shown = [named(line, table.lines, "line") for line in ([lines] if isinstance(lines, str) else lines)]
    # What all points have in common is in the title.
    fixed = {key: x[0] for key, x in columns.items() if key != label and len(np.unique(x)) == 1}
    differing = {key: x for key, x in columns.items() if key not in fixed}
    head = ", ".join([short(table.title, LABEL), *(_said(table, key, value) for key, value in fixed.items())])
    curves: list[Curve] = []
    for title, *values in _curves(table, label, shown):
        for others, points in _panels(table, differing, label).items():
            part = [np.asarray(column)[points] for column in values]
            rising = np.argsort(part[0], kind="stable")
            name = f"{title}, {others}" if others else title
            curves.append((name, *(column[rising] for column in part)))  # type: ignore[arg-type]
    draw_curves(axes, curves, axis_label(table, label), YLABEL, head)
    legend(axes, loc="best")


def axis_label(table: EfficiencyTable, key: str) -> str:
    """Return a key of the grid with its unit."""
    unit = table.units.get(key, "")
    return f"{key} ({unit})" if unit else key


def _parameters(table: EfficiencyTable) -> dict[str, F64]:
    """Return the values of the grid's keys at each point."""
    return {key: table.array(key, table.lines[0]) for key in table.keys}


def _widest(columns: Mapping[str, F64]) -> str:
    return max(columns, key=lambda key: len(np.unique(columns[key])), default="point")


def _curves(table: EfficiencyTable, label: str, lines: Sequence[str]) -> list[Curve]:
    """Return acceptance and efficiencies of lines against a key (or the point's number)."""
    first, points = table.lines[0], len(table.rows) // len(table.lines)
    x = table.array(label, first) if label in table.keys else np.arange(points, dtype=np.float64)
    bounds = ("acceptance", "acceptance_low", "acceptance_high")
    curves: list[Curve] = [("acceptance", x, *(table.array(n, first) for n in bounds))]  # type: ignore[list-item]
    for line in lines:
        curves.append((shown_name(line), x, *(table.array(n, line) for n in ("value", "low", "high"))))  # type: ignore[arg-type]
    return curves


def _panels(table: EfficiencyTable, columns: Mapping[str, F64], label: str) -> dict[str, list[int]]:
    """Return which points have each combination of the other keys."""
    panels: dict[str, list[int]] = {}
    for point in range(len(next(iter(columns.values()), np.zeros(1)))):
        others = (_said(table, key, values[point]) for key, values in columns.items() if key != label)
        panels.setdefault(", ".join(others), []).append(point)
    return panels


def _said(table: EfficiencyTable, key: str, value: float) -> str:
    return f"{key} = {value:g} {table.units.get(key, '')}".strip()
