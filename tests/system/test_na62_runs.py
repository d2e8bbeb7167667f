"""NA62 through real processes: the same decisions for any number of workers, offline, and on replay."""

from __future__ import annotations

import pytest

from trigemu import streaming
from trigemu.setup.build import load_setup

FRAMES = 24


def run(configs, out, name, *overrides, offline=False):
    """Run a shipped configuration for a few frames and return its totals."""
    setup = load_setup(configs / f"{name}.toml", [f"run.frames={FRAMES}", *overrides])
    totals = streaming.run(setup, out, offline=offline)
    assert totals.closed
    assert totals.quality == "good"
    assert totals.frames["planned"] == totals.frames["accepted"] == FRAMES
    return totals


def again(configs, recorded, out, name):
    """Replay a recorded run and return its totals."""
    setup = load_setup(configs / f"{name}.toml", [f"run.frames={FRAMES}"])
    totals = streaming.replay(recorded, setup, out)
    assert totals.closed
    return totals


@pytest.fixture(scope="module")
def offline(configs, tmp_path_factory):
    return run(configs, tmp_path_factory.mktemp("na62") / "offline", "na62-dump", offline=True)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_decisions_do_not_depend_on_workers(configs, tmp_path, offline, workers):
    totals = run(configs, tmp_path / "run", "na62-dump", f"streaming.workers={workers}")
    assert totals.decisions == offline.decisions > 5000
    assert totals.decisions_sha256 == offline.decisions_sha256


@pytest.mark.parametrize(
    ("name", "decisions", "sha256"), [("na62-dump", 17310, "e3b15ecf"), ("na62-dump-ee", 17286, "b1ccd804")]
)
def test_without_losses_decisions_are_what_they_always_were(configs, tmp_path, name, decisions, sha256):
    overrides = ["run.frames=60", "run.seed=3", "na62.losses.enabled=false"]
    totals = streaming.run(load_setup(configs / f"{name}.toml", overrides), tmp_path / "run", offline=True)
    assert (totals.decisions, totals.decisions_sha256[:8]) == (decisions, sha256)


def test_another_seed_decides_otherwise(configs, tmp_path, offline):
    totals = run(configs, tmp_path / "run", "na62-dump", "run.seed=99", offline=True)
    assert totals.decisions_sha256 != offline.decisions_sha256


def test_replay_of_all_fragments_decides_the_same(configs, tmp_path, offline):
    recorded = run(configs, tmp_path / "run", "na62-dump", "record.mode=all")
    replayed = again(configs, tmp_path / "run", tmp_path / "again", "na62-dump")
    assert recorded.decisions_sha256 == replayed.decisions_sha256 == offline.decisions_sha256


def test_replay_of_accepted_events_fires_the_same_bits(configs, tmp_path):
    recorded = run(configs, tmp_path / "run", "na62-dump-ee", offline=True)
    replayed = again(configs, tmp_path / "run", tmp_path / "again", "na62-dump-ee")
    assert replayed.replay is not None
    assert replayed.replay["compared"] == recorded.triggers["recorded"] > 500
    assert replayed.replay["different"] == 0


def test_generated_events_decide_the_same_everywhere(configs, tmp_path, shared_data):
    path = shared_data / "events" / "na62_p400_cu_inclusive.hepmc3.gz"
    alone = run(configs, tmp_path / "offline", "na62-hepmc", f"input.path={path}", offline=True)
    streamed = run(configs, tmp_path / "run", "na62-hepmc", f"input.path={path}", "record.mode=all")
    setup = load_setup(configs / "na62-hepmc.toml", [f"run.frames={FRAMES}", f"input.path={path}"])
    replayed = streaming.replay(tmp_path / "run", setup, tmp_path / "again")
    assert alone.decisions > 5000
    assert alone.decisions_sha256 == streamed.decisions_sha256 == replayed.decisions_sha256
