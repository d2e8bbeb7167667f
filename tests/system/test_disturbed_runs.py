"""Runs that are killed, stopped or asked to end at any moment end in their documented state and leave nothing behind.

The full-size version (one process, 200 runs, about an hour on two cores)::

    TRIGEMU_DISTURBED_SEED=1 pytest -m slow tests/system/test_disturbed_runs.py -x

``TRIGEMU_DISTURBED_RUNS`` changes how many there are.  Each is named by its seed, with which it can be done again.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.disturbing import Disturbed, Story, random_acts

SEED = int(os.environ.get("TRIGEMU_DISTURBED_SEED", "1"))
RUNS = int(os.environ.get("TRIGEMU_DISTURBED_RUNS", "200"))
# A third each, so that every one has at least 50 of 200.
CONFIGS = ("pulser", "na62-dump", "belle2")


@pytest.fixture(scope="module")
def disturbed() -> Iterator[Disturbed]:
    # Paths of sockets are short: not in pytest's own folder.
    place = Path(tempfile.mkdtemp(prefix="d-"))
    yield Disturbed(place)
    shutil.rmtree(place)


def disturb(disturbed: Disturbed, config: str, seed: int) -> None:
    disturbed.learn(config)
    rng = random.Random(f"{config}-{seed}")
    offline = rng.random() < 0.15
    acts = random_acts(rng, disturbed.roles(config), disturbed.length_s[config], offline)
    out = disturbed.place / f"{config}-{seed}"
    disturbed.disturb(Story(config, offline, acts), out)
    shutil.rmtree(out, ignore_errors=True)


@pytest.mark.parametrize("seed", range(4))
def test_a_disturbed_run_ends_as_documented(disturbed: Disturbed, seed: int) -> None:
    disturb(disturbed, "pulser", seed)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(1000 * SEED, 1000 * SEED + RUNS))
def test_disturbed_runs_of_every_kind(disturbed: Disturbed, seed: int) -> None:
    disturb(disturbed, CONFIGS[seed % len(CONFIGS)], seed)
