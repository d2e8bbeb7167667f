"""Speed of BaBar's level 3 with the filters after it.

``python bench/bench_babar_l3.py`` prints microseconds per event, and those of a slow twin in plain Python (that of
the tests); ``pytest bench/bench_babar_l3.py`` times it with pytest-benchmark.  Events are toys as busy as B anti-B: 6
tracks and 14 clusters of level 3, 11 and 15 of reconstruction on average; one core.  Small frames pay for calls.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest
from repeated import best

from trigemu.experiments.babar.l3.config import L3
from trigemu.experiments.babar.l3.software import Level3

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from reference import babar_l3 as slow

FRAMES = (200, 2000)
TARGET_US = 5.0
CONFIG = L3()


def offsets(rng, events, mean):
    """Return where each event's rows begin, and how many there are."""
    cuts = np.concatenate([[0], np.cumsum(rng.poisson(mean, events))])
    return cuts.astype(np.int64), int(cuts[-1])


def tracks(rng, events, mean):
    """Return columns of tracks from the collision point."""
    cuts, k = offsets(rng, events, mean)
    charge = rng.choice([-1, 1], k)
    made = {
        "d0": rng.normal(0, 2, k),
        "phi0": rng.uniform(-np.pi, np.pi, k),
        "omega": 4.5e-4 * charge / (0.1 + rng.exponential(0.5, k)),
        "z0": rng.normal(0, 10, k),
        "tan_lambda": rng.normal(0.5, 1, k),
        "time": np.zeros(k),
        "energy": rng.exponential(0.3, k),
    }
    return {
        **{name: values.astype(np.float32) for name, values in made.items()},
        "hits": np.full(k, 38, np.uint8),
        "charge": charge.astype(np.int8),
        "offsets": cuts,
    }


def clusters(rng, events, mean):
    """Return columns of clusters, half of them with a track."""
    cuts, k = offsets(rng, events, mean)
    made = {
        "energy": 0.1 + rng.exponential(0.3, k),
        "theta": np.arccos(rng.uniform(-0.78, 0.96, k)),
        "phi": rng.uniform(-np.pi, np.pi, k),
        "time": rng.normal(0, 30, k),
    }
    return {
        **{name: values.astype(np.float32) for name, values in made.items()},
        "track": rng.choice([-1, 0], k).astype(np.int16),
        "offsets": cuts,
    }


def given(events, seed=1):
    """Return what `Level3.words` takes."""
    rng = np.random.default_rng(seed)
    online = tracks(rng, events, 6), clusters(rng, events, 14)
    offline = tracks(rng, events, 11), clusters(rng, events, 15)
    return online, offline, np.full(events, 105_794, np.uint32), np.zeros(events, np.uint8)


def rows(columns, event):
    """Return the rows of an event as the twin takes them."""
    first, last = columns["offsets"][event : event + 2]
    names = [name for name in columns if name != "offsets"]
    return [{name: columns[name][k].item() for name in names} for k in range(first, last)]


def twin(data, events=50):
    """Return seconds per event of the twin."""
    (l3_tracks, l3_clusters), (full_tracks, full_clusters), energy, _ = data
    read = [[rows(c, i) for c in (l3_tracks, l3_clusters, full_tracks, full_clusters)] for i in range(events)]
    begin = clock.process_time()
    for fast_tracks, fast_clusters, all_tracks, all_clusters in read:
        slow.level3(fast_tracks, fast_clusters, int(energy[0]), 0, CONFIG)
        slow.offline(all_tracks, all_clusters, CONFIG)
    return (clock.process_time() - begin) / events


@pytest.mark.parametrize("events", FRAMES)
def test_words(benchmark, events):
    data, level3 = given(events), Level3(CONFIG)
    benchmark(lambda: level3.words(*data))


def main():
    """Print the table."""
    level3 = Level3(CONFIG)
    print(f"{'events in a frame':>18}{'us/event':>10}{'target':>8}{'twin':>8}")
    for events in FRAMES:
        data = given(events)
        own = best(lambda data=data: level3.words(*data)) / events
        print(f"{events:18}{own * 1e6:10.1f}{TARGET_US:8.1f}{twin(data) * 1e6:8.0f}")


if __name__ == "__main__":
    main()
