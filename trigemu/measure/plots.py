"""Figures: efficiency against a parameter, monitoring histograms and maps, latency percentiles.

Figures are drawn without pyplot, so there is no global state and no display.  Text and axes have the
colour `INK`,
which `to_svg` turns into the colour of the surrounding text: the pictures follow a page's light or dark
theme.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from trigemu.measure.shown import most_efficient
from trigemu.measure.table import EfficiencyTable
from trigemu.plain import short
from trigemu.setup.data import HistogramSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1b2331"
COLOURS = ("#3b6fd4", "#d1495b", "#2a9d8f", "#e09f3e", "#8e6bbf", "#5f7d95", "#b5651d", "#4d908e")
"""Distinguishable on white and on black."""

MARKERS = "osD^vPX<"

PANELS = 12
"""Most panels of a picture."""

LABEL = 80
"""Characters of a title or label in a picture."""

Curve = tuple[str, Sequence[float], Sequence[float], Sequence[float], Sequence[float]]
"""Label, x, value, low, high."""


def literal(text: str, most: int = LABEL) -> str:
    r"""Return a text from outside as matplotlib draws it letter by letter: ``$`` does not begin a formula."""
    shown = short(text, most).replace("$", r"\$")
    # What begins with an underscore would be missing in legends.
    return f" {shown}" if shown.startswith("_") else shown


def import_matplotlib() -> None:
    """Import matplotlib, whatever MPLBACKEND says: an unknown backend stops the import, and files need none."""
    wanted = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib  # noqa: F401
    finally:
        if wanted is not None:
            os.environ["MPLBACKEND"] = wanted


def new_figure(width: float = 6.4, height: float = 3.8) -> tuple[Figure, Axes]:
    """Return an empty figure (inches) with one pair of axes in the house style."""
    import_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    style(axes)
    return figure, axes


def style(axes: Axes) -> None:
    """Give axes the house style."""
    axes.tick_params(colors=INK, which="both")
    for name, spine in axes.spines.items():
        spine.set_color(INK)
        spine.set_visible(name in ("left", "bottom"))
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.grid(alpha=0.18, color=INK, linewidth=0.6)
    axes.set_axisbelow(True)


def legend(axes: Axes, **options: Any) -> None:
    """Add a legend without frame in the colour of the text; none where there is nothing to name."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, labelcolor=INK, fontsize="small", **options)


def curves_figure(curves: Sequence[Curve], xlabel: str, ylabel: str, title: str = "") -> Figure:
    """Return points with asymmetric error bars, one colour per curve, on a scale from 0 to 1."""
    figure, axes = new_figure()
    _draw_curves(axes, curves, xlabel, ylabel, title)
    if curves:
        legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=min(len(curves), 5))
    return figure


def _draw_curves(axes: Axes, curves: Sequence[Curve], xlabel: str, ylabel: str, title: str) -> None:
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
    return _panels_figure(curves, dict(list(panels.items())[:PANELS]), label, head)


def _panels_figure(
    curves: Sequence[Curve], panels: Mapping[str, list[int]], xlabel: str, title: str
) -> Figure:
    wide = min(len(panels), 2)
    high = -(-len(panels) // wide)
    figure, unused = new_figure(3.9 * wide, 2.9 * high + 0.8)
    unused.remove()
    for index, (name, points) in enumerate(panels.items()):
        axes = figure.add_subplot(high, wide, index + 1)
        style(axes)
        part: list[Curve] = [(label, *(np.asarray(c)[points] for c in rest)) for label, *rest in curves]  # type: ignore[misc]
        _draw_curves(axes, part, xlabel, "acceptance, efficiency", name)
    figure.suptitle(_lines(title), fontsize="medium", x=0.01, ha="left", color=INK)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(curves), 5), frameon=False, labelcolor=INK
    )
    return figure


def histogram_figure(spec: HistogramSpec, counts: NDArray[np.int64]) -> Figure:
    """Return a monitoring histogram: steps for one axis, a map (first axis to the right) for two."""
    if len(spec.shape) == 1:
        figure, axes = new_figure()
        edges = np.linspace(spec.low[0], spec.high[0], spec.shape[0] + 1)
        axes.stairs(counts.reshape(spec.shape), edges, color=COLOURS[0], fill=True, alpha=0.35)
        axes.stairs(counts.reshape(spec.shape), edges, color=COLOURS[0], linewidth=1.2)
        axes.set_xlim(spec.low[0], spec.high[0])
    else:
        figure, axes = new_figure(5.4, 4.6)
        extent = (spec.low[0], spec.high[0], spec.low[1], spec.high[1])
        # Cells that never saw a hit stay transparent: holes and the beam pipe show as what they are.
        cells = np.ma.masked_equal(counts.reshape(spec.shape).T, 0)
        aspect: Literal["equal", "auto"] = "equal" if "mm" in spec.xlabel and "mm" in spec.ylabel else "auto"
        image = axes.imshow(
            cells, origin="lower", extent=extent, cmap="viridis", aspect=aspect, interpolation="none"
        )
        axes.grid(visible=False)
        bar = figure.colorbar(image, ax=axes)
        bar.ax.tick_params(colors=INK)
        bar.outline.set_visible(False)
    axes.set_xlabel(literal(spec.xlabel))
    axes.set_ylabel(literal(spec.ylabel))
    axes.set_title(literal(spec.title), fontsize="medium", loc="left", color=INK)
    return figure


def latency_figure(stages: Mapping[str, Sequence[float]], quantiles: Sequence[float]) -> Figure:
    """Return latency against percentile, nines on a logarithmic axis; values in us."""
    figure, axes = new_figure()
    x = 1.0 / (1.0 - np.asarray(quantiles, np.float64))
    for index, (stage, values) in enumerate(stages.items()):
        axes.plot(
            x, np.maximum(values, 1e-3), label=stage, color=COLOURS[index % len(COLOURS)], linewidth=1.4
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks([2, 10, 100, 1000, 10000], ["50 %", "90 %", "99 %", "99.9 %", "99.99 %"])
    axes.minorticks_off()
    axes.set_xlabel("percentile")
    axes.set_ylabel("latency (us)")
    if stages:
        legend(axes)
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure on white; the suffix gives the format."""
    with _any_letters():
        figure.savefig(
            path, dpi=150, facecolor="white", metadata={"Date": None} if path.suffix == ".svg" else None
        )


@contextmanager
def _any_letters() -> Iterator[None]:
    """Draw a box for a letter that the font lacks, without a warning for each."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support .* natively")
        yield


def to_svg(figure: Figure, prefix: str, title: str) -> str:
    """Return an ``<svg>`` element for a page; ids start with ``prefix`` so that pictures do not clash."""
    import matplotlib as mpl

    text = io.StringIO()
    with _any_letters(), mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": prefix}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-").replace('href="#', f'href="#{prefix}-')
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
