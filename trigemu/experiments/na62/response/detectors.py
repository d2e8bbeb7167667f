"""From particles to digitised hits, one detector at a time.

A detector has two steps.  ``raw`` is what the particles of one frame leave in it, a pure function of the
frame. ``core`` turns that into hits; it also looks at what the frame before left within `LOOK_BACK_NS` of
its end, because that merges with, or blocks, the first hits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from trigemu.arrays import F64, I64, U8
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import Losses, Response
from trigemu.experiments.na62.detector.geometry import MUV3_SECOND_CHANNEL, SECOND_CHANNEL
from trigemu.experiments.na62.detector.slabs import CHANNELS as CHOD_CHANNELS
from trigemu.experiments.na62.response import counters, deposits, slabs
from trigemu.experiments.na62.response.digitiser import UNSEEN, Deposits, TileLogic, digitise
from trigemu.experiments.na62.response.hits import between, shift, thin
from trigemu.experiments.na62.response.losses import TileLosses, check_noise, tile_losses
from trigemu.physics.particles import Particles

LOOK_BACK_NS = 1000.0
"""How far back hits of the frame before are followed for merging and dead time."""

Raw = TypeVar("Raw")


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """What the detectors are exposed to in one frame.

    Attributes
    ----------
    particles
        The frame's particles, m rows.
    t0
        float64[m], time of the event of each, ns since the start of the frame.
    flags
        uint8[m], sum of `deposits.EXTRA`, `deposits.SHOWER`, `deposits.LKR_SHOWER`.
    """

    particles: Particles
    t0: F64
    flags: U8


class Detector(Protocol[Raw]):
    """One sub-detector's response."""

    def raw(self, exposure: Exposure, frame: int) -> Raw:
        """Return what the particles of a frame leave in the detector."""
        ...

    def nothing(self) -> Raw:
        """Return what no particle leaves."""
        ...

    def core(self, past: Raw, now: Raw) -> I64:
        """Return a frame's packed hits, sorted, given what the frame before left."""
        ...


@dataclass(frozen=True)
class TileDetector:
    """A detector of tiles with photosensors: deposits, noise, merging, threshold, dead time per channel.

    Attributes
    ----------
    fill
        Kernel call: (exposure, frame, room for deposits) -> how many were made.
    per_particle
        Deposits that one particle without flags can make.
    logic
        How deposits become hits.
    frame_ns
        Length of a frame.
    losses
        Noise and dead channels; ``fill`` knows the efficiency.
    """

    fill: Callable[[Exposure, int, Deposits], int]
    per_particle: int
    logic: TileLogic
    frame_ns: float
    losses: TileLosses

    def raw(self, exposure: Exposure, frame: int) -> Deposits:
        """Return the deposits of a frame's particles, and noise as such."""
        extra = np.count_nonzero(exposure.flags & deposits.EXTRA)
        showers = np.count_nonzero(exposure.flags & deposits.SHOWER)
        room = self.per_particle * len(exposure.t0) + int(extra) + deposits.SHOWER_TILES * int(showers)
        noise, dead = self.losses.noise, self.losses.dead
        counts = None if noise is None else noise.counts(frame)
        out = Deposits.allocate(room if counts is None else room + int(counts.sum()))
        n = self.fill(exposure, frame, out)
        if noise is not None and counts is not None:
            n = noise.fill(counts, frame, n, out.columns())
        made = out.first(n)
        if dead is not None:
            made.width[dead[made.cell]] = UNSEEN
        return made

    def nothing(self) -> Deposits:
        """Return no deposits."""
        return Deposits.allocate(0)

    def core(self, past: Deposits, now: Deposits) -> I64:
        """Return packed hits (see `hits.digitise`)."""
        late = past.time > self.frame_ns - LOOK_BACK_NS
        return digitise(past.take(late) if late.any() else past.first(0), now, self.logic, self.frame_ns)


@dataclass(frozen=True)
class CounterDetector:
    """A detector whose particles make hits directly.

    Attributes
    ----------
    fill
        Kernel call: (exposure, frame, room for packed hits) -> how many were made.
    per_particle
        Hits that one particle can make.
    frame_ticks
        Length of a frame.
    channels, dead_ticks
        Hits closer than ``dead_ticks`` to the last on their channel are lost (0: none).
    """

    fill: Callable[[Exposure, int, I64], int]
    per_particle: int
    frame_ticks: int
    channels: int = 0
    dead_ticks: int = 0

    def raw(self, exposure: Exposure, frame: int) -> I64:
        """Return packed, sorted hits before dead time."""
        room = np.empty(self.per_particle * len(exposure.t0), np.int64)
        hits = room[: self.fill(exposure, frame, room)].copy()
        hits.sort()
        return hits

    def nothing(self) -> I64:
        """Return no hits."""
        return np.empty(0, np.int64)

    def core(self, past: I64, now: I64) -> I64:
        """Return packed hits after dead time."""
        if self.dead_ticks == 0:
            return now
        start = self.frame_ticks - round(LOOK_BACK_NS / LSB_NS)
        late = shift(between(past, start, (1 << 31) - 1), -self.frame_ticks)
        return thin(late, now, self.channels, self.dead_ticks)


class _Fills:
    """The kernel calls of every detector, with the numbers of the configuration (see `TileDetector.fill`)."""

    def __init__(self, response: Response, efficiency: Mapping[str, float], seed: int) -> None:
        self._response, self._efficiency, self._seed = response, efficiency, np.uint64(seed)
        self._shape = (response.width_ns, response.width_sigma_ns)
        self._rich_width = round(response.rich_width_ns / LSB_NS)

    def newchod(self, e: Exposure, frame: int, out: Deposits) -> int:
        r, rows = self._response, e.particles.rows
        # A tile's resolution is that of the average of its two photosensors.
        pulse = (r.newchod_tile_resolution_ns * math.sqrt(2.0), *self._shape)
        loss = (r.newchod_energy_mev, deposits.NEWCHOD_XI_MEV)
        more = (self._efficiency["newchod"], r.overlap, out.columns())
        return deposits.newchod(rows, e.t0, e.flags, self._seed, frame, loss, pulse, *more)

    def muv3(self, e: Exposure, frame: int, out: Deposits) -> int:
        p, pulse = e.particles, (self._response.muv3_channel_resolution_ns, *self._shape)
        scattering = deposits.MUV3_SCATTERING_MM_GEV if self._response.scattering else 0.0
        more = (self._efficiency["muv3"], scattering, out.columns())
        return deposits.muv3(p.rows, e.t0, p.pdg, self._seed, frame, pulse, *more)

    def anti0(self, e: Exposure, frame: int, out: Deposits) -> int:
        efficiency, pulse = (
            self._response.anti0_efficiency,
            (self._response.anti0_resolution_ns, *self._shape),
        )
        return deposits.anti0(e.particles.rows, e.t0, self._seed, frame, pulse, efficiency, out.columns())

    def chod(self, e: Exposure, frame: int, out: Deposits) -> int:
        r, rows = self._response, e.particles.rows
        pulse = (r.chod_resolution_ns, r.chod_width_ns, r.width_sigma_ns)
        more = (r.chod_efficiency, r.chod_light_ns_per_m, out.columns())
        return slabs.chod(rows, e.t0, self._seed, frame, slabs.CHOD_LOSS, pulse, *more)

    def lkr(self, e: Exposure, frame: int, out: I64) -> int:
        p, sigma = e.particles, self._response.lkr_resolution_ns
        return counters.lkr(p.rows, e.t0, p.pdg, e.flags, self._seed, frame, sigma, out)

    def lav(self, e: Exposure, frame: int, out: I64) -> int:
        p, sigma = e.particles, self._response.lav_resolution_ns
        return counters.lav(p.rows, e.t0, p.pdg, self._seed, frame, sigma, self._response.lav_efficiency, out)

    def rich(self, e: Exposure, frame: int, out: I64) -> int:
        hits, sigma = self._response.rich_hits, self._response.rich_resolution_ns
        return counters.rich(e.particles.rows, e.t0, self._seed, frame, hits, sigma, self._rich_width, out)


def detectors(response: Response, losses: Losses, seed: int, frame_ticks: int) -> dict[str, Detector[Any]]:
    """Return the response of every detector by source name.

    Parameters
    ----------
    response, losses
        As configured.
    seed
        Seed of the run.
    frame_ticks
        Length of a frame in TDC counts.

    Raises
    ------
    InputError
        There is more noise than a frame can hold.
    """
    frame_ns = frame_ticks * LSB_NS
    check_noise(losses, frame_ns * 1e-9)
    thresholds = {"newchod": response.newchod_threshold_mev, "muv3": response.muv3_threshold_mev}
    width = (response.width_ns, response.width_sigma_ns)
    lost = {name: tile_losses(losses, name, seed, frame_ns, mev, width) for name, mev in thresholds.items()}
    fill = _Fills(response, {name: each.efficiency for name, each in lost.items()}, seed)

    def logic(cells: int, threshold: float, sensors: int, second: int) -> TileLogic:
        return TileLogic(cells, threshold, response.merge_ns, response.dead_time_ns, sensors, second)

    newchod = logic(500, thresholds["newchod"], 2, SECOND_CHANNEL)
    muv3 = logic(152, thresholds["muv3"], 2, MUV3_SECOND_CHANNEL)
    anti0 = logic(deposits.ANTI0_CELLS, 0.0, 1, 0)
    chod = logic(CHOD_CHANNELS, response.chod_threshold_mev, 1, 0)
    rich_channels, merge_ticks = 4 * counters.RICH_BOARD, round(response.merge_ns / LSB_NS)
    return {
        "newchod": TileDetector(fill.newchod, 2, newchod, frame_ns, lost["newchod"]),
        "muv3": TileDetector(fill.muv3, 1, muv3, frame_ns, lost["muv3"]),
        "lkr": CounterDetector(fill.lkr, 1, frame_ticks),
        "lav": CounterDetector(fill.lav, 2 * counters.LAV_LAYERS, frame_ticks),
        "rich": CounterDetector(fill.rich, counters.RICH_RING_HITS, frame_ticks, rich_channels, merge_ticks),
        "anti0": TileDetector(fill.anti0, 1, anti0, frame_ns, TileLosses()),
        "chod": TileDetector(fill.chod, 2, chod, frame_ns, TileLosses()),
    }
