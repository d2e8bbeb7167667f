"""From particles to digitised hits, one detector at a time.

A detector has two steps.  ``raw`` is what the particles of one frame leave in it, a pure function of the
frame. ``core`` turns that into hits; it also looks at what the frame before left within `LOOK_BACK_NS` of
its end, because that merges with, or blocks, the first hits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.experiments.na62 import counters, deposits
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import Response
from trigemu.experiments.na62.geometry import MUV3_SECOND_CHANNEL, SECOND_CHANNEL
from trigemu.experiments.na62.hits import Deposits, TileLogic, between, digitise, shift, thin

LOOK_BACK_NS = 1000.0
"""How far back hits of the frame before are followed for merging and dead time."""

Raw = TypeVar("Raw")


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """The particles of one frame as the detectors see them; one row each.

    Attributes
    ----------
    rows
        float64[n, 9], see `transport.table`.
    t0
        float64[n], time of their event, ns since the start of the frame.
    pdg
        int32[n], PDG code.
    flags
        uint8[n], sum of `deposits.EXTRA`, `deposits.SHOWER`, `deposits.LKR_SHOWER`.
    """

    rows: F64
    t0: F64
    pdg: NDArray[np.int32]
    flags: NDArray[np.uint8]


class Detector(Protocol[Raw]):
    """One sub-detector's response."""

    def raw(self, particles: Particles, frame: int) -> Raw:
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
    """A detector of tiles with photosensors: deposits, merging, threshold, dead time per tile.

    Attributes
    ----------
    fill
        Kernel call: (particles, frame, room for deposits) -> how many were made.
    per_particle
        Deposits that one particle without flags can make.
    logic
        How deposits become hits.
    frame_ns
        Length of a frame.
    """

    fill: Callable[[Particles, int, Deposits], int]
    per_particle: int
    logic: TileLogic
    frame_ns: float

    def raw(self, particles: Particles, frame: int) -> Deposits:
        """Return the deposits of a frame's particles."""
        extra = np.count_nonzero(particles.flags & deposits.EXTRA)
        showers = np.count_nonzero(particles.flags & deposits.SHOWER)
        room = self.per_particle * len(particles.t0) + int(extra) + deposits.SHOWER_TILES * int(showers)
        out = Deposits.allocate(room)
        return out.first(self.fill(particles, frame, out))

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
        Kernel call: (particles, frame, room for packed hits) -> how many were made.
    per_particle
        Hits that one particle can make.
    frame_ticks
        Length of a frame.
    channels, dead_ticks
        Hits closer than ``dead_ticks`` to the last on their channel are lost (0: none).
    """

    fill: Callable[[Particles, int, I64], int]
    per_particle: int
    frame_ticks: int
    channels: int = 0
    dead_ticks: int = 0

    def raw(self, particles: Particles, frame: int) -> I64:
        """Return packed, sorted hits before dead time."""
        room = np.empty(self.per_particle * len(particles.t0), np.int64)
        hits = room[: self.fill(particles, frame, room)].copy()
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


def detectors(response: Response, seed: int, frame_ticks: int) -> dict[str, Detector[Any]]:
    """Return the response of every detector by source name.

    Parameters
    ----------
    response
        The configured response.
    seed
        Seed of the run.
    frame_ticks
        Length of a frame in TDC counts.
    """
    key = np.uint64(seed)
    frame_ns = frame_ticks * LSB_NS
    shape = (response.width_ns, response.width_sigma_ns)
    rich_width = round(response.rich_width_ns / LSB_NS)

    def newchod(p: Particles, frame: int, out: Deposits) -> int:
        # A tile's resolution is that of the average of its two photosensors.
        pulse = (response.newchod_tile_resolution_ns * math.sqrt(2.0), *shape)
        loss = (response.newchod_energy_mev, deposits.NEWCHOD_XI_MEV)
        return deposits.newchod(
            p.rows, p.t0, p.flags, key, frame, loss, pulse, response.overlap, out.columns()
        )

    def muv3(p: Particles, frame: int, out: Deposits) -> int:
        pulse = (response.muv3_channel_resolution_ns, *shape)
        scattering = deposits.MUV3_SCATTERING_MM_GEV if response.scattering else 0.0
        return deposits.muv3(p.rows, p.t0, p.pdg, key, frame, pulse, scattering, out.columns())

    def anti0(p: Particles, frame: int, out: Deposits) -> int:
        pulse = (response.anti0_resolution_ns, *shape)
        return deposits.anti0(p.rows, p.t0, key, frame, pulse, response.anti0_efficiency, out.columns())

    def lkr(p: Particles, frame: int, out: I64) -> int:
        return counters.lkr(p.rows, p.t0, p.pdg, p.flags, key, frame, response.lkr_resolution_ns, out)

    def lav(p: Particles, frame: int, out: I64) -> int:
        sigma, efficiency = response.lav_resolution_ns, response.lav_efficiency
        return counters.lav(p.rows, p.t0, p.pdg, key, frame, sigma, efficiency, out)

    def rich(p: Particles, frame: int, out: I64) -> int:
        hits, sigma = response.rich_hits, response.rich_resolution_ns
        return counters.rich(p.rows, p.t0, key, frame, hits, sigma, rich_width, out)

    def logic(cells: int, threshold: float, sensors: int, second: int) -> TileLogic:
        return TileLogic(cells, threshold, response.merge_ns, response.dead_time_ns, sensors, second)

    rich_channels = 4 * counters.RICH_BOARD
    merge_ticks = round(response.merge_ns / LSB_NS)
    return {
        "newchod": TileDetector(
            newchod, 2, logic(500, response.newchod_threshold_mev, 2, SECOND_CHANNEL), frame_ns
        ),
        "muv3": TileDetector(
            muv3, 1, logic(152, response.muv3_threshold_mev, 2, MUV3_SECOND_CHANNEL), frame_ns
        ),
        "lkr": CounterDetector(lkr, 1, frame_ticks),
        "lav": CounterDetector(lav, 2 * counters.LAV_LAYERS, frame_ticks),
        "rich": CounterDetector(rich, counters.RICH_RING_HITS, frame_ticks, rich_channels, merge_ticks),
        "anti0": TileDetector(anti0, 1, logic(deposits.ANTI0_CELLS, 0.0, 1, 0), frame_ns),
    }
