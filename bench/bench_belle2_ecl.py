"""Speed of Belle II's calorimeter trigger and response, on events as busy as a pair of B mesons with background.

``python bench/bench_belle2_ecl.py`` prints the table, with the plain Python twin of the tests for comparison;
``pytest bench/bench_belle2_ecl.py`` times the same with pytest-benchmark.  One core.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from repeated import best

from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.response import ecl_hits
from trigemu.experiments.belle2.ecl.trigger import CalorimeterTrigger, ecl_words
from trigemu.physics.particles import Particles, from_columns

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference"))
from belle2_ecl import decide

EVENTS = 1000
KINDS = (
    (22, 0, 0.0, 10),
    (211, 1, 0.13957, 5),
    (-211, -1, 0.13957, 5),
    (130, 0, 0.49761, 1),
    (11, -1, 0.000511, 1),
)
SETTINGS = Ecl()
BUSY = SETTINGS.model_copy(
    update={"response": SETTINGS.response.model_copy(update={"background_cells": 30.0})}
)


def events() -> Particles:
    """Return events of 22 particles, momenta exponential with mean 0.5 GeV, all directions."""
    rng = np.random.default_rng(1)
    pdg, charge, mass = (
        np.tile(np.repeat([k[i] for k in KINDS], [k[3] for k in KINDS]), EVENTS) for i in range(3)
    )
    n = len(pdg)
    cos, phi, momentum = rng.uniform(-1, 1, n), rng.uniform(-np.pi, np.pi, n), rng.exponential(0.5, n)
    sin = np.sqrt(1 - cos**2)
    zeros = np.zeros(n)
    return from_columns(
        np.arange(EVENTS + 1) * (n // EVENTS),
        pdg.astype(np.int32),
        charge.astype(np.int8),
        mass,
        momentum * sin * np.cos(phi),
        momentum * sin * np.sin(phi),
        momentum * cos,
        *(zeros,) * 4,
        zeros.astype(np.int32),
    )


@pytest.fixture(scope="module")
def sample():
    """Particles, their hits and phases."""
    particles = events()
    phase = np.random.default_rng(2).integers(0, 65536, EVENTS).astype(np.uint16)
    return particles, ecl_hits(particles, BUSY, 1, 0), phase


def level1(trigger, hits, phase):
    """Decide a frame, words included, as the chain does."""
    return ecl_words(trigger.decide(hits, phase))


def test_trigger(benchmark, sample):
    """Hits to words."""
    _, hits, phase = sample
    benchmark(level1, CalorimeterTrigger(SETTINGS), hits, phase)


def test_response(benchmark, sample):
    """Particles to hits."""
    benchmark(ecl_hits, sample[0], BUSY, 1, 0)


def slow(hits, phase):
    """Decide with the plain Python twin."""
    for i in range(len(phase)):
        rows = slice(*hits["offsets"][i : i + 2])
        energy, time = hits["value"][rows] * SETTINGS.adc_gev, hits["time"][rows] / 8.0
        decide(hits["channel"][rows], energy, time, phase[i] / 65536.0)


if __name__ == "__main__":
    particles = events()
    phases = np.random.default_rng(2).integers(0, 65536, EVENTS).astype(np.uint16)
    found = ecl_hits(particles, BUSY, 1, 0)
    scale = 1e6 / EVENTS
    fast = best(level1, CalorimeterTrigger(SETTINGS), found, phases)
    twin = best(slow, found, phases, repeats=1)
    response = best(ecl_hits, particles, BUSY, 1, 0, repeats=3)
    print(f"cells per event            {len(found['channel']) / EVENTS:8.1f}")
    print(f"trigger, us per event      {fast * scale:8.2f}")
    print(f"plain Python, us per event {twin * scale:8.0f}   ratio {twin / fast:.0f}")
    print(f"response, us per event     {response * scale:8.1f}")
