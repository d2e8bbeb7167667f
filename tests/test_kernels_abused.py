"""No array that compiled code is given can end the process: wrong lengths, indices and offsets beyond all bounds."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import trigemu._kernels

TESTS = Path(__file__).parent
EXPERIMENTS = ("na62-dump-ee", "belle2", "besiii", "babar", "babar-2001")
UNCALLED = {"physics_hepmc", "belle2_mlp_float", "besiii_raw", "babar_tsf_sweep"}
"""Compiled modules that a run of these experiments does not call, or before anybody can watch it."""

SECONDS = 500


def abused(experiment: str, count: int, seed: int) -> Counter[str]:
    command = [sys.executable, "-X", "faulthandler", "-m", "support.abuse", experiment, str(count), str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, env=environment, cwd=TESTS, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Counter(json.loads(done.stdout))


@pytest.fixture(scope="module")
def states():
    return {experiment: abused(experiment, 60, 1) for experiment in EXPERIMENTS}


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_calls_made_again_with_spoilt_arguments(states, experiment):
    found = states[experiment]
    assert sum(n for name, n in found.items() if name.endswith(": done")) > 100
    assert sum(n for name, n in found.items() if name.endswith(": InputError")) > 100
    assert not any(name.endswith(("MemoryError", "SystemError")) for name in found)


def test_all_compiled_modules_are_abused(states):
    called = {name.split(".")[2] for found in states.values() for name in found}
    there = {each.name for each in pkgutil.iter_modules(trigemu._kernels.__path__) if each.name[0] != "_"}
    assert called == there - UNCALLED


@pytest.mark.slow
@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize("seed", range(5))
def test_many_calls(experiment, seed):
    abused(experiment, 3000, seed)
