"""Speed of BESIII's calorimeter trigger on events as busy as hadronic ones.

``python bench/bench_besiii_emc.py`` prints the table, with the plain Python twin of the tests for comparison;
``pytest bench/bench_besiii_emc.py`` times the same with pytest-benchmark.  One core.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from repeated import best

from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.geometry import BARREL_RING, CRYSTALS
from trigemu.experiments.besiii.emc.trigger import EmcFinder

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference"))
from besiii_emc import decide

EVENTS = 2000
NOISE = 400
"""Crystals with noise in an event: real ones (run 91668) have 490 digis."""
SHOWERS = 12
AROUND = 8
"""Crystals of a shower beside its seed."""


def events(n=EVENTS, seed=1):
    """Return columns: noise of a few counts at any time, showers of 0.05-1 GeV over nine crystals at one time."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, CRYSTALS, (n, NOISE))
    crystal = rng.integers(480 + BARREL_RING, 5760 - BARREL_RING, (n, SHOWERS, 1))
    steps = np.array([0, 1, -1, BARREL_RING, -BARREL_RING, 119, 121, -119, -121])
    energy = rng.exponential(0.35, (n, SHOWERS, 1)) + 0.05
    share = np.array([0.7, *[0.3 / AROUND] * AROUND])
    # Weights in units of 2 / 65535 GeV to a range and its count.
    weight = (energy * share * 32767.5).reshape(n, -1)
    gain = (weight > 1023 * 2).astype(np.uint8) + (weight > 1023 * 16)
    counts = np.minimum(weight / np.array([2, 16, 64])[gain], 1023).astype(np.uint16)
    start = np.broadcast_to(rng.integers(17, 24, (n, SHOWERS, 1)), (n, SHOWERS, 9)).reshape(n, -1)
    channel = np.concatenate([noise, (crystal + steps).reshape(n, -1)], axis=1)
    value = np.concatenate([rng.integers(1, 12, noise.shape), counts], axis=1)
    ranges = np.concatenate([np.zeros(noise.shape, np.uint8), gain], axis=1)
    time = np.concatenate([rng.integers(0, 60, noise.shape), start], axis=1)
    return {
        "channel": channel.ravel().astype(np.uint16),
        "value": value.ravel().astype(np.uint16),
        "range": ranges.ravel().astype(np.uint8),
        "time": time.ravel().astype(np.uint8),
        "offsets": np.arange(n + 1, dtype=np.int64) * channel.shape[1],
    }


def settings(mode):
    """Return the settings of 2026 in one of the modes."""
    return Besiii.model_validate({"conditions": "2026"}).emc.model_copy(update={"mode": mode})


@pytest.fixture(scope="module")
def sample():
    """Columns of a frame."""
    return events()


@pytest.mark.parametrize("mode", ["pulse", "plain"])
def test_trigger(benchmark, sample, mode):
    """Digis to conditions."""
    benchmark(EmcFinder(settings(mode)).decide, sample)


if __name__ == "__main__":
    columns = events()
    scale = 1e6 / EVENTS
    found = EmcFinder(settings("pulse")).decide(columns)
    print(f"digis per event                  {len(columns['channel']) / EVENTS:8.1f}")
    print(f"fired trigger cells per event    {len(found.cell) / EVENTS:8.1f}")
    for name in ("pulse", "plain"):
        fast = best(EmcFinder(settings(name)).decide, columns) * scale
        print(f"{name}, us per event              {fast:8.2f}")
    few = events(20)
    twin = best(decide, few, settings("pulse"), repeats=1) * 1e6 / 20
    print(f"plain Python, us per event       {twin:8.0f}")
