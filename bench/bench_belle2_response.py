"""Speed of Belle II's detector response: time per event of each source.

``python bench/bench_belle2_response.py`` prints the table; ``pytest bench/bench_belle2_response.py`` times the same
with pytest-benchmark.  A frame of 300 events with 10 charged particles, 10 photons and a K_L each, like B Bbar events.
"""

from __future__ import annotations

import time as clock

import numpy as np
import pytest

from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.klm import klm_hits
from trigemu.experiments.belle2.response.offline import offline
from trigemu.physics.particles import from_columns

EVENTS = 300
CODES = (*(211,) * 7, *(321,) * 2, 13, *(22,) * 10, 130)
MASSES = (*(0.13957,) * 7, *(0.49368,) * 2, 0.10566, *(0.0,) * 10, 0.49761)
MAKERS = {"cdc": cdc_hits, "klm": klm_hits, "tracks and clusters": offline}


def frame():
    """Return events whose momenta are isotropic with an exponential spectrum, mean 0.6 GeV."""
    rng = np.random.default_rng(1)
    m = EVENTS * len(CODES)
    pdg = np.tile(np.array(CODES, np.int32), EVENTS)
    charge = np.where(np.isin(pdg, (22, 130)), 0, rng.choice([-1, 1], m)).astype(np.int8)
    cos, phi, p = rng.uniform(-1, 1, m), rng.uniform(-np.pi, np.pi, m), rng.exponential(0.6, m) + 0.03
    sin = np.sqrt(1 - cos * cos)
    zero = np.zeros(m)
    return from_columns(
        np.arange(0, m + 1, len(CODES)),
        pdg,
        charge,
        np.tile(np.array(MASSES), EVENTS),
        p * sin * np.cos(phi),
        p * sin * np.sin(phi),
        p * cos,
        *(zero,) * 4,
        np.zeros(m, np.int32),
    )


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
            made = make(particles, config, 1, 0)
            best = min(best, clock.perf_counter() - start)
        first = made if isinstance(made, dict) else made[0]
        rows = first["offsets"][-1] / EVENTS
        print(f"{source:20s} {best / EVENTS * 1e6:8.1f} us/event, {rows:6.1f} rows/event")


if __name__ == "__main__":
    main()
