"""What the measurements of detector responses share: a frame of events, and a table of times."""

from __future__ import annotations

import time as clock

import numpy as np

from trigemu.physics.particles import make_particles

EVENTS = 300
MASSES = {13: 0.10566, 22: 0.0, 211: 0.13957, 321: 0.49368}


def frame(codes):
    """Return events of these particles; momenta are isotropic with an exponential spectrum, mean 0.4 GeV."""
    rng = np.random.default_rng(1)
    m = EVENTS * len(codes)
    mass = np.tile([MASSES[abs(code)] for code in codes], EVENTS)
    cos, phi, p = rng.uniform(-1, 1, m), rng.uniform(-np.pi, np.pi, m), rng.exponential(0.4, m) + 0.03
    sin = np.sqrt(1 - cos * cos)
    momentum = np.stack([p * sin * np.cos(phi), p * sin * np.sin(phi), p * cos, np.hypot(p, mass)], axis=1)
    event = np.repeat(np.arange(EVENTS), len(codes))
    return make_particles(event, np.tile(np.array(codes), EVENTS), mass, momentum)


def table(makers, particles, config):
    """Print microseconds per event of each source, best of five."""
    for source, make in makers.items():
        make(particles, config, 1, 0)
        best = np.inf
        for _ in range(5):
            start = clock.perf_counter()
            make(particles, config, 1, 0)
            best = min(best, clock.perf_counter() - start)
        print(f"{source:20s} {1e6 * best / EVENTS:7.1f} us per event")
