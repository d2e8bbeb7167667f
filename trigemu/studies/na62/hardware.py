"""NA62's hardware numbers, recomputed with the emulation's own kernels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from trigemu.arrays import I64
from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.experiments.na62.bits import FIRED
from trigemu.experiments.na62.clock import LSB_NS, TIMESTAMP_LSB
from trigemu.experiments.na62.config import DETECTOR_ORDER, L0, NA62
from trigemu.experiments.na62.detector.geometry import PAD_IDS, TILE_IDS
from trigemu.experiments.na62.detector.tiles import NEWCHOD_CODES
from trigemu.experiments.na62.level0.l0tp import overwritten, process
from trigemu.experiments.na62.level0.primitives import Primitives, newchod_primitives, tile_keys
from trigemu.frames.columns import Array
from trigemu.measure.validate import Measured, fraction
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Choke, DeadTime, Line, Menu, Prescale
from trigemu.physics.constants import KAON, PARTICLES
from trigemu.physics.decay import decay_length, decay_probability
from trigemu.setup.data import Clock

SEED = 20_210_101
"""Seed of the Monte Carlo rows, so that the table is the same everywhere."""


def _poisson_times(rng: np.random.Generator, rate_hz: float, ticks: int) -> I64:
    """Return sorted times (TDC counts, int64) of a Poisson process."""
    count = rng.poisson(rate_hz * ticks * LSB_NS * 1e-9)
    return np.sort(rng.integers(0, ticks, count))


def _primitives(time: I64) -> Primitives:
    return Primitives(time, np.full(len(time), FIRED, np.uint16), np.ones(len(time), np.uint8))


def overwrite(slot_bits: int, rate_hz: float = 10e6) -> Measured:
    """Return the fraction of Poisson primitives that a later one in their slot replaces (no clustering)."""
    time = _poisson_times(np.random.default_rng([SEED, slot_bits]), rate_hz, 4 * 10**9)
    return fraction(int(overwritten(time, slot_bits).sum()), len(time))


def accidental_veto(rate_hz: float) -> Measured:
    """Return how often a random primitive of one veto input falls within the cut of a reference primitive."""
    rng = np.random.default_rng([SEED, int(rate_hz)])
    spacing = 1024
    entries = int(4e6)
    reference = np.arange(entries) * spacing + rng.integers(0, spacing // 2, entries)
    veto = _poisson_times(rng, rate_hz, entries * spacing)
    inputs: list[Primitives | None] = [None] * len(DETECTOR_ORDER)
    inputs[DETECTOR_ORDER.index("newchod")] = _primitives(reference)
    inputs[DETECTOR_ORDER.index("muv3")] = _primitives(veto)
    found = process(inputs, L0(reference="newchod", control=None))
    hit = found.state[:, DETECTOR_ORDER.index("muv3")] & FIRED != 0
    return fraction(int(hit.sum()), len(hit))


def three_slot_errors() -> Measured:
    """Return for how many of dt = -70..70 TDC counts at 256 phases the read is not "found if less than 64 away"."""
    apart, phase = (values.ravel() for values in np.meshgrid(np.arange(-70, 71), np.arange(256)))
    reference = 4096 * np.arange(1, len(apart) + 1) + phase
    inputs: list[Primitives | None] = [None] * len(DETECTOR_ORDER)
    inputs[DETECTOR_ORDER.index("newchod")] = _primitives(reference)
    inputs[DETECTOR_ORDER.index("muv3")] = _primitives(reference + apart)
    found = process(inputs, L0(reference="newchod", control=None)).state[:, DETECTOR_ORDER.index("muv3")]
    return float(np.sum((found & FIRED != 0) != (np.abs(apart) < 64))), 0.0


def hits_kept(period: int, hits: int = 40) -> Measured:
    """Return how many of the tile hits in one split end in clusters (eight clusters, so that none saturates)."""
    tile = np.sort(np.resize(TILE_IDS, hits))
    time = 8192 + 100 * (np.arange(hits) % 8)
    order = np.lexsort((tile, time))
    columns: dict[str, Array] = {"time": time[order], "channel": tile[order].astype(np.uint16)}
    found = newchod_primitives(columns, L0(newchod_period=period), 0, SEED)
    return float(found.hits.sum()), 0.0


def _sequence(menu: Menu, times: I64, frame_ticks: int) -> Sequencer:
    """Step a one-line menu through candidates at these times (TDC counts since begin-of-run)."""
    compiled = compile_menu(menu, bits=["any"], entries=(), selections=(), where="validation")
    sequencer = Sequencer(compiled, Clock(LSB_NS, TIMESTAMP_LSB, frame_ticks), SEED)
    edges = np.arange(0, times[-1] + 2 * frame_ticks, frame_ticks)
    cuts = np.searchsorted(times, edges)
    for frame, (first, last) in enumerate(pairwise(cuts)):
        time = times[first:last] - edges[frame]
        ones = np.ones((len(time), 1), np.uint64)
        sequencer.step(frame, Candidates(time, ones, ones))
    return sequencer


def dead_time(fixed_ns: float = 75.0, rate_hz: float = 1e6) -> Measured:
    """Return the fraction of Poisson candidates that a non-extending dead time refuses."""
    times = np.unique(_poisson_times(np.random.default_rng([SEED, 75]), rate_hz, 10**10))
    menu = Menu(
        line=(Line(name="any", when="any"),),
        dead_time=DeadTime(fixed_ns=fixed_ns),
        choke=Choke(enabled=False),
    )
    sequencer = _sequence(menu, times, 10**7)
    return fraction(int(sequencer.states[2]), int(sequencer.states.sum()))


def downscale(setting: int = 19, kept: int = 50) -> Measured:
    """Return 1 in how many candidates the firmware counter keeps when set to ``setting``."""
    times = np.arange((setting + 1) * kept, dtype=np.int64) * 10_000
    scale = Prescale(set=setting, mode="counter")
    menu = Menu(line=(Line(name="any", when="any", prescale=scale),), choke=Choke(enabled=False))
    sequencer = _sequence(menu, times, 10**6)
    return len(times) / int(sequencer.states[0]), 0.0


def kaon_decays(
    momentum_gev: float = 75.0, near_mm: float = 102_425.0, far_mm: float = 180_000.0
) -> Measured:
    """Return the fraction of beam kaons that decay between two planes."""
    kaon = PARTICLES[KAON]
    length = decay_length(momentum_gev, kaon.mass, kaon.ctau)
    return float(decay_probability(0.0, far_mm - near_mm, length)), 0.0


def channel_average_bias_ps() -> Measured:
    """Return the mean of (tile time - mean of its two channels), ps, over all differences up to 60 counts."""
    difference = np.arange(-60, 61)
    first = 100_000 + 10_000 * np.arange(len(difference))
    second = first + difference
    time = np.concatenate([first, second])
    channel = np.repeat(np.array([101, 151], np.uint16), len(difference))
    order = np.lexsort((channel, time))
    keys = tile_keys({"time": time[order], "channel": channel[order]}, "newchod", 103)
    return float(np.mean((keys >> 16) - (first + second) / 2) * LSB_NS * 1e3), 0.0


def tiles() -> Measured:
    """Return the number of NewCHOD tiles."""
    return float(len(np.unique(TILE_IDS))), 0.0


def channels() -> Measured:
    """Return the number of NewCHOD channels that the trigger knows."""
    return float(np.sum(NEWCHOD_CODES != 0xFFFF)), 0.0


def pads() -> Measured:
    """Return the number of MUV3 pads."""
    return float(len(np.unique(PAD_IDS))), 0.0


def halo_rate() -> Measured:
    """Return the configured rate of halo muons, Hz."""
    return NA62().halo.rate_hz, 0.0


def tile_resolution() -> Measured:
    """Return the configured time resolution of a NewCHOD tile, ns."""
    return NA62().response.newchod_tile_resolution_ns, 0.0
