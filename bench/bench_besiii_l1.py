"""Speed of BESIII's whole level 1: digis of chamber, counters and calorimeter to the global trigger's decision.

``python bench/bench_besiii_l1.py [FILE.hepmc3.gz]`` prints microseconds per event of each block and the rate on one
core, against the 4 kHz that the hardware is made for.  ``pytest bench/bench_besiii_l1.py`` times the chain with
pytest-benchmark.

Events are hadrons of the file with default noise and beam background; without it, muon pairs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from level1_speed import FOLDER, decide, sample, table

from trigemu.experiments.besiii.level1 import Chain
from trigemu.experiments.besiii.sources import EMC, MDC, TIMING, TOF

EVENTS = FOLDER / "besiii_hadrons_4178.hepmc3.gz"
DETECTORS = (MDC, TOF, EMC)


@pytest.fixture(scope="module")
def prepared():
    section, frames = sample("besiii", DETECTORS, EVENTS)
    return Chain(section), frames


def test_level1(benchmark, prepared):
    chain, frames = prepared
    assert benchmark(decide, chain, DETECTORS, frames) > 500


def main(path):
    section, frames = sample("besiii", DETECTORS, path)
    chain = Chain(section)
    blocks = {
        "mdc": lambda frame, found: chain.mdc.decide(frame[MDC]),
        "tof": lambda frame, found: chain.tof.decide(frame[TOF]),
        "emc": lambda frame, found: chain.emc.decide(frame[EMC]),
        "match": lambda frame, found: chain.matcher.decide(found.mdc, found.tof, found.emc),
        "gtl": lambda frame, found: chain.decider.decide(found.conditions, frame[TIMING]["random"]),
    }
    table(chain, DETECTORS, frames, blocks)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
