"""Fragments with impossible values: never a crash, an exception or a hang, and good frames are decided as before."""

from __future__ import annotations

import faulthandler
import resource
import sys
from collections import Counter

import pytest
from support.hostile import decide, make_frames, run

from trigemu.decision.verdicts import RowMaker
from trigemu.setup.build import load_setup

EXPERIMENTS = {
    "pulser": ["pulser.frame_ticks=20000", "pulser.bursts=3", "pulser.pulses=10"],
    "na62-dump": ["na62.frame_timestamps=256", "na62.l0.talk_every_ns=1000"],
    "na62-dump-ee": ["na62.frame_timestamps=256", "record.mode=all"],
    "belle2": ["belle2.frame_revolutions=100"],
    "besiii": ["besiii.frame_ticks=400000"],
    "babar": ["babar.frame_samples=1000"],
}
SECONDS = 120
"""So many frames as are looked at together take less; if they hang, the process ends and says where."""

TOGETHER = 250


@pytest.fixture(scope="module", params=EXPERIMENTS)
def prepared(request, configs):
    setup = load_setup(configs / f"{request.param}.toml", EXPERIMENTS[request.param])
    return setup, make_frames(setup, 4)


def survive(setup, frames, count, first=0):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    states: Counter[str] = Counter()
    for seed in range(first, first + count // TOGETHER):
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        try:
            states += run(setup, frames, TOGETHER, seed)
        finally:
            faulthandler.cancel_dump_traceback_later()
    assert states.total() == count
    assert states["corrupt"] > 0.2 * count
    assert states["decided"] > 0.02 * count
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500 << 10
    maker = RowMaker(setup)
    assert all(decide(setup, maker, number, frames[number]) == "decided" for number in range(len(frames)))
    return states


def test_hostile_fragments_are_corrupt_or_decided(prepared):
    survive(*prepared, TOGETHER)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(6))
def test_many_hostile_fragments(prepared, batch):
    """Thirty thousand for each configuration."""
    sys.stdout.write(f"{survive(*prepared, 5000, 1000 * (batch + 1))}\n")
