"""The calorimeter's response: energies in crystals to digis, the source ``emc``."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from trigemu.arrays import F64, U8, U16
from trigemu.collider.response import crystals as collider
from trigemu.collider.response.crystals import Crystals
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.readout import Window, read_out
from trigemu.collider.response.showers import envelope, settings
from trigemu.experiments.besiii.clock import EMC_TIME_NS
from trigemu.experiments.besiii.emc.geometry import CRYSTALS
from trigemu.experiments.besiii.purposes import BesiiiPurpose
from trigemu.experiments.besiii.response.config import Emc, Response
from trigemu.experiments.besiii.response.detector import rings
from trigemu.frames.columns import Array
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import normals

_PURPOSES = (
    int(BesiiiPurpose.EMC_CRYSTAL),
    int(BesiiiPurpose.EMC_NOISE),
    int(BesiiiPurpose.EMC_NOISE_COUNT),
)

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


@kernel
def _digitise(energy: F64, counts: U16, number: U8) -> None:
    for i in range(len(energy)):
        counts[i], number[i] = digitise(energy[i])


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
    window = Window(float(TIMES), EMC_TIME_NS, config.timing.emc_ns)
    digis = read_out(found, config.emc, window, largest_energies(config.emc), _PURPOSES, seed, frame)
    n = len(digis.crystal)
    counts, number = np.empty(n, np.uint16), np.empty(n, np.uint8)
    _digitise(digis.energy, counts, number)
    return {
        "channel": digis.crystal.astype(np.uint16),
        "value": counts,
        "range": number,
        "time": digis.time.astype(np.uint8),
        "offsets": digis.offsets,
    }
