"""BaBar's searches through level 1, level 3 and the online selections, by counting."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.collider.recoil_tag.efficiency import log_linear
from trigemu.collider.recoil_tag.resolution import hypotheses
from trigemu.collider.recoil_tag.truth import signal_side
from trigemu.collider.reconstructed import events_of, leaders, photon_momenta
from trigemu.experiments.babar.selection.config import Selection
from trigemu.experiments.babar.selection.selections import Selector
from trigemu.experiments.babar.signals import babar
from trigemu.experiments.babar.sources import CLUSTERS, TAGS, TIMING, TRACKS
from trigemu.measure.inputs import cache_by_folder, event_file
from trigemu.measure.validate import Measured, fraction
from trigemu.physics.constants import DARK_FERMION
from trigemu.studies.babar.detector import LINES
from trigemu.studies.babar.samples import FILES, Sample, sample

SIGNALS: Mapping[str, tuple[str, str]] = {
    "lambda_psid": ("b-lambda-psi", "B0 B0bar"),
    "p_psid": ("b-p-psi", "B+ B-"),
}
"""Selection -> its signal and the file of the other B."""

EVENTS, WIDTH_EVENTS, PHOTON_EVENTS = 6000, 2000, 1500
MASSES = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 3.8, 4.0, 4.1, 4.15)
"""GeV: where the width of the missing mass is counted; the last is the highest with slow Lambdas to count."""

LEVEL1 = tuple(f"line_{slot}" for slot in LINES["all L1"])
PHYSICS = ("l3out_dch", "l3out_emc")


@cache_by_folder
def dark_fermions(selection: str, mass: float, other: bool, events: int = EVENTS) -> Sample:
    """Return events of a selection's signal; ``other``: the other B is one of its event file."""
    signal, name = SIGNALS[selection]
    table: dict[str, Any] = {"signal": signal, "mass": mass}
    if other:
        table["other_b"] = str(event_file(FILES[name]))
    return sample(table, events)


LOST = (12, 14, 16, 130, 2112)
"""Codes of particles with which no B is fully reconstructed: neutrinos, K_L, neutrons."""


@cache_by_folder
def reconstructable(selection: str, mass: float, events: int = EVENTS) -> Bool:
    """Return bool[n]: the other B has no particle of `LOST`, and each of its charged particles has a track offline."""
    sampled = dark_fermions(selection, mass, True, events)
    p, n = sampled.particles, len(sampled)
    other = ~signal_side(p, DARK_FERMION)
    lost = np.bincount(p.event, other & np.isin(np.abs(p.pdg), LOST), n)
    charged = np.bincount(p.event, other & (p.charge != 0), n)
    found = []
    for frame in sampled.frames:
        tracks = frame[TRACKS]
        crossings = len(tracks["offsets"]) - 1
        found.append(np.bincount(events_of(TRACKS, tracks), tracks["tagged"], crossings))
    return np.asarray((lost == 0) & (np.concatenate(found) >= charged))


def trigger(selection: str, mass: float, other: str = "reconstructable") -> Measured:
    """Return how often (%) level 1 and level 3 take a signal beside another B of the event files.

    ``other``: of those whose other B is ``reconstructable``, which is what the searches look at, or of ``all``.
    """
    events = dark_fermions(selection, mass, True)
    passed = events.bits(*LEVEL1) & events.bits(*PHYSICS)
    mine = reconstructable(selection, mass) if other == "reconstructable" else np.ones(len(events), np.bool_)
    return fraction(int((passed & mine).sum()), int(mine.sum()), 100.0)


@cache_by_folder
def missing_masses(selection: str, mass: float, other: bool = False) -> F64:
    """Return float64[n], the missing mass (GeV) of events that pass a selection, nan of the others."""
    selector = Selector(Selection())
    found = [
        selector.masses(
            selection,
            frame[TRACKS],
            frame[CLUSTERS],
            frame[TAGS],
            np.asarray(frame[TIMING]["energy"], np.uint32),
        )
        for frame in dark_fermions(selection, mass, other, WIDTH_EVENTS).frames
    ]
    return np.concatenate(found)


def selected(selection: str, mass: float) -> Measured:
    """Return how many events of a signal pass its selection; each has a reconstructed other B, Lambda -> p pi."""
    masses = missing_masses(selection, mass)
    return fraction(int(np.isfinite(masses).sum()), len(masses))


def width(selection: str, mass: float) -> Measured:
    """Return half of the central 68 % of the missing mass, in MeV."""
    masses = missing_masses(selection, mass)
    masses = masses[np.isfinite(masses)]
    low, high = np.quantile(masses, (0.16, 0.84))
    value = 500.0 * float(high - low)
    return value, value * 1.1 / math.sqrt(len(masses))


def scan_masses() -> Measured:
    """Return how many masses a scan from 1.0 to 4.2 GeV in steps of the width has."""
    widths = np.log([1e-3 * width("lambda_psid", mass)[0] for mass in MASSES])
    return float(hypotheses(1.0, 4.2, lambda mass: math.exp(np.interp(mass, MASSES, widths)))), 0.0


def tag_efficiency(selection: str, mass: float) -> Measured:
    """Return the part of events with a reconstructed other B that the published efficiency leaves.

    That is the published number over the selection's own efficiency and, for a Lambda, its branching ratio to p pi.
    """
    value, down, up = selected(selection, mass)  # type: ignore[misc]
    points = getattr(Selection(), selection).efficiency
    ratio = 0.641 if selection == "lambda_psid" else 1.0  # PDG
    published = float(log_linear(points, mass)) / ratio
    return published / value, published * up / value**2, published * down / value**2


@cache
def photons(sqrt_s: float, mass: float) -> Sample:
    """Return photon A' events, without radiation, photon in the calorimeter."""
    table = {"signal": "gamma-aprime", "mass": mass, "isr": False, "theta_star": (20.0, 155.0)}
    return sample(table, PHOTON_EVENTS, {"sqrt_s": sqrt_s})


def single_photon(sqrt_s: float, mass: float, bit: str) -> Measured:
    """Return how often a bit is set (``level1``: any line) for a photon A' whose photon is in the calorimeter."""
    events = photons(sqrt_s, mass)
    names = (*LEVEL1, "line_23") if bit == "level1" else (bit,)
    passed = events.bits(*names)
    return fraction(int((passed & events.accepted).sum()), int(events.accepted.sum()))


@cache
def squared_width(sqrt_s: float, mass: float) -> Measured:
    """Return half of the central 68 % of the squared missing mass (GeV^2) beside the highest cluster."""
    total = babar(sqrt_s).beams.total
    found = []
    for frame in photons(sqrt_s, mass).frames:
        clusters = frame[CLUSTERS]
        n = len(clusters["offsets"]) - 1
        row = leaders(events_of(CLUSTERS, clusters), np.asarray(clusters["energy"], np.float64), n, 1)[:, 0]
        missing = total - photon_momenta(clusters)[row[row >= 0]]
        found.append(missing[:, 3] ** 2 - (missing[:, :3] ** 2).sum(axis=1))
    low, high = np.quantile(np.concatenate(found), (0.16, 0.84))
    value = 0.5 * float(high - low)
    return value, value * 1.1 / math.sqrt(sum(map(len, found)))
