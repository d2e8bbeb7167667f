"""Spoilt run directories: the same decisions, one sentence, or a counted taint; never anything else."""

from __future__ import annotations

import logging
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from support.spoilt_runs import record, try_cases

BATCH = 25

PULSER = ("run.frames=60", "pulser.pulses=10")


def make_bases(configs: Path, folder: Path, *names: str) -> list[tuple[str, str]]:
    """Record what is going to be spoilt: per configuration and mode a run, and another of the same kind."""
    bases = []
    for name in names:
        short = PULSER if name == "pulser" else ("run.frames=2",)
        for mode in ("accepted", "all"):
            pair = []
            for seed in (1, 2):
                out = folder / f"{name}-{mode}-{seed}"
                record(configs / f"{name}.toml", out, f"record.mode={mode}", f"run.seed={seed}", *short)
                pair.append(str(out))
            bases.append((pair[0], pair[1]))
    return bases


def run_cases(bases: list[tuple[str, str]], scratch: Path, cases: int, workers: int) -> Counter[str]:
    """Try so many cases in processes of their own (a crash breaks the pool); return the outcomes."""
    scratch.mkdir()
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        batches = [range(first, min(first + BATCH, cases)) for first in range(0, cases, BATCH)]
        waiting = [pool.submit(try_cases, bases, str(scratch), batch) for batch in batches]
        for each in waiting:
            found, bad = each.result()
            outcomes += found
            failures += bad
            if len(failures) > 20:
                pool.shutdown(cancel_futures=True)
                break
    assert not failures, "\n".join(failures)
    return outcomes


def test_spoilt_runs(configs: Path, tmp_path: Path) -> None:
    outcomes = run_cases(make_bases(configs, tmp_path, "pulser"), tmp_path / "scratch", 100, 1)
    for what in ("refused", "tainted", "good"):
        assert outcomes[f"replay {what}"] > 5, outcomes
    assert outcomes["export exported in part"] > 5, outcomes


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_thirty_thousand_spoilt_runs(configs: Path, tmp_path: Path) -> None:
    bases = make_bases(configs, tmp_path, "pulser", "na62-dump", "belle2")
    outcomes = run_cases(bases, tmp_path / "scratch", 30_000, 2)
    logging.getLogger(__name__).info("outcomes: %s", dict(sorted(outcomes.items())))
    assert outcomes["replay good"] > 300
    assert outcomes["replay tainted"] > 300
