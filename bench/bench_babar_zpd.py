"""Speed of BaBar's z trigger: segments to tracks with z0, and to maps.

``python bench/bench_babar_zpd.py`` prints microseconds per crossing; ``pytest bench/bench_babar_zpd.py`` times the
same with pytest-benchmark.  Crossings are like B Bbar events: 11 charged particles from the collision point with a
segment in each superlayer that they reach, and ten segments of background; one core.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest
from repeated import best

from trigemu.experiments.babar.zpd.bands import make_bands
from trigemu.experiments.babar.zpd.config import Zpd
from trigemu.experiments.babar.zpd.tables import make_tables
from trigemu.experiments.babar.zpd.tracks import ZFinder

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from reference import babar_zpd as slow
from support.babar_segments import Tracks, segments_of

CROSSINGS = 1000
TARGET_US = 5.0
CONFIG = Zpd(enabled=True)


def events(crossings=CROSSINGS, mean=11.0, noise=10.0, seed=1):
    """Return segments of crossings."""
    rng = np.random.default_rng(seed)
    crossing = np.repeat(np.arange(crossings), rng.poisson(mean, crossings))
    n = len(crossing)
    tracks = Tracks(
        crossing,
        rng.choice([-1, 1], n),
        0.08 + rng.exponential(0.45, n),
        rng.uniform(-np.pi, np.pi, n),
        np.sinh(rng.uniform(-0.9, 1.7, n)),
        rng.normal(0, 9, n),
    )
    return segments_of(tracks, crossings, rng, efficiency=0.97, noise=noise)


@pytest.fixture(scope="module")
def segments():
    return events()


def test_find(benchmark, segments):
    """1000 crossings to tracks."""
    benchmark(ZFinder(CONFIG).find, segments)


def test_maps(benchmark, segments):
    """Their maps."""
    finder = ZFinder(CONFIG)
    benchmark(finder.maps, finder.find(segments))


def main():
    """Print the table."""
    begin = clock.process_time()
    make_tables(CONFIG, 2)
    print(f"tables worked out in {clock.process_time() - begin:.2f} s")
    finder, segments = ZFinder(CONFIG), events()
    tracks = finder.find(segments)
    seeds = np.isin(segments.superlayer, (6, 9)).sum()
    print(
        f"per crossing: {len(segments.phi) / CROSSINGS:.0f} segments, {seeds / CROSSINGS:.1f} seeds, "
        f"{len(tracks.seed) / CROSSINGS:.1f} tracks"
    )
    few = events(3)
    begin = clock.process_time()
    tables, bands = make_tables(CONFIG, 2), make_bands(CONFIG, 2)
    for rows in (slice(*few.offsets[i : i + 2]) for i in range(3)):
        columns = (few.superlayer, few.pivot, few.weight, few.phi, few.tick)
        slow.tracks_of(
            list(zip(*(each[rows].tolist() for each in columns), strict=True)), CONFIG, tables, bands
        )
    print(f"plain Python: {(clock.process_time() - begin) / 3 * 1e6:.0f} us")
    find = best(lambda: finder.find(segments)) / CROSSINGS
    maps = best(lambda: finder.maps(tracks)) / CROSSINGS
    print(f"tracks: {find * 1e6:.2f} us, maps: {maps * 1e6:.2f} us (wanted together: {TARGET_US})")


if __name__ == "__main__":
    main()
