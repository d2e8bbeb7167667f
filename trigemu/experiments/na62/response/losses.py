"""What the channels of a tile detector lose and add: efficiency, dead channels, noise (``[na62.losses]``).

Noise of a channel in a frame is a pure function of (seed, frame, detector, channel): one channel more or less changes
nothing about the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.na62.config import Losses
from trigemu.experiments.na62.config.losses import CHANNELS
from trigemu.experiments.na62.detector.geometry import (
    MUV3_SECOND_CHANNEL,
    PAD_IDS,
    SECOND_CHANNEL,
    TILE_IDS,
)
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.experiments.na62.response.deposits import UNIT_UNIFORM, Pair, ticks
from trigemu.experiments.na62.response.digitiser import UNSEEN, Columns
from trigemu.jit import kernel
from trigemu.physics.rng import Int, poisson, stream, uniform2
from trigemu.setup.amounts import check_amounts

MAX_NOISE = 100_000
"""Noise hits of a frame, as many as it can have events (`trigemu.experiments.na62.events.MAX_EVENTS`)."""

_CELLS = {"newchod": (TILE_IDS, SECOND_CHANNEL), "muv3": (PAD_IDS, MUV3_SECOND_CHANNEL)}

STREAMS = {"newchod": 0, "muv3": 1}
"""Number of a detector in the address of its noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Channels with noise.

    Attributes
    ----------
    channel, cell, sensor
        int64[m] each: number of the channel, its tile or pad, and 0 or 1 for the photosensor.
    mean
        float64[m], hits expected in a frame.
    seed, count_stream, time_stream
        Address of the random numbers: seed, and purposes of how many hits there are, and of when.
    frame_ns
        Length of a frame.
    energy_mev
        What a hit stands for: the threshold.
    width
        Mean and standard deviation of the pulse width, ns.
    """

    channel: I64
    cell: I64
    sensor: I64
    mean: F64
    seed: np.uint64
    count_stream: int
    time_stream: int
    frame_ns: float
    energy_mev: float
    width: Pair

    def counts(self, frame: int) -> I64:
        """Return how many hits each channel has in a frame: int64[m]."""
        out = np.empty(len(self.channel), np.int64)
        _counts(self.channel, self.mean, self.seed, frame, self.count_stream, out)
        return out

    def fill(self, counts: I64, frame: int, n: int, out: Columns) -> int:
        """Write ``counts`` hits as deposits of one photosensor each from place n on, and return the next place."""
        which, pulse = (self.channel, self.cell, self.sensor), (self.frame_ns, self.energy_mev, *self.width)
        return _fill(which, counts, self.seed, frame, self.time_stream, pulse, n, out)


@dataclass(frozen=True, slots=True, eq=False)
class TileLosses:
    """Losses of one tile detector; without arguments there are none.

    Attributes
    ----------
    efficiency
        Of one photosensor.
    dead
        bool[cells, 2], photosensors that do not work; None: all do.
    noise
        Channels with noise; None: there are none.
    """

    efficiency: float = 1.0
    dead: Bool | None = None
    noise: Noise | None = None


@kernel
def _counts(channel: I64, mean: F64, seed: Int, frame: Int, purpose: Int, out: I64) -> None:
    for k in range(len(channel)):
        # Most channels have none: the first number of `poisson` says so below 1 - exp(-mean) <= mean.
        out[k] = 0
        if uniform2(seed, frame, purpose, channel[k], 0)[0] < mean[k]:
            out[k] = poisson(seed, frame, purpose, channel[k], mean[k])


@kernel
def _fill(
    which: tuple[I64, I64, I64],
    counts: I64,
    seed: Int,
    frame: Int,
    purpose: Int,
    pulse: tuple[float, float, float, float],
    n: int,
    out: Columns,
) -> int:
    channel, cell, sensor = which
    frame_ns, energy_mev, mean, sigma = pulse
    time, energy, cells, edge, width = out
    for k in range(len(channel)):
        for block in range(counts[k]):
            u, v = uniform2(seed, frame, purpose, channel[k], block)
            time[n] = frame_ns * u
            energy[n] = energy_mev
            cells[n] = cell[k]
            edge[n, :] = ticks(time[n])
            width[n, :] = UNSEEN
            width[n, sensor[k]] = ticks(mean + sigma * UNIT_UNIFORM * (v - 0.5))
            n += 1
    return n


def rates(losses: Losses, detector: str) -> dict[int, float]:
    """Return the noise of each channel of a detector that has some, Hz."""
    found = dict.fromkeys(CHANNELS[detector], _of(losses, detector, "noise_hz"))
    for noisy in losses.noisy:
        if noisy.detector == detector:
            found[noisy.channel] += noisy.rate_hz
    dead = getattr(losses.dead, detector)
    return {channel: rate for channel, rate in found.items() if rate > 0.0 and channel not in dead}


def check_noise(losses: Losses, frame_s: float) -> None:
    """Refuse more noise than a frame can hold.

    Raises
    ------
    InputError
        More than `MAX_NOISE` hits are expected in a frame of ``frame_s`` seconds.
    """
    if not losses.enabled:
        return
    hertz = {
        f"na62.losses.{detector}_noise_hz": _of(losses, detector, "noise_hz") * len(channels)
        for detector, channels in CHANNELS.items()
    }
    hertz.update({f"na62.losses.noisy.{k}.rate_hz": each.rate_hz for k, each in enumerate(losses.noisy)})
    check_amounts("noise hits", {key: rate * frame_s for key, rate in hertz.items()}, MAX_NOISE, frame_s)


def tile_losses(
    losses: Losses, detector: str, seed: int, frame_ns: float, threshold_mev: float, width: Pair
) -> TileLosses:
    """Return the losses of a detector.

    Parameters
    ----------
    losses
        As configured.
    detector
        ``newchod`` or ``muv3``.
    seed
        Seed of the run.
    frame_ns, threshold_mev, width
        See `Noise`.
    """
    if not losses.enabled:
        return TileLosses()
    cells, second = _CELLS[detector]
    place = {int(cell) + s * second: (int(cell), s) for cell in cells for s in range(2)}
    dead, noise = _dead(getattr(losses.dead, detector), place), None
    if found := rates(losses, detector):
        where = np.array([place[channel] for channel in found], np.int64).T.copy()
        mean = frame_ns * 1e-9 * np.array(list(found.values()))
        purposes = [stream(NA62Purpose.NOISE, 2 * STREAMS[detector] + use) for use in range(2)]
        noise = Noise(
            *(np.array(list(found), np.int64), where[0], where[1], mean),
            *(np.uint64(seed), purposes[0], purposes[1]),
            *(frame_ns, threshold_mev, width),
        )
    return TileLosses(_of(losses, detector, "channel_efficiency"), dead, noise)


def _of(losses: Losses, detector: str, key: str) -> float:
    return float(getattr(losses, f"{detector}_{key}"))


def _dead(channels: tuple[int, ...], place: dict[int, tuple[int, int]]) -> Bool | None:
    if not channels:
        return None
    dead = np.zeros((max(cell for cell, _ in place.values()) + 1, 2), bool)
    for channel in channels:
        dead[place[channel]] = True
    return dead
