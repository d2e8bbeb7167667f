"""Pictures of single Belle II crossings: the drift chamber across the beams, the Hough plane, the calorimeter.

Everything drawn is what the level-1 trigger itself worked out of the crossing's hits: nothing is fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.geometry import (
    AXIAL,
    CHANNEL_LAYER,
    CHANNEL_WIRE,
    RADIUS,
    SEGMENT_FIRST,
    SUPERLAYER,
    SUPERLAYERS,
    priority_wire,
    segment_superlayer,
    segment_wires,
    wire_position,
)
from trigemu.experiments.belle2.cdc.hough import axial_numbers
from trigemu.experiments.belle2.cdc.plane import CURVATURE, make_plane
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.ecl.cells import CELLS, theta_phi
from trigemu.experiments.belle2.level1 import Level1
from trigemu.experiments.belle2.records import Segments
from trigemu.experiments.belle2.sources import CDC, ECL
from trigemu.experiments.belle2.trigger import Belle2Trigger
from trigemu.measure import crossings
from trigemu.measure.offline import make_frames
from trigemu.render.pictures.canvas import COLOURS, INK, legend, new_figure
from trigemu.render.pictures.detectors import circles, finish_across, unrolled
from trigemu.setup.experiment import Setup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDES = ((1, ">", "right"), (2, "<", "left"), (3, "o", "side open"))
"""Value of ``left_right`` in `Segments`, marker, label."""

_AXIAL_COLOUR, _STEREO_COLOUR, _TRACK_COLOUR = COLOURS[0], COLOURS[2], COLOURS[1]
_THETAS, _BARREL_RING, _ENDCAP_RING = 17, 36.0, 32.0


@dataclass(frozen=True, slots=True, eq=False)
class Crossing(crossings.Crossing[Belle2, Level1]):
    """One crossing of a frame and what level 1 found in the whole frame."""

    @property
    def cdc(self) -> Cdc:
        """The drift chamber's configuration."""
        return self.setup.section.cdc


def crossings_of(setup: Setup[Belle2], frame: int = 0) -> list[Crossing]:
    """Make a frame, let level 1 decide it, and return its crossings."""
    (made,) = make_frames(setup, [frame])
    found = Belle2Trigger(setup).level1(made)
    return [Crossing(setup, made, found, number) for number in range(len(found.words))]


def crossing_of(setup: Setup[Belle2], frame: int = 0, event: int = 0) -> Crossing:
    """Return one crossing of a frame; raises as `trigemu.measure.crossings.chosen`."""
    return crossings.chosen(crossings_of(setup, frame), frame, event)


def write_display(setup: Setup[Belle2], folder: Path, frame: int = 0, event: int = 0) -> list[Path]:
    """Write the pictures of one crossing as PNG and SVG into a folder (made if need be) and return the files.

    Raises
    ------
    InputError
        As `crossing_of`; then no folder is made.
    """
    crossing = crossing_of(setup, frame, event)
    figures = {
        "chamber": chamber_figure(crossing),
        "hough": hough_figure(crossing),
        "calorimeter": calorimeter_figure(crossing),
    }
    return crossings.write_pictures(figures, folder)


def arc(phi0: float, omega: float, radius: F64) -> tuple[F64, F64]:
    """Return x, y (as ``radius``) of a track from the z axis where it first reaches these radii; nan beyond its turn.

    ``omega``: charge over radius of curvature, in one over the unit of ``radius``; positive tracks turn clockwise.
    """
    sine = 0.5 * omega * radius
    phi = phi0 - np.arcsin(np.where(np.abs(sine) <= 1.0, sine, np.nan))
    return radius * np.cos(phi), radius * np.sin(phi)


def pattern_channels(segments: Segments, rows: slice) -> I64:
    """Return the channels (int64, sorted, each once) of the wires that were hit in these segments' patterns."""
    wires = [segment_wires(superlayer) for superlayer in range(SUPERLAYERS)]
    hit: set[int] = set()
    numbers = segments.segment[rows].astype(np.int64)
    for number, superlayer, pattern in zip(
        numbers, segment_superlayer(numbers), segments.pattern[rows], strict=True
    ):
        own = wires[superlayer][number - SEGMENT_FIRST[superlayer]]
        hit.update(int(channel) for bit, channel in enumerate(own) if int(pattern) >> bit & 1)
    return np.array(sorted(hit), np.int64)


def chosen_rows(crossing: Crossing) -> I64:
    """Return the rows (int64) in `Segments` of the segments chosen for the crossing's tracks."""
    tracks = crossing.found.tracks
    cut = tracks.rel_offsets
    own = crossing.rows(tracks.offsets)
    relations = slice(int(cut[own.start]), int(cut[own.stop]))
    chosen = tracks.rel_segment[relations][tracks.rel_weight[relations] > 0]
    return np.unique(chosen).astype(np.int64)


def chamber_figure(crossing: Crossing) -> Figure:
    """Return the drift chamber seen along the beams, wires where they are at z = 0.

    Small dots are wires hit, larger ones those in a segment; markers are priority wires and say left or right; rings
    are segments chosen for a track; lines are 2D tracks.  Stereo wires of a track lie beside it at z = 0.
    """
    found = crossing.found
    figure, axes = new_figure(6.4, 6.6)
    for superlayer in range(SUPERLAYERS):
        circles(axes, RADIUS[np.flatnonzero(superlayer == SUPERLAYER)[[0, -1]]])
    hits = crossing.frame[CDC]
    channel = np.asarray(hits["channel"][crossing.rows(hits["offsets"])], np.int64)
    _wires(axes, channel, "wire hit", s=1.5, color=INK, alpha=0.45)
    own = crossing.rows(found.segments.offsets)
    _wires(axes, pattern_channels(found.segments, own), "wire in a segment", s=4.0, color=INK)
    _segments(axes, found.segments, own)
    _rings(axes, found.segments, chosen_rows(crossing))
    path = np.linspace(0.0, RADIUS[-1], 200)
    for index in range(*crossing.rows(found.tracks.offsets).indices(len(found.tracks.phi0))):
        x, y = arc(found.tracks.phi0[index], found.tracks.omega[index] / 10.0, path)
        axes.plot(x, y, color=_TRACK_COLOUR, linewidth=1.0)
    finish_across(axes, 1.03 * float(RADIUS[-1]), f"Drift chamber at z = 0: {crossing.title}")
    return figure


def _wires(axes: Axes, channel: I64, label: str, **style: float | str) -> None:
    x, y = wire_position(CHANNEL_LAYER[channel], CHANNEL_WIRE[channel], 0.0)
    axes.scatter(x, y, label=label, linewidths=0, **style)  # type: ignore[arg-type]


def _segments(axes: Axes, segments: Segments, rows: slice) -> None:
    numbers, side = segments.segment[rows], segments.left_right[rows]
    x, y = wire_position(*priority_wire(numbers, segments.position[rows]), 0.0)
    axial = np.isin(segment_superlayer(numbers), AXIAL)
    for colour, kind, name in ((_AXIAL_COLOUR, axial, "axial"), (_STEREO_COLOUR, ~axial, "stereo")):
        for value, marker, label in SIDES:
            mine = kind & (side == value)
            axes.scatter(
                x[mine], y[mine], s=16, marker=marker, color=colour, linewidths=0, label=f"{name}, {label}"
            )


def _rings(axes: Axes, segments: Segments, rows: I64) -> None:
    x, y = wire_position(*priority_wire(segments.segment[rows], segments.position[rows]), 0.0)
    axes.scatter(
        x, y, s=60, facecolors="none", edgecolors=_TRACK_COLOUR, linewidths=1.0, label="chosen for a track"
    )


def meeting_superlayers(crossing: Crossing) -> NDArray[np.uint8]:
    """Return uint8[phi cells, curvature cells]: how many axial superlayers' curves meet in each cell."""
    config, segments = crossing.cdc, crossing.found.segments
    own = crossing.rows(segments.offsets)
    number, layer = axial_numbers()
    windows = make_plane(config).levels[-1]
    met = np.zeros((len(AXIAL), config.phi_cells), np.uint64)
    for segment, position in zip(segments.segment[own], segments.position[own], strict=True):
        axial = int(layer[segment])
        if axial < 0:
            continue
        # Wires of the plane: three per segment, in the order first, second right, second left.
        wire = 3 * int(number[segment]) + int(position) % 3
        length = int(windows.length[axial])
        columns = (int(windows.start[wire]) + np.arange(length)) % config.phi_cells
        first = int(windows.row[wire])
        met[axial, columns] |= windows.words[first : first + length]
    bits = np.arange(config.curvature_cells, dtype=np.uint64)
    return np.asarray((met[:, :, None] >> bits & np.uint64(1)).sum(axis=0), np.uint8)


def hough_figure(crossing: Crossing) -> Figure:
    """Return the plane of the 2D finder: how many axial superlayers meet in a cell, and the tracks found."""
    config, tracks = crossing.cdc, crossing.found.tracks
    count = meeting_superlayers(crossing)
    figure, axes = new_figure(7.2, 4.0)
    edge = 1.0 / config.min_pt
    image = axes.imshow(
        np.ma.masked_equal(count.T, 0),
        origin="lower",
        extent=(-180.0, 180.0, -edge, edge),
        aspect="auto",
        interpolation="none",
        cmap="viridis_r",
        vmin=0.5,
        vmax=5.5,
    )
    axes.grid(visible=False)
    bar = figure.colorbar(image, ax=axes, ticks=range(1, 6), label="axial superlayers that meet")
    bar.ax.tick_params(colors=INK)
    bar.ax.yaxis.label.set_color(INK)
    bar.outline.set_visible(False)
    own = crossing.rows(tracks.offsets)
    axes.scatter(
        np.degrees(tracks.phi0[own]),
        tracks.omega[own] / CURVATURE,
        s=90,
        facecolors="none",
        edgecolors=_TRACK_COLOUR,
        linewidths=1.6,
        label="track",
    )
    axes.set(xlabel="direction phi0 [deg]", ylabel="charge / pT [1/GeV]")
    axes.set_title(f"Hough plane: {crossing.title}", fontsize="medium", loc="left", color=INK)
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.15))
    return figure


def cell_energies(crossing: Crossing) -> F64:
    """Return float64[577] in GeV, what was seen in each trigger cell at any time (entry 0 is no cell)."""
    hits = crossing.frame[ECL]
    own = crossing.rows(hits["offsets"])
    energy = np.bincount(hits["channel"][own], weights=hits["value"][own], minlength=CELLS + 1)
    return np.asarray(energy * crossing.setup.section.ecl.adc_gev, np.float64)


def cell_boxes() -> F64:
    """Return float64[577, 3]: left edge and width (in numbers of phi in the barrel), theta of each cell's box."""
    theta, phi = theta_phi()
    ring = np.where((theta >= 4) & (theta <= 15), _BARREL_RING, _ENDCAP_RING)
    unit = _BARREL_RING / ring
    return np.stack([0.5 + (phi - 1) * unit, np.where(theta == 1, 2, 1) * unit, theta], axis=1)


def calorimeter_figure(crossing: Crossing) -> Figure:
    """Return the calorimeter's trigger cells unrolled: energies, and the clusters with theirs."""
    boxes, found = cell_boxes(), crossing.found.ecl
    # Entry 0 is no cell.
    figure, axes = unrolled(boxes[1:], cell_energies(crossing)[1:], (0.1, 8.0), 0.0)
    own = crossing.rows(found.offsets)
    left, width, theta = boxes[found.cell[own]].T
    axes.scatter(
        left + 0.5 * width, theta, s=110, facecolors="none", edgecolors=_TRACK_COLOUR, linewidths=1.4
    )
    for x, y, gev in zip(left + 0.5 * width, theta, found.energy[own], strict=True):
        axes.annotate(
            f"{gev:.2f}", (x, y), (6, 6), textcoords="offset points", color=_TRACK_COLOUR, fontsize="small"
        )
    axes.set(xlim=(0.5, 36.5), ylim=(0.5, _THETAS + 0.5), yticks=range(1, _THETAS + 1, 2))
    axes.set(xlabel="phi id (barrel: 36 of 10 degrees; endcaps: 32)", ylabel="theta id (1-3 forward)")
    axes.set_title(
        f"Trigger cells, clusters in GeV: {crossing.title}", fontsize="medium", loc="left", color=INK
    )
    return figure
