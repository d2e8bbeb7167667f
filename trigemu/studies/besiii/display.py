"""Pictures of single BESIII crossings: chamber and counters across the beams, the calorimeter unrolled.

Filled marks are what level 1 itself worked out of the crossing's digis: nothing is fitted again.  Where the data hold
the hardware's own words, its cells are drawn around them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc import geometry as emc
from trigemu.experiments.besiii.mdc import geometry as mdc
from trigemu.experiments.besiii.records import Level1, MdcInstant
from trigemu.experiments.besiii.sources import BARS, EMC, MDC
from trigemu.experiments.besiii.trigger import BesiiiTrigger
from trigemu.measure import crossings
from trigemu.measure.offline import make_frames
from trigemu.render.pictures.canvas import COLOURS, INK, legend, new_figure
from trigemu.render.pictures.detectors import circles, finish_across, unrolled, wedges
from trigemu.setup.experiment import Setup
from trigemu.studies.besiii.hardware_words import Hardware, hardware_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PIVOT_LAYERS = {1: 2, 2: 6, 3: 10, 4: 14, 5: 17, 10: 37}
"""Superlayer -> layer (from 0) of the wires that segments are named after (besiii_babar_facts A4.5)."""

INSTANT_NS = 840.0
"""When the track counters are looked at in real events (besiii_real_facts 2.3)."""

RING_CELLS = 128
COUNTER_MM, CELLS_MM = (810.0, 925.0), (945.0, 1010.0)
"""Radii between which counters (besiii_babar_facts, their geometry) and fired trigger cells (chosen) are drawn."""

GEV_PER_COUNT = 2.0 / 65535.0 * np.array([2.0, 16.0, 64.0])
"""Deposited energy of an ADC count in the three ranges (besiii_real_facts 2.1)."""

SHOWN_GEV = 0.01
"""Energy of a trigger cell from which on it is coloured."""

_TRACK, _SHORT, _HARDWARE = COLOURS[1], COLOURS[2], COLOURS[0]


@dataclass(frozen=True, slots=True, eq=False)
class Crossing(crossings.Crossing[Besiii, Level1]):
    """One crossing of a frame and what level 1 found in the whole frame.

    Attributes
    ----------
    instant
        What the chamber's boards hold at `INSTANT_NS`.
    """

    instant: MdcInstant

    @property
    def hardware(self) -> Hardware | None:
        """What the hardware said of this crossing, if the data have it."""
        return hardware_of(self.frame, self.number)


def crossings_of(setup: Setup[Besiii], frame: int = 0) -> list[Crossing]:
    """Make a frame, let level 1 decide it, and return its crossings."""
    (made,) = make_frames(setup, [frame])
    trigger = BesiiiTrigger(setup)
    found = trigger.level1(made)
    n = len(found.decision.tick)
    instant = trigger.chain.mdc.at(made[MDC], np.full(n, INSTANT_NS))
    return [Crossing(setup, made, found, number, instant) for number in range(n)]


def crossing_of(setup: Setup[Besiii], frame: int = 0, event: int = 0) -> Crossing:
    """Return one crossing of a frame; raises as `trigemu.measure.crossings.chosen`."""
    return crossings.chosen(crossings_of(setup, frame), frame, event)


def write_display(setup: Setup[Besiii], folder: Path, frame: int = 0, event: int = 0) -> list[Path]:
    """Write the pictures of one crossing as PNG and SVG into a folder (made if need be) and return the files.

    Raises
    ------
    InputError
        As `crossing_of`; then no folder is made.
    """
    crossing = crossing_of(setup, frame, event)
    figures = {"chamber": chamber_figure(crossing), "calorimeter": calorimeter_figure(crossing)}
    return crossings.write_pictures(figures, folder)


def wire_middle(layer: NDArray[np.integer], wire: NDArray[np.integer]) -> tuple[F64, F64]:
    """Return x, y in mm of wires at z = 0; ``layer`` 0-42, ``wire`` in it."""
    cell = 2.0 * np.pi / mdc.WIRES[layer]
    half = 0.5 * mdc.TWIST[layer] * cell
    phi = (mdc.EAST_OFFSET[layer] + wire) * cell + half
    radius = mdc.RADIUS[layer] * np.cos(half)
    return radius * np.cos(phi), radius * np.sin(phi)


def ring_azimuth(cells: NDArray[np.integer]) -> F64:
    """Return the azimuth in degrees of the cells of the track finder's ring."""
    x, y = wire_middle(np.full(len(cells), PIVOT_LAYERS[5]), cells)
    return np.degrees(np.arctan2(y, x))


def pivots(superlayer: int, cells: NDArray[np.integer]) -> tuple[F64, F64]:
    """Return x, y in mm of the pivots of segments; a pivot of superlayer 10 stands for two wires."""
    layer = np.full(len(cells), PIVOT_LAYERS[superlayer])
    wires = 2 * cells + 0.5 if superlayer == 10 else cells
    return wire_middle(layer, np.asarray(wires))


def chamber_figure(crossing: Crossing) -> Figure:
    """Return the drift chamber seen along the beams, with counters and barrel trigger cells around it.

    Small dots are wires hit, where they are at z = 0; squares are segments, wedges the cells of long and short tracks;
    bars are positions of the time of flight, the outer ring columns of calorimeter cells that fired.
    """
    figure, axes = new_figure(6.4, 6.8)
    edges = [mdc.RADIUS[np.flatnonzero(number == mdc.SUPERLAYER)[[0, -1]]] for number in PIVOT_LAYERS]
    circles(axes, np.concatenate(edges))
    channel = np.asarray(crossing.own(crossing.frame[MDC])["channel"], np.int64)
    layer = np.searchsorted(mdc.CHANNEL_FIRST, channel, side="right") - 1
    x, y = wire_middle(layer, channel - mdc.CHANNEL_FIRST[layer])
    axes.scatter(x, y, s=2.0, color=INK, alpha=0.5, linewidths=0, label="wire hit")
    for number, held in crossing.instant.segments.items():
        x, y = pivots(number, np.flatnonzero(held[crossing.number]))
        label = "segment" if number == 1 else None
        axes.scatter(x, y, s=14, marker="s", color=_TRACK, linewidths=0, label=label)
    _tracks(axes, crossing)
    _counters(axes, crossing)
    _columns(axes, crossing)
    finish_across(axes, CELLS_MM[1] + 15.0, f"Across the beams: {crossing.title}")
    return figure


def _tracks(axes: Axes, crossing: Crossing) -> None:
    own, hardware = crossing.number, crossing.hardware
    ring = mdc.RADIUS[PIVOT_LAYERS[5]]
    width = 360.0 / RING_CELLS
    for name, cells, radii, colour in (
        ("long track", crossing.instant.long, (ring + 95.0, ring + 135.0), _TRACK),
        ("short track", crossing.instant.short, (ring + 60.0, ring + 90.0), _SHORT),
    ):
        wedges(axes, ring_azimuth(np.flatnonzero(cells[own])), width, radii, name, colour)
    if hardware is not None:
        for name, cells, radii in (
            ("", hardware.long, (ring + 95.0, ring + 135.0)),
            ("hardware", hardware.short, (ring + 60.0, ring + 90.0)),
        ):
            wedges(axes, ring_azimuth(np.flatnonzero(cells)), width, radii, name, _HARDWARE, outline=True)


def bar_azimuth(cells: NDArray[np.integer], shift: int) -> F64:
    """Return the azimuth in degrees of barrel positions of the time of flight; the hardware counts from a shift."""
    return np.asarray(((cells - shift) % BARS + 0.5) * 360.0 / BARS)


def _counters(axes: Axes, crossing: Crossing) -> None:
    tof, config = crossing.found.tof, crossing.setup.section.tof
    mine = crossing.rows(tof.offsets)
    width = 360.0 / BARS
    cells = np.unique(tof.cell[mine][tof.ring[mine] == 2]).astype(np.int64)
    shift = config.barrel_shift
    wedges(axes, bar_azimuth(cells, shift), width, COUNTER_MM, "time of flight", COLOURS[3])
    if crossing.hardware is not None:
        cells = np.flatnonzero(crossing.hardware.positions)
        wedges(axes, bar_azimuth(cells, shift), width, COUNTER_MM, "", _HARDWARE, outline=True)


def _columns(axes: Axes, crossing: Crossing) -> None:
    found = crossing.found.emc
    cells = found.cell[crossing.rows(found.offsets)].astype(np.int64)
    columns = np.unique(cells[cells < emc.BARREL_CELLS] % emc.BARREL_PHIS)
    width = 360.0 / emc.BARREL_PHIS
    middle: F64 = (np.arange(emc.BARREL_PHIS, dtype=np.float64) + 0.5) * width
    wedges(axes, middle[columns], width, CELLS_MM, "calorimeter cell", COLOURS[4])
    if crossing.hardware is not None:
        columns = np.flatnonzero(crossing.hardware.barrel.any(axis=0))
        wedges(axes, middle[columns], width, CELLS_MM, "", _HARDWARE, outline=True)


def cell_energies(crossing: Crossing) -> F64:
    """Return float64[394] in GeV, the energy of the crystals of each trigger cell (the hardware's numbers)."""
    own, shifts = crossing.own(crossing.frame[EMC]), crossing.setup.section.emc
    energy = own["value"] * GEV_PER_COUNT[own["range"]]
    cell = emc.cell_of_crystal(shifts.barrel_shift, shifts.endcap_shift)[own["channel"]]
    return np.asarray(np.bincount(cell, energy, emc.CELLS), np.float64)


def cell_boxes(endcap_shift: int) -> F64:
    """Return float64[394, 3]: azimuth (degrees) at which each cell begins, its width, its row (0 east ... 12 west)."""
    barrel, endcap = 360.0 / emc.BARREL_PHIS, 360.0 / emc.ENDCAP_CELLS
    number = np.arange(emc.BARREL_CELLS)
    place = (np.arange(emc.ENDCAP_CELLS) + endcap_shift) % emc.ENDCAP_CELLS
    last = emc.BARREL_THETAS + 1
    return np.concatenate(
        [
            np.stack(
                [number % emc.BARREL_PHIS * barrel, 0 * number + barrel, 1 + number // emc.BARREL_PHIS], 1
            ),
            *(np.stack([place * endcap, 0 * place + endcap, 0 * place + row], 1) for row in (0, last)),
        ]
    )


def calorimeter_figure(crossing: Crossing) -> Figure:
    """Return the calorimeter's trigger cells unrolled: energies, which fired, which are clusters."""
    boxes = cell_boxes(crossing.setup.section.emc.endcap_shift)
    # Nearly every cell has some noise.
    figure, axes = unrolled(boxes, cell_energies(crossing), (SHOWN_GEV, 2.5), SHOWN_GEV)
    left, width, row = boxes.T
    for label, own, size, colour in marked_cells(crossing):
        axes.scatter(
            left[own] + 0.5 * width[own],
            row[own],
            s=size,
            facecolors="none",
            edgecolors=colour,
            linewidths=1.4,
            label=label,
        )
    axes.set(xlim=(0.0, 360.0), ylim=(emc.BARREL_THETAS + 1.5, -0.5), xlabel="azimuth [deg]")
    axes.set_yticks([0, 1, 6, 11, 12], ["east", "0", "barrel 5", "10", "west"])
    axes.set_title(f"Trigger cells: {crossing.title}", fontsize="medium", loc="left", color=INK)
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=3)
    return figure


def marked_cells(crossing: Crossing) -> list[tuple[str, I64, float, str]]:
    """Return label, trigger cells, size and colour of what the calorimeter's picture marks."""
    found = crossing.found.emc
    own = crossing.rows(found.offsets)
    cells, head = found.cell[own].astype(np.int64), found.head[own] == 1
    marks = [("fired", cells, 40.0, _TRACK), ("cluster begins", cells[head], 110.0, _SHORT)]
    if crossing.hardware is not None:
        marks.append(("fired in hardware", fired_cells(crossing.hardware), 75.0, _HARDWARE))
    return marks


def fired_cells(hardware: Hardware) -> I64:
    """Return the numbers (int64) of trigger cells that the hardware recorded."""
    fired: Bool = np.concatenate([hardware.barrel.ravel(), hardware.east, hardware.west])
    return np.flatnonzero(fired)
