"""Belle II's trigger rules recomputed with the emulation's own kernels: thresholds, tables, dead time, latency."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np

from trigemu.arrays import F64
from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.experiments.belle2.cdc import geometry
from trigemu.experiments.belle2.clock import DATA_CLOCK_TICKS, REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.ecl import cells, cm
from trigemu.experiments.belle2.ecl.positions import centres
from trigemu.experiments.belle2.grl.bits import GRL_BITS
from trigemu.experiments.belle2.grl.config import Grl
from trigemu.experiments.belle2.grl.matching import Matcher
from trigemu.experiments.belle2.neuro.config import Neuro
from trigemu.experiments.belle2.neuro.trigger import network_of
from trigemu.experiments.belle2.records import EclTrigger, HitMaps, KlmTrigger, NeuroTracks, Tracks2D
from trigemu.measure.validate import Measured, fraction
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Choke, DeadTime, Line, Menu
from trigemu.setup.build import load_setup
from trigemu.setup.data import Clock
from trigemu.studies.belle2.training import networks

SEED = 20_221_201
CURVATURE = 0.00299792458 * 1.5
"""Charge over radius in 1/cm of 1 GeV transverse momentum (belle2_facts 1)."""

TIMING_TICKS = 4
"""RF periods in a clock of the timing system (127.2 MHz)."""

STEP_GEV = 0.001


@cache
def _single_track(theta: float) -> dict[str, float]:
    """Return the lowest momentum (GeV) from which on each single-track bit is always set, up to 2 GeV."""
    momentum = np.arange(0.3, 2.0, STEP_GEV)
    n = len(momentum)
    one, empty = np.arange(n + 1), np.zeros(n + 1, np.int64)
    angle = math.radians(theta)
    tracks = Tracks2D(
        offsets=one,
        phi0=np.zeros(n),
        omega=CURVATURE / (momentum * math.sin(angle)),
        corner=np.zeros((n, 2), np.int16),
        squares=np.ones(n, np.int16),
        rel_offsets=empty,
        rel_segment=np.zeros(0, np.int32),
        rel_weight=np.zeros(0, np.int8),
    )
    neuro = NeuroTracks(
        found=np.ones(n, np.uint8),
        valid=np.ones(n, np.uint8),
        expert=np.zeros(n, np.int8),
        raw=np.zeros((n, 2), np.int32),
        z_cm=np.zeros(n, np.float32),
        cot_theta=np.full(n, 1.0 / math.tan(angle), np.float32),
    )
    none = np.zeros(0)
    ecl = EclTrigger(
        np.zeros((n, 3), np.uint32), empty, none.astype(np.int16), none, none, none.reshape(0, 3), np.zeros(n)
    )
    klm = KlmTrigger(*(np.zeros(n, np.uint8) for _ in range(4)))
    maps = HitMaps(np.zeros(n, np.uint64), np.zeros(n, np.uint64))
    words = Matcher(Grl()).words(tracks, maps, neuro, ecl, klm)
    found = {}
    for name in ("typ", "typ4", "typ5", "typ6"):
        place = GRL_BITS.index(name)
        missed = np.flatnonzero(words[:, place // 64] >> np.uint64(place % 64) & np.uint64(1) == 0)
        found[name] = float(momentum[missed[-1]] + 0.5 * STEP_GEV)
    return found


def single_track(bit: str, theta: float) -> Measured:
    """Return the momentum threshold (GeV) of typ, typ4, typ5 or typ6 at a polar angle (degrees)."""
    return _single_track(theta)[bit], 0.0


def single_track_range(bit: str, lowest: bool) -> Measured:
    """Return the lowest or highest threshold (GeV) over 35, 40 ... 125 degrees."""
    values = [_single_track(float(theta))[bit] for theta in range(35, 126, 5)]
    return (min(values) if lowest else max(values)), 0.0


def _scales() -> tuple[F64, F64]:
    """Return the factor of the look-up table, and the true E_lab / E*, of the cells in rings 4-15."""
    ring = cells.theta_phi()[0][1:]
    barrel = (ring >= 4) & (ring <= 15)
    table = 0.1 * (cm.formula()[1:] & 15).astype(np.float64)
    return table[barrel], cm.directions(centres()[1:])[2][barrel]


def threshold_spread() -> Measured:
    """Return half of the full range of effective E* thresholds over barrel cells, relative."""
    table, true = _scales()
    ratio = table / true
    return float(0.5 * (ratio.max() - ratio.min())), 0.0


@cache
def _widths() -> dict[tuple[int, str], networks.Widths]:
    return {(row.expert, row.toys): row for row in networks.check(network_of(Neuro()))}


def network_width(toys: str, expert: int = 0) -> Measured:
    """Return the 68 % half-width in z (cm) of the package's own network on toy helices."""
    row = _widths()[expert, toys]
    # Of a quantile, for a shape between normal and wider: 1 / (density sqrt(n)).
    return row.half_width_68, 1.1 * row.half_width_68 / math.sqrt(row.tracks)


def largest_change() -> Measured:
    """Return the largest difference in z (cm) between fixed and floating point, ideal toys, all experts."""
    return max(row.largest_change for (_, toys), row in _widths().items() if toys == "ideal"), 0.0


def _lost(rule: DeadTime, rate_hz: float, seconds: float) -> Measured:
    """Return the fraction of Poisson triggers that a dead time refuses."""
    clock = Clock(TICK_NS, DATA_CLOCK_TICKS, 512 * REVOLUTION_TICKS)
    ticks = round(seconds * 1e9 / TICK_NS)
    rng = np.random.default_rng([SEED, int(rate_hz)])
    time = np.unique(rng.integers(0, ticks, rng.poisson(rate_hz * seconds)))
    menu = Menu(line=(Line(name="any", when="any"),), dead_time=rule, choke=Choke(enabled=False))
    compiled = compile_menu(menu, bits=["any"], entries=(), selections=(), where="validation")
    sequencer = Sequencer(compiled, clock, SEED)
    edges = np.arange(0, ticks + 2 * clock.frame_ticks, clock.frame_ticks)
    for frame, (first, last) in enumerate(pairwise(np.searchsorted(time, edges))):
        ones = np.ones((last - first, 1), np.uint64)
        sequencer.step(frame, Candidates(time[first:last] - edges[frame], ones, ones))
    return fraction(int(sequencer.states[2]), int(sequencer.states.sum()))


@cache
def dead_time(part: str, rate_hz: float = 30e3, seconds: float = 20.0) -> Measured:
    """Return the fraction lost to the shipped menu's ``fixed`` dead time alone, or to ``all`` of its rules."""
    rule = load_setup("belle2").menu.dead_time
    if part == "fixed":
        rule = DeadTime(fixed_ns=rule.fixed_ns)
    return _lost(rule, rate_hz, seconds)


def latency(unit: str) -> Measured:
    """Return 611 clocks of the timing system in ``us``, ``rf`` periods or ``data`` clocks."""
    periods = 611 * TIMING_TICKS
    values = {
        "us": periods * TICK_NS * 1e-3,
        "rf": float(periods),
        "data": math.ceil(periods / DATA_CLOCK_TICKS),
    }
    return float(values[unit]), 0.0


def revolution() -> Measured:
    """Return the time of a turn in us."""
    return REVOLUTION_TICKS * TICK_NS * 1e-3, 0.0


def segments() -> Measured:
    """Return the number of track segments."""
    return float(np.sum(geometry.SEGMENTS)), 0.0


def wires() -> Measured:
    """Return the number of sense wires."""
    return float(np.sum(geometry.WIRES)), 0.0


def trigger_cells() -> Measured:
    """Return the number of cells that crystals belong to."""
    return float(len(np.unique(cells.cell_of_crystal()))), 0.0


def menu_lines() -> Measured:
    """Return the number of level-1 lines of the shipped menu."""
    setup = load_setup("belle2")
    return float(sum(int(word).bit_count() for word in setup.menu.l1_mask)), 0.0
