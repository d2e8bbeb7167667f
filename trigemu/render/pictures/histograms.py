"""Histograms of one axis, and maps of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from trigemu.render.pictures.canvas import COLOURS, INK, literal, new_figure
from trigemu.setup.data import HistogramSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
