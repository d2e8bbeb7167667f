"""What Belle II's level 1 makes of single particles and of signals: turn-ons, plateaus and widths by counting."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, Bool
from trigemu.experiments.belle2.clock import TICK_NS
from trigemu.measure.turn_ons import half_height
from trigemu.measure.validate import Measured, fraction
from trigemu.physics.beams import SUPERKEKB
from trigemu.studies.belle2.samples import QUIET, Sample, nearest_track, sample, turn

GUN_EVENTS, RISE_EVENTS, PHOTON_EVENTS, SIGNAL_EVENTS = 6000, 6000, 6000, 1000

W_GEV = 0.00449
"""Curvature in 1/cm times transverse momentum in GeV, as the experiment's histograms have it."""

_REACH = {
    # Bit: threshold in E* (GeV), momenta (GeV) and polar angles (degrees) of photons well inside its region.
    "ecl_lml_1": (2.0, (1.3, 3.1), (36.0, 118.0)),
    "ecl_lml_6": (1.0, (0.65, 1.55), (36.0, 124.0)),
    "ecl_lml_13": (0.5, (0.36, 0.72), (52.0, 86.0)),
}


def _share(passed: Bool) -> Measured:
    return fraction(int(np.sum(passed)), len(passed))


def _quantile(values: F64, share: float) -> Measured:
    """Return a quantile of absolute values, and its error from the spread of four parts."""
    size = np.abs(values)
    parts = [np.quantile(part, share) for part in np.array_split(size, 4)]
    return float(np.quantile(size, share)), float(np.std(parts, ddof=1) / 2.0)


@cache
def _photons(bit: str) -> Sample:
    _, momenta, angles = _REACH[bit]
    table = {
        "signal": "photon-gun",
        "p": momenta[0],
        "p_max": momenta[1],
        "theta": angles[0],
        "theta_max": angles[1],
    }
    return sample(table, PHOTON_EVENTS, QUIET)


@cache
def energy_threshold(bit: str) -> tuple[float, float]:
    """Return the energy in the CM (GeV) at half height of a low-multiplicity bit, photons without background."""
    events, wanted = _photons(bit), _REACH[bit][0]
    passed, energy = events.bits(bit), events.cm_energy
    plateau = float(passed[(energy > 1.15 * wanted) & (energy < 1.4 * wanted)].mean())
    return half_height(energy, passed, wanted * np.arange(0.85, 1.1501, 0.02), plateau)


def mass_reach(bit: str) -> Measured:
    """Return the mass (GeV) of an A' beside a photon at that half height."""
    energy, error = energy_threshold(bit)
    root = SUPERKEKB.sqrt_s
    mass = math.sqrt(root * root - 2.0 * root * energy)
    return mass, root / mass * error


@cache
def leptons(kind: str) -> Sample:
    """Return the gun of the experiment's own validation: flat in pT, 35-127 degrees, 20 cm along z each way."""
    table = {"signal": kind, "pt": 0.5, "pt_max": 3.0, "theta": 35.0, "theta_max": 127.0, "z": -200.0}
    return sample({**table, "z_max": 200.0}, GUN_EVENTS)


def _matched(kind: str) -> tuple[Sample, NDArray[np.int64], NDArray[np.int64]]:
    """Return events, those with a 2D track, and the row of that track."""
    events = leptons(kind)
    rows = nearest_track(events)
    found = np.flatnonzero(rows >= 0)
    return events, found, rows[found]


def azimuth_width() -> Measured:
    """Return the 68 % half-width (rad) of the 2D finder's azimuth, electrons."""
    events, found, rows = _matched("electron-gun")
    return _quantile(turn(events.phi0[rows] - events.phi[found]), 0.68)


def curvature_width(plotted: bool) -> Measured:
    """Return the 68 % half-width of the 2D finder's curvature (1/cm), electrons.

    ``plotted``: of (w - 0.00449) / pT, which is what the experiment's histogram holds where it means
    w - 0.00449 / pT.
    """
    events, found, rows = _matched("electron-gun")
    omega, charge, pt = events.omega[rows], events.charge[found], events.pt[found]
    return _quantile((omega - charge * W_GEV) / pt if plotted else omega - charge * W_GEV / pt, 0.68)


def _z_errors() -> F64:
    events, found, rows = _matched("electron-gun")
    error = events.z[rows] - events.z_cm[found]
    return np.asarray(error[np.isfinite(error)])


def z_width() -> Measured:
    """Return the 68 % half-width of the neural z (cm), electrons, within 30 cm."""
    error = _z_errors()
    return _quantile(error[np.abs(error) < 30.0], 0.68)


def z_within(limit: float) -> Measured:
    """Return the fraction of neural tracks whose z is within so many cm."""
    return _share(np.abs(_z_errors()) < limit)


@cache
def _gun(kind: str, low: float, high: float) -> Sample:
    table = {"signal": kind, "p": 0.1, "p_max": 3.0, "theta": low, "theta_max": high}
    return sample(table, GUN_EVENTS)


def _bit(events: Sample, bit: str) -> Bool:
    counts = {"n2d": "t2", "neural": "ty"}
    if bit in counts:
        return events.counted(counts[bit])
    return events.bits(*(("cdcklm_0", "cdcklm_1") if bit == "cdcklm" else (bit,)))


_RISES = {
    # Bit: momenta (GeV) between which it rises.
    "ehigh": (0.7, 1.3),
    "elow": (0.25, 0.85),
    "n2d": (0.2, 0.5),
    "neural": (0.2, 0.5),
    "typ": (0.5, 1.1),
    "klm_hit": (0.4, 0.8),
    "cdcklm": (0.4, 0.8),
}


@cache
def _rising(kind: str, variable: str, momenta: tuple[float, float]) -> Sample:
    table = {"signal": kind, variable: momenta[0], f"{variable}_max": momenta[1]}
    return sample({**table, "theta": 50.0, "theta_max": 120.0}, RISE_EVENTS)


@cache
def turn_on(kind: str, bit: str, variable: str = "p") -> Measured:
    """Return where (GeV) a bit's efficiency for particles at 50-120 degrees reaches half of its plateau.

    ``variable``: ``p`` or ``pt``.
    """
    low, high = _RISES[bit]
    events = _rising(kind, variable, (low, high))
    x: F64 = getattr(events, variable)
    return half_height(x, _bit(events, bit), np.linspace(low, high, 25), plateau(kind, bit)[0])


def plateau(kind: str, bit: str, low: float = 50.0, high: float = 120.0) -> Measured:
    """Return the same bit's efficiency above 1.5 GeV of transverse momentum."""
    events = _gun(kind, low, high)
    return _share(_bit(events, bit)[events.pt > 1.5])


def charge_asymmetry(bit: str) -> Measured:
    """Return the efficiency for mu+ less that for mu- above 1 GeV."""
    events = _gun("muon-gun", 50.0, 120.0)
    fast, passed = events.p > 1.0, _bit(events, bit)
    plus, minus = (_share(passed[fast & (events.charge == q)]) for q in (1, -1))
    # Downwards the one is less and the other more.
    return plus[0] - minus[0], math.hypot(plus[1], minus[-1]), math.hypot(plus[-1], minus[1])


@cache
def _signal(signal: str, mass: float) -> Sample:
    return sample({"signal": signal, "mass": mass}, SIGNAL_EVENTS)


def event_time_width(signal: str, mass: float) -> Measured:
    """Return half of the central 68 % of the track trigger's event time (ns)."""
    levels = _signal(signal, mass).levels
    ticks = np.concatenate([level.event_time.ticks[level.event_time.found > 0] for level in levels])
    low, high = np.quantile(ticks, (0.16, 0.84))
    width = 0.5 * float(high - low) * TICK_NS
    return width, width / math.sqrt(len(ticks))


def level_one(signal: str, mass: float) -> Measured:
    """Return the fraction of accepted events of a signal that unprescaled physics lines of the menu pass."""
    events = _signal(signal, mass)
    tracks = [events.counted("t2", k) for k in (1, 2, 3)]
    one = events.counted("ty")
    lines = (tracks[2] & one) | (tracks[1] & one & events.bits("cdc_open90")) | events.bits("typ", "ehigh")
    lines |= events.bits("cdcklm_0", "cdcklm_1") | events.bits("clst_2", "clst_3")
    lines &= ~events.bits("bha_veto")
    lines |= events.bits(*(f"ecl_lml_{k}" for k in (0, 2, 6, 7, 8, 9, 10, 12, 13)))
    return _share(lines[events.accepted])
