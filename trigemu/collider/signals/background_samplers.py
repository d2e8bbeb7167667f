"""Events of cosmic muons and of beams that meet gas or the wall of their pipe."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.collider import Collider
from trigemu.collider.signals.backgrounds import BeamGas, Cosmic
from trigemu.collider.signals.collision import FIRST_STEP, Sampled, draws_of, spot
from trigemu.physics import constants
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import ELECTRON, MUON, PHOTON, PION, PROTON, SPEED_OF_LIGHT
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.vectors import direction

SLOPE = 2.7
"""Recalled: index of the spectrum of cosmic muons at high energy."""


def _nothing_accepted(made: Particles) -> Sampled:
    return Sampled(made, np.zeros(made.events, np.uint8), np.zeros(made.events, np.float32))


class CosmicSampler:
    """Cosmic muons.

    Parameters
    ----------
    table
        The table.
    collider
        Where they pass.
    seed, number
        Seed of the run; sub-stream of the table.
    """

    cross_section_nb = None

    def __init__(self, table: Cosmic, collider: Collider, seed: int, number: int) -> None:
        self._table, self._seed, self._number = table, seed, number

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        table, index = self._table, np.arange(n)
        draws = draws_of(self._seed, frame, self._number).step(FIRST_STEP)
        u, v, w, t = (draws.uniform(index, block) for block in range(4))
        # From the vertical: density cos^2 per solid angle.
        flight = _down(np.cbrt(1.0 - u[:, 0]), 2.0 * np.pi * u[:, 1])
        closest = table.radius_mm * np.sqrt(v[:, 0])[:, None] * _across(flight, 2.0 * np.pi * v[:, 1])
        power = (1.0 - w[:, 0]) ** (-1.0 / (SLOPE - 1.0))
        p = (table.p_min + table.knee_gev) * power - table.knee_gev
        code = np.where(w[:, 1] < table.positive, -MUON, MUON)
        time = table.time_ns * (2.0 * t[:, 0] - 1.0)
        parts = []
        for way in (1.0, -1.0):
            momentum = np.empty((n, 4))
            momentum[:, :3] = way * p[:, None] * flight
            momentum[:, 3] = np.hypot(p, constants.mass(MUON))
            point = np.empty((n, 4))
            point[:, :3] = closest
            point[:, 3] = time
            if way < 0.0:
                # The upper half is flown backwards: at the counters its time must be as much before as it comes after.
                reach = np.sqrt(np.maximum(table.counter_mm**2 - (closest**2).sum(axis=1), 0.0))
                point[:, 3] -= 2.0 * reach * momentum[:, 3] / (p * SPEED_OF_LIGHT)
            parts.append(
                make_particles(index, np.where(way > 0, code, -code), constants.mass(MUON), momentum, point)
            )
        return _nothing_accepted(merge(parts, n))


def _down(cosine: F64, azimuth: F64) -> F64:
    """Return unit vectors float64[n, 3] at angles from straight down (-y)."""
    sine = np.sqrt(np.maximum(1.0 - cosine**2, 0.0))
    return np.stack([sine * np.cos(azimuth), -cosine, sine * np.sin(azimuth)], axis=1)


def _across(flight: F64, azimuth: F64) -> F64:
    """Return unit vectors float64[n, 3] perpendicular to directions that are not along x."""
    x, y, z = flight.T
    norm = np.sqrt(y * y + z * z)
    # x cross flight, and the third one.
    one = np.stack([np.zeros_like(x), -z, y], axis=1) / np.maximum(norm, 1e-12)[:, None]
    two = np.cross(flight, one)
    return np.asarray(np.cos(azimuth)[:, None] * one + np.sin(azimuth)[:, None] * two)


MOST = 64
"""Particles of one kind from a broken nucleus."""

KINDS = (PROTON, PION, ELECTRON, PHOTON)
"""Kinds of particles, in the order of their random numbers."""


class BeamGasSampler:
    """Particles from the rest gas or the wall of the pipe.

    Parameters
    ----------
    table
        The table.
    collider
        Where they come from.
    seed, number
        Seed of the run; sub-stream of the table.
    """

    cross_section_nb = None

    def __init__(self, table: BeamGas, collider: Collider, seed: int, number: int) -> None:
        self._table, self._seed, self._number = table, seed, number

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame."""
        table, index = self._table, np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        first = draws.step(FIRST_STEP)
        u, v = (first.uniform(index, block) for block in (0, 1))
        side = np.where(u[:, 0] < table.forward, 1.0, -1.0)
        counts = [_poisson(v[:, 0], table.protons), _poisson(v[:, 1], table.pions)]
        if table.electrons or table.photons:
            w = first.uniform(index, 2)
            counts += [_poisson(w[:, 0], table.electrons), _poisson(w[:, 1], table.photons)]
        counts[0] = np.where(np.sum(counts, axis=0) == 0, 1, counts[0])
        made = [
            self._particles(draws.step(FIRST_STEP + 1), index, side, count, code, kind * MOST)
            for kind, (count, code) in enumerate(zip(counts, KINDS, strict=False))
        ]
        return _nothing_accepted(merge(made, n).moved(self._origin(draws, index, u[:, 1])))

    def _origin(self, draws: Draws, index: I64, u: F64) -> F64:
        """Return where events begin, float64[n, 4]; ``u``: the number that says where in the flat part."""
        table, more = self._table, draws.step(FIRST_STEP)
        origin = spot(table, draws, index)
        origin[:, 2] = table.z_max * (2.0 * u - 1.0)
        if table.z_peaks or table.radius_mm > 0.0:
            which = more.uniform(index, 3)
            gauss = more.normal(index, 4)[:, 0]
            end = 0.0
            for middle, width, part in table.z_peaks:
                mine = (which[:, 0] >= end) & (which[:, 0] < end + part)
                origin[mine, 2] = middle + width * gauss[mine]
                end += part
            azimuth = 2.0 * np.pi * which[:, 1]
            origin[:, 0] += table.radius_mm * np.cos(azimuth)
            origin[:, 1] += table.radius_mm * np.sin(azimuth)
        return origin

    def _particles(self, draws: Draws, index: I64, side: F64, count: I64, code: int, first: int) -> Particles:
        event = np.repeat(index, count)
        number = np.arange(len(event)) - np.repeat(np.cumsum(count) - count, count)
        u, v = (draws.uniform(event, 2 * (first + number) + block) for block in (0, 1))
        mean = self._table.shower_gev if code in (ELECTRON, PHOTON) else self._table.momentum_gev
        p = -mean * np.log1p(-u[:, 0])
        # An exponential that ends at 2, where a particle flies against the beam.
        top = -np.expm1(-2.0 / self._table.opening)
        cosine = 1.0 + self._table.opening * np.log1p(-u[:, 1] * top)
        mass = 0.0 if code == PHOTON else constants.mass(code)
        momentum = np.empty((len(event), 4))
        momentum[:, :3] = p[:, None] * direction(cosine * side[event], v[:, 0])
        momentum[:, 3] = np.hypot(p, mass)
        both = code in (PION, ELECTRON)
        signs = np.where(v[:, 1] < 0.5, code, -code) if both else np.full(len(event), code)
        return make_particles(event, signs, mass, momentum)


def _poisson(u: F64, mean: float) -> I64:
    """Return Poisson numbers (int64[n], below `MOST`) for uniforms."""
    k = np.arange(MOST - 1)
    terms = np.concatenate([[0.0], np.cumsum(np.log(np.maximum(k[1:], 1)))])
    below = np.cumsum(np.exp(k * np.log(mean) - mean - terms)) if mean > 0.0 else np.ones(MOST - 1)
    return np.searchsorted(below, u, side="right").astype(np.int64)
