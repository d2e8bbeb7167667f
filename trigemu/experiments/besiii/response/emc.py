"""The calorimeter's response: energies in crystals to digis, the source ``emc``."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I32, I64
from trigemu.collider.response import crystals as collider
from trigemu.collider.response.crystals import Crystals
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.showers import envelope, settings
from trigemu.experiments.besiii.clock import EMC_TIME_NS
from trigemu.experiments.besiii.emc.geometry import CRYSTALS
from trigemu.experiments.besiii.purposes import BesiiiPurpose
from trigemu.experiments.besiii.response.config import Emc, Response
from trigemu.experiments.besiii.response.detector import rings
from trigemu.frames.columns import Array, grown
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, normals, poisson, uniform2

_CRYSTAL, _NOISE = int(BesiiiPurpose.EMC_CRYSTAL), int(BesiiiPurpose.EMC_NOISE)
_NOISE_COUNT = int(BesiiiPurpose.EMC_NOISE_COUNT)

WEIGHTS = (2, 16, 64)
"""Gain weights of the three ranges (besiii_real_facts 2.1)."""

GEV_PER_COUNT = 2.0 / 65535.0
"""Energy of a count of weight 1, on the scale of deposited energies (besiii_real_facts 2.1)."""

OFFLINE_SCALE = 1.25
"""Energy on the offline scale over that deposited: full scales of 78, 625 and 2500 MeV are on it."""

MOST_COUNTS = 1023
"""Ten bits; the highest range ends at 2.0 GeV."""

TIMES = 60
"""Counts of 50 ns in the read-out window."""


class EmcNumbers(NamedTuple):
    """What kernels need of `Emc` (same names) and of the window: ``collision`` in ns after it began."""

    noise_gev_crystal: float
    suppression_gev: float
    time_ns: float
    time_noise_ns_gev: float
    noise_crystals: float
    noise_gev: float
    beam_fraction: float
    beam_gev: float
    collision: float


def crystal_energies(particles: Particles, config: Response, seed: int, frame: int) -> Crystals:
    """Return what particles leave in the crystals (see `collider.response.crystals`), before any electronics.

    The energies of an event depend on (seed, frame, number of the event) alone.
    """
    c = config.emc
    numbers = settings(c, c.resolution_root, c.endcap_factor)
    tracks = perigees(particles, config.field_t)
    return collider.crystal_energies(particles, tracks, envelope(c), rings(c.gaps), numbers, seed, frame)


@lru_cache(maxsize=8)
def _largest(nominal: float, spread: float) -> F64:
    gauss = normals(0, 0, int(BesiiiPurpose.EMC_SATURATION), CRYSTALS)[:, 0]
    most = np.maximum(nominal / OFFLINE_SCALE * (1.0 + spread * gauss), 0.0)
    most.setflags(write=False)
    return most


def largest_energies(config: Emc) -> F64:
    """Return float64[6240], read-only: the largest energy (GeV, deposited) that each crystal can show.

    Crystals do not change: the maxima are the same in every run.
    """
    if not config.saturation:
        return _largest(math.inf, 0.0)
    return _largest(config.saturation_gev, config.saturation_spread)


@inlined
def digitise(energy: float) -> tuple[int, int]:
    """Return (ADC counts, range) of an energy (GeV) in the finest of the three ranges that holds it."""
    for number in range(len(WEIGHTS)):
        counts = math.floor(energy / (GEV_PER_COUNT * WEIGHTS[number]) + 0.5)
        if counts <= MOST_COUNTS:
            return int(max(counts, 0)), number
    return MOST_COUNTS, len(WEIGHTS) - 1


@inlined
def _put(crystal: int, energy: float, time: int, out: I32, n: int) -> int:
    if n < len(out):
        counts, number = digitise(energy)
        out[n, 0], out[n, 1], out[n, 2], out[n, 3] = crystal, counts, number, time
    return n + 1


@kernel
def _digis(
    offsets: I64,
    crystal: I32,
    energy: F64,
    time: F64,
    most: F64,
    numbers: tuple[float, ...],
    address: tuple[Int, Int],
    taken: I64,
    out_offsets: I64,
    out: I32,
) -> int:
    # ``most``: see `largest_energies`; ``taken``: int64[6240], -1: the last event in which each crystal had a digi.
    n = 0
    c = EmcNumbers(*numbers)
    seed, frame = address
    for event in range(len(offsets) - 1):
        out_offsets[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            number = crystal[i]
            noise, jitter = normal2(seed, frame, _CRYSTAL, event, number)
            seen = min(energy[i] + c.noise_gev_crystal * noise, most[number])
            if not seen >= c.suppression_gev:
                continue
            when = c.collision + time[i] + jitter * math.hypot(c.time_ns, c.time_noise_ns_gev / seen)
            # What comes too late or too early has its peak outside of the samples.
            if not 0.0 <= when < TIMES * EMC_TIME_NS:
                continue
            taken[number] = event
            n = _put(number, seen, int(when / EMC_TIME_NS), out, n)
        cells = poisson(seed, frame, _NOISE_COUNT, event, c.noise_crystals) if c.noise_crystals > 0.0 else 0
        for k in range(cells):
            u, v = uniform2(seed, frame, _NOISE, event, 2 * k)
            w, x = uniform2(seed, frame, _NOISE, event, 2 * k + 1)
            number = min(int(u * CRYSTALS), CRYSTALS - 1)
            if taken[number] == event:
                continue
            taken[number] = event
            mean = c.beam_gev if x < c.beam_fraction else c.noise_gev
            seen = min(c.suppression_gev - mean * math.log(1.0 - v), most[number])
            n = _put(number, seen, int(w * TIMES), out, n)
    out_offsets[len(offsets) - 1] = n
    return n


def emc_hits(particles: Particles, config: Response, seed: int, frame: int) -> dict[str, Array]:
    """Return the digis of the calorimeter in a frame's events: the columns of source ``emc``.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers; an event's digis depend on these and its number in the frame alone.

    Returns
    -------
    dict
        ``channel`` uint16[k], ``value`` uint16[k] (ADC counts), ``range`` uint8[k], ``time`` uint8[k] in 50 ns since
        the read-out window began, ``offsets`` int64[n + 1].  A crystal once in an event: those with a shower in the
        order of their numbers, then noise.
    """
    found = crystal_energies(particles, config, seed, frame)
    own = {name: getattr(config.emc, name) for name in EmcNumbers._fields[:-1]}
    offsets = np.zeros(particles.events + 1, np.int64)
    arguments = (
        found.offsets,
        found.crystal,
        found.energy,
        found.time,
        largest_energies(config.emc),
        tuple(EmcNumbers(**own, collision=config.timing.emc_ns)),
        (np.uint64(seed), frame),
    )

    def fill(rows: int) -> tuple[int, I32]:
        out = np.empty((rows, 4), np.int32)
        return _digis(*arguments, np.full(CRYSTALS, -1), offsets, out), out

    noisy = config.emc.noise_crystals
    expected = len(found.crystal) + int(particles.events * (noisy + 8.0 * math.sqrt(noisy) + 8.0))
    n, out = grown(fill, expected)
    return {
        "channel": out[:n, 0].astype(np.uint16),
        "value": out[:n, 1].astype(np.uint16),
        "range": out[:n, 2].astype(np.uint8),
        "time": out[:n, 3].astype(np.uint8),
        "offsets": offsets,
    }
