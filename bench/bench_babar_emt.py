"""Speed of BaBar's calorimeter and muon triggers on events as busy as B B-bar ones.

``python bench/bench_babar_emt.py`` prints the table, with the plain Python twins of the tests for comparison;
``pytest bench/bench_babar_emt.py`` times the same with pytest-benchmark.  One core.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from repeated import best

from trigemu.experiments.babar.emt.config import Emt
from trigemu.experiments.babar.emt.geometry import BARREL_RING, CRYSTALS, ENDCAP
from trigemu.experiments.babar.emt.trigger import EmtFinder
from trigemu.experiments.babar.ift.codes import MuonFinder
from trigemu.experiments.babar.ift.config import Ift
from trigemu.experiments.babar.sources import IFR_LAYERS, SECTORS

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference"))
import babar_emt
import babar_ift

EVENTS = 2000
NOISE = 240
"""Crystals of an event with noise and beam background alone."""

SHOWERS = 20
FIRST, LAST = 1024, 1280
"""Counts of the sample of the collision."""


def crystals(n=EVENTS, seed=1):
    """Return columns: 80 crystals above 20 MeV an event in 20 showers of one time, and 240 below."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, CRYSTALS, (n, NOISE))
    seeds = rng.integers(ENDCAP + BARREL_RING, CRYSTALS - BARREL_RING, (n, SHOWERS, 1))
    steps = np.array([0, 1, -1, BARREL_RING])
    energy = (rng.exponential(2000.0, (n, SHOWERS, 1)) + 1200.0) * np.array([0.4, 0.2, 0.2, 0.2])
    start = np.broadcast_to(rng.integers(FIRST, LAST, (n, 1)), (n, SHOWERS * len(steps)))
    channel = np.concatenate([(seeds + steps).reshape(n, -1), noise], axis=1)
    return {
        "channel": channel.ravel().astype(np.uint16),
        "energy": np.concatenate([energy.reshape(n, -1), rng.integers(10, 150, noise.shape)], axis=1)
        .ravel()
        .astype(np.uint32),
        "time": np.concatenate([start, rng.integers(0, 8192, noise.shape)], axis=1).ravel().astype(np.int16),
        "offsets": np.arange(n + 1, dtype=np.int64) * channel.shape[1],
    }


def hits(n=EVENTS, seed=2):
    """Return columns: a muon in every other event, and eight hits anywhere."""
    rng = np.random.default_rng(seed)
    events = []
    for event in range(n):
        muon = [(IFR_LAYERS * rng.integers(SECTORS), FIRST)] if event % 2 else []
        layers = [
            (first + layer, time + rng.integers(20)) for first, time in muon for layer in range(IFR_LAYERS)
        ]
        noise = zip(rng.integers(0, SECTORS * IFR_LAYERS, 8), rng.integers(0, 8192, 8), strict=True)
        events.append([*layers, *noise])
    rows = np.array([hit for event in events for hit in event])
    return {
        "channel": rows[:, 0].astype(np.uint8),
        "time": rows[:, 1].astype(np.int16),
        "offsets": np.cumsum([0, *map(len, events)]).astype(np.int64),
    }


@pytest.mark.parametrize("window", [1, 2])
def test_calorimeter(benchmark, window):
    """Digis to maps."""
    benchmark(EmtFinder(Emt(window=window)).decide, crystals())


def test_muons(benchmark):
    """Hits to codes."""
    benchmark(MuonFinder(Ift()).codes, hits())


def events_of(columns, names):
    """Yield each crossing as a list of tuples, as the twins take it."""
    for begin, end in zip(columns["offsets"][:-1], columns["offsets"][1:], strict=True):
        yield list(zip(*(columns[name][begin:end].tolist() for name in names), strict=True))


def main():
    """Print the table."""
    found, muons, few = crystals(), hits(), 5
    slow_crystals = list(events_of(crystals(few), ("channel", "energy", "time")))
    slow_hits = list(events_of(hits(few), ("channel", "time")))
    rows = (
        ("calorimeter", best(EmtFinder(Emt()).decide, found), slow_crystals, babar_emt.decide, Emt()),
        ("muons", best(MuonFinder(Ift()).codes, muons), slow_hits, babar_ift.codes, Ift()),
    )
    print(f"{'block':12} {'us/event':>9} {'twin us':>9}")
    for name, seconds, events, twin, config in rows:
        slow = best(
            lambda twin=twin, config=config, events=events: [twin(e, config) for e in events], repeats=2
        )
        print(f"{name:12} {1e6 * seconds / EVENTS:9.3f} {1e6 * slow / few:9.0f}")


if __name__ == "__main__":
    main()
