"""Speed of BESIII's drift-chamber trigger: wire hits to segments, tracks and conditions in 128 ticks.

``python bench/bench_besiii_mdc.py`` prints microseconds per crossing; ``pytest bench/bench_besiii_mdc.py`` times the
same with pytest-benchmark.  Crossings are like hadronic events: on average 4.5 charged particles from the collision
point with a wire hit in each layer that they reach, every seventh cell a second one, and 40 hits of background, which
makes about 130 hits in the trigger's layers; one core.
"""

from __future__ import annotations

import time as clock

import numpy as np
import pytest
from repeated import best

from trigemu.collider.wire_patterns import Helices, nearest
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.mdc.geometry import (
    CHANNEL_FIRST,
    CHANNELS,
    HALF_LENGTH,
    LAYERS,
    WIRES,
    chamber,
)
from trigemu.experiments.besiii.mdc.patterns import CURVATURE
from trigemu.experiments.besiii.mdc.tables import make_tables
from trigemu.experiments.besiii.mdc.trigger import MdcFinder

CROSSINGS = 1000
TARGET_US = 4.0
CONFIG = Besiii.model_validate({"conditions": "2016"}).mdc


def hits(crossings=CROSSINGS, mean=4.5, noise=40.0, seed=1):
    """Return the columns of source ``mdc``, read-only."""
    rng = np.random.default_rng(seed)
    crossing = np.repeat(np.arange(crossings), rng.poisson(mean, crossings))
    count = len(crossing)
    pt = 0.08 + rng.exponential(0.35, count)
    charge = rng.choice([-1, 1], count)
    cot = np.sinh(rng.uniform(-1.3, 1.3, count))
    tracks = Helices(rng.uniform(-np.pi, np.pi, count), charge * CURVATURE / pt, np.zeros(count), cot)
    events, channels, times = [], [], []
    for layer in range(LAYERS):
        wire, reached = nearest(chamber(), tracks, np.array([layer]))
        inside = reached & (np.abs(cot) * chamber().radius[layer] < HALF_LENGTH[layer])
        for more, some in ((0, inside), (1, inside & (rng.random(count) < 1 / 7))):
            events.append(crossing[some])
            channels.append(CHANNEL_FIRST[layer] + (wire[some, 0] + more) % WIRES[layer])
            times.append(rng.uniform(4700, 8500, some.sum()))
    background = rng.poisson(noise, crossings)
    events.append(np.repeat(np.arange(crossings), background))
    channels.append(rng.integers(0, CHANNELS, background.sum()))
    times.append(rng.uniform(0, 21000, background.sum()))
    event = np.concatenate(events)
    order = np.argsort(event, kind="stable")
    columns = {
        "channel": np.concatenate(channels)[order].astype(np.uint16),
        "time": np.concatenate(times)[order].astype(np.int32),
        "offsets": np.searchsorted(event[order], np.arange(crossings + 1)).astype(np.int64),
    }
    for column in columns.values():
        column.setflags(write=False)
    return columns


@pytest.fixture(scope="module")
def columns():
    return hits()


def test_decide(benchmark, columns):
    """1000 crossings, every tick."""
    finder = MdcFinder(CONFIG)
    benchmark(finder.decide, columns)


def test_at(benchmark, columns):
    """1000 crossings, one instant of each."""
    finder = MdcFinder(CONFIG)
    benchmark(finder.at, columns, np.full(CROSSINGS, 588.0))


def main():
    """Print the table."""
    begin = clock.process_time()
    tables, _ = make_tables(CONFIG)
    print(f"tables worked out in {clock.process_time() - begin:.2f} s")
    columns, finder = hits(), MdcFinder(CONFIG)
    used = (tables.place[columns["channel"]] >= 0).sum()
    instant, found = finder.at(columns, np.full(CROSSINGS, 588.0)), finder.decide(columns)
    segments = sum(int(each.sum()) for each in instant.segments.values())
    print(
        f"per crossing: {len(columns['channel']) / CROSSINGS:.0f} hits, {used / CROSSINGS:.0f} in the trigger, "
        f"{segments / CROSSINGS:.0f} segments at 588 ns, {len(found.cell) / CROSSINGS:.1f} thinned cells"
    )
    print(
        f"every tick: {best(lambda: finder.decide(columns)) / CROSSINGS * 1e6:.2f} us (wanted: {TARGET_US})"
    )
    look = best(lambda: finder.at(columns, np.full(CROSSINGS, 588.0)))
    print(f"one instant: {look / CROSSINGS * 1e6:.2f} us")


if __name__ == "__main__":
    main()
