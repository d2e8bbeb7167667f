"""Speed of BaBar's drift-chamber trigger: wire hits to segments, and these to long, short and high-momentum tracks.

``python bench/bench_babar_dct.py`` prints microseconds per crossing; ``pytest bench/bench_babar_dct.py`` times the same
with pytest-benchmark.  Crossings are like B anti-B events: 8 charged particles on average, and 50 hits of background
anywhere on the event's axis, which makes about 400 hits; one core.
"""

from __future__ import annotations

import time as clock

import numpy as np
import pytest
from repeated import best

from trigemu.collider.response.config import Background, Cells
from trigemu.collider.response.detector import Detector, Tdc
from trigemu.collider.response.hits import chamber_hits
from trigemu.collider.response.rings import Envelope
from trigemu.experiments.babar.clock import COLLISION_TICK, COUNT_NS, COUNTS_PER_TICK, TICKS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct.geometry import CHANNELS, FIELD_T, SUPERLAYERS, chamber
from trigemu.experiments.babar.dct.links import Linker
from trigemu.experiments.babar.dct.ptd import Discriminator
from trigemu.experiments.babar.dct.segments import SegmentFinder
from trigemu.experiments.babar.dct.tsf_tables import make_tables
from trigemu.physics.particles import make_particles

CROSSINGS = 1000
TARGET_US = {"segments": 7.0, "long and short tracks": 0.75, "high momentum": 0.75}
DCT = Babar.of("2006").dct
CONFIG = DCT.tsf

DETECTOR = Detector(
    FIELD_T, chamber(), Tdc(COLLISION_TICK * COUNTS_PER_TICK, COUNT_NS), Envelope(930.0, -1139.0, 1820.0)
)
CELLS = Cells(  # drift like babar_geometry_facts G1.41
    resolution_mm=0.13,
    efficiency=0.97,
    clusters_per_mm=1.5,
    drift_mm_ns=0.025,
    linear_mm=3.7,
    edge_ns_mm2=4.4,
    propagation_mm_ns=270.0,
    half_turns=2,
)
QUIET = Background(wire_rate_khz=(0.0,) * SUPERLAYERS, wire_window=(0, 8191), bunch_fraction=0.0)


def hits(crossings=CROSSINGS, mean=8.0, noise=50.0, seed=1):
    """Return the columns of source ``dch``, read-only."""
    rng = np.random.default_rng(seed)
    event = np.repeat(np.arange(crossings), rng.poisson(mean, crossings))
    m = len(event)
    pt, rapidity, phi = (
        0.05 + rng.exponential(0.45, m),
        rng.uniform(-1.2, 2.2, m),
        rng.uniform(-np.pi, np.pi, m),
    )
    momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(rapidity)], axis=1)
    energy = np.sqrt((momentum**2).sum(axis=1) + 0.1395704**2)
    particles = make_particles(
        event,
        rng.choice([-211, 211], m),
        0.1395704,
        np.column_stack([momentum, energy]),
        weight=np.ones(crossings),
    )
    made = chamber_hits(particles, DETECTOR, CELLS, QUIET, seed, 0)
    own = np.repeat(np.arange(crossings), np.diff(made["offsets"]))
    phase = rng.integers(0, 2 * COUNTS_PER_TICK, crossings)
    background = rng.poisson(noise, crossings)
    event = np.concatenate([own, np.repeat(np.arange(crossings), background)])
    more = background.sum()
    channel = np.concatenate([made["channel"], rng.integers(0, CHANNELS, more)])
    time = np.concatenate([made["tdc"] + phase[own], rng.integers(0, TICKS * COUNTS_PER_TICK, more)])
    order = np.argsort(event, kind="stable")
    columns = {
        "channel": channel[order].astype(np.uint16),
        "time": time[order].astype(np.int16),
        "offsets": np.searchsorted(event[order], np.arange(crossings + 1)).astype(np.int64),
    }
    for column in columns.values():
        column.setflags(write=False)
    return columns


@pytest.fixture(scope="module")
def columns():
    return hits()


def test_find(benchmark, columns):
    """1000 crossings."""
    finder = SegmentFinder(CONFIG)
    benchmark(finder.find, columns)


def test_link(benchmark, columns):
    """1000 crossings."""
    segments = SegmentFinder(CONFIG).find(columns)
    benchmark(Linker(DCT.blt).link, segments)


def test_high_momentum(benchmark, columns):
    """1000 crossings."""
    segments = SegmentFinder(CONFIG).find(columns)
    benchmark(Discriminator(DCT.ptd, CONFIG.pivot_layer).find, segments)


def main():
    """Print the table."""
    begin = clock.process_time()
    make_tables(CONFIG)
    print(f"tables worked out in {clock.process_time() - begin:.2f} s")
    columns, finder = hits(), SegmentFinder(CONFIG)
    found = finder.find(columns)
    good = np.bincount(found.weight, minlength=4) / CROSSINGS
    print(
        f"per crossing: {len(columns['channel']) / CROSSINGS:.0f} hits, {len(found.tick) / CROSSINGS:.0f} segments "
        f"({good[1]:.1f} of low quality, {good[2]:.1f} and {good[3]:.1f} of three and four layers)"
    )
    linker, discriminator = Linker(DCT.blt), Discriminator(DCT.ptd, CONFIG.pivot_layer)
    steps = (lambda: finder.find(columns), lambda: linker.link(found), lambda: discriminator.find(found))
    for (name, target), step in zip(TARGET_US.items(), steps, strict=True):
        print(f"{name}: {best(step) / CROSSINGS * 1e6:.2f} us (wanted: {target})")


if __name__ == "__main__":
    main()
