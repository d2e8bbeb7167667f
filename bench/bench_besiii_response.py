"""Speed of BESIII's detector response: time per event of each source.

``python bench/bench_besiii_response.py`` prints the table; ``pytest bench/bench_besiii_response.py`` times the same
with pytest-benchmark.  A frame of 300 events with 5 charged particles and 4 photons each, like hadronic events at
4 GeV; noise and beam background are those of every crossing.
"""

from __future__ import annotations

import time as clock

import numpy as np
import pytest

from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.emc import emc_hits
from trigemu.experiments.besiii.response.mdc import mdc_hits
from trigemu.experiments.besiii.response.offline import offline
from trigemu.experiments.besiii.response.tof import tof_hits
from trigemu.physics.particles import make_particles

EVENTS = 300
CODES = (211, -211, 211, -211, 321, 22, 22, 22, 22)
MASSES = (*(0.13957,) * 4, 0.49368, *(0.0,) * 4)
MAKERS = {"mdc": mdc_hits, "tof": tof_hits, "emc": emc_hits, "tracks and clusters": offline}


def frame():
    """Return events whose momenta are isotropic with an exponential spectrum, mean 0.4 GeV."""
    rng = np.random.default_rng(1)
    m = EVENTS * len(CODES)
    mass = np.tile(np.array(MASSES), EVENTS)
    cos, phi, p = rng.uniform(-1, 1, m), rng.uniform(-np.pi, np.pi, m), rng.exponential(0.4, m) + 0.03
    sin = np.sqrt(1 - cos * cos)
    momentum = np.stack([p * sin * np.cos(phi), p * sin * np.sin(phi), p * cos, np.hypot(p, mass)], axis=1)
    event = np.repeat(np.arange(EVENTS), len(CODES))
    return make_particles(event, np.tile(np.array(CODES), EVENTS), mass, momentum)


@pytest.mark.parametrize("source", MAKERS)
def test_response(benchmark, source):
    particles = frame()
    config = Response()
    make = MAKERS[source]
    make(particles, config, 1, 0)
    benchmark(make, particles, config, 1, 0)


def main():
    """Print microseconds per event, best of five."""
    particles, config = frame(), Response()
    for source, make in MAKERS.items():
        make(particles, config, 1, 0)
        best = np.inf
        for _ in range(5):
            start = clock.perf_counter()
            make(particles, config, 1, 0)
            best = min(best, clock.perf_counter() - start)
        print(f"{source:20s} {1e6 * best / EVENTS:7.1f} us per event")


if __name__ == "__main__":
    main()
