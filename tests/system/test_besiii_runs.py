"""BESIII through real processes: the same decisions for any number of workers, offline, on replay, after deaths."""

from __future__ import annotations

import pytest
from support.runs import same_decisions

from trigemu import streaming
from trigemu.setup.build import load_setup

FRAMES = 8
SHORT = ("besiii.frame_ticks=2000000",)
FILES = (
    'besiii.process=[{process="hepmc", file="besiii_hadrons_4178.hepmc3.gz"},'
    ' {process="bhabha", events="besiii_bhabha_4178.hepmc3.gz", cross_section_nb=300}]'
)


def setup_of(configs, *overrides, name="besiii", frames=FRAMES):
    # A busy machine may keep a role from its heartbeats for long.
    always = [f"run.frames={frames}", "streaming.lives=30", *SHORT]
    return load_setup(configs / f"{name}.toml", [*always, *overrides])


def run(setup, out, **options):
    """Run and return totals of a run in which nothing went wrong."""
    totals = streaming.run(setup, out, **options)
    assert totals.closed
    assert totals.quality == "good"
    assert totals.frames["planned"] == totals.frames["accepted"] == setup.frames
    return totals


@pytest.fixture(scope="module")
def offline(configs, tmp_path_factory):
    return run(setup_of(configs), tmp_path_factory.mktemp("besiii") / "offline", offline=True)


@pytest.mark.parametrize(
    "workers", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(4, marks=pytest.mark.slow)]
)
def test_decisions_do_not_depend_on_workers(configs, tmp_path, offline, workers):
    totals = run(setup_of(configs, f"streaming.workers={workers}"), tmp_path / "run")
    assert totals.decisions == offline.decisions > 500
    same_decisions(totals, offline)


def test_another_seed_decides_otherwise(configs, tmp_path, offline):
    totals = run(setup_of(configs, "run.seed=99"), tmp_path / "run", offline=True)
    assert totals.decisions_sha256 != offline.decisions_sha256


def test_replay_of_all_fragments_decides_the_same(configs, tmp_path, offline):
    recorded = run(setup_of(configs, "record.mode=all"), tmp_path / "run")
    replayed = streaming.replay(tmp_path / "run", setup_of(configs), tmp_path / "again")
    assert replayed.closed
    same_decisions(replayed, recorded)
    assert replayed.decisions_sha256 == offline.decisions_sha256


@pytest.mark.parametrize("name", ["besiii", pytest.param("besiii-single-photon", marks=pytest.mark.slow)])
def test_replay_of_accepted_events_fires_the_same_bits(configs, tmp_path, name):
    setup = setup_of(configs, name=name)
    recorded = run(setup, tmp_path / "run", offline=True)
    replayed = streaming.replay(tmp_path / "run", setup, tmp_path / "again")
    assert replayed.closed
    assert replayed.replay is not None
    assert replayed.replay["compared"] == recorded.triggers["recorded"] > 100
    assert replayed.replay["different"] == 0


def test_a_killed_role_changes_nothing(configs, killer, tmp_path):
    plan = {"worker-1": 2, "producer-0": 4, "recorder": 6}
    setup = setup_of(configs, "streaming.credits=2", "streaming.heartbeat_s=0.5", frames=30)
    offline = run(setup, tmp_path / "offline", offline=True)
    kills = killer(tmp_path / "run", plan)
    totals = streaming.run(setup, tmp_path / "run", on_snapshot=kills)
    assert sorted(kills.killed) == sorted(plan)
    assert totals.closed
    assert totals.quality == "degraded"
    same_decisions(totals, offline)


def test_event_files_decide_the_same_everywhere(configs, tmp_path, shared_data):
    folder = f"input.path={shared_data / 'events'}"
    setup = setup_of(configs, folder, FILES, frames=4)
    alone = run(setup, tmp_path / "offline", offline=True)
    streamed = run(setup_of(configs, folder, FILES, "record.mode=all", frames=4), tmp_path / "run")
    replayed = streaming.replay(tmp_path / "run", setup, tmp_path / "again")
    assert alone.decisions > 50
    same_decisions(streamed, alone)
    same_decisions(replayed, alone)
