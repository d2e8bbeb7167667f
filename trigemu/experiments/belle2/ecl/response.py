"""The calorimeter's response: particles to the source ``ecl``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I16, I32, I64
from trigemu.collider.response import helix
from trigemu.collider.response.showers import SPOTS, deposit, spots
from trigemu.experiments.belle2.ecl.cells import CELLS, CRYSTALS, cell_of_crystal
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.crystals import ring_look_up, ring_table
from trigemu.experiments.belle2.ecl.response_config import EclResponse
from trigemu.experiments.belle2.purposes import Belle2Purpose
from trigemu.jit import kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, poisson, uniform2

_CELL = int(Belle2Purpose.ECL_CELL)
_COUNT = int(Belle2Purpose.ECL_BACKGROUND_COUNT)
_BACKGROUND = int(Belle2Purpose.ECL_BACKGROUND)
_TIME_PER_NS = 8.0
_LATEST = 32767.0


@dataclass(frozen=True, slots=True, eq=False)
class Crystals:
    """Energies in crystals: ``offsets`` int64[n + 1]; per event by number ``crystal`` int32[m] (0-8735).

    ``energy`` float64[m] in GeV, without noise; ``time`` float64[m], ns after the collision.
    """

    offsets: I64
    crystal: I32
    energy: F64
    time: F64


def _parameters(r: EclResponse) -> F64:
    """Return the parameters in the order of `showers`."""
    return np.array(
        [
            *(r.barrel_radius_mm, r.forward_z_mm, r.backward_z_mm, r.crystal_mm),
            *(r.moliere_mm, r.core_fraction, r.core_moliere, r.tail_moliere, r.shower_depth_mm),
            *(r.resolution_quarter, r.resolution_constant, r.leakage),
            *(r.mip_gev_mm, r.mip_width, r.interaction_mm, r.hadron_fraction, r.hadron_radius_mm),
            r.longest_path_mm,
        ]
    )


def crystal_energies(particles: Particles, config: Ecl, seed: int, frame: int) -> Crystals:
    """Return what particles leave in the crystals.

    Photons and electrons shower; muons and charged hadrons ionise; hadrons may interact; other particles leave
    nothing.  No material in front of the calorimeter.  The energies of an event depend on (seed, frame, number of
    the event) alone.
    """
    p = particles
    n, m = p.events, len(p.pdg)
    offsets = np.zeros(n + 1, np.int64)
    most = int(np.diff(p.offsets).max(initial=0))
    crystal, energy, time = np.empty(m * SPOTS, np.int32), np.empty(m * SPOTS), np.empty(m * SPOTS)
    deposit(
        np.uint64(seed),
        frame,
        p.offsets,
        p.pdg,
        p.mass,
        np.sqrt(p.px**2 + p.py**2 + p.pz**2),
        p.time_ns,
        helix.perigees(p),
        _parameters(config.response),
        spots(),
        (ring_look_up(), *ring_table()),
        np.zeros((CRYSTALS, 2)),
        np.empty(most * SPOTS + 1, np.int32),
        offsets,
        crystal,
        energy,
        time,
    )
    rows = slice(0, int(offsets[-1]))
    return Crystals(offsets, crystal[rows].copy(), energy[rows].copy(), time[rows].copy())


@kernel
def _digitise(
    seed: Int,
    frame: int,
    offsets: I64,
    crystal: I32,
    energy: F64,
    time: F64,
    cell_of: I16,
    background: F64,
    electronics: F64,
    work: F64,
    out_offsets: I64,
    out: NDArray[np.int32],
    room: int,
) -> int:
    """Sum crystals to cells, add background and noise, apply the threshold; return rows, -1 if there was no room.

    ``background``: mean number, range, floor, scale; ``electronics``: LSB, noise, threshold and most counts, time
    resolution's constant and noise; ``work``: zeros[577, 2].
    """
    rows = 0
    for event in range(len(offsets) - 1):
        for i in range(offsets[event], offsets[event + 1]):
            cell = cell_of[crystal[i]]
            work[cell, 0] += energy[i]
            work[cell, 1] += energy[i] * time[i]
        for k in range(poisson(seed, frame, _COUNT, event, background[0])):
            u, v = uniform2(seed, frame, _BACKGROUND, event, 2 * k)
            w, _ = uniform2(seed, frame, _BACKGROUND, event, 2 * k + 1)
            cell = 1 + min(int(u * CELLS), CELLS - 1)
            extra = background[2] - background[3] * np.log(1.0 - v)
            work[cell, 0] += extra
            work[cell, 1] += extra * (2.0 * w - 1.0) * background[1]
        for cell in range(1, CELLS + 1):
            deposited = work[cell, 0]
            if deposited <= 0.0:
                continue
            when = work[cell, 1] / deposited
            work[cell, 0] = work[cell, 1] = 0.0
            noise, jitter = normal2(seed, frame, _CELL, event, cell)
            counts = np.floor((deposited + electronics[1] * noise) / electronics[0] + 0.5)
            if counts < electronics[2]:
                continue
            if rows >= room:
                return -1
            when += jitter * np.hypot(electronics[4], electronics[5] / deposited)
            out[rows, 0] = cell
            out[rows, 1] = int(min(counts, electronics[3]))
            out[rows, 2] = int(np.floor(min(max(when * _TIME_PER_NS, -_LATEST), _LATEST - 1.0) + 0.5))
            rows += 1
        out_offsets[event + 1] = rows
    return rows


def ecl_hits(particles: Particles, config: Ecl, seed: int, frame: int) -> dict[str, NDArray[Any]]:
    """Return the columns of the source ``ecl``: channel, value, time and offsets, cells in order in each event.

    An event's hits depend on (seed, frame, number of the event in the frame) alone.
    """
    r = config.response
    crystals = crystal_energies(particles, config, seed, frame)
    n = particles.events
    offsets = np.zeros(n + 1, np.int64)
    room = len(crystals.crystal) + int(n * (r.background_cells + 8.0 * np.sqrt(r.background_cells) + 8.0))
    background = np.array(
        [r.background_cells, r.background_range_ns, r.background_floor_gev, r.background_gev]
    )
    electronics = np.array(
        [
            *(config.adc_gev, r.noise_gev, r.threshold_counts, r.saturation_counts),
            *(r.time_constant_ns, r.time_noise_ns_gev),
        ]
    )
    rows = -1
    while rows < 0:
        out = np.empty((room, 3), np.int32)
        rows = _digitise(
            np.uint64(seed),
            frame,
            crystals.offsets,
            crystals.crystal,
            crystals.energy,
            crystals.time,
            cell_of_crystal(),
            background,
            electronics,
            np.zeros((CELLS + 1, 2)),
            offsets,
            out,
            room,
        )
        room = 2 * room + CELLS
    return {
        "channel": out[:rows, 0].astype(np.uint16),
        "value": out[:rows, 1].astype(np.uint16),
        "time": out[:rows, 2].astype(np.int16),
        "offsets": offsets,
    }
