"""Tracks as the STRAW spectrometer measures them: true particles at the first chamber, smeared.

A track is a charged particle that starts ahead of the first chamber and crosses all four.  What is measured is
its position and direction at the first chamber, ahead of the magnet, and its momentum; from there it is followed to
the detectors behind as any particle is.  The random numbers of a track have the address (seed, frame, particle), as
those of the detectors have.

Events are made at one point of the dump.  That the beam has a size is put in here: an event that was made beside
the beam's centre is one that was made there, seen from the other side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I32, I64, U8
from trigemu.experiments.na62.config.offline import Offline
from trigemu.experiments.na62.detector.acceptance import in_chambers
from trigemu.experiments.na62.detector.geometry import LKR_Z, STRAW
from trigemu.experiments.na62.detector.lookup import in_lkr
from trigemu.experiments.na62.detector.transport import crossing, momentum
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.experiments.na62.response.counters import lkr_seen
from trigemu.experiments.na62.response.detectors import Exposure
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import CHARGE, ENERGY, MASS, PX, PY, PZ, TIME, X, Y, Z
from trigemu.physics.rng import Int, normal2, normals, stream, uniform2

PURPOSE = int(NA62Purpose.OFFLINE)
SPOT = stream(PURPOSE, 1)
FIRST_Z = STRAW[0].z
COLUMNS = 10
LEAST_GEV = 1e-3
"""A measured momentum is at least this: resolutions of a whole momentum must not turn a track round."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The events of a frame with exactly two tracks.

    Attributes
    ----------
    event
        int64[n], number of the event in its frame, rising.
    rows
        float64[n, 2, 10], the tracks as measured, at the first chamber: columns of
        `trigemu.physics.particles.Particles.rows` (mass and time are those of the particle; energy is 0).
    lkr_gev
        float64[n, 2], energy that each left in the LKr; 0 where it missed it.
    spot
        float64[n, 2], x and y of the point in the dump where the event was made, from the beam's centre, mm.
    """

    event: I64
    rows: F64
    lkr_gev: F64
    spot: F64

    @property
    def p(self) -> F64:
        """float64[n, 2], measured momenta, GeV."""
        return np.asarray(np.sqrt((self.rows[:, :, PX : PZ + 1] ** 2).sum(axis=2)))

    @property
    def charge(self) -> F64:
        """float64[n, 2]."""
        return np.asarray(self.rows[:, :, CHARGE])


@inlined
def measure(row: F64, seed: Int, frame: Int, i: int, resolution: F64, out: F64) -> None:
    """Fill the measured track of a particle; ``resolution`` as `resolutions` gives it."""
    x, y, _ = crossing(row, FIRST_Z)
    p = momentum(row)
    constant, rising, angle, scattering, place = resolution[:5]
    g_p, g_x = normal2(seed, frame, PURPOSE, i, 1)
    g_y, g_sx = normal2(seed, frame, PURPOSE, i, 2)
    g_sy, _ = normal2(seed, frame, PURPOSE, i, 3)
    bend = math.sqrt(angle * angle + (scattering / p) ** 2)
    sx, sy = row[PX] / row[PZ] + bend * g_sx, row[PY] / row[PZ] + bend * g_sy
    seen = max(p * (1.0 + math.sqrt(constant * constant + (rising * p) ** 2) * g_p), LEAST_GEV)
    pz = seen / math.sqrt(1.0 + sx * sx + sy * sy)
    out[PX], out[PY], out[PZ], out[ENERGY] = sx * pz, sy * pz, pz, 0.0
    out[X], out[Y], out[Z] = x + place * g_x, y + place * g_y, FIRST_Z
    out[MASS], out[TIME], out[CHARGE] = row[MASS], row[TIME], row[CHARGE]


@kernel
def _find(
    rows: F64,
    event: I64,
    pdg: I32,
    flags: U8,
    seed: Int,
    frame: Int,
    resolution: F64,
    count: I64,
    tracks: F64,
    lkr_gev: F64,
) -> None:
    for i in range(len(rows)):
        if rows[i, CHARGE] == 0.0 or not in_chambers(rows[i]):
            continue
        if uniform2(seed, frame, PURPOSE, i, 0)[0] >= resolution[5]:
            continue
        e = event[i]
        k = count[e]
        count[e] += 1
        if k >= 2:
            continue
        measure(rows[i], seed, frame, i, resolution, tracks[e, k])
        x, y, _ = crossing(rows[i], LKR_Z)
        if in_lkr(x, y):
            lkr_gev[e, k] = lkr_seen(rows[i], abs(pdg[i]), flags[i], seed, frame, i)[0]


def resolutions(offline: Offline) -> F64:
    """Return the numbers of the configuration that `find_pairs` uses, in units of rad and mm."""
    return np.array(
        [
            offline.momentum_resolution,
            offline.momentum_resolution_per_gev,
            offline.angle_resolution_urad * 1e-6,
            offline.angle_scattering_urad_gev * 1e-6,
            offline.position_resolution_mm,
            offline.track_efficiency,
        ]
    )


def find_pairs(exposure: Exposure, seed: int, frame: int, offline: Offline) -> Pairs:
    """Return the events with exactly two tracks.

    Parameters
    ----------
    exposure
        The particles of a frame.
    seed, frame
        Address of the random numbers: those of the detectors, and those of the tracks.
    offline
        Resolutions and efficiency.
    """
    p = exposure.particles
    count = np.zeros(p.events, np.int64)
    tracks, lkr_gev = np.zeros((p.events, 2, COLUMNS)), np.zeros((p.events, 2))
    _find(
        *(p.rows, p.event, p.pdg, exposure.flags),
        *(np.uint64(seed), frame, resolutions(offline)),
        *(count, tracks, lkr_gev),
    )
    event = np.flatnonzero(count == 2)
    spot = offline.beam_spot_mm * normals(seed, frame, SPOT, p.events)[event]
    return Pairs(event, tracks[event], lkr_gev[event], spot)
