"""Speed of BaBar's whole level 1: digis of chamber, calorimeter and muon detector to the global trigger's decision.

``python bench/bench_babar_l1.py [2001|2006] [FILE.hepmc3.gz]`` prints microseconds per event of each block and the rate
on one core, against the 2 kHz that the hardware is made for.  ``pytest bench/bench_babar_l1.py`` times the chain with
pytest-benchmark.

Events are B pairs of the file with default noise and beam background; without it, muon pairs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from level1_speed import FOLDER, decide, sample, table

from trigemu.experiments.babar.level1 import Chain
from trigemu.experiments.babar.sources import DCH, EMC, IFR, TIMING

EVENTS = FOLDER / "babar_b0b0bar.hepmc3.gz"
DETECTORS = (DCH, EMC, IFR)
CONFIGS = {"2001": "babar-2001", "2006": "babar"}


@pytest.fixture(scope="module", params=CONFIGS)
def prepared(request):
    section, frames = sample(CONFIGS[request.param], DETECTORS, EVENTS)
    return Chain(section), frames


def test_level1(benchmark, prepared):
    chain, frames = prepared
    assert benchmark(decide, chain, DETECTORS, frames) > 500


def main(epoch, path):
    section, frames = sample(CONFIGS[epoch], DETECTORS, path)
    chain = Chain(section)
    blocks = {
        "tsf": lambda frame, found: chain.segments.find(frame[DCH]),
        "blt": lambda frame, found: chain.linker.link(found.segments),
        "emt": lambda frame, found: chain.emt.decide(frame[EMC]),
        "ift": lambda frame, found: chain.muons.codes(frame[IFR]),
        "glt": lambda frame, found: chain.decider.decide(
            found.tracks, found.emt, found.u, frame[TIMING]["random"]
        ),
    }
    if chain.z_finder is not None:
        blocks["zpd"] = lambda frame, found: chain.z_finder.maps(chain.z_finder.find(found.segments))
    else:
        blocks["ptd"] = lambda frame, found: chain.discriminator.find(found.segments)
    table(chain, DETECTORS, frames, blocks)


if __name__ == "__main__":
    epoch = sys.argv[1] if len(sys.argv) > 1 else "2006"
    main(epoch, Path(sys.argv[2]) if len(sys.argv) > 2 else EVENTS)
