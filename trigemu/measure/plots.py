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
from trigemu.render.pictures.curves import WHOLE, Curve, curves_figure, draw_curves, panels_figure

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
    label = widest(columns)
    curves = _curves(table, label, shown)
    title = f"{table.experiment}: {short(table.title, LABEL)}"
    return figure_of(curves, columns, table.units, title, rest)


def figure_of(
    curves: Sequence[Curve],
    columns: Mapping[str, F64],
    units: Mapping[str, str],
    title: str,
    rest: str = "",
    ylabel: str = YLABEL,
    y: tuple[float, float] = WHOLE,
) -> Figure:
    """Return curves against the key with most values, in a panel per combination of the others.

    Parameters
    ----------
    curves
        What to draw, a value per point, against `widest`.
    columns, units
        Key of the grid -> its value at each point, and its unit.
    title, rest
        First and second line above.
    ylabel, y
        What is drawn, and the range of its axis.
    """
    label = widest(columns)
    panels = panels_of(columns, label, units)
    if len(panels) > PANELS:
        rest = f"{rest} {len(panels) - PANELS} more panels would not fit.".strip()
    if len(panels) == 1 and (alone := next(iter(panels))):
        title = f"{title}, {alone}"
    head = f"{title}\n{rest}" if rest else title
    if len(panels) <= 1:
        return curves_figure(curves, axis_label(label, units), ylabel, head, y)
    first = dict(list(panels.items())[:PANELS])
    return panels_figure(curves, first, axis_label(label, units), head, ylabel, y)


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
    label = widest(columns) if x is None else named(x, table.keys, "key")
    if lines is None:
        shown, _ = scan_lines(table, zeros=False)
    else:
        shown = [named(line, table.lines, "line") for line in ([lines] if isinstance(lines, str) else lines)]
    draw_grid(axes, _curves(table, label, shown), columns, label, table.units, table.title)


def draw_grid(
    axes: Axes,
    curves: Sequence[Curve],
    columns: Mapping[str, F64],
    label: str,
    units: Mapping[str, str],
    title: str,
    ylabel: str = YLABEL,
    y: tuple[float, float] = WHOLE,
) -> None:
    """Draw curves against ``label`` on axes, one for each combination of the other keys (see `figure_of`)."""
    # What all points have in common is in the title.
    fixed = {key: x[0] for key, x in columns.items() if key != label and len(np.unique(x)) == 1}
    differing = {key: x for key, x in columns.items() if key not in fixed}
    head = ", ".join([short(title, LABEL), *(_said(key, value, units) for key, value in fixed.items())])
    parts: list[Curve] = []
    for name, *values in curves:
        for others, points in panels_of(differing, label, units).items():
            part = [np.asarray(column)[points] for column in values]
            rising = np.argsort(part[0], kind="stable")
            parts.append((f"{name}, {others}" if others else name, *(column[rising] for column in part)))  # type: ignore[arg-type]
    draw_curves(axes, parts, axis_label(label, units), ylabel, head, y)
    legend(axes, loc="best")


def axis_label(key: str, units: Mapping[str, str]) -> str:
    """Return a key of the grid with its unit."""
    unit = units.get(key, "")
    return f"{key} ({unit})" if unit else key


def _parameters(table: EfficiencyTable) -> dict[str, F64]:
    """Return the values of the grid's keys at each point."""
    return {key: table.array(key, table.lines[0]) for key in table.keys}


def widest(columns: Mapping[str, F64]) -> str:
    """Return the key with most values; ``point`` where there is none."""
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


def panels_of(columns: Mapping[str, F64], label: str, units: Mapping[str, str]) -> dict[str, list[int]]:
    """Return which points have each combination of the other keys."""
    panels: dict[str, list[int]] = {}
    for point in range(len(next(iter(columns.values()), np.zeros(1)))):
        others = (_said(key, values[point], units) for key, values in columns.items() if key != label)
        panels.setdefault(", ".join(others), []).append(point)
    return panels


def _said(key: str, value: float, units: Mapping[str, str]) -> str:
    return f"{key} = {value:g} {units.get(key, '')}".strip()
