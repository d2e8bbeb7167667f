"""The example experiment: known efficiency, the same decisions streamed and offline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trigemu.setup.build import load_setup
from trigemu.streaming import run

CONFIG = Path(__file__).resolve().parents[1] / "telescope.toml"


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    return run(load_setup(CONFIG), tmp_path_factory.mktemp("runs") / "offline", offline=True)


def test_triple_coincidence_has_the_efficiency_of_three_planes(offline):
    accepted, triple = offline.tally[0, 1], offline.tally[0, 3]
    expected = 0.9**3
    sigma = np.sqrt(expected * (1 - expected) / accepted)
    assert accepted > 10_000
    assert abs(triple / accepted - expected) < 4 * sigma  # p = 6e-5; accidental noise adds less than 1e-4


def test_streamed_decisions_are_the_offline_decisions(offline, tmp_path):
    setup = load_setup(CONFIG, ["streaming.workers=2"])
    streamed = run(setup, tmp_path / "streamed")
    assert streamed.closed
    assert streamed.decisions > 1000
    assert streamed.decisions_sha256 == offline.decisions_sha256
