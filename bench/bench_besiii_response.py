"""Speed of BESIII's detector response: time per event of each source.

``python bench/bench_besiii_response.py`` prints the table; ``pytest bench/bench_besiii_response.py`` times the same
with pytest-benchmark.  A frame of 300 events with 5 charged particles and 4 photons each, like hadronic events at
4 GeV; noise and beam background are those of every crossing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.emc import emc_hits
from trigemu.experiments.besiii.response.mdc import mdc_hits
from trigemu.experiments.besiii.response.offline import offline
from trigemu.experiments.besiii.response.tof import tof_hits

sys.path.insert(0, str(Path(__file__).parent))
from response_speed import frame, table

CODES = (211, -211, 211, -211, 321, 22, 22, 22, 22)
MAKERS = {"mdc": mdc_hits, "tof": tof_hits, "emc": emc_hits, "tracks and clusters": offline}


@pytest.mark.parametrize("source", MAKERS)
def test_response(benchmark, source):
    particles = frame(CODES)
    config = Response()
    make = MAKERS[source]
    make(particles, config, 1, 0)
    benchmark(make, particles, config, 1, 0)


if __name__ == "__main__":
    table(MAKERS, frame(CODES), Response())
