"""Pictures of single BaBar crossings: across the beams, the calorimeter's towers unrolled, tracks along the beams.

Everything drawn is what level 1 itself worked out of the crossing's digis: nothing is fitted again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.geometry import (
    AXIAL,
    CELLS,
    CHANNEL_FIRST,
    DEPTH,
    FINE,
    MIDDLE,
    OFFSET,
    RADIUS,
    WIRES,
    pivot_rows,
)
from trigemu.experiments.babar.emt.geometry import COLUMNS, ROWS, TOWERS
from trigemu.experiments.babar.glt.bins import CLUSTER_BINS, TRACK_BINS
from trigemu.experiments.babar.records import Level1
from trigemu.experiments.babar.sources import DCH
from trigemu.experiments.babar.trigger import BabarTrigger
from trigemu.measure import crossings
from trigemu.measure.offline import make_frames
from trigemu.render.pictures.canvas import COLOURS, INK, legend, new_figure
from trigemu.render.pictures.detectors import circles, finish_across, unrolled, wedges
from trigemu.setup.experiment import Setup

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Crossing = crossings.Crossing[Babar, Level1]
"""One crossing of a frame and what level 1 found in the whole frame."""

TRACK_MM = {"b": (830.0, 860.0), "a": (865.0, 895.0), "aprime": (900.0, 930.0)}
"""Radii between which the bins of tracks are drawn (chosen)."""

CLUSTER_MM = {"m": (960.0, 990.0), "g": (995.0, 1025.0), "e": (1030.0, 1060.0)}
"""Radii between which the bins of clusters are drawn (chosen)."""

TRACK_LABELS = {"b": "short track (B)", "a": "long track (A)", "aprime": "high momentum (A')"}
CLUSTER_LABELS = {"m": "cluster (M)", "g": "0.3 GeV (G)", "e": "0.8 GeV (E)"}

SHOWN_GEV = 0.02
"""Energy of a tower from which on it is coloured: that of a crystal that counts."""

WEIGHTS = ((1, "low quality", 6.0), (2, "three layers", 12.0), (3, "four layers", 18.0))
"""Weight of a segment, label, size."""


def crossings_of(setup: Setup[Babar], frame: int = 0) -> list[Crossing]:
    """Make a frame, let level 1 decide it, and return its crossings."""
    (made,) = make_frames(setup, [frame])
    found = BabarTrigger(setup).level1(made)
    return [crossings.Crossing(setup, made, found, number) for number in range(len(found.decision.lines))]


def write_display(setup: Setup[Babar], folder: Path, frame: int = 0, event: int = 0) -> list[Path]:
    """Write the pictures of one crossing as PNG and SVG into a folder (made if need be) and return the files.

    Raises
    ------
    InputError
        The frame has no such crossing; then no folder is made.
    """
    crossing = crossings.chosen(crossings_of(setup, frame), frame, event)
    figures = {"across": across_figure(crossing), "towers": towers_figure(crossing)}
    if crossing.found.z_tracks is not None:
        figures["along"] = along_figure(crossing)
    return crossings.write_pictures(figures, folder)


def wire_places(channel: NDArray[np.integer]) -> tuple[F64, F64]:
    """Return x, y in mm of wires in their middle."""
    layer = np.searchsorted(CHANNEL_FIRST, channel, side="right") - 1
    phi = 2.0 * np.pi * (channel - CHANNEL_FIRST[layer] + OFFSET[layer]) / WIRES[layer]
    return RADIUS[layer] * np.cos(phi), RADIUS[layer] * np.sin(phi)


def segment_places(
    superlayer: NDArray[np.integer], phi: NDArray[np.integer], pivot_layer: int
) -> tuple[F64, F64]:
    """Return x, y in mm of segments, in the middle of the wires; ``phi`` as in `records.Segments`."""
    row = pivot_rows(pivot_layer)[superlayer]
    azimuth = 2.0 * np.pi * (phi / FINE + OFFSET[row]) / CELLS[superlayer]
    return RADIUS[row] * np.cos(azimuth), RADIUS[row] * np.sin(azimuth)


def bins_of(maps: NDArray[np.unsignedinteger], crossing: Crossing, bins: int) -> I64:
    """Return the bins that are set in any tick of this crossing; ``maps``: unsigned[n, ticks]."""
    word = int(np.bitwise_or.reduce(maps[crossing.number]))
    return np.flatnonzero([word >> k & 1 for k in range(bins)])


def across_figure(crossing: Crossing) -> Figure:
    """Return the drift chamber seen along the beams, with the bins of tracks and clusters around it.

    Dots are wires hit, squares segments (larger ones of better quality), both in the middle of the wires; rings outside
    are the bins of objects that the global trigger gets, in any tick.
    """
    found, section = crossing.found, crossing.setup.section
    figure, axes = new_figure(6.4, 6.9)
    circles(axes, np.concatenate([RADIUS[::DEPTH] - 6.0, RADIUS[DEPTH - 1 :: DEPTH] + 6.0]))
    x, y = wire_places(np.asarray(crossing.own(crossing.frame[DCH])["channel"], np.int64))
    axes.scatter(x, y, s=2.0, color=INK, alpha=0.5, linewidths=0, label="wire hit")
    own = crossing.rows(found.segments.offsets)
    superlayer, weight = (
        column[own].astype(np.int64) for column in (found.segments.superlayer, found.segments.weight)
    )
    x, y = segment_places(superlayer, found.segments.phi[own].astype(np.int64), section.dct.tsf.pivot_layer)
    axial = np.isin(superlayer, AXIAL)
    for kind, colour, name in ((axial, COLOURS[0], "axial"), (~axial, COLOURS[2], "stereo")):
        for least, label, size in WEIGHTS:
            mine = kind & (weight == least)
            shown = f"{name} segment" if label == "four layers" else None
            axes.scatter(x[mine], y[mine], s=size, marker="s", color=colour, linewidths=0, label=shown)
    width = 360.0 / TRACK_BINS
    for (name, radii), colour in zip(TRACK_MM.items(), (COLOURS[3], COLOURS[1], COLOURS[4]), strict=True):
        bins = bins_of(getattr(found.tracks, name), crossing, TRACK_BINS)
        wedges(axes, (bins + 0.5) * width, width - 1.0, radii, TRACK_LABELS[name], colour)
    width = 360.0 / CLUSTER_BINS
    begin = section.glt.match.cluster_degrees
    for (name, radii), colour in zip(CLUSTER_MM.items(), (COLOURS[5], COLOURS[6], COLOURS[7]), strict=True):
        bins = bins_of(getattr(found.emt, name), crossing, CLUSTER_BINS)
        wedges(axes, begin + (bins + 0.5) * width, width - 1.0, radii, CLUSTER_LABELS[name], colour)
    finish_across(axes, CLUSTER_MM["e"][1] + 15.0, f"Across the beams: {crossing.title}")
    return figure


def tower_energies(crossing: Crossing) -> F64:
    """Return float64[280] in GeV, the energy of each tower's crystals above the cut."""
    found = crossing.found.emt
    own = crossing.rows(found.offsets)
    return np.asarray(np.bincount(found.tower[own], 1e-4 * found.energy[own], TOWERS), np.float64)


def towers_figure(crossing: Crossing) -> Figure:
    """Return the calorimeter's towers unrolled: energies, and below them the bins of M, G and E."""
    number = np.arange(TOWERS)
    width = 360.0 / COLUMNS
    shift = width * crossing.setup.section.emt.column_shift
    boxes = np.stack([number % COLUMNS * width + shift, np.full(TOWERS, width), number // COLUMNS], axis=1)
    figure, axes = unrolled(
        boxes, tower_energies(crossing), (SHOWN_GEV, 5.0), 0.0, "energy in the tower [GeV]"
    )
    begin, width = crossing.setup.section.glt.match.cluster_degrees, 360.0 / CLUSTER_BINS
    for place, ((name, label), colour) in enumerate(
        zip(CLUSTER_LABELS.items(), (COLOURS[5], COLOURS[6], COLOURS[7]), strict=True)
    ):
        bins = bins_of(getattr(crossing.found.emt, name), crossing, CLUSTER_BINS)
        if len(bins):
            y = np.full(len(bins), ROWS + 0.2 + 0.6 * place)
            axes.barh(y, width, 0.45, begin + bins * width, color=colour, label=label)
    axes.set(xlim=(shift, 360.0 + shift), ylim=(ROWS + 1.8, -0.5), xlabel="azimuth [deg]")
    axes.set_yticks([0, 1, 6], ["endcap", "front", "back"])
    axes.set_title(f"Trigger towers: {crossing.title}", fontsize="medium", loc="left", color=INK)
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=4)
    return figure


def along_figure(crossing: Crossing) -> Figure:
    """Return the z trigger's tracks in radius and z: where they come from, and how far they are measured."""
    found = crossing.found.z_tracks
    assert found is not None  # noqa: S101 asked for only where there are some
    figure, axes = new_figure(7.2, 3.8)
    own = crossing.rows(found.offsets)
    outer = 0.1 * float(RADIUS[-1])
    for z0, slope, passed in zip(found.z0[own], found.tan_lambda[own], found.passed[own], strict=True):
        colour = COLOURS[1] if passed else COLOURS[5]
        axes.plot([z0, z0 + slope * outer], [0.0, outer], color=colour, linewidth=0.9, alpha=0.8)
    axes.plot([], [], color=COLOURS[1], label="passes a decision")
    axes.plot([], [], color=COLOURS[5], label="passes none")
    axes.axhspan(0.1 * float(RADIUS[0]), outer, color=INK, alpha=0.07, linewidth=0)
    axes.axvline(0.1 * MIDDLE, color=INK, linewidth=0.5, linestyle=":")
    axes.set(xlim=(-105.0, 178.0), ylim=(0.0, outer), xlabel="z [cm]", ylabel="radius [cm]")
    axes.set_title(f"Tracks of the z trigger: {crossing.title}", fontsize="medium", loc="left", color=INK)
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    return figure
