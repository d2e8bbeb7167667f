"""The calorimeter's response: energies in crystals to trigger cells, the source ``ecl``."""

from __future__ import annotations

import math
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I16, I32, I64
from trigemu.collider.response import crystals as collider
from trigemu.collider.response.crystals import Crystals
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.showers import envelope, settings
from trigemu.experiments.belle2.ecl.cells import CELLS, cell_of_crystal
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.crystals import crystal_rings
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.experiments.belle2.response.detector import FIELD_T
from trigemu.frames.columns import grown
from trigemu.jit import kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, poisson, uniform2

_CELL = int(Belle2Purpose.ECL_CELL)
_COUNT = int(Belle2Purpose.ECL_BACKGROUND_COUNT)
_BACKGROUND = int(Belle2Purpose.ECL_BACKGROUND)
_TIME_PER_NS = 8.0
_LATEST = 32767.0


class CellNumbers(NamedTuple):
    """What the kernel needs of `Ecl` and its response (same names; ``adc_gev``: energy of a count)."""

    adc_gev: float
    noise_gev: float
    threshold_counts: int
    saturation_counts: int
    time_constant_ns: float
    time_noise_ns_gev: float
    background_cells: float
    background_range_ns: float
    background_floor_gev: float
    background_gev: float


_of_response = attrgetter(*CellNumbers._fields[1:])


def crystal_energies(particles: Particles, config: Ecl, seed: int, frame: int) -> Crystals:
    """Return what particles leave in the crystals (see `collider.response.crystals`).

    The energies of an event depend on (seed, frame, number of the event) alone.
    """
    r = config.response
    tracks = perigees(particles, FIELD_T)
    return collider.crystal_energies(
        particles, tracks, envelope(r), crystal_rings(), settings(r), seed, frame
    )


@kernel
def _digitise(
    seed: Int,
    frame: int,
    offsets: I64,
    crystal: I32,
    energy: F64,
    time: F64,
    cell_of: I16,
    numbers: tuple[float, float, int, int, float, float, float, float, float, float],
    work: F64,
    out_offsets: I64,
    out: I32,
) -> int:
    """Sum crystals to cells, add background and noise, apply the threshold; return rows (counted beyond ``out``).

    ``work``: zeros[577, 2], as it is afterwards.
    """
    rows = 0
    c = CellNumbers(*numbers)
    for event in range(len(offsets) - 1):
        for i in range(offsets[event], offsets[event + 1]):
            cell = cell_of[crystal[i]]
            work[cell, 0] += energy[i]
            work[cell, 1] += energy[i] * time[i]
        for k in range(poisson(seed, frame, _COUNT, event, c.background_cells)):
            u, v = uniform2(seed, frame, _BACKGROUND, event, 2 * k)
            w, _ = uniform2(seed, frame, _BACKGROUND, event, 2 * k + 1)
            cell = 1 + min(int(u * CELLS), CELLS - 1)
            extra = c.background_floor_gev - c.background_gev * np.log(1.0 - v)
            work[cell, 0] += extra
            work[cell, 1] += extra * (2.0 * w - 1.0) * c.background_range_ns
        for cell in range(1, CELLS + 1):
            deposited = work[cell, 0]
            if deposited <= 0.0:
                continue
            when = work[cell, 1] / deposited
            work[cell, 0] = work[cell, 1] = 0.0
            noise, jitter = normal2(seed, frame, _CELL, event, cell)
            counts = np.floor((deposited + c.noise_gev * noise) / c.adc_gev + 0.5)
            if not counts >= c.threshold_counts:
                continue
            if rows < len(out):
                when += jitter * np.hypot(c.time_constant_ns, c.time_noise_ns_gev / deposited)
                out[rows, 0] = cell
                out[rows, 1] = int(min(counts, c.saturation_counts))
                # Energies of a file may be so large that their mean time is no number.
                eighths = when * _TIME_PER_NS if abs(when) < _LATEST else math.copysign(_LATEST, when)
                out[rows, 2] = int(np.floor(min(max(eighths, -_LATEST), _LATEST - 1.0) + 0.5))
            rows += 1
        out_offsets[event + 1] = rows
    return rows


def ecl_hits(particles: Particles, config: Ecl, seed: int, frame: int) -> dict[str, NDArray[Any]]:
    """Return the columns of the source ``ecl``: channel, value, time and offsets, cells in order in each event.

    An event's hits depend on (seed, frame, number of the event in the frame) alone.
    """
    crystals = crystal_energies(particles, config, seed, frame)
    offsets = np.zeros(particles.events + 1, np.int64)
    arguments = (
        np.uint64(seed),
        frame,
        crystals.offsets,
        crystals.crystal,
        crystals.energy,
        crystals.time,
        cell_of_crystal(),
        (config.adc_gev, *_of_response(config.response)),
        np.zeros((CELLS + 1, 2)),
        offsets,
    )

    def fill(rows: int) -> tuple[int, I32]:
        out = np.empty((rows, 3), np.int32)
        return _digitise(*arguments, out), out

    noisy = config.response.background_cells
    expected = particles.events * (noisy + 8.0 * np.sqrt(noisy) + 8.0)
    n, out = grown(fill, len(crystals.crystal) + int(expected))
    return {
        "channel": out[:n, 0].astype(np.uint16),
        "value": out[:n, 1].astype(np.uint16),
        "time": out[:n, 2].astype(np.int16),
        "offsets": offsets,
    }
