"""Speed of BaBar's detector response: time per event of each source.

``python bench/bench_babar_response.py`` prints the table; ``pytest bench/bench_babar_response.py`` times the same
with pytest-benchmark.  A frame of 300 events with 11 charged particles and 10 photons each, like pairs of B mesons;
noise and beam background are those of every crossing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.response.dch import dch_hits
from trigemu.experiments.babar.response.emc import emc_hits
from trigemu.experiments.babar.response.ifr import ifr_hits
from trigemu.experiments.babar.response.reconstruction import level3, reconstructed

sys.path.insert(0, str(Path(__file__).parent))
from response_speed import frame, table

CODES = (*(211, -211) * 4, 321, -321, -13, *(22,) * 10)
MAKERS = {"dch": dch_hits, "emc": emc_hits, "ifr": ifr_hits, "level 3": level3, "offline": reconstructed}


@pytest.mark.parametrize("source", MAKERS)
def test_response(benchmark, source):
    particles = frame(CODES)
    config = Response()
    make = MAKERS[source]
    make(particles, config, 1, 0)
    benchmark(make, particles, config, 1, 0)


if __name__ == "__main__":
    table(MAKERS, frame(CODES), Response())
