"""The pictures of Belle II's page: turn-on curves, z of neural tracks, two crossings.  Fixed seeds, one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.trigger import Belle2Trigger
from trigemu.frames.frame import TRUTH
from trigemu.measure.crossings import write_pictures
from trigemu.measure.efficiency import efficiency, find_signal, signal_setup
from trigemu.measure.offline import make_frames
from trigemu.render.pictures.canvas import COLOURS, INK, legend, new_figure
from trigemu.render.pictures.curves import Curve, curves_figure
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup
from trigemu.studies.belle2.display import (
    Crossing,
    calorimeter_figure,
    chamber_figure,
    crossings_of,
    hough_figure,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINES = {
    "energy above 1 GeV (ehigh)": "ehigh",
    "muon detector (klm_hit)": "klm_hit",
    "track with muon detector (cdcklm)": "cdcklm_0 or cdcklm_1",
    "2D track": "t2_0 or t2_1 or t2_2 or t2_3",
    "neural track, |z| < 20 cm": "ty_0 or ty_1 or ty_2 or ty_3",
}
"""Curve -> expression over the trigger's bits."""

_AROUND: dict[str, list[float]] = {"theta": [50.0], "theta_max": [110.0]}

CLUSTER = ("electron-gun", "p", (0.2, 0.5, 0.7, 0.85, 1.0, 1.15, 1.3, 1.6, 2.0), tuple(LINES)[:1])
MUON = ("muon-gun", "p", (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 1.0, 1.5), tuple(LINES)[1:3])
TRACK = ("pion-gun", "pt", (0.2, 0.24, 0.27, 0.3, 0.33, 0.36, 0.4, 0.6, 1.0), tuple(LINES)[3:])
"""Turn-ons: signal, its parameter, values in GeV, curves."""

NEAR, FAR = {"z": 0.0}, {"z": 200.0, "z_max": 500.0}
"""Where tracks of the z picture start, in mm; ``FAR`` is taken on both sides."""

Z_EDGES = np.linspace(-100.0, 100.0, 81)
"""Bins of the z picture in cm."""

TRACKS_OF, CLUSTERS_OF = ("b-ks-mumu", 3), ("gamma-aprime", 0)
"""Signals of ``configs/belle2.toml`` whose first accepted event with so many 2D tracks the page shows."""

FRAMES = 50
"""Frames in which such an event is looked for."""


@dataclass(frozen=True, slots=True)
class TurnOn:
    """Efficiency of some lines against one parameter of a gun: passed and total per point, in the order of points."""

    signal: str
    parameter: str
    points: tuple[float, ...]
    curves: tuple[Curve, ...]


def gun_setup(events: int, seed: int = 1) -> Setup[Belle2]:
    """Return a setup for guns whose frames hold about so many events, with `LINES` as its menu."""
    lines = [{"name": name, "when": when} for name, when in LINES.items()]
    data = {
        "experiment": "belle2",
        "run": {"frames": 1, "seed": seed},
        "menu": {"line": lines},
        "section": {"frame_revolutions": events},
    }
    return build_setup(data, "turn-on curves")


def turn_on(
    signal: str, parameter: str, points: Sequence[float], names: Sequence[str], events: int = 300
) -> TurnOn:
    """Count how often lines fire on single particles at 50-110 degrees, beam background included.

    Parameters
    ----------
    signal, parameter, points
        A gun, its parameter (``p`` or ``pt``), values in GeV.
    names
        Keys of `LINES`.
    events
        Events per point.
    """
    grid: Mapping[str, Sequence[float]] = {**_AROUND, parameter: list(points)}
    table = efficiency(gun_setup(events), signal, grid, events=events, lines=names)
    curves: list[Curve] = []
    for name in names:
        value, low, high = (table.array(column, name) for column in ("value", "low", "high"))
        curves.append((name, list(points), value.tolist(), low.tolist(), high.tolist()))
    return TurnOn(signal, parameter, tuple(points), tuple(curves))


def turn_on_figure(result: TurnOn) -> Figure:
    """Return the curves with their Clopper-Pearson intervals (one sigma)."""
    variable = {"p": "momentum [GeV]", "pt": "transverse momentum [GeV]"}[result.parameter]
    title = f"{result.signal.split('-')[0]}s at 50-110 degrees"
    return curves_figure(result.curves, variable, "efficiency", title)


def neural_z(start: Mapping[str, float], events: int, seed: int) -> F64:
    """Return z in cm (float64) of all neural tracks in events with one muon of 0.5-3 GeV (pT) that starts there."""
    point: dict[str, Any] = {"pt": 0.5, "pt_max": 3.0, "theta": 50.0, "theta_max": 110.0, **start}
    base = gun_setup(events, seed)
    setup = signal_setup(base, find_signal(base, "muon-gun"), point)
    (frame,) = make_frames(setup, [0])
    neuro = Belle2Trigger(setup).level1(frame).neuro
    return np.asarray(neuro.z_cm[neuro.found != 0], np.float64)


def z_samples(events: int = 2000) -> dict[str, F64]:
    """Return label -> z in cm of neural tracks, for muons from the origin and from far along the beams."""
    back = {"z": -FAR["z_max"], "z_max": -FAR["z"]}
    far = [neural_z(start, events // 2, seed) for start, seed in ((FAR, 2), (back, 3))]
    return {
        "muons from the origin": neural_z(NEAR, events, 1),
        "muons from |z| = 20-50 cm": np.concatenate(far),
    }


def z_figure(samples: Mapping[str, F64]) -> Figure:
    """Return the distributions of z, and the trigger's cut at 20 cm."""
    figure, axes = new_figure()
    for index, (label, z) in enumerate(samples.items()):
        counts, _ = np.histogram(z, Z_EDGES)
        colour = COLOURS[index % len(COLOURS)]
        axes.stairs(counts, Z_EDGES, color=colour, fill=True, alpha=0.25)
        axes.stairs(counts, Z_EDGES, color=colour, linewidth=1.2, label=label)
    for cut in (-20.0, 20.0):
        axes.axvline(cut, color=INK, linewidth=0.8, linestyle="--")
    axes.set_yscale("log")
    axes.set_xlim(Z_EDGES[0], Z_EDGES[-1])
    axes.set(xlabel="z of neural tracks [cm]", ylabel="tracks")
    axes.set_title("dashed: ty counts tracks between", fontsize="medium", loc="left", color=INK)
    legend(axes)
    return figure


def first_crossing(setup: Setup[Belle2], signal: str, tracks: int) -> Crossing:
    """Return the first crossing with an accepted event of this signal and at least so many 2D tracks.

    Raises
    ------
    InputError
        There is none in the first frames.
    """
    names = [getattr(table, "signal", "") for table in setup.signals]
    for number in range(FRAMES):
        for crossing in crossings_of(setup, number):
            truth = crossing.frame[TRUTH]
            index = int(truth["signal"][crossing.number])
            own = crossing.rows(crossing.found.tracks.offsets)
            known = index < len(names) and names[index] == signal and truth["accepted"][crossing.number]
            if known and own.stop - own.start >= tracks:
                return crossing
    raise InputError(f"{FRAMES} frames hold no accepted event of {signal!r} with {tracks} tracks")


def draw_page(folder: Path, config: str | Path = "belle2") -> list[Path]:
    """Write the pictures of the page as SVG and return the files (about half a minute).

    Parameters
    ----------
    folder
        Made if it is not there.
    config
        ``configs/belle2.toml``, which gives the crossings.
    """
    setup = load_setup(config)
    crossing = first_crossing(setup, *TRACKS_OF)
    figures = {
        "belle2-chamber": chamber_figure(crossing),
        "belle2-hough": hough_figure(crossing),
        "belle2-calorimeter": calorimeter_figure(first_crossing(setup, *CLUSTERS_OF)),
        "belle2-z": z_figure(z_samples()),
    }
    for name, (signal, parameter, points, lines) in (
        ("belle2-cluster", CLUSTER),
        ("belle2-muon", MUON),
        ("belle2-track", TRACK),
    ):
        figures[name] = turn_on_figure(turn_on(signal, parameter, points, lines))
    return write_pictures(figures, folder, ("svg",))
