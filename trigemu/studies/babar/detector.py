"""What BaBar's triggers make of events of files, single particles and signals: efficiencies and widths by counting."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.experiments.babar.clock import COLLISION_TICK, TICK_NS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.geometry import AXIAL, CELLS, FIELD_T, FINE, OFFSET, RADIUS, pivot_rows
from trigemu.measure.inputs import cache_by_folder
from trigemu.measure.turn_ons import half_height
from trigemu.measure.validate import Measured, fraction
from trigemu.physics.constants import gev_per_mm
from trigemu.studies.babar.samples import FileSample, Sample, file_sample, sample

GUN_EVENTS = 2500

PUBLISHED = {
    "3A&B*": (97.1, 88.9, 81.1),
    "D2*'": (95.0, 89.2, 85.2),
    "all DCT lines": (99.1, 95.3, 90.6),
    "3M&M*": (99.7, 98.5, 94.7),
    "EM*": (71.4, 77.1, 79.5),
    "all EMT lines": (99.8, 98.8, 95.6),
    "3B&2A&2M": (99.4, 94.8, 87.8),
    "M*&A&A'": (95.1, 90.1, 87.0),
    "E&2B&A": (72.1, 77.7, 79.2),
    "all L1": (99.9, 99.9, 98.2),
}
"""Line -> published efficiency (%) for B Bbar, c cbar and u, d, s (besiii_babar_published RB-1, recalled)."""

KINDS = {"BB": ("B0 B0bar", "B+ B-"), **{name: (name,) for name in ("ccbar", "uds", "tautau", "mumu")}}
"""Kind of event -> files."""

LINES = {
    "3A&B*": (5,),
    "D2*'": (3,),
    "all DCT lines": (3, 5),
    "3M&M*": (7,),
    "EM*": (8,),
    "all EMT lines": (7, 8),
    "3B&2A&2M": (10,),
    "M*&A&A'": (6,),
    "E&2B&A": (9,),
    "all L1": tuple(range(1, 13)),
}
"""Row of the published table -> slots of lines, without prescales.

The rates of the table say which tracks' lines "all" are: 560 Hz together, 410 and 180 Hz of these two.  Of clusters'
lines these are the two that it names.  "All L1" are the lines without a prescale; that the 1E has none is a guess, so
it is left out.
"""


@cache_by_folder
def file_events(name: str, conditions: str) -> FileSample:
    """Return the events of a file (`samples.FILES`) with the conditions of an epoch."""
    return file_sample(name, {"conditions": conditions})


def counted(kind: str, names: tuple[str, ...], conditions: str = "2001") -> tuple[int, int]:
    """Return how many events of a kind set any of these bits, and of how many."""
    passed = total = 0
    for name in KINDS[kind]:
        events = file_events(name, conditions)
        found, of = events.share(events.events.bits(*names))
        passed, total = passed + found, total + of
    return passed, total


def line(kind: str, name: str, conditions: str = "2001") -> Measured:
    """Return the efficiency (%) of one of `LINES` for a kind of event of `KINDS`."""
    bits = tuple(f"line_{slot}" for slot in LINES[name])
    return fraction(*counted(kind, bits, conditions), 100.0)


def level3(kind: str, conditions: str = "2001") -> Measured:
    """Return how often (%) level 1 (`LINES`) and a physics output of level 3 take a kind of event."""
    passed = total = 0
    for name in KINDS[kind]:
        sampled = file_events(name, conditions)
        events = sampled.events
        both = events.bits(*(f"line_{slot}" for slot in LINES["all L1"])) & events.bits(
            "l3out_dch", "l3out_emc"
        )
        found, of = sampled.share(both)
        passed, total = passed + found, total + of
    return fraction(passed, total, 100.0)


@cache
def _gun(signal: str, keys: tuple[tuple[str, Any], ...], conditions: str) -> Sample:
    return sample({"signal": signal, **dict(keys)}, GUN_EVENTS, {"conditions": conditions})


def muons(low: float, high: float, conditions: str = "2001") -> Sample:
    """Return muons of transverse momenta (GeV) between two values, at 60-120 degrees, from 1 cm around the origin."""
    keys = {"pt": low, "pt_max": high, "theta": 60.0, "theta_max": 120.0, "z": -10.0, "z_max": 10.0}
    return _gun("muon-gun", tuple(keys.items()), conditions)


def photons(low: float, high: float, conditions: str = "2001") -> Sample:
    """Return photons of energies (GeV) between two values, in the middle of the barrel."""
    keys = {"p": low, "p_max": high, "theta": 60.0, "theta_max": 120.0}
    return _gun("photon-gun", tuple(keys.items()), conditions)


def track_turn_on(count: str, low: float, high: float) -> Measured:
    """Return the transverse momentum (GeV) of muons at half height of a count of at least one."""
    events = muons(low, high)
    plateau = float(muons(1.2, 2.0).bits(f"{count}_1").mean())
    edges = np.linspace(low, high, 17)
    return half_height(events.pt, events.bits(f"{count}_1"), edges, plateau)


def cluster_turn_on(count: str, low: float, high: float) -> Measured:
    """Return the energy (GeV) of photons at half height of a count of at least one."""
    events = photons(low, high)
    plateau = float(photons(1.2, 2.0).bits(f"{count}_1").mean())
    return half_height(events.p, events.bits(f"{count}_1"), np.linspace(low, high, 17), plateau)


def plateau(count: str) -> Measured:
    """Return how often muons of 1.2-2 GeV give a count of at least one."""
    passed = muons(1.2, 2.0).bits(f"{count}_1")
    return fraction(int(passed.sum()), len(passed))


def segment_residuals(conditions: str = "2001") -> tuple[F64, F64]:
    """Return how far segments of four layers are from the track (mm) and from its time (ns); axial superlayers.

    Segments further off than 15 mm are of something else.
    """
    events = muons(1.2, 2.0, conditions)
    tsf = Babar.of(conditions).dct.tsf
    rows = pivot_rows(tsf.pivot_layer)
    first = 0
    distances, late = [], []
    for frame, level in zip(events.frames, events.levels, strict=True):
        found = level.segments
        n = len(found.offsets) - 1
        own = np.isin(found.superlayer, AXIAL) & (found.weight == 3)
        layer = found.superlayer[own].astype(np.int64)
        event = np.repeat(np.arange(n), np.diff(found.offsets))[own]
        track = first + event
        radius = RADIUS[rows][layer]
        bend = 0.5 * radius * gev_per_mm(FIELD_T) * events.charge[track] / events.pt[track]
        true = (events.phi[track] - np.arcsin(bend)) * CELLS[layer] / (2.0 * np.pi) - OFFSET[rows][layer]
        off = found.phi[own] / FINE - true
        off -= CELLS[layer] * np.rint(off / CELLS[layer])
        distance = off * 2.0 * np.pi * radius / CELLS[layer]
        near = np.abs(distance) < 15.0
        phase = np.asarray(frame["timing"]["phase"], np.float64)[event]
        collision = COLLISION_TICK * TICK_NS + phase * (2.0 * TICK_NS / 64.0)
        distances.append(distance[near])
        late.append(((found.tick[own] + 0.5 - tsf.latency_ticks) * TICK_NS - collision)[near])
        first += n
    return np.concatenate(distances), np.concatenate(late)


def _spread(values: F64) -> Measured:
    """Return half of the central 68 %, and its statistical error."""
    low, high = np.quantile(values, (0.16, 0.84))
    width = 0.5 * float(high - low)
    return width, width / math.sqrt(len(values))


def segment_position() -> Measured:
    """Return how well segments know the position of a track (mm)."""
    return _spread(segment_residuals()[0])


def segment_time() -> Measured:
    """Return the standard deviation (ns) of the time that segments tell, in ticks."""
    late = segment_residuals()[1]
    return float(late.std()), float(late.std()) / math.sqrt(2.0 * len(late))


def vertex_z() -> Measured:
    """Return how well the z trigger knows where a track comes from along the beams (cm), 2006."""
    events = muons(1.2, 2.0, "2006")
    true = 0.1 * events.particles.z[events.particles.offsets[:-1]]
    off, first = [], 0
    for level in events.levels:
        tracks = level.z_tracks
        assert tracks is not None  # noqa: S101 the conditions have a z trigger
        n = len(tracks.offsets) - 1
        event = first + np.repeat(np.arange(n), np.diff(tracks.offsets))
        off.append(tracks.z0 - true[event])
        first += n
    return _spread(np.concatenate(off))


@cache
def _level3_tracks() -> tuple[F64, F64]:
    """Return d0 (mm) of level 3's tracks and how far z0 is off (mm), for muons of 1.2-2 GeV."""
    events = muons(1.2, 2.0)
    true = events.particles.z[events.particles.offsets[:-1]]
    d0, z0, first = [], [], 0
    for frame in events.frames:
        tracks = frame["l3_tracks"]
        n = len(tracks["offsets"]) - 1
        event = first + np.repeat(np.arange(n), np.diff(tracks["offsets"]))
        d0.append(np.asarray(tracks["d0"], np.float64))
        z0.append(np.asarray(tracks["z0"], np.float64) - true[event])
        first += n
    return np.concatenate(d0), np.concatenate(z0)


def level3_d0() -> Measured:
    """Return the resolution of d0 (mm) in level 3."""
    return _spread(_level3_tracks()[0])


def level3_z0() -> Measured:
    """Return the resolution of z0 (mm) in level 3."""
    return _spread(_level3_tracks()[1])


def share(passed: Bool, of: Bool | None = None) -> Measured:
    """Return a counted part of all events, or of those in a mask."""
    mine = np.ones(len(passed), np.bool_) if of is None else of
    return fraction(int((passed & mine).sum()), int(mine.sum()))
