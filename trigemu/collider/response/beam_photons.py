"""Photons of the beams' background, which reach the calorimeter beside what a crossing brings.

They are particles like any others, so trigger and reconstruction see the same ones.  Inside an event they come in
the order of their distance in time from the collision: those of a narrower window are the first ones, and have the
same random numbers there.
"""

from __future__ import annotations

import math

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.config import BeamPhotons
from trigemu.frames.columns import grown
from trigemu.jit import kernel
from trigemu.physics.constants import PHOTON
from trigemu.physics.particles import Particles, make_particles, merge
from trigemu.physics.rng import Int, poisson, uniform2

_PHOTON, _COUNT = int(ColliderPurpose.BEAM_PHOTON), int(ColliderPurpose.BEAM_PHOTON_COUNT)

KHZ_NS = 1e-6
"""kHz times ns."""


@kernel
def _draw(events: int, mean: float, seed: Int, frame: Int, event: I64, out: F64) -> int:
    n = 0
    for i in range(events):
        for k in range(poisson(seed, frame, _COUNT, i, mean)):
            if n < len(event):
                event[n] = i
                out[n, 0], out[n, 1] = uniform2(seed, frame, _PHOTON, i, 2 * k)
                out[n, 2], out[n, 3] = uniform2(seed, frame, _PHOTON, i, 2 * k + 1)
            n += 1
    return n


def mean_photons(config: BeamPhotons) -> float:
    """Return how many photons an event has on average."""
    return config.rate_khz * KHZ_NS * (config.before_ns + config.after_ns)


def beam_photons(events: int, config: BeamPhotons, seed: int, frame: int) -> Particles:
    """Return the photons of a frame's events.

    Parameters
    ----------
    events
        How many there are.
    config
        Rate, energies, angles and times.
    seed, frame
        Address of the random numbers; an event's photons depend on these and its number in the frame alone.

    Returns
    -------
    Particles
        From the collision point, at times of ``before_ns`` before to ``after_ns`` after the collision.
    """
    mean = mean_photons(config)

    def fill(rows: int) -> tuple[int, tuple[I64, F64]]:
        event, out = np.empty(rows, np.int64), np.empty((rows, 4))
        return (_draw(events, mean, np.uint64(seed), frame, event, out) if mean > 0.0 else 0), (event, out)

    n, (event, u) = grown(fill, int(1.2 * mean * events) + 64)
    event, u = event[:n], u[:n]
    time = -config.before_ns + (config.before_ns + config.after_ns) * u[:, 0]
    order = np.lexsort((np.abs(time), event))
    energy = config.floor_gev - config.mean_gev * np.log(1.0 - u[:, 1])
    low, high = np.radians(config.polar_deg)
    polar, azimuth = low + (high - low) * u[:, 2], 2.0 * math.pi * u[:, 3]
    sine = np.sin(polar)
    one = np.ones(n)
    momentum = energy * np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), np.cos(polar), one])
    point = np.zeros((n, 4))
    point[:, 3] = time
    return make_particles(event[order], PHOTON, 0.0, momentum.T[order], point[order], weight=np.ones(events))


def beside(particles: Particles, photons: Particles, window_ns: float = math.inf) -> Particles:
    """Return events with the photons within ``window_ns`` of the collision behind their own particles."""
    near = np.abs(photons.point[:, 3]) < window_ns
    return merge([particles, photons.select(near)], particles.events)


def own_rows(particles: Particles, beside: Particles) -> I64:
    """Return int64[m]: where the m particles of events stand among those with photons beside them."""
    first = beside.offsets[:-1] - particles.offsets[:-1]
    return np.arange(len(particles)) + first[particles.event]
