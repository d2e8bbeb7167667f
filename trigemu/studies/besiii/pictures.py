"""The pictures of BESIII's page: an event, the single-photon channel's turn-on, saturation.  Seeds are fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.sources import EMC
from trigemu.measure.crossings import write_pictures
from trigemu.measure.efficiency import efficiency
from trigemu.render.pictures.canvas import COLOURS, INK, legend, new_figure
from trigemu.render.pictures.curves import Curve, curves_figure
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup
from trigemu.studies.besiii.detector import threshold_counts
from trigemu.studies.besiii.display import (
    GEV_PER_COUNT,
    Crossing,
    calorimeter_figure,
    chamber_figure,
    crossing_of,
    crossings_of,
)
from trigemu.studies.besiii.samples import EVERY_NS, sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CENTRAL_DEG = (53.13, 126.87)
"""|cos theta| < 0.6."""

THRESHOLDS_GEV = (0.6, 0.85, 1.1)
"""Thresholds of the single-photon channel: the last is the placeholder of 2016."""

ENERGIES = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0)
"""Energies of photons in GeV."""

CLIPS: Mapping[str, Mapping[str, Any]] = {
    "no saturation": {"saturation": False},
    "2.5 GeV, spread 20 %": {"saturation_gev": 2.5},
    "1.4 GeV, spread 20 %": {"saturation_gev": 1.4},
}
"""Label -> keys of ``[besiii.response.emc]``: what a crystal can hold at most."""

EDGES = np.arange(0.4, 2.41, 0.1)
"""Bins of the photon's energy in GeV."""

FRAMES = 20
"""Frames in which an event for the page is looked for."""

RAW_EVENT = 7
"""The real event that the page shows, where its file is at hand: two tracks back to back (besiii_real_facts 2.1)."""


def turn_on(threshold: float, energies: Sequence[float] = ENERGIES, events: int = 200) -> Curve:
    """Return the single-photon channel's efficiency for central photons at a threshold (GeV), with its intervals."""
    emc = {"betot_h": threshold_counts(threshold)}
    data = {
        "experiment": "besiii",
        "run": {"frames": 1, "seed": 1},
        "menu": {"line": [{"name": "channel", "when": "channel_8"}]},
        "section": {"emc": emc, "frame_ticks": round(events * EVERY_NS / 24.0)},
    }
    grid: Mapping[str, Sequence[float]] = {
        "p": list(energies),
        "theta": [CENTRAL_DEG[0]],
        "theta_max": [CENTRAL_DEG[1]],
    }
    table = efficiency(build_setup(data, "turn-on curves"), "photon-gun", grid, events=events)
    value, low, high = (table.array(column, "channel").tolist() for column in ("value", "low", "high"))
    return f"betot_h = {emc['betot_h']} ({threshold} GeV)", list(energies), value, low, high


def turn_on_figure(curves: Sequence[Curve]) -> Figure:
    """Return the curves with their Clopper-Pearson intervals (one sigma) and the search's window."""
    title = "single-photon channel, |cos theta| < 0.6"
    figure = curves_figure(list(curves), "photon energy [GeV]", "efficiency", title)
    figure.axes[0].axvspan(1.3, 1.8, color=INK, alpha=0.07, linewidth=0)
    return figure


def visible(keys: Mapping[str, Any], events: int = 2000) -> tuple[F64, F64]:
    """Return true and deposited energy (GeV, float64[n] each) of central photons; no noise.

    Parameters
    ----------
    keys
        Of ``[besiii.response.emc]``.
    events
        How many.
    """
    section = {"response": {"emc": {"noise_crystals": 0.0, **keys}}}
    table = {"signal": "photon-gun", "p": float(EDGES[0]), "p_max": float(EDGES[-1])}
    found = sample({**table, "theta": CENTRAL_DEG[0], "theta_max": CENTRAL_DEG[1]}, events, section)
    sums = []
    for frame in found.frames:
        hits = frame[EMC]
        n = len(hits["offsets"]) - 1
        event = np.repeat(np.arange(n), np.diff(hits["offsets"]))
        sums.append(np.bincount(event, hits["value"] * GEV_PER_COUNT[hits["range"]], n))
    return found.p, np.concatenate(sums)


def saturation_figure(samples: Mapping[str, tuple[F64, F64]]) -> Figure:
    """Return the deposited over the true energy against the true one."""
    figure, axes = new_figure()
    middle = 0.5 * (EDGES[1:] + EDGES[:-1])
    for index, (label, (true, seen)) in enumerate(samples.items()):
        number = np.digitize(true, EDGES) - 1
        mean = [np.mean((seen / true)[number == k]) for k in range(len(middle))]
        axes.plot(middle, mean, color=COLOURS[index], marker="o", markersize=3, label=label)
    axes.axvspan(1.3, 1.8, color=INK, alpha=0.07, linewidth=0)
    axes.set(xlabel="photon energy [GeV]", ylabel="deposited / true energy")
    axes.set_title("what crystals that saturate leave of photons", fontsize="medium", loc="left", color=INK)
    legend(axes)
    return figure


def first_crossing(setup: Setup[Besiii], tracks: int = 2) -> Crossing:
    """Return the first crossing in which the chamber's boards hold so many long tracks.

    Raises
    ------
    InputError
        There is none in the first frames.
    """
    for number in range(FRAMES):
        for crossing in crossings_of(setup, number):
            if crossing.instant.long[crossing.number].sum() >= tracks:
                return crossing
    raise InputError(f"{FRAMES} frames hold no crossing with {tracks} long tracks")


def draw_page(folder: Path, raw: Path | None = None) -> list[Path]:
    """Write the pictures of the page as SVG and return the files (about half a minute).

    Parameters
    ----------
    folder
        Made if it is not there.
    raw
        A raw data file of the experiment, whose event the page shows; without, a simulated one.
    """
    if raw is None:
        crossing = first_crossing(load_setup("besiii"))
    else:
        crossing = crossing_of(load_setup("besiii-raw", [f"input.path={raw}"]), 0, RAW_EVENT)
    figures = {
        "besiii-chamber": chamber_figure(crossing),
        "besiii-calorimeter": calorimeter_figure(crossing),
        "besiii-single-photon": turn_on_figure([turn_on(threshold) for threshold in THRESHOLDS_GEV]),
        "besiii-saturation": saturation_figure({label: visible(keys) for label, keys in CLIPS.items()}),
    }
    return write_pictures(figures, folder, ("svg",))
