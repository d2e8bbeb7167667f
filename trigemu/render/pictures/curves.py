"""Points with errors against a parameter, in one picture or in panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trigemu.render.marks import mark, spread
from trigemu.render.pictures.canvas import (
    INK,
    LABEL,
    literal,
    new_figure,
    style,
)
from trigemu.render.svg.scale import far_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = tuple[str, Sequence[float], Sequence[float], Sequence[float], Sequence[float]]
"""Label, x, value, low, high."""


WHOLE = (0.0, 1.0)
"""Range of fractions."""

LINE = 0.16
"""Inches that the name of a series needs."""


def curves_figure(
    curves: Sequence[Curve], xlabel: str, ylabel: str, title: str = "", y: tuple[float, float] = WHOLE
) -> Figure:
    """Return points with asymmetric error bars, each series with its name where it ends (see `draw_curves`)."""
    figure, axes = new_figure(height=max(3.8, LINE * len(curves) + 1.2))
    draw_curves(axes, curves, xlabel, ylabel, title, y)
    name_ends(axes, curves)
    return figure


def draw_curves(
    axes: Axes,
    curves: Sequence[Curve],
    xlabel: str,
    ylabel: str,
    title: str = "",
    y: tuple[float, float] = WHOLE,
) -> None:
    """Draw points with asymmetric error bars on axes, one mark per curve; ``y`` is the range of the upright axis."""
    for index, (label, x, value, low, high) in enumerate(curves):
        centre = np.asarray(value, np.float64)
        errors = np.clip([centre - np.asarray(low), np.asarray(high) - centre], 0.0, None)
        axes.errorbar(
            np.asarray(x, np.float64),
            centre,
            yerr=errors,
            label=literal(label),
            linewidth=1.1,
            elinewidth=0.9,
            capsize=1.5,
            **_style(index),
            linestyle=(0, mark(index).dash) if mark(index).dash else "solid",
        )
    if far_apart(value for _, x, *_ in curves for value in np.asarray(x, np.float64).tolist()):
        axes.set_xscale("log")
    length = y[1] - y[0]
    axes.set_ylim(y[0] - 0.02 * length, y[1] + 0.04 * length)
    axes.set_xlabel(literal(xlabel))
    axes.set_ylabel(literal(ylabel))
    axes.set_title(_lines(title), fontsize="medium", loc="left", color=INK)


def _style(index: int) -> dict[str, Any]:
    style = mark(index)
    return {
        "color": style.colour,
        "marker": style.marker,
        "markersize": 4.5,
        "markerfacecolor": "white" if style.hollow else style.colour,
        "markeredgewidth": 1.1,
    }


def name_ends(axes: Axes, curves: Sequence[Curve]) -> None:
    """Write the name of each series to the right of where it ends, none on another, with its mark and a thin line."""
    low, high = axes.get_ylim()
    ends = [_end(x, value) for _, x, value, *_ in curves]
    # From the top, in shares of the height.
    places = [1.0 if end is None else (high - end[1]) / (high - low) for end in ends]
    order = sorted(range(len(curves)), key=lambda index: places[index])
    # The axes are about an inch lower than the figure.
    apart = LINE / max(float(axes.figure.get_figheight()) - 1.0, LINE)  # type: ignore[union-attr]
    for index, place in zip(order, spread([places[i] for i in order], apart, 0.0, 1.0), strict=True):
        style, end = _style(index), ends[index]
        frame = axes.transAxes
        axes.plot([1.04], [1.0 - place], transform=frame, clip_on=False, linestyle="none", **style)
        axes.text(
            *(1.06, 1.0 - place, literal(curves[index][0], 40)),
            transform=frame,
            va="center",
            fontsize="small",
            color=INK,
        )
        if end is not None:
            joined = {
                "arrowstyle": "-",
                "linewidth": 0.5,
                "color": style["color"],
                "shrinkA": 0,
                "shrinkB": 0,
            }
            axes.annotate("", end, (1.03, 1.0 - place), textcoords="axes fraction", arrowprops=joined)


def _end(x: Sequence[float], value: Sequence[float]) -> tuple[float, float] | None:
    points = [(a, b) for a, b in zip(x, value, strict=True) if np.isfinite(b)]
    return points[-1] if points else None


def _lines(text: str) -> str:
    """Return a title of one or two lines as it is drawn."""
    return "\n".join(literal(line, 2 * LABEL) for line in text.split("\n")[:3])


def panels_figure(
    curves: Sequence[Curve],
    panels: Mapping[str, list[int]],
    xlabel: str,
    title: str,
    ylabel: str,
    y: tuple[float, float] = WHOLE,
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
        draw_curves(axes, part, xlabel, ylabel, name, y)
    figure.suptitle(_lines(title), fontsize="medium", x=0.01, ha="left", color=INK)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(curves), 5), frameon=False, labelcolor=INK
    )
    return figure
