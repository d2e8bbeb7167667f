"""Speed of Belle II's track trigger: wire hits to track segments, 2D tracks, event time, short and inner tracks.

``python bench/bench_belle2_cdc.py`` prints microseconds per crossing of each block, against vectorised NumPy;
``pytest bench/bench_belle2_cdc.py`` times the same with pytest-benchmark.  Crossings are like B pairs, with beam
background: about 11 charged particles of 0.6 GeV on average, one core.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest

from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.event_time import event_time
from trigemu.experiments.belle2.cdc.hitmaps import hit_maps
from trigemu.experiments.belle2.cdc.hough import HoughFinder
from trigemu.experiments.belle2.cdc.segments import SegmentFinder
from trigemu.experiments.belle2.cdc.tables import left_right
from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.config import Response
from trigemu.physics.particles import from_columns

sys.path.insert(0, str(Path(__file__).parent))
import numpy_belle2_cdc as twin

CROSSINGS = 1000
TWIN_CROSSINGS = 50
TARGET_US = {"segments": 12.0, "2D tracks": 8.0, "event time": 8.0, "short and inner": 8.0}


def particles(crossings, mean=11.0, seed=1):
    """Return pions from the collision point, isotropic, momenta 0.1 GeV and an exponential of 0.5 GeV above."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.poisson(mean, crossings))]).astype(np.int64)
    count = int(offsets[-1])
    p, cos, phi = (
        0.1 + rng.exponential(0.5, count),
        rng.uniform(-1, 1, count),
        rng.uniform(-np.pi, np.pi, count),
    )
    pt, zero = p * np.sqrt(1 - cos**2), np.zeros(count)
    charge = rng.choice([-1, 1], count).astype(np.int8)
    pdg = 211 * charge.astype(np.int32)
    mass = np.full(count, 0.13957)
    momentum = pt * np.cos(phi), pt * np.sin(phi), p * cos
    return from_columns(
        offsets, pdg, charge, mass, *momentum, zero, zero, zero, zero, np.zeros(count, np.int32)
    )


def hits(crossings=CROSSINGS):
    """Return the columns of source ``cdc``, read-only."""
    columns = cdc_hits(particles(crossings), Response(), seed=1, frame=0)
    for column in columns.values():
        column.setflags(write=False)
    return columns


class Chain:
    """The four blocks, each with the results of those before."""

    def __init__(self, columns):
        config = Cdc()
        self.columns, self.finder, self.hough = columns, SegmentFinder(config), HoughFinder(config)
        self.segments = self.finder.find(columns)
        self.tracks = self.hough.find(self.segments)
        self.blocks = {
            "segments": lambda: self.finder.find(self.columns),
            "2D tracks": lambda: self.hough.find(self.segments),
            "event time": lambda: event_time(self.segments, self.tracks),
            "short and inner": lambda: hit_maps(self.segments, self.tracks),
        }


@pytest.fixture(scope="module")
def chain():
    return Chain(hits())


@pytest.mark.parametrize("block", TARGET_US)
def test_block(benchmark, chain, block):
    """1000 crossings."""
    benchmark(chain.blocks[block])


@pytest.fixture(scope="module")
def few():
    return hits(TWIN_CROSSINGS)


def test_numpy_segments(benchmark, few):
    """50 crossings with NumPy."""
    benchmark.pedantic(lambda: twin.segments(few, *left_right(Cdc())), rounds=3)


def test_numpy_tracks(benchmark, few):
    rows = twin.segments(few, *left_right(Cdc()))
    benchmark.pedantic(lambda: twin.tracks(rows, TWIN_CROSSINGS), rounds=3)


def best(function, repeats):
    """Return the shortest of several processor times, s (neighbours on the machine do not count)."""
    found = []
    for _ in range(repeats):
        begin = clock.process_time()
        function()
        found.append(clock.process_time() - begin)
    return min(found)


def main():
    """Print the table."""
    begin = clock.process_time()
    HoughFinder(Cdc())
    print(f"plane worked out in {clock.process_time() - begin:.2f} s")
    columns, few = hits(), hits(TWIN_CROSSINGS)
    chain = Chain(columns)
    tables = left_right(Cdc())
    rows = twin.segments(few, *tables)
    plain = {
        "segments": best(lambda: twin.segments(few, *tables), 3),
        "2D tracks": best(lambda: twin.tracks(rows, TWIN_CROSSINGS), 3),
    }
    per = {
        "hits": len(columns["channel"]),
        "segments": len(chain.segments.segment),
        "tracks": len(chain.tracks.phi0),
    }
    print("per crossing: " + ", ".join(f"{count / CROSSINGS:.1f} {name}" for name, count in per.items()))
    print(f"{'':18}{'us/crossing':>12}{'NumPy':>10}{'ratio':>8}")
    total, total_plain = 0.0, 0.0
    for name, block in chain.blocks.items():
        own, other = best(block, 20) / CROSSINGS * 1e6, plain.get(name, 0.0) / TWIN_CROSSINGS * 1e6
        total, total_plain = total + own, total_plain + other
        print(f"{name:18}{own:12.2f}" + (f"{other:10.0f}{other / own:8.0f}" if other else ""))
    print(f"{'all':18}{total:12.2f}{total_plain:10.0f}{total_plain / total:8.0f}   (wanted: 20 us)")


if __name__ == "__main__":
    main()
