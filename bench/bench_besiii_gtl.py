"""Speed of BESIII's time-of-flight trigger, track match and global trigger.

``python bench/bench_besiii_gtl.py`` prints microseconds per event and the ratio to slow twins in plain Python (those of
the tests); ``pytest bench/bench_besiii_gtl.py`` times the blocks with pytest-benchmark.

Events are toys as busy as hadronic ones: four to eight tracks with both layers of bars, noise in single ends, endcap
modules, trigger cells, and some twenty conditions.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest
from repeated import best

from trigemu.experiments.besiii.bits import CONDITIONS, EMC_CONDITIONS, MDC_CONDITIONS
from trigemu.experiments.besiii.clock import TICK_WORDS, TOF_COUNTS_PER_TICK
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.gtl.decision import GlobalDecider
from trigemu.experiments.besiii.match.matching import Matcher
from trigemu.experiments.besiii.records import EmcTrigger, MdcTrigger
from trigemu.experiments.besiii.sources import BARS, MODULES, STRIPS
from trigemu.experiments.besiii.tof import geometry
from trigemu.experiments.besiii.tof.trigger import TofFinder

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from reference import besiii_gtl, besiii_tof

EVENTS = 2000
SECTION = Besiii(conditions="2016")
ALWAYS = [bit for bit, name in enumerate(CONDITIONS) if name][::2]


def hits(seed):
    """Return the columns of the source ``tof`` for EVENTS events."""
    rng = np.random.default_rng(seed)
    channel, time, offsets = [], [], [0]
    for _ in range(EVENTS):
        bars = rng.integers(0, BARS, rng.integers(4, 9))
        tracks = geometry.bar_channel([[[0]], [[1]]], bars[:, None], [0, 1]).ravel()
        noise = geometry.bar_channel(rng.integers(0, 2, 6), rng.integers(0, BARS, 6), rng.integers(0, 2, 6))
        strips = geometry.strip_channel(
            [[0], [1]], rng.integers(0, MODULES), rng.integers(0, STRIPS), [0, 1]
        ).ravel()
        near = 24 * TOF_COUNTS_PER_TICK + rng.integers(-5000, 5000, len(tracks) + len(strips))
        channel.append(np.concatenate([tracks, strips, noise]))
        time.append(np.concatenate([near, rng.integers(0, 600_000, len(noise))]))
        offsets.append(offsets[-1] + len(channel[-1]))
    return {
        "channel": np.concatenate(channel).astype(np.uint16),
        "time": np.concatenate(time).astype(np.int32),
        "offsets": np.array(offsets, np.int64),
    }


def tracks_and_cells(seed):
    """Return records of the chamber (eight cells an event) and the calorimeter (nine cells)."""
    rng = np.random.default_rng(seed)
    ticks = np.zeros((8 * EVENTS, 2), np.uint64)
    ticks[:, 0] = np.uint64((1 << 50) - (1 << 25))
    mdc = MdcTrigger(
        np.zeros((EVENTS, len(MDC_CONDITIONS), TICK_WORDS), np.uint64),
        8 * np.arange(EVENTS + 1, dtype=np.int64),
        rng.integers(0, 2, 8 * EVENTS).astype(np.uint8),
        rng.integers(0, 128, 8 * EVENTS).astype(np.uint8),
        ticks,
    )
    emc = EmcTrigger(
        np.zeros((EVENTS, len(EMC_CONDITIONS), TICK_WORDS), np.uint64),
        np.zeros((EVENTS, 16), np.int32),
        np.zeros((EVENTS, 3), np.int32),
        9 * np.arange(EVENTS + 1, dtype=np.int64),
        rng.integers(0, 394, 9 * EVENTS).astype(np.uint16),
        rng.integers(117, 212, 9 * EVENTS).astype(np.int16),
        np.ones(9 * EVENTS, np.uint8),
    )
    return mdc, emc


def masks(seed):
    """Return tick masks of the 48 conditions, every other one true for some ticks."""
    rng = np.random.default_rng(seed)
    out = np.zeros((EVENTS, len(CONDITIONS), TICK_WORDS), np.uint64)
    for bit in ALWAYS:
        word = 0 if bit >= len(EMC_CONDITIONS) else 3
        out[:, bit, word] = np.uint64((1 << 12) - 1) << rng.integers(15, 40, EVENTS).astype(np.uint64)
    return out


class Blocks:
    """The three blocks with their inputs."""

    def __init__(self):
        tof, matcher, decider = (
            TofFinder(SECTION.tof),
            Matcher(SECTION.match, SECTION.tof),
            GlobalDecider(SECTION.gtl),
        )
        self.hits, (self.mdc, self.emc), self.masks = hits(1), tracks_and_cells(2), masks(3)
        counters, none = tof.decide(self.hits), np.zeros(EVENTS, np.uint8)
        self.steps = {
            "time of flight": lambda: tof.decide(self.hits),
            "track match": lambda: matcher.decide(self.mdc, counters, self.emc),
            "global trigger": lambda: decider.decide(self.masks, none),
        }


def slow(made, events=50):
    """Return block -> seconds per event of the twins."""
    begin = clock.process_time()
    for i in range(events):
        rows = slice(*made.hits["offsets"][i : i + 2])
        pairs = zip(made.hits["channel"][rows].tolist(), made.hits["time"][rows].tolist(), strict=True)
        besiii_tof.conditions_of_ticks(besiii_tof.cells(pairs, SECTION.tof), SECTION.tof)
    spent = {"time of flight": (clock.process_time() - begin) / events}
    begin = clock.process_time()
    for i in range(events):
        given = {
            bit: {
                64 * w + t
                for w in range(TICK_WORDS)
                for t in range(64)
                if int(made.masks[i, bit, w]) >> t & 1
            }
            for bit in ALWAYS
        }
        besiii_gtl.decide(given, False, SECTION.gtl, CONDITIONS)
    return {**spent, "global trigger": (clock.process_time() - begin) / events}


@pytest.fixture(scope="module")
def blocks():
    return Blocks()


@pytest.mark.parametrize("name", ["time of flight", "track match", "global trigger"])
def test_block(benchmark, blocks, name):
    """2000 events."""
    benchmark(blocks.steps[name])


def main():
    """Print the table."""
    made = Blocks()
    twins = slow(made)
    print(f"{EVENTS} events, {len(made.hits['channel']) / EVENTS:.0f} hits of counters each")
    print(f"{'':18}{'us/event':>12}{'twin':>10}")
    for name, step in made.steps.items():
        own = best(step) / EVENTS
        print(f"{name:18}{own * 1e6:12.2f}" + (f"{twins[name] * 1e6:10.0f}" if name in twins else ""))


if __name__ == "__main__":
    main()
