"""Figures in the house style, and how they become files (`trigemu.render.svg` writes the pictures of pages).

Figures are drawn without pyplot, so there is no global state and no display.  Text and axes have the colour `INK`.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trigemu.plain import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1b2331"
COLOURS = ("#3b6fd4", "#d1495b", "#2a9d8f", "#e09f3e", "#8e6bbf", "#5f7d95", "#b5651d", "#4d908e")
"""Of parts of detectors; series of values have marks (`trigemu.render.marks`)."""

LABEL = 80
"""Characters of a title or label in a picture."""


def literal(text: str, most: int = LABEL) -> str:
    r"""Return a text from outside as matplotlib draws it letter by letter: ``$`` does not begin a formula."""
    shown = short(text, most).replace("$", r"\$")
    # What begins with an underscore would be missing in legends.
    return f" {shown}" if shown.startswith("_") else shown


def import_matplotlib() -> None:
    """Import matplotlib, whatever MPLBACKEND says: an unknown backend stops the import, and files need none."""
    if "matplotlib" in sys.modules:
        return
    wanted = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    finally:
        if wanted is not None:
            os.environ["MPLBACKEND"] = wanted
    if wanted:
        # What pyplot of a notebook draws with; one that does not exist is not taken.
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = wanted


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


def pyplot_axes(width: float = 6.4, height: float = 3.8) -> Axes:
    """Return axes in the house style in a new figure of pyplot, which notebooks and ``pyplot.show`` show (inches)."""
    import_matplotlib()
    from matplotlib import pyplot

    _, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
    style(axes)
    return axes


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
