"""Monitoring histograms: steps of one axis, maps of two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.render.marks import COLOURS
from trigemu.render.numbers import number
from trigemu.render.svg.axes import ABOVE, BELOW, SMALL, WIDTH, across, axes, beside
from trigemu.render.svg.elements import FONT, box, label, line, n, path, picture
from trigemu.render.svg.png import coloured, data_url
from trigemu.render.svg.scale import Scale
from trigemu.setup.data import HistogramSpec

HEIGHT = 250.0

FAR = 50.0
"""Ratio of the largest to the middle cell of a map from which on its colours are logarithmic."""


def histogram(spec: HistogramSpec, counts: NDArray[np.int64]) -> str:
    """Return a histogram as an ``<svg>`` element (int64[shape]): steps for one axis, a map for two."""
    counts = np.asarray(counts).reshape(spec.shape)
    return _steps(spec, counts) if len(spec.shape) == 1 else _map(spec, counts)


def remark(spec: HistogramSpec, counts: NDArray[np.int64]) -> str:
    """Return what a histogram's picture does not say: entries, the part of the range that is shown, empty cells."""
    total = f"{number(int(counts.sum()))} entries"
    if len(spec.shape) == 2:
        empty = int(np.count_nonzero(counts == 0))
        share = f"{100 * empty / counts.size:.3g} %"
        return f"{total}; {number(empty)} of {number(counts.size)} cells are empty ({share}) and left blank"
    first, last = _filled(counts.reshape(spec.shape))
    if (first, last) == (0, spec.shape[0]):
        return total
    edges = _edges(spec)
    return f"{total}; nothing outside {number(edges[first])} to {number(edges[last])}"


def _edges(spec: HistogramSpec) -> NDArray[np.float64]:
    return np.linspace(spec.low[0], spec.high[0], spec.shape[0] + 1)


def _filled(counts: NDArray[np.int64]) -> tuple[int, int]:
    """Return the range of bins to show: without an end of more than a third of the axis where nothing is."""
    seen = np.flatnonzero(counts)
    bins = len(counts)
    if not len(seen):
        return 0, bins
    room = max(1, (seen[-1] - seen[0]) // 20)
    first, last = int(seen[0] - room), int(seen[-1] + 1 + room)
    return (first if first > bins / 3 else 0), (last if bins - last > bins / 3 else bins)


def _steps(spec: HistogramSpec, counts: NDArray[np.int64]) -> str:
    first, last = _filled(counts)
    edges, shown = _edges(spec)[first : last + 1], counts[first:last].tolist()
    up = Scale(0.0, max(*shown, 1) * 1.04, HEIGHT - BELOW, ABOVE)
    along = Scale(float(edges[0]), float(edges[-1]), beside(up, 5), WIDTH - 12)
    points = [(along.start, up.start)]
    for left, right, count in zip(edges[:-1].tolist(), edges[1:].tolist(), shown, strict=True):
        points += [(along(left), up(count)), (along(right), up(count))]
    points.append((along.end, up.start))
    parts = [*axes(along, up, spec.xlabel, spec.ylabel, most=(7, 5))]
    parts.insert(0, path(points, colour=COLOURS[0], width=1.1, fill=COLOURS[0], faint=0.28))
    return picture(WIDTH, HEIGHT, spec.title, parts)


def _map(spec: HistogramSpec, counts: NDArray[np.int64]) -> str:
    """Return a map, its first axis to the right; cells that never saw an entry stay blank."""
    room = WIDTH - 110.0
    alike = "mm" in spec.xlabel and "mm" in spec.ylabel
    ratio = (spec.high[1] - spec.low[1]) / (spec.high[0] - spec.low[0]) if alike else 0.7
    wide = min(room, 330.0 / ratio)
    height = ABOVE + wide * ratio + BELOW
    up = Scale(spec.low[1], spec.high[1], height - BELOW, ABOVE)
    left = beside(up)
    along = Scale(spec.low[0], spec.high[0], left, left + wide)
    largest = int(counts.max(initial=1))
    middle = float(np.median(counts[counts > 0])) if counts.any() else 1.0
    far = largest > FAR * middle
    cells = np.where(counts > 0, counts, np.nan).T[::-1].astype(np.float64)
    share = np.log(cells) / np.log(largest) if far else cells / largest
    image = data_url(coloured(share))
    parts = [
        box(left, up.end, wide, up.start - up.end, "currentColor", 0.05),
        f'<image x="{n(left)}" y="{n(up.end)}" width="{n(wide)}" height="{n(up.start - up.end)}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated" href="{image}"/>',
        *across(along, up.start, up.end, spec.xlabel),
        *_upright(up, along, spec.ylabel),
        *_bar(along.end + 14, up, Scale(1.0 if far else 0.0, max(largest, 2), up.start, up.end, log=far)),
    ]
    return picture(WIDTH, height, spec.title, parts)


def _upright(up: Scale, along: Scale, name: str) -> list[str]:
    ticks = up.ticks()
    parts = [line(along.start, up.start, along.start, up.end, faint=0.6), label(4.0, up.end - 9, name)]
    for value, shown in zip(ticks, up.texts(ticks), strict=True):
        parts.append(label(along.start - 6, up(value) + 0.35 * SMALL, shown, anchor="end", size=SMALL))
        parts.append(line(along.start - 3, up(value), along.start, up(value), faint=0.6))
    return parts


def _bar(x: float, up: Scale, scale: Scale) -> list[str]:
    """Return the bar that says which colour is which number of entries."""
    image = data_url(coloured(np.linspace(1.0, 0.0, 64)[:, None]))
    parts = [
        f'<image x="{n(x)}" y="{n(up.end)}" width="10" height="{n(up.start - up.end)}" '
        f'preserveAspectRatio="none" href="{image}"/>',
        label(x + 10, up.end - 9, "entries per cell", anchor="middle", size=FONT),
    ]
    ticks = [tick for tick in scale.ticks() if tick == int(tick)]
    for value, shown in zip(ticks, scale.texts(ticks), strict=True):
        parts.append(line(x + 10, scale(value), x + 13, scale(value), faint=0.6))
        parts.append(label(x + 15, scale(value) + 0.35 * SMALL, shown, size=SMALL))
    return parts
