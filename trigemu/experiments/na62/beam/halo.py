"""Background with the TAX closed: muons that reach the detectors, and neutral particles that reach the LKr.

A model, not a measurement: neither flux nor spectrum of the dump mode is public.  Muons are given at the
entrance of the decay volume.  Most of the recalled rate of two-hit triggers cannot come from accidental
pairs (0.28 MHz of muons make 1 kHz of pairs within 6.24 ns, 18 kHz are recalled), so a muon carries flags
that say whether it makes a second tile fire, showers in NewCHOD, or showers in the LKr.

Without an event file momenta fall exponentially and directions are Gaussian.  With one, muons come from its
charged pions and kaons: those that decay before they interact again, thinned out by sweeping fields that take
soft muons away, and smeared on the way.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TypeAlias

import numpy as np

from trigemu.arrays import F64, I32, I64, U8
from trigemu.errors import InputError, RunError
from trigemu.experiments.na62.beam.parents import decay_chance
from trigemu.experiments.na62.config import Halo
from trigemu.experiments.na62.detector.geometry import LAV12, LKR_APOTHEM, MNP33_KICK_GEV, MNP33_Z, TAX_SOURCE
from trigemu.experiments.na62.detector.lookup import newchod_tiles
from trigemu.experiments.na62.detector.transport import EVENT_PLANE_MM
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.experiments.na62.response.deposits import EXTRA, LKR_SHOWER, SHOWER
from trigemu.jit import inlined, kernel
from trigemu.physics import hepmc, mesons
from trigemu.physics.alias import alias_table, pick
from trigemu.physics.constants import KAON, MUON, PHOTON, PION, SPEED_OF_LIGHT, mass
from trigemu.physics.kinematics import decay_daughter
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.rng import Int, normal2, uniform2

Pool: TypeAlias = tuple[F64, F64, I64]

ENTRANCE_Z = 102_000.0
"""z (mm) at which particles are given: the entrance of the decay volume, well before the magnet."""

REACH = LAV12.outer
"""Muons further from the axis (mm) than this at the plane of NewCHOD are not generated."""

NEUTRAL_MINIMUM_GEV, NEUTRAL_MEAN_GEV = 1.0, 5.0
"""Energies of neutral showers fall exponentially above a minimum; guesses."""

_MUON_MASS = mass(MUON)
_BLOCKS = 6
_MAX_ATTEMPTS = 1 << 16
_CALIBRATION = 20_000
_SPREADS = 3.0
_SOURCE_Y, _DRIFT = TAX_SOURCE[1], ENTRANCE_Z - TAX_SOURCE[2]


@inlined
def _at_newchod(x: float, y: float, sx: float, sy: float, charge: float, p: float) -> tuple[float, float]:
    """Return x, y at the plane of NewCHOD for a start at the entrance: straight lines and one thin kick."""
    pz = p / math.sqrt(1.0 + sx * sx + sy * sy)
    px = sx * pz - charge * MNP33_KICK_GEV
    rest = sx * sx * pz * pz + pz * pz - px * px
    if rest <= 0.0:
        return 1e9, 1e9
    after = math.sqrt(rest)
    before, behind = MNP33_Z - ENTRANCE_Z, EVENT_PLANE_MM - MNP33_Z
    return x + sx * before + px / after * behind, y + sy * before + sy * pz / after * behind


@kernel
def _muons(
    seed: Int,
    frame: Int,
    purpose: Int,
    shape: F64,
    chances: F64,
    pool: Pool,
    pdg: I32,
    four: F64,
    point: F64,
    tiles: I64,
    flags: U8,
) -> int:
    # Plan, for each muon: draw momentum, charge and direction (from the pool if there is one), smear, and
    # keep it if it comes within reach of the detectors; else try again with the next blocks of the same
    # address.  Columns of four and point as in `Particles`; of point only x and y are filled.  tiles: NewCHOD tile
    # that it crosses, 0 for none.
    minimum, mean, width, angle, positive, sweep = shape
    parents, keep, other = pool
    points = 0
    for i in range(len(pdg)):
        found = False
        for attempt in range(_MAX_ATTEMPTS):
            block = attempt * _BLOCKS
            u, v = uniform2(seed, frame, purpose, i, block)
            gx, gy = normal2(seed, frame, purpose, i, block + 1)
            hx, hy = normal2(seed, frame, purpose, i, block + 2)
            points += 1
            x, y, sx, sy = width * gx, width * gy, angle * hx, angle * hy
            if keep.shape[0] == 0:
                p = minimum - (mean - minimum) * math.log(1.0 - u)
                charge = 1.0 if v < positive else -1.0
            else:
                row = parents[pick(keep, other, u)]
                a, b = uniform2(seed, frame, purpose, i, block + 3)
                kept, _ = uniform2(seed, frame, purpose, i, block + 4)
                # The muon's energy rises linearly with the uniform: row[5] is where it reaches the minimum.
                a = row[5] + a * (1.0 - row[5])
                px, py, pz, _ = decay_daughter(row[0], row[1], row[2], row[3], _MUON_MASS, 0.0, a, b)
                p = math.sqrt(px * px + py * py + pz * pz)
                if pz <= 0.0 or kept * row[6] > -math.expm1(-((p / sweep) ** 2)):
                    continue
                turn = 2.0 * math.pi * v
                tx, ty = px / pz, py / pz
                sx += math.cos(turn) * tx - math.sin(turn) * ty
                sy += math.sin(turn) * tx + math.cos(turn) * ty
                x += sx * _DRIFT
                y += sy * _DRIFT + _SOURCE_Y
                charge = row[4]
            if p < minimum:
                continue
            nx, ny = _at_newchod(x, y, sx, sy, charge, p)
            if nx * nx + ny * ny < REACH * REACH:
                found = True
                break
        if not found:
            return -1
        pz = p / math.sqrt(1.0 + sx * sx + sy * sy)
        tiles[i], _ = newchod_tiles(nx, ny, False)
        pdg[i] = -MUON if charge > 0.0 else MUON
        point[i, 0], point[i, 1] = x, y
        four[i, 0], four[i, 1], four[i, 2] = sx * pz, sy * pz, pz
        four[i, 3] = math.sqrt(p * p + _MUON_MASS * _MUON_MASS)
        extra, shower = uniform2(seed, frame, purpose, i, attempt * _BLOCKS + 5)
        lkr, _ = uniform2(seed, frame, purpose, i, 0xFFFFFFFF)
        flags[i] = (
            (EXTRA if extra < chances[0] else 0)
            | (SHOWER if shower < chances[1] else 0)
            | (LKR_SHOWER if lkr < chances[2] else 0)
        )
    return points


def muon_parents(path: str) -> tuple[F64, F64]:
    """Return charged pions and kaons of an event file, and how likely each makes a muon in the dump.

    Parameters
    ----------
    path
        HepMC3 file.

    Returns
    -------
    parents
        float64[n, 5]: px, py, pz, mass (GeV), charge.
    weight
        float64[n], muons per event of the file: branching ratio times the probability to decay before the
        next interaction, l / (l + p ctau / m) with the interaction length l.

    Raises
    ------
    InputError
        The file is bad, or holds none.
    """
    sample = hepmc.read(path, mesons.FROM_FILES)
    sample = sample.select(np.isin(np.abs(sample.pdg), (PION, KAON)))
    if len(sample) == 0:
        raise InputError(f"event file {path} has no charged pion or kaon, from which muons come")
    m = np.where(np.abs(sample.pdg) == KAON, mass(KAON), mass(PION))
    weight = decay_chance(sample) / sample.events
    weight = weight * sample.weight[sample.event]
    charge = np.sign(sample.pdg).astype(np.float64)
    return np.stack([sample.px, sample.py, sample.pz, m, charge], axis=1), weight


class HaloSource:
    """Muons and neutral particles of the background: a pure function of (seed, frame, index).

    Parameters
    ----------
    config
        The model's numbers.
    seed
        Seed of the run.
    path
        HepMC3 file that gives the muons' parents, or None.

    Raises
    ------
    InputError
        The event file is bad or has no charged pion or kaon.
    """

    def __init__(self, config: Halo, seed: int, path: str | None) -> None:
        self.config = config
        self._seed = np.uint64(seed)
        self._path = path
        self._shape = np.array(
            [
                config.minimum_momentum_gev,
                config.mean_momentum_gev,
                config.width_mm,
                config.angle_mrad * 1e-3,
                config.positive_fraction,
                config.sweep_gev,
            ]
        )
        self._chances = np.array(
            [config.extra_tile_probability, config.shower_probability, config.lkr_shower_probability]
        )
        self._pool = self._make_pool()

    def _make_pool(self) -> Pool:
        if self._path is None:
            return np.zeros((0, 7)), np.zeros(0), np.zeros(0, np.int64)
        config = self.config
        parents, weight = muon_parents(self._path)
        px, py, pz, m, _ = parents.T
        energy = np.sqrt(px**2 + py**2 + pz**2 + m**2)
        # Chances of a parent before anything is drawn: a muon above the minimum, the fastest let through.
        lowest = (_MUON_MASS / m) ** 2 * energy
        threshold = math.hypot(config.minimum_momentum_gev, _MUON_MASS)
        start = np.clip((threshold - lowest) / (energy - lowest), 0.0, 1.0)
        through = -np.expm1(-((energy / config.sweep_gev) ** 2))
        # Parents that point far beyond any smearing are left out.
        spread = config.width_mm + config.angle_mrad * 1e-3 * (EVENT_PLANE_MM - ENTRANCE_Z)
        limit = REACH + _SPREADS * spread
        aimed = (pz > 0.0) & (np.hypot(px, py) * (EVENT_PLANE_MM - TAX_SOURCE[2]) < limit * pz)
        weight = np.where(aimed, weight * (1.0 - start) * through, 0.0)
        table = np.column_stack([parents, start, through])[weight > 0.0]
        if len(table) == 0:
            raise InputError(
                f"event file {self._path} has no charged pion or kaon whose muon, above "
                f"{config.minimum_momentum_gev} GeV, flies towards the detectors"
            )
        return np.ascontiguousarray(table), *alias_table(weight[weight > 0.0])

    @cached_property
    def newchod_fraction(self) -> float:
        """Fraction of the generated muons that cross a NewCHOD tile; the same for every seed."""
        tiles, _, _ = self._draw(np.uint64(0), 0, int(NA62Purpose.HALO_CALIBRATION), _CALIBRATION)
        return float((tiles > 0).mean())

    @property
    def rate_hz(self) -> float:
        """Muons per second to generate, so that ``config.rate_hz`` of them cross a NewCHOD tile."""
        return self.config.rate_hz / self.newchod_fraction if self.config.rate_hz else 0.0

    def _draw(self, seed: Int, frame: int, purpose: int, n: int) -> tuple[I64, Particles, U8]:
        """Return tile (0 outside), muon and flags of n events."""
        pdg, four, point = np.empty(n, np.int32), np.empty((n, 4)), _start(n)
        tiles, flags = np.empty(n, np.int64), np.empty(n, np.uint8)
        address = (seed, frame, purpose)
        if _muons(*address, self._shape, self._chances, self._pool, pdg, four, point, tiles, flags) < 0:
            raise RunError(
                "halo: no muon of this model comes near the detectors; look at width_mm and momenta"
            )
        return tiles, make_particles(np.arange(n), pdg, _MUON_MASS, four, point), flags

    def sample(self, frame: int, n: int) -> tuple[Particles, U8]:
        """Return n muons at the entrance of the decay volume, one per event.

        Returns
        -------
        particles
            The muons.
        flags
            uint8[n]: bits `deposits.EXTRA`, `deposits.SHOWER`, `deposits.LKR_SHOWER`.

        Raises
        ------
        RunError
            The model's numbers leave no muon near the detectors.
        """
        _, muons, flags = self._draw(self._seed, frame, int(NA62Purpose.HALO), n)
        return muons, flags

    def sample_neutral(self, frame: int, n: int) -> Particles:
        """Return n photons, one per event, parallel to the axis and uniform over a disc of the LKr's size."""
        four, point = np.zeros((n, 4)), _start(n)
        _neutrals(self._seed, frame, int(NA62Purpose.NEUTRAL), four, point)
        return make_particles(np.arange(n), PHOTON, 0.0, four, point)


@kernel
def _neutrals(seed: Int, frame: Int, purpose: Int, four: F64, point: F64) -> None:
    for i in range(len(four)):
        u, v = uniform2(seed, frame, purpose, i, 0)
        w, _ = uniform2(seed, frame, purpose, i, 1)
        r = LKR_APOTHEM * math.sqrt(u)
        point[i, 0], point[i, 1] = r * math.cos(2.0 * math.pi * v), r * math.sin(2.0 * math.pi * v)
        energy = NEUTRAL_MINIMUM_GEV - (NEUTRAL_MEAN_GEV - NEUTRAL_MINIMUM_GEV) * math.log(1.0 - w)
        four[i, 2] = four[i, 3] = energy


def _start(n: int) -> F64:
    """Return n points on the axis at the entrance, at the time of what flies along z at the speed of light."""
    point = np.empty((n, 4))
    point[:] = 0.0, 0.0, ENTRANCE_Z, (ENTRANCE_Z - EVENT_PLANE_MM) / SPEED_OF_LIGHT
    return point
