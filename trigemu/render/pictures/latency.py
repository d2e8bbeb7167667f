"""Latencies against percentiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trigemu.render.pictures.canvas import COLOURS, legend, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
