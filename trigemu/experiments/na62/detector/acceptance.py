"""Which decays cross every detector plane that the searches need.

The acceptance is geometry alone: two charged decay products above a momentum, inside the four STRAW chambers, the
NewCHOD, the LKr and, for muons, MUV3 (neutrinos and other neutral ones do not matter); or two photons in the LKr.
No scattering, no smearing, no inefficiency, no overlap of tiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64
from trigemu.experiments.na62.detector.geometry import LKR_Z, MUV3_HALF, MUV3_INNER, MUV3_Z, NEWCHOD, STRAW
from trigemu.experiments.na62.detector.lookup import brick_tile, in_lkr, in_ring
from trigemu.experiments.na62.detector.transport import NEWCHOD_Z, crossing, momentum
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import CHARGE, Particles

MINIMUM_MOMENTUM_GEV = 5.0
"""Both decay products must have more (ALPINIST's NA62; na62_published section C)."""

PHOTON_GEV, PHOTONS_GEV, PHOTONS_APART_MM = 1.0, 3.0, 100.0
"""Least energy of each of two photons, of both together, and their distance in the LKr (ALPINIST, read)."""

MUON, PHOTON = 13, 22

STRAW_TABLE = np.array([(ring.z, ring.inner, ring.outer, ring.x) for ring in STRAW])
NEWCHOD_INNER, NEWCHOD_OUTER = NEWCHOD.inner, NEWCHOD.outer


@inlined
def in_chambers(row: F64) -> bool:
    """Return whether a particle (a row of `Particles.rows`) crosses the four STRAW chambers."""
    for chamber in STRAW_TABLE:
        x, y, _ = crossing(row, chamber[0])
        if not in_ring(x - chamber[3], y, chamber[1], chamber[2]):
            return False
    return True


@inlined
def in_detectors(row: F64, muon: bool) -> bool:
    """Return whether a particle crosses what a search needs behind the chambers: NewCHOD, LKr and, a muon, MUV3."""
    x, y, _ = crossing(row, NEWCHOD_Z)
    if not in_ring(x, y, NEWCHOD_INNER, NEWCHOD_OUTER):
        return False
    x, y, _ = crossing(row, LKR_Z)
    if not in_lkr(x, y):
        return False
    if not muon:
        return True
    x, y, _ = crossing(row, MUV3_Z)
    return abs(x) < MUV3_HALF and abs(y) < MUV3_HALF and x * x + y * y > MUV3_INNER * MUV3_INNER


@inlined
def particle_accepted(row: F64, muon: bool, minimum: float) -> bool:
    """Return whether one charged particle (a row of `Particles.rows`) crosses every plane."""
    if row[CHARGE] == 0.0 or momentum(row) <= minimum:
        return False
    return in_chambers(row) and in_detectors(row, muon)


@kernel
def _judge(
    rows: F64,
    event: NDArray[np.int64],
    pdg: NDArray[np.int32],
    minimum: float,
    count: NDArray[np.int64],
    bad: NDArray[np.bool_],
    tiles: NDArray[np.int64],
) -> None:
    for i in range(len(rows)):
        e = event[i]
        if rows[i, CHARGE] == 0.0:
            continue
        if count[e] < 2:
            x, y, _ = crossing(rows[i], NEWCHOD_Z)
            tiles[e, count[e]] = brick_tile(x, y)
        count[e] += 1
        if not bad[e] and not particle_accepted(rows[i], abs(pdg[i]) == MUON, minimum):
            bad[e] = True


@dataclass(frozen=True, slots=True, eq=False)
class Acceptance:
    """Geometry of two-body decays.

    Attributes
    ----------
    accepted
        bool[n]: exactly two charged particles, both accepted.
    tiles
        int64[n, 2]: ids of the NewCHOD tiles of the first two charged particles, 0 outside (overlaps
        ignored).
    """

    accepted: NDArray[np.bool_]
    tiles: NDArray[np.int64]

    @property
    def different_tiles(self) -> NDArray[np.bool_]:
        """bool[n]: the two particles cross different tiles (the ceiling of H2)."""
        answer: NDArray[np.bool_] = self.tiles[:, 0] != self.tiles[:, 1]
        return answer

    @property
    def two_quadrants(self) -> NDArray[np.bool_]:
        """bool[n]: the two particles cross different quadrants (Q2)."""
        quadrant = self.tiles // 100
        answer: NDArray[np.bool_] = quadrant[:, 0] != quadrant[:, 1]
        return answer

    @property
    def opposite_quadrants(self) -> NDArray[np.bool_]:
        """bool[n]: the two particles cross diagonally opposite quadrants (QX)."""
        quadrant = self.tiles // 100
        answer: NDArray[np.bool_] = np.abs(quadrant[:, 0] - quadrant[:, 1]) == 2
        return answer


def accept(particles: Particles, *, minimum_gev: float = MINIMUM_MOMENTUM_GEV) -> Acceptance:
    """Judge events by geometry.

    Parameters
    ----------
    particles
        Their particles.
    minimum_gev
        Momentum that both particles must exceed.
    """
    events = particles.events
    count = np.zeros(events, np.int64)
    bad = np.zeros(events, np.bool_)
    tiles = np.zeros((events, 2), np.int64)
    _judge(particles.rows, particles.event, particles.pdg, minimum_gev, count, bad, tiles)
    return Acceptance((count == 2) & ~bad, tiles)


@kernel
def _judge_photons(
    rows: F64, event: NDArray[np.int64], pdg: NDArray[np.int32], hit: F64, good: NDArray[np.bool_]
) -> None:
    # Row e of hit: photons so far, energy so far, x and y of the first.
    for i in range(len(rows)):
        if pdg[i] != PHOTON:
            continue
        seen, e = hit[event[i]], event[i]
        x, y, _ = crossing(rows[i], LKR_Z)
        energy = momentum(rows[i])
        seen[0] += 1.0
        seen[1] += energy
        fine = energy > PHOTON_GEV and in_lkr(x, y)
        if seen[0] == 1.0:
            seen[2], seen[3] = x, y
            good[e] = fine
        else:
            apart = math.hypot(x - seen[2], y - seen[3]) > PHOTONS_APART_MM
            good[e] = good[e] and fine and apart and seen[0] == 2.0 and seen[1] > PHOTONS_GEV


def accept_photons(particles: Particles) -> NDArray[np.bool_]:
    """Return which events have exactly two photons, both good in the LKr and apart there, bool[events].

    Inside the LKr and outside its hole, 150 mm wide all round, above `PHOTON_GEV` each and `PHOTONS_GEV` together, and
    more than `PHOTONS_APART_MM` from each other; no conversions, no smearing.
    """
    hit, good = np.zeros((particles.events, 4)), np.zeros(particles.events, np.bool_)
    _judge_photons(particles.rows, particles.event, particles.pdg, hit, good)
    return np.asarray(good & (hit[:, 0] == 2.0))


@kernel
def _behind(rows: F64, muons: bool, good: NDArray[np.bool_]) -> None:
    for i in range(rows.shape[0]):
        for k in range(rows.shape[1]):
            if not in_detectors(rows[i, k], muons):
                good[i] = False


def pairs_in_detectors(rows: F64, *, muons: bool) -> NDArray[np.bool_]:
    """Return which pairs cross, both of them, NewCHOD, LKr and, as muons, MUV3, bool[n].

    Parameters
    ----------
    rows
        float64[n, 2, 10], two particles each (`Particles.rows`).
    muons
        Whether MUV3 is asked for.
    """
    good = np.ones(len(rows), np.bool_)
    _behind(rows, muons, good)
    return good
