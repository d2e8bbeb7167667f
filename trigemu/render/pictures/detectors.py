"""Parts of pictures of detectors: seen along the beams, and cells of a calorimeter unrolled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64
from trigemu.render.pictures.canvas import INK, import_matplotlib, legend, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def circles(axes: Axes, radii: Iterable[float]) -> None:
    """Draw thin circles around the beams."""
    turn = np.linspace(0.0, 2.0 * np.pi, 181)
    for radius in radii:
        axes.plot(radius * np.cos(turn), radius * np.sin(turn), color=INK, alpha=0.15, linewidth=0.5)


def wedges(
    axes: Axes,
    middle: NDArray[np.floating[Any]],
    width: float,
    radii: tuple[float, float],
    label: str,
    colour: str,
    *,
    outline: bool = False,
) -> None:
    """Draw ring sectors: azimuths of their middles and their width in degrees, radii in mm."""
    import_matplotlib()
    from matplotlib.patches import Wedge

    style = (
        {"facecolor": "none", "edgecolor": colour, "linewidth": 1.2}
        if outline
        else {"facecolor": colour, "edgecolor": "none", "alpha": 0.6}
    )
    for k, angle in enumerate(middle):
        first, last = angle - 0.5 * width, angle + 0.5 * width
        own = {"label": label} if k == 0 and label else {}
        axes.add_patch(Wedge((0.0, 0.0), radii[1], first, last, width=radii[1] - radii[0], **style, **own))


def finish_across(axes: Axes, edge: float, title: str) -> None:
    """Give a picture along the beams its limits (mm), title and legend."""
    axes.set(xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal", xlabel="x [mm]", ylabel="y [mm]")
    axes.grid(visible=False)
    axes.set_title(title, fontsize="medium", loc="left", color=INK)
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.09), ncols=4)


def unrolled(
    boxes: F64,
    energy: F64,
    colours: tuple[float, float],
    least: float,
    label: str = "energy in the cell [GeV]",
) -> tuple[Figure, Axes]:
    """Return a figure of a calorimeter's cells, coloured by their energies.

    Parameters
    ----------
    boxes
        float64[n, 3]: left edge, width and row (its middle) of each cell.
    energy
        float64[n], GeV.
    colours
        Lowest and highest energy of the colours, GeV.
    least
        Energy above which a cell is coloured, GeV.
    label
        Of the colours.
    """
    import_matplotlib()
    from matplotlib.collections import PatchCollection
    from matplotlib.colors import LogNorm
    from matplotlib.patches import Rectangle

    figure, axes = new_figure(7.2, 4.4)
    patches = [Rectangle((left, row - 0.5), width, 1.0) for left, width, row in boxes]
    axes.add_collection(PatchCollection(patches, facecolor="none", edgecolor=INK, alpha=0.25, linewidth=0.3))
    lit = np.flatnonzero(energy > least)
    cells = PatchCollection([patches[cell] for cell in lit], cmap="viridis_r", norm=LogNorm(*colours))
    cells.set_array(energy[lit])
    axes.add_collection(cells)
    bar = figure.colorbar(cells, ax=axes, label=label)
    bar.ax.tick_params(colors=INK, which="both")
    bar.ax.yaxis.label.set_color(INK)
    bar.outline.set_visible(False)
    axes.grid(visible=False)
    return figure, axes
