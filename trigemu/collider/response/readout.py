"""Electronics of a calorimeter's crystals: which are read out, with which energy and when; noise.

Plan for each event: crystals with energy first, in their order, each with noise and jitter; then crystals that noise
or beam background fires anywhere in the window, each once in an event.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np

from trigemu.arrays import F64, I32, I64
from trigemu.collider.response.config import Readout
from trigemu.collider.response.crystals import Crystals
from trigemu.frames.columns import grown
from trigemu.jit import inlined, kernel
from trigemu.physics.rng import Int, normal2, poisson, uniform2

Purposes: TypeAlias = tuple[int, int, int]
"""What random numbers are for: electronics of a crystal, noise crystals, and how many of these there are."""


class Window(NamedTuple):
    """The read-out window: ``counts`` of ``count_ns`` (ns) each; a collision is ``collision`` ns after it began."""

    counts: float
    count_ns: float
    collision: float


class ReadoutNumbers(NamedTuple):
    """What kernels need of `Readout` and `Window` (same names)."""

    noise_gev_crystal: float
    suppression_gev: float
    time_ns: float
    time_noise_ns_gev: float
    noise_crystals: float
    noise_gev: float
    beam_fraction: float
    beam_gev: float
    counts: float
    count_ns: float
    collision: float


def settings(config: Readout, window: Window) -> ReadoutNumbers:
    """Return the numbers that the kernels take."""
    own = {name: getattr(config, name) for name in ReadoutNumbers._fields[:-3]}
    return ReadoutNumbers(**own, **window._asdict())


@inlined
def _put(crystal: int, energy: float, time: float, out: F64, crystals: I32, n: int) -> int:
    if n < len(out):
        crystals[n] = crystal
        out[n, 0], out[n, 1] = energy, time
    return n + 1


@kernel
def _digis(
    offsets: I64,
    crystal: I32,
    energy: F64,
    time: F64,
    most: F64,
    numbers: tuple[float, ...],
    purposes: Purposes,
    address: tuple[Int, Int],
    taken: I64,
    out_offsets: I64,
    crystals: I32,
    out: F64,
) -> int:
    # ``taken``: int64[crystals], -1: the last event in which each crystal had a digi.
    n = 0
    c = ReadoutNumbers(*numbers)
    seed, frame = address
    electronics, fired, count = purposes
    for event in range(len(offsets) - 1):
        out_offsets[event] = n
        for i in range(offsets[event], offsets[event + 1]):
            number = crystal[i]
            noise, jitter = normal2(seed, frame, electronics, event, number)
            seen = min(energy[i] + c.noise_gev_crystal * noise, most[number])
            if not seen >= c.suppression_gev:
                continue
            when = c.collision + time[i] + jitter * math.hypot(c.time_ns, c.time_noise_ns_gev / seen)
            # What comes too late or too early has its peak outside of the samples.
            if not 0.0 <= when < c.counts * c.count_ns:
                continue
            taken[number] = event
            n = _put(number, seen, when / c.count_ns, out, crystals, n)
        cells = poisson(seed, frame, count, event, c.noise_crystals) if c.noise_crystals > 0.0 else 0
        for k in range(cells):
            u, v = uniform2(seed, frame, fired, event, 2 * k)
            w, x = uniform2(seed, frame, fired, event, 2 * k + 1)
            number = min(int(u * len(taken)), len(taken) - 1)
            if taken[number] == event:
                continue
            taken[number] = event
            mean = c.beam_gev if x < c.beam_fraction else c.noise_gev
            seen = min(c.suppression_gev - mean * math.log(1.0 - v), most[number])
            n = _put(number, seen, w * c.counts, out, crystals, n)
    out_offsets[len(offsets) - 1] = n
    return n


def read_out(
    found: Crystals,
    config: Readout,
    window: Window,
    most: F64,
    purposes: Purposes,
    seed: int,
    frame: int,
) -> Crystals:
    """Return what is read out of the crystals of a frame's events.

    Parameters
    ----------
    found
        What particles leave in them.
    config, window
        Noise, suppression, times; the read-out window.
    most
        float64[crystals], largest energy in GeV that each crystal can show.
    purposes, seed, frame
        Addresses of the random numbers; an event's digis depend on these and its number in the frame alone.

    Returns
    -------
    Crystals
        ``time`` in counts of the window, from 0 to its end.  A crystal once in an event: those with energy of
        particles in the order of their numbers, then noise.
    """
    offsets = np.zeros(len(found.offsets), np.int64)
    arguments = (
        found.offsets,
        found.crystal,
        found.energy,
        found.time,
        most,
        tuple(settings(config, window)),
        purposes,
        (np.uint64(seed), frame),
    )

    def fill(rows: int) -> tuple[int, tuple[I32, F64]]:
        crystals, out = np.empty(rows, np.int32), np.empty((rows, 2))
        return _digis(*arguments, np.full(len(most), -1), offsets, crystals, out), (crystals, out)

    noisy = config.noise_crystals
    events = len(found.offsets) - 1
    n, (crystals, out) = grown(
        fill, len(found.crystal) + int(events * (noisy + 8.0 * math.sqrt(noisy) + 8.0))
    )
    return Crystals(offsets, crystals[:n], out[:n, 0], out[:n, 1])
