"""Pictures of scans: efficiency against a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trigemu.measure.table import EfficiencyTable
from trigemu.plain import short
from trigemu.render.pictures.canvas import LABEL
from trigemu.render.pictures.curves import Curve, curves_figure, panels_figure
from trigemu.render.shown import most_efficient

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANELS = 12
"""Most panels of a picture."""


def efficiency_figure(table: EfficiencyTable) -> Figure:
    """Return acceptance and efficiencies against the grid's key with most values (or the point's number).

    Each combination of the other keys has a panel of its own, the first `PANELS` of them.  Of many lines only the
    most efficient are drawn, and lines that never passed are not.
    """
    shown, rest = most_efficient(
        {line: table.array("value", line).tolist() for line in table.lines}, zeros=False
    )
    first = table.lines[0]
    points = len(table.rows) // len(table.lines)
    columns = {key: table.array(key, first) for key in table.keys}
    label = max(columns, key=lambda key: len(np.unique(columns[key])), default="point")
    x = columns.get(label, np.arange(points, dtype=np.float64))
    bounds = ("acceptance", "acceptance_low", "acceptance_high")
    curves: list[Curve] = [("acceptance", x, *(table.array(n, first) for n in bounds))]  # type: ignore[list-item]
    for line in shown:
        curves.append((line, x, *(table.array(n, line) for n in ("value", "low", "high"))))  # type: ignore[arg-type]
    title = f"{table.experiment}: {short(table.title, LABEL)}"
    panels: dict[str, list[int]] = {}
    for point in range(points):
        others = (f"{key} = {values[point]:g}" for key, values in columns.items() if key != label)
        panels.setdefault(", ".join(others), []).append(point)
    if len(panels) > PANELS:
        rest = f"{rest} {len(panels) - PANELS} more panels would not fit.".strip()
    if len(panels) == 1 and (alone := next(iter(panels))):
        title = f"{title}, {alone}"
    head = f"{title}\n{rest}" if rest else title
    if len(panels) <= 1:
        return curves_figure(curves, label, "acceptance, efficiency", head)
    return panels_figure(curves, dict(list(panels.items())[:PANELS]), label, head)
