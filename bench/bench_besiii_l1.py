"""Speed of BESIII's whole level 1: digis of chamber, counters and calorimeter to the global trigger's decision.

``python bench/bench_besiii_l1.py [FILE.hepmc3.gz]`` prints microseconds per event of each block and the rate on one
core, against the 4 kHz that the hardware is made for.  ``pytest bench/bench_besiii_l1.py`` times the chain with
pytest-benchmark.

Events are hadrons of the file with default noise and beam background; without it, muon pairs.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np
import pytest

from trigemu.experiments.besiii.bits import CONDITIONS
from trigemu.experiments.besiii.clock import TICK_WORDS
from trigemu.experiments.besiii.generator import BesiiiGenerator
from trigemu.experiments.besiii.level1 import Chain
from trigemu.experiments.besiii.sources import EMC, MDC, SIMULATED, TIMING, TOF
from trigemu.frames.columns import pack
from trigemu.setup.build import build_setup, load_setup

ROOT = Path(__file__).parents[1]
EVENTS = ROOT.parent / "shared" / "data" / "events" / "besiii_hadrons_4178.hepmc3.gz"
SOURCES = (TIMING, MDC, TOF, EMC)
FRAMES = 4
REPEATS = 40


def sample(path):
    """Return a section and frames (columns by source) of about 600 events each."""
    setup = load_setup(ROOT / "configs" / "besiii.toml", ["run.frames=1"])
    data = setup.to_dict()
    process = {"process": "mumu"} if path is None else {"process": "hepmc", "file": str(path)}
    data["section"] |= {"process": [process | {"rate_hz": 5e3}], "random_hz": 0.0}
    data["signal"] = []
    setup = build_setup(data)
    generator = BesiiiGenerator(setup, SOURCES)
    return setup.section, [
        {source: dict(pack(SIMULATED[source], generator.fragment(source, number))) for source in SOURCES}
        for number in range(FRAMES)
    ]


def decide(chain, frames):
    """Decide all frames; return how many events there were."""
    for frame in frames:
        chain.run(frame[MDC], frame[TOF], frame[EMC], frame[TIMING]["random"])
    return sum(len(frame[TIMING]["time"]) for frame in frames)


def shortest(function):
    """Return the shortest of some repetitions in s."""
    times = []
    for _ in range(REPEATS):
        begin = clock.perf_counter()
        function()
        times.append(clock.perf_counter() - begin)
    return min(times)


@pytest.fixture(scope="module")
def prepared():
    section, frames = sample(EVENTS if EVENTS.is_file() else None)
    return Chain(section), frames


def bench_level1(benchmark, prepared):
    chain, frames = prepared
    assert benchmark(decide, chain, frames) > 500


def main(path):
    section, frames = sample(path)
    chain = Chain(section)
    events = decide(chain, frames)
    for source in (MDC, TOF, EMC):
        hits = sum(len(frame[source]["channel"]) for frame in frames)
        print(f"{source:5} {hits / events:7.1f} digis an event")
    blocks = {
        "mdc": lambda: [chain.mdc.decide(frame[MDC]) for frame in frames],
        "tof": lambda: [chain.tof.decide(frame[TOF]) for frame in frames],
        "emc": lambda: [chain.emc.decide(frame[EMC]) for frame in frames],
    }
    found = list(zip(*(block() for block in blocks.values()), strict=True))
    blocks["match"] = lambda: [chain.matcher.decide(*each) for each in found]
    levels = [chain.run(frame[MDC], frame[TOF], frame[EMC], frame[TIMING]["random"]) for frame in frames]
    assert all(level.conditions.shape[1:] == (len(CONDITIONS), TICK_WORDS) for level in levels)
    blocks["gtl"] = lambda: [
        chain.decider.decide(level.conditions, frame[TIMING]["random"])
        for level, frame in zip(levels, frames, strict=True)
    ]
    for name, block in blocks.items():
        print(f"{name:5} {1e6 * shortest(block) / events:7.2f} us an event")
    whole = shortest(lambda: decide(chain, frames)) / events
    fired = np.mean([level.decision.tick >= 0 for level in levels[:1]])
    print(
        f"level 1 {1e6 * whole:6.2f} us an event: {1 / whole:,.0f} events/s on one core; {fired:.3f} of them fire"
    )


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    main(given if given.is_file() else None)
