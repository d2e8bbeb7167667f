"""BESIII's trigger rules recomputed with the emulation's own blocks: majority logic, sizes, latency."""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.experiments.besiii.clock import LATENCY_TICKS, MDC_COUNTS_PER_TICK, TICK_NS
from trigemu.experiments.besiii.config import section_of
from trigemu.experiments.besiii.emc import geometry as emc
from trigemu.experiments.besiii.emc.pulse import ONE, PEAK, SAMPLE_NS, pulse
from trigemu.experiments.besiii.mdc import geometry as mdc
from trigemu.experiments.besiii.mdc.trigger import MdcFinder
from trigemu.measure.validate import Measured, fraction
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Choke, Line, Menu
from trigemu.setup.build import load_setup
from trigemu.setup.data import Clock

SEED = 20_091_201

LAYERS, PIVOT = (8, 9, 10, 11), 10
"""Layers (from 0) of superlayer 3, and that of its pivots."""

HIT_TICK, INSTANT_NS = 16, 588.0
"""When wires are hit and when segments are looked at."""


@cache
def majority(efficiency: float, events: int = 40_000) -> Measured:
    """Return how often a straight track through wires of this efficiency makes its segment in superlayer 3."""
    pivot = 20
    # A tenth of a cell beside the pivot wire, so that no other layer has two nearest wires.
    phi = (mdc.EAST_OFFSET[PIVOT] + pivot + 0.1) / mdc.WIRES[PIVOT]
    wires = [round(phi * mdc.WIRES[k] - mdc.EAST_OFFSET[k]) % int(mdc.WIRES[k]) for k in LAYERS]
    channels = np.array([mdc.CHANNEL_FIRST[k] + wire for k, wire in zip(LAYERS, wires, strict=True)])
    hit = np.random.default_rng([SEED, round(1000 * efficiency)]).uniform(size=(events, 4)) < efficiency
    columns = {
        "channel": np.broadcast_to(channels, hit.shape)[hit].astype(np.uint16),
        "time": np.full(int(hit.sum()), HIT_TICK * MDC_COUNTS_PER_TICK, np.int32),
        "offsets": np.concatenate([[0], np.cumsum(hit.sum(axis=1))]),
    }
    found = MdcFinder(section_of().mdc).at(columns, np.full(events, INSTANT_NS))
    return fraction(int(found.segments[3][:, pivot].sum()), events)


def latency(unit: str) -> Measured:
    """Return level 1's latency in ``us`` or ``ticks``."""
    return {"us": LATENCY_TICKS * TICK_NS * 1e-3, "ticks": float(LATENCY_TICKS)}[unit], 0.0


def rise(share: float) -> Measured:
    """Return when (us) a crystal's pulse passes a share of its height."""
    height = pulse()[: PEAK + 1]
    return float(np.interp(share * ONE, height, np.arange(PEAK + 1) * SAMPLE_NS * 1e-3)), 0.0


@cache
def dead_time(rate_hz: float, seconds: int = 60) -> Measured:
    """Return the fraction of Poisson triggers that the shipped menu's dead time refuses."""
    clock = Clock(TICK_NS, 1, round(1e9 / TICK_NS))
    rng = np.random.default_rng([SEED, int(rate_hz)])
    rule = load_setup("besiii").menu.dead_time
    menu = Menu(line=(Line(name="any", when="any"),), dead_time=rule, choke=Choke(enabled=False))
    compiled = compile_menu(menu, bits=["any"], entries=(), selections=(), where="validation")
    sequencer = Sequencer(compiled, clock, SEED)
    for frame in range(seconds):
        time = np.unique(rng.integers(0, clock.frame_ticks, rng.poisson(rate_hz)))
        ones = np.ones((len(time), 1), np.uint64)
        sequencer.step(frame, Candidates(time, ones, ones))
    return fraction(int(sequencer.states[2]), int(sequencer.states.sum()))


def wires() -> Measured:
    """Return the number of sense wires."""
    return float(mdc.CHANNELS), 0.0


def crystals() -> Measured:
    """Return the number of crystals that belong to a trigger cell."""
    config = section_of().emc
    return float(np.sum(emc.cell_of_crystal(config.barrel_shift, config.endcap_shift) >= 0)), 0.0


def trigger_cells(barrel: bool) -> Measured:
    """Return the number of trigger cells of the barrel or of both endcaps."""
    config = section_of().emc
    used = np.unique(emc.cell_of_crystal(config.barrel_shift, config.endcap_shift))
    return float(np.sum((used < emc.BARREL_CELLS) == barrel)), 0.0


def segments() -> Measured:
    """Return the number of segments of the six superlayers."""
    columns = {
        "channel": np.zeros(0, np.uint16),
        "time": np.zeros(0, np.int32),
        "offsets": np.zeros(2, np.int64),
    }
    found = MdcFinder(section_of().mdc).at(columns, np.zeros(1))
    return float(sum(held.shape[1] for held in found.segments.values())), 0.0
