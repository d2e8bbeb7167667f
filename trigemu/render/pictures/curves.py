"""Points with errors against a parameter, in one picture or in panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trigemu.render.pictures.canvas import (
    COLOURS,
    INK,
    LABEL,
    MARKERS,
    legend,
    literal,
    new_figure,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = tuple[str, Sequence[float], Sequence[float], Sequence[float], Sequence[float]]
"""Label, x, value, low, high."""


def curves_figure(curves: Sequence[Curve], xlabel: str, ylabel: str, title: str = "") -> Figure:
    """Return points with asymmetric error bars, one colour per curve, on a scale from 0 to 1."""
    figure, axes = new_figure()
    draw_curves(axes, curves, xlabel, ylabel, title)
    if curves:
        legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=min(len(curves), 5))
    return figure


def draw_curves(axes: Axes, curves: Sequence[Curve], xlabel: str, ylabel: str, title: str = "") -> None:
    """Draw points with asymmetric error bars on axes, one colour and mark per curve, on a scale from 0 to 1."""
    for index, (label, x, value, low, high) in enumerate(curves):
        centre = np.asarray(value, np.float64)
        errors = np.clip([centre - np.asarray(low), np.asarray(high) - centre], 0.0, None)
        axes.errorbar(
            np.asarray(x, np.float64),
            centre,
            yerr=errors,
            label=literal(label),
            color=COLOURS[index % len(COLOURS)],
            marker=MARKERS[(index + index // len(COLOURS)) % len(MARKERS)],
            markersize=4.5,
            linewidth=1.1,
            capsize=2.5,
        )
    axes.set_ylim(-0.02, 1.06)
    axes.set_xlabel(literal(xlabel))
    axes.set_ylabel(literal(ylabel))
    axes.set_title(_lines(title), fontsize="medium", loc="left", color=INK)


def _lines(text: str) -> str:
    """Return a title of one or two lines as it is drawn."""
    return "\n".join(literal(line, 2 * LABEL) for line in text.split("\n")[:3])


def panels_figure(
    curves: Sequence[Curve], panels: Mapping[str, list[int]], xlabel: str, title: str
) -> Figure:
    """Return the same curves in panels: name of a panel -> which of the points it shows."""
    wide = min(len(panels), 2)
    high = -(-len(panels) // wide)
    figure, unused = new_figure(3.9 * wide, 2.9 * high + 0.8)
    unused.remove()
    for index, (name, points) in enumerate(panels.items()):
        axes = figure.add_subplot(high, wide, index + 1)
        style(axes)
        part: list[Curve] = [(label, *(np.asarray(c)[points] for c in rest)) for label, *rest in curves]  # type: ignore[misc]
        draw_curves(axes, part, xlabel, "acceptance, efficiency", name)
    figure.suptitle(_lines(title), fontsize="medium", x=0.01, ha="left", color=INK)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(curves), 5), frameon=False, labelcolor=INK
    )
    return figure
