"""Values with errors, one row per name: rates of lines, efficiencies of signals, pulls of published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from trigemu.render.marks import mark
from trigemu.render.pictures.canvas import legend, literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.27
"""Inches per row."""

AROUND = 1.3
"""Inches for title and axis."""


@dataclass(frozen=True, slots=True)
class Points:
    """One value per row (nan: none), its interval (nan: no errors), and whether it is only an upper limit."""

    label: str
    value: ArrayLike
    low: ArrayLike
    high: ArrayLike
    limit: ArrayLike = False


def draw_rows(
    axes: Axes, names: Sequence[str], points: Sequence[Points], xlabel: str, title: str = ""
) -> float:
    """Draw one row per name, the first on top, and return the height (inches) that a figure of so many rows wants."""
    place = -np.arange(len(names), dtype=np.float64)
    step = 0.5 / max(len(points), 1)
    for index, each in enumerate(points):
        at = place - step * (index - 0.5 * (len(points) - 1))
        style = mark(index)
        colour, marker = style.colour, style.marker
        value, low, high = (np.asarray(x, np.float64) for x in (each.value, each.low, each.high))
        limit = np.broadcast_to(np.asarray(each.limit, np.bool_), value.shape) & np.isfinite(high)
        measured = np.isfinite(value) & ~limit
        errors = np.nan_to_num(np.clip([value - low, high - value], 0.0, None))
        axes.errorbar(
            value[measured],
            at[measured],
            xerr=errors[:, measured],
            label=literal(each.label),
            color=colour,
            marker=marker,
            linestyle="none",
            markersize=4.5,
            capsize=2.0,
        )
        # The end of the interval of a line without counts: it points to where the value is.
        axes.plot(high[limit], at[limit], color=colour, marker=8, linestyle="none", markersize=6.0)
    axes.set_yticks(place, [literal(name, 40) for name in names])
    # A row of its own on top for the legend.
    top = 1 if len(points) > 1 else 0
    axes.set_ylim(place[-1] - 0.7 if len(names) else -1.0, 0.7 + top)
    axes.set_xlabel(literal(xlabel))
    axes.set_title(literal(title), fontsize="medium", loc="left")
    if top:
        legend(axes, loc="upper right", ncols=len(points), borderaxespad=0.1)
    return AROUND + ROW * (len(names) + top)
