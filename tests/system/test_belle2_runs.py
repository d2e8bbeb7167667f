"""Belle II through real processes: the same decisions for any number of workers, offline, on replay, after deaths."""

from __future__ import annotations

import pytest
from support.runs import same_decisions

from trigemu import streaming
from trigemu.frames.rundir import RunReader
from trigemu.setup.build import load_setup

FRAMES = 12
FILES = (
    'belle2.process=[{process="hepmc", file="belle2_bpbm.hepmc3.gz", cross_section_nb=50},'
    ' {process="bhabha", events="belle2_bhabha.hepmc3.gz", cross_section_nb=100},'
    ' {process="hepmc", file="belle2_tautau.hepmc3.gz", order="file"}]'
)


def setup_of(configs, *overrides, name="belle2", frames=FRAMES):
    # A busy machine may keep a role from its heartbeats for long.
    always = [f"run.frames={frames}", "streaming.lives=30"]
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
    return run(setup_of(configs), tmp_path_factory.mktemp("belle2") / "offline", offline=True)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_decisions_do_not_depend_on_workers(configs, tmp_path, offline, workers):
    totals = run(setup_of(configs, f"streaming.workers={workers}"), tmp_path / "run")
    assert totals.decisions == offline.decisions > 500
    same_decisions(totals, offline)


@pytest.mark.parametrize(
    "producers",
    [
        '[["timing", "truth", "cdc", "ecl", "klm", "tracks", "clusters"]]',
        '[["truth", "klm"], ["cdc"], ["clusters", "ecl"], ["timing"], ["tracks"]]',
    ],
    ids=["one", "five"],
)
def test_decisions_do_not_depend_on_who_makes_what(configs, tmp_path, offline, producers):
    totals = run(setup_of(configs, f"streaming.producers={producers}"), tmp_path / "run")
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


@pytest.mark.parametrize("name", ["belle2", "belle2-single-photon"])
def test_replay_of_accepted_events_fires_the_same_bits(configs, tmp_path, name):
    setup = setup_of(configs, name=name)
    recorded = run(setup, tmp_path / "run", offline=True)
    replayed = streaming.replay(tmp_path / "run", setup, tmp_path / "again")
    assert replayed.closed
    assert replayed.replay is not None
    assert replayed.replay["compared"] == recorded.triggers["recorded"] > 100
    assert replayed.replay["different"] == 0


@pytest.mark.parametrize(
    "plan",
    [{"worker-0": 3}, {"worker-1": 2, "producer-0": 4, "recorder": 6}],
    ids=lambda plan: "+".join(plan),
)
def test_a_killed_role_changes_nothing(configs, killer, tmp_path, plan):
    setup = setup_of(configs, "streaming.credits=2", "streaming.heartbeat_s=0.5", frames=40)
    offline = run(setup, tmp_path / "offline", offline=True)
    kills = killer(tmp_path / "run", plan)
    totals = streaming.run(setup, tmp_path / "run", on_snapshot=kills)
    assert sorted(kills.killed) == sorted(plan)
    assert totals.closed
    assert totals.quality == "degraded"
    same_decisions(totals, offline)


def test_event_files_decide_the_same_everywhere(configs, tmp_path, shared_data):
    folder = f"input.path={shared_data / 'events'}"
    setup = setup_of(configs, folder, FILES, frames=6)
    alone = run(setup, tmp_path / "offline", offline=True)
    streamed = run(setup_of(configs, folder, FILES, "record.mode=all", frames=6), tmp_path / "run")
    replayed = streaming.replay(tmp_path / "run", setup, tmp_path / "again")
    assert alone.decisions > 200
    same_decisions(streamed, alone)
    same_decisions(replayed, alone)


@pytest.mark.slow
def test_a_long_run_decides_the_same_everywhere(configs, killer, tmp_path):
    setup = setup_of(configs, frames=400)
    expected = run(setup, tmp_path / "offline", offline=True)
    plan = {"worker-0": 50, "producer-0": 100, "recorder": 150, "producer-1": 200, "worker-1": 250}
    kills = killer(tmp_path / "run", plan)
    totals = streaming.run(
        setup_of(configs, "record.mode=all", frames=400), tmp_path / "run", on_snapshot=kills
    )
    assert sorted(kills.killed) == sorted(plan)
    same_decisions(totals, expected)
    assert RunReader(tmp_path / "run").closed
    same_decisions(streaming.replay(tmp_path / "run", setup, tmp_path / "again"), expected)
