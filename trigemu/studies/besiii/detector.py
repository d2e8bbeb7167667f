"""What BESIII's level 1 makes of single particles, pairs and signals: turn-ons, plateaus and widths by counting."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.experiments.besiii.bits import CHANNELS
from trigemu.experiments.besiii.config import section_of
from trigemu.experiments.besiii.filter.config import Search
from trigemu.experiments.besiii.filter.missing import search_masses
from trigemu.experiments.besiii.sources import CLUSTERS, TIMING, TRACKS
from trigemu.measure.turn_ons import half_height
from trigemu.measure.validate import Measured, fraction
from trigemu.studies.besiii.samples import Sample, sample

GUN_EVENTS, PAIR_EVENTS, SIGNAL_EVENTS = 6000, 3000, 2000

MENU = tuple(name for name in CHANNELS if name != "channel_9")
"""All channels but the random one."""

JPSI_GEV, LAMBDA_C_GEV = 3.0969, 4.66
"""Energies at which the two signals are made: the resonance's mass (PDG), and one of the published data's."""


def _share(passed: Bool) -> Measured:
    return fraction(int(np.sum(passed)), len(passed))


VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "no gaps": {"response": {"emc": {"gaps": False}}},
    "no saturation": {"response": {"emc": {"saturation": False}}},
    "1.4 GeV": {"response": {"emc": {"saturation_gev": 1.4}}},
}
"""Name -> the ``[besiii]`` section: gaps between barrel and endcaps, what a crystal can hold."""


def threshold_counts(energy: float) -> int:
    """Return the threshold of the single-photon channel, in counts of the barrel's sum, at an energy in GeV."""
    emc = section_of().emc
    return round(energy * emc.counts_per_gev + emc.sum_offsets[0])


@cache
def photons(
    low: float, high: float, variant: str = "default", cosine: float = 0.6, threshold: float | None = None
) -> Sample:
    """Return photons of energies (GeV) between two values, |cos theta| below a third, evenly in both.

    ``variant``: of `VARIANTS`; ``threshold``: of the single-photon channel in GeV, the conditions' if None.
    """
    angle = math.degrees(math.acos(cosine))
    table = {"signal": "photon-gun", "p": low, "p_max": high, "theta": angle, "theta_max": 180.0 - angle}
    emc = {} if threshold is None else {"emc": {"betot_h": threshold_counts(threshold)}}
    return sample(table, GUN_EVENTS, {**VARIANTS[variant], **emc})


def single_photon(
    bit: str = "channel_8", low: float = 1.3, high: float = 1.8, variant: str = "default", cosine: float = 0.6
) -> Measured:
    """Return a bit's efficiency for photons between two energies (GeV), |cos theta| below a value."""
    return _share(photons(low, high, variant, cosine).bits(bit))


def flatness(variant: str = "default", low: float = 1.3, high: float = 1.8, bins: int = 5) -> Measured:
    """Return the lowest efficiency of the single-photon channel in bins of energy, over that of all, |cos| < 0.6."""
    events = photons(low, high, variant)
    passed = events.bits("channel_8")
    number = np.clip((bins * (events.p - low) / (high - low)).astype(np.int64), 0, bins - 1)
    lowest, mean = min(range(bins), key=lambda k: passed[number == k].mean()), float(passed.mean())
    return fraction(int(passed[number == lowest].sum()), int((number == lowest).sum()), 1.0 / mean)


def turn_on(threshold: float | None = None) -> Measured:
    """Return the energy (GeV) of central photons at half height of the single-photon channel."""
    events = photons(0.3, 1.8, threshold=threshold)
    return half_height(events.p, events.bits("channel_8"), np.arange(0.3, 1.801, 0.05), single_photon()[0])


def reach(sqrt_s: float, threshold: float | None = None) -> Measured:
    """Return the mass (GeV) of an A' whose photon is at that half height: where the trigger ends the search."""
    energy, error = turn_on(threshold)[:2]
    mass = math.sqrt(max(sqrt_s * sqrt_s - 2.0 * sqrt_s * energy, 0.0))
    return mass, sqrt_s / mass * error


@cache
def pair(process: str) -> Sample:
    """Return events of a process at 4.178 GeV, made where both particles can be in the barrel."""
    return sample({"process": process, "theta_star": (30.0, 150.0)}, PAIR_EVENTS)


def menu_efficiency(process: str) -> Measured:
    """Return how often any channel fires on a process with two tracks in the barrel."""
    events = pair(process)
    return _share(events.bits(*MENU)[events.barrel_tracks >= 2])


def pair_bit(process: str, bit: str) -> Measured:
    """Return how often a bit is set on a process with two tracks in the barrel."""
    events = pair(process)
    return _share(events.bits(bit)[events.barrel_tracks >= 2])


@cache
def _tracks(low: float, high: float) -> Sample:
    table = {"signal": "muon-gun", "pt": low, "pt_max": high, "theta": 60.0, "theta_max": 120.0}
    # Single tracks fire no channel, and without one there is no tick whose conditions could be looked at.
    return sample(table, GUN_EVENTS, {"gtl": {"mode": "simulation"}})


def track_turn_on(bit: str) -> Measured:
    """Return the transverse momentum (GeV) of muons at half height of a bit."""
    events = _tracks(0.04, 0.2)
    pt = np.hypot(events.first[:, 0], events.first[:, 1])
    return half_height(pt, events.bits(bit), np.arange(0.04, 0.2001, 0.01), track_plateau(bit)[0])


def track_plateau(bit: str) -> Measured:
    """Return a bit's efficiency for muons of 0.4-1 GeV transverse momentum at 60-120 degrees."""
    return _share(_tracks(0.4, 1.0).bits(bit))


@cache
def _signal(signal: str, sqrt_s: float, keys: tuple[tuple[str, Any], ...]) -> Sample:
    return sample({"signal": signal, **dict(keys)}, SIGNAL_EVENTS, {"sqrt_s": sqrt_s})


def scalar(mass: float, channels: str = "menu") -> Measured:
    """Return how many accepted J/psi -> photon A0 events pass the ``menu``, its ``charged`` or ``neutral`` channels."""
    events = _signal("jpsi-gamma-a0", JPSI_GEV, (("mass", mass),))
    names = {"menu": MENU, "charged": MENU[:6], "neutral": ("channel_8", "channel_11")}[channels]
    return _share(events.bits(*names)[events.accepted])


def proton() -> Measured:
    """Return how many accepted Lambda_c -> p gamma' events the menu takes."""
    events = _signal("lambdac-p-gammaprime", LAMBDA_C_GEV, ())
    return _share(events.bits(*MENU)[events.accepted])


WIDE = Search(cosine=0.6, energy_gev=(0.9, 2.2))
"""The search's selection with a window that holds every mass of the published table."""


def missing_mass(events: Sample, search: Search = WIDE) -> F64:
    """Return float64[k] in GeV, the missing masses of the events that pass."""
    masses = [
        search_masses(frame[TRACKS], frame[CLUSTERS], np.asarray(frame[TIMING]["energy"], np.uint16), search)
        for frame in events.frames
    ]
    found = np.concatenate(masses)
    return found[np.isfinite(found)]


@cache
def mass_width(mass: float) -> Measured:
    """Return half of the central 68 % (MeV) of the missing mass of photon A' at 4.178 GeV, without radiation."""
    found = missing_mass(_signal("gamma-aprime", 4.178, (("mass", mass), ("isr", False))))
    low, high = np.quantile(found, (0.16, 0.84))
    width = 500.0 * float(high - low)
    return width, width / math.sqrt(len(found))


def search_efficiency(mass: float) -> Measured:
    """Return how many photon A' events with a photon in |cos theta| < 0.6 pass the search's selection and channel 8."""
    keys: Mapping[str, Any] = {"mass": mass, "isr": False, "theta_star": (52.0, 128.0)}
    events = _signal("gamma-aprime", 4.178, tuple(keys.items()))
    passed = events.bits("search_single_photon") & events.bits("channel_8")
    return _share(passed[np.abs(events.cosine) < 0.6])
