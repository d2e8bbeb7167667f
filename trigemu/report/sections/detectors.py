"""What the detectors saw: the monitoring histograms of a run."""

from __future__ import annotations

from typing import Any

import numpy as np

from trigemu.render.html.page import figure, plots
from trigemu.render.html.text import paragraph
from trigemu.render.svg.histograms import histogram, remark
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals


def detectors(setup: Setup[Any], totals: RunTotals) -> list[str]:
    """Return the histograms that are not empty, and a sentence that names those that are."""
    figures, empty = [], []
    for name, spec in setup.histograms.items():
        counts = totals.monitor.get(name)
        if counts is None:
            continue
        if np.any(counts):
            figures.append(figure(histogram(spec, counts), spec.title, remark(spec, counts)))
        else:
            empty.append(spec.title)
    if not figures:
        return []
    every = setup.config.record.monitor_every
    sampled = "Filled from every frame." if every == 1 else f"Filled from one frame in {every}."
    said = f" Without any entry: {'; '.join(empty)}." if empty else ""
    return [plots(figures), paragraph(sampled + said, "soft small")]
