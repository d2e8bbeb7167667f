"""Speed of BaBar's global trigger: maps of 64 ticks to counts, lines and the tick of the decision.

``python bench/bench_babar_glt.py`` prints microseconds per event and the ratio to the slow twin in plain Python (that
of the tests); ``pytest bench/bench_babar_glt.py`` times the same with pytest-benchmark.

Events are toys as busy as B Bbar ones: ten tracks and eight clusters, and a tenth of each from background, at any time.
Objects of the collision begin in one of three ticks and last for one to four, as those of the blocks before do.  A
track is a B, four of five an A, two of three have a Z, one of three is of high momentum; half of the clusters are a G,
one of eight an E.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest
from repeated import best

from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.glt.decision import GlobalDecider
from trigemu.experiments.babar.records import EmtTrigger, TrackMaps

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from reference import babar_glt

EVENTS = 2000
TARGET_US = 2.0
CONFIG = Babar.of("2006").glt


TRACKS = {"a": 0.8, "b": 1.0, "aprime": 0.3, "z": 0.7, "zt": 0.7, "zprime": 0.3, "zk": 0.5}
CLUSTERS = {"m": 1.0, "g": 0.5, "e": 0.12, "x": 0.1}


def fill(maps, bins, shares, rng, mean):
    """Set the bits of objects, each of which is in a share of the maps."""
    for crossing in range(EVENTS):
        for background in (False, True):
            for _ in range(rng.poisson(mean * (0.1 if background else 1.0))):
                first, length = (
                    rng.integers(*((0, TICKS - 8) if background else (20, 23))),
                    rng.integers(1, 5),
                )
                bit = 1 << int(rng.integers(bins))
                for name, share in shares.items():
                    if rng.random() < share:
                        maps[name][crossing, first : first + length] |= maps[name].dtype.type(bit)


def inputs(seed=1):
    """Return maps of tracks and clusters, and codes of the muon trigger."""
    rng = np.random.default_rng(seed)
    tracks = {name: np.zeros((EVENTS, TICKS), np.uint16) for name in TRACKS}
    clusters = {name: np.zeros((EVENTS, TICKS), np.uint32) for name in CLUSTERS}
    fill(tracks, 16, TRACKS, rng, 10.0)
    fill(clusters, 20, CLUSTERS, rng, 8.0)
    none = np.zeros(EVENTS + 1, np.int64), np.zeros(0, np.uint16), np.zeros(0, np.int32)
    y, u = np.zeros((EVENTS, TICKS), np.uint16), np.zeros((EVENTS, TICKS), np.uint8)
    u[:, 22] = rng.integers(0, 8, EVENTS) * (rng.random(EVENTS) < 0.2)
    return TrackMaps(**tracks), EmtTrigger(**clusters, y=y, offsets=none[0], tower=none[1], energy=none[2]), u


@pytest.fixture(scope="module")
def made():
    return GlobalDecider(CONFIG), inputs()


def test_global_trigger(benchmark, made):
    """2000 events."""
    decider, given = made
    benchmark(decider.decide, *given, np.zeros(EVENTS, np.uint8))


def slow(tracks, emt, u, events=30):
    """Return seconds per event of the twin."""
    begin = clock.process_time()
    for i in range(events):
        given = {}
        for name, n in babar_glt.BINS.items():
            words = getattr(tracks if n == 16 else emt, name)[i].tolist()
            given[name] = {t: {k for k in range(n) if word >> k & 1} for t, word in enumerate(words)}
        given["u"] = dict(enumerate(u[i].tolist()))
        babar_glt.decide(given, False, CONFIG)
    return (clock.process_time() - begin) / events


def main():
    """Print the table."""
    decider, (given, none) = GlobalDecider(CONFIG), (inputs(), np.zeros(EVENTS, np.uint8))
    own, twin = best(lambda: decider.decide(*given, none)) / EVENTS, slow(*given)
    print(f"global trigger: {own * 1e6:.2f} us per event (target {TARGET_US}), its twin {twin * 1e6:.0f} us")


if __name__ == "__main__":
    main()
