"""The pictures and tables of BaBar's page: a crossing, turn-ons, single photons, missing masses.  Seeds are fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trigemu.collider.recoil_tag.resolution import tag_resolution
from trigemu.collider.signals.b_models import B_ZERO_MASS
from trigemu.errors import InputError
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.selection.config import Tag
from trigemu.measure.crossings import write_pictures
from trigemu.measure.inputs import MissingInputError, event_file, input_folder
from trigemu.measure.validate import Measured
from trigemu.physics import constants
from trigemu.render.pictures.canvas import COLOURS, INK, legend, new_figure
from trigemu.render.pictures.curves import Curve, curves_figure
from trigemu.setup.experiment import Setup
from trigemu.studies.babar import detector, guesses, searches
from trigemu.studies.babar.display import Crossing, across_figure, along_figure, crossings_of, towers_figure
from trigemu.studies.babar.samples import FILES, setup_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRACKS_OF_EVENT = 4
"""Long tracks (bins in azimuth) of the event that the page shows."""

FRAMES = 10
"""Frames in which it is looked for."""

COUNTS = {"short track (B)": "b", "long track (A)": "a", "high momentum (A')": "aprime"}
"""Curve -> count of the global trigger that is at least 1."""

PT_EDGES = np.array(
    [0.06, 0.08, 0.1, 0.11, 0.12, 0.14, 0.16, 0.18, 0.2, 0.25, 0.4, 0.6, 0.7, 0.74, 0.78, 0.85, 1.0, 1.2]
)
"""Bins of transverse momentum, GeV."""

PT_RANGES = ((0.06, 0.22), (0.2, 0.6), (0.6, 1.2))
"""Transverse momenta of samples, GeV."""

PHOTON_LINES = {
    "level 1": "level1",
    "level 3, E* > 2 GeV": "l3out_single_photon_high",
    "level 3, E* > 1 GeV": "l3out_single_photon_low",
}
"""Curve -> bit (`searches.single_photon`)."""

PHOTON_MASSES = (0.0, 2.0, 4.0, 5.5, 6.5, 7.0, 7.5, 7.8, 8.0, 8.1, 8.2, 8.4, 8.8, 9.2)
"""Masses of A' at the Y(3S), GeV."""

Y3S_GEV = 10.355


def _curve(label: str, x: Sequence[float], values: Sequence[Measured]) -> Curve:
    middle = [value[0] for value in values]
    low = [value[0] - value[1] for value in values]
    high = [value[0] + value[-1] for value in values]
    return label, list(x), middle, low, high


def track_curves() -> list[Curve]:
    """Return how often muons give a track object, against their transverse momentum."""
    events = [detector.muons(low, high) for low, high in PT_RANGES]
    pt = np.concatenate([each.pt for each in events])
    number = np.digitize(pt, PT_EDGES) - 1
    middle = 0.5 * (PT_EDGES[1:] + PT_EDGES[:-1])
    curves = []
    for label, count in COUNTS.items():
        passed = np.concatenate([each.bits(f"{count}_1") for each in events])
        values = [detector.share(passed, number == k) for k in range(len(middle))]
        curves.append(_curve(label, middle.tolist(), values))
    return curves


def photon_curves(masses: Sequence[float] = PHOTON_MASSES) -> list[Curve]:
    """Return how often the trigger takes a photon beside an A' at the Y(3S), against the mass."""
    return [
        _curve(label, masses, [searches.single_photon(Y3S_GEV, mass, bit) for mass in masses])
        for label, bit in PHOTON_LINES.items()
    ]


def width_figure(masses: Sequence[float] = searches.MASSES) -> Figure:
    """Return the width of the missing mass beside a Lambda: simulated, of the other B alone, and published ends."""
    figure, axes = new_figure()
    own = [searches.width("lambda_psid", mass) for mass in masses]
    axes.errorbar(
        masses,
        [value[0] for value in own],
        yerr=[value[1] for value in own],
        marker="o",
        markersize=4,
        linestyle="none",
        color=COLOURS[0],
        label="simulated",
    )
    x = np.linspace(masses[0], masses[-1], 200)
    alone = 1e3 * tag_resolution(x, B_ZERO_MASS, constants.mass(constants.LAMBDA), Tag())
    axes.plot(x, alone, color=COLOURS[0], linewidth=1.0, label="other B alone")
    axes.plot([1.0, 4.2], [90.0, 6.0], "D", color=COLOURS[1], label="published")
    axes.plot(
        [1.0, 4.2], [90.0, 6.0], color=COLOURS[1], linewidth=0.8, linestyle=":", label="a straight line"
    )
    axes.set(xlabel="mass of psi_D [GeV]", ylabel="width of the missing mass [MeV]", ylim=(0.0, 100.0))
    axes.set_title("B0 -> Lambda psi_D", fontsize="medium", loc="left", color=INK)
    legend(axes)
    return figure


def first_crossing(setup: Setup[Babar], tracks: int = TRACKS_OF_EVENT) -> Crossing:
    """Return the first crossing with long tracks in so many bins.

    Raises
    ------
    InputError
        There is none in the first frames.
    """
    for number in range(FRAMES):
        for crossing in crossings_of(setup, number):
            word = int(np.bitwise_or.reduce(crossing.found.tracks.a[crossing.number]))
            if word.bit_count() >= tracks:
                return crossing
    raise InputError(f"{FRAMES} frames hold no crossing with long tracks in {tracks} bins")


def shown_event() -> Crossing:
    """Return the crossing of the page: a B pair of a generator where its file is at hand, else a signal B alone."""
    table: dict[str, Any] = {"signal": "b-lambda-psi", "mass": 2.0}
    try:
        table = {"signal": "hepmc-signal", "file": str(event_file(FILES["B0 B0bar"]))}
    except MissingInputError:
        return first_crossing(setup_of(table, per_frame=20), 1)
    return first_crossing(setup_of(table, per_frame=20))


NO_EVENTS = "*The event files were not at hand when this page was built.*\n"


def lines_table() -> str:
    """Return the published table of lines beside the emulated one, for the page."""
    published: Mapping[str, Sequence[float]] = detector.PUBLISHED
    kinds = {"BB": "B B̄", "ccbar": "c c̄", "uds": "u, d, s"}
    text = [
        "| line | " + " | ".join(f"{name}: published, emulated" for name in kinds.values()) + " |",
        "|---|---|---|---|",
    ]
    for name in detector.LINES:
        cells = []
        for kind, value in zip(kinds, published[name], strict=True):
            found, down, up = detector.line(kind, name)  # type: ignore[misc]
            cells.append(f"{value:.1f}, {found:.1f}({10 * max(down, up):.0f})")
        text.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(text) + "\n"


def write_tables(folder: Path) -> list[Path]:
    """Write the tables that need event files as Markdown for the page, or a sentence where these are not at hand."""
    try:
        texts = {"babar-lines": lines_table(), "babar-guesses": guesses.markdown(guesses.table())}
    except MissingInputError:
        texts = {"babar-lines": NO_EVENTS, "babar-guesses": NO_EVENTS}
    paths = []
    for name, text in texts.items():
        paths.append(folder / f"{name}.md")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def draw_page(folder: Path, events: Path | None = None) -> list[Path]:
    """Write the pictures of the page as SVG, and its tables, and return the files (about a minute).

    Parameters
    ----------
    folder
        Made if it is not there.
    events
        Folder of event files, for tables and for the event that is shown; without, they have to do without.
    """
    with input_folder(events):
        crossing = shown_event()
        figures = {
            "babar-across": across_figure(crossing),
            "babar-towers": towers_figure(crossing),
            "babar-along": along_figure(crossing),
            "babar-tracks": curves_figure(
                track_curves(), "transverse momentum [GeV]", "efficiency", "muons at 60-120 degrees"
            ),
            "babar-single-photon": curves_figure(
                photon_curves(), "mass of A' [GeV]", "efficiency", "photon in the calorimeter, Y(3S)"
            ),
            "babar-missing-mass": width_figure(),
        }
        return [*write_pictures(figures, folder, ("svg",)), *write_tables(folder)]
