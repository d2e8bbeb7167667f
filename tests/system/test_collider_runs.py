"""Experiments at colliders through real processes: the same decisions for any number of workers, offline, on replay,
after deaths."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from support.runs import same_decisions

from trigemu import streaming
from trigemu.frames.rundir import RunReader
from trigemu.setup.build import load_setup


@dataclass(frozen=True)
class Case:
    """An experiment, and how much of it is enough here.

    ``frames`` of a usual run with more than 500 decisions; ``killed``: of one in which roles die; ``always``: overrides
    that make frames short; ``single``: the configuration of its single-photon search; ``files``: processes of event
    files, which give ``file_decisions`` or more in ``file_frames``.
    """

    frames: int
    killed: int
    always: tuple[str, ...]
    single: str
    files: str
    file_frames: int
    file_decisions: int


CASES = {
    "babar": Case(
        frames=10,
        killed=30,
        always=("babar.frame_samples=40000", "signal.0.rate_hz=2000.0"),
        single="babar-single-photon",
        files=(
            'babar.process=[{process="hepmc", file="babar_b0b0bar.hepmc3.gz", cross_section_nb=500},'
            ' {process="hepmc", file="babar_tautau.hepmc3.gz", cross_section_nb=500}]'
        ),
        file_frames=4,
        file_decisions=50,
    ),
    "belle2": Case(
        frames=12,
        killed=40,
        always=(),
        single="belle2-single-photon",
        files=(
            'belle2.process=[{process="hepmc", file="belle2_bpbm.hepmc3.gz", cross_section_nb=50},'
            ' {process="bhabha", events="belle2_bhabha.hepmc3.gz", cross_section_nb=100},'
            ' {process="hepmc", file="belle2_tautau.hepmc3.gz", order="file"}]'
        ),
        file_frames=6,
        file_decisions=200,
    ),
    "besiii": Case(
        frames=8,
        killed=30,
        always=("besiii.frame_ticks=2000000",),
        single="besiii-single-photon",
        files=(
            'besiii.process=[{process="hepmc", file="besiii_hadrons_4178.hepmc3.gz"},'
            ' {process="bhabha", events="besiii_bhabha_4178.hepmc3.gz", cross_section_nb=300}]'
        ),
        file_frames=4,
        file_decisions=50,
    ),
}


@pytest.fixture(scope="module", params=sorted(CASES))
def name(request):
    return request.param


def quickly(*names):
    """Try a thing that all have in common with some of the experiments; with the others where tests may be slow."""
    marked = [each if each in names else pytest.param(each, marks=pytest.mark.slow) for each in sorted(CASES)]
    return pytest.mark.parametrize("name", marked, indirect=True, scope="module")


def setup_of(configs, name, *overrides, frames=None, config=None):
    case = CASES[name]
    # A busy machine may keep a role from its heartbeats for long.
    always = [f"run.frames={frames or case.frames}", "streaming.lives=30", *case.always]
    return load_setup(configs / f"{config or name}.toml", [*always, *overrides])


def run(setup, out, **options):
    """Run and return totals of a run in which nothing went wrong."""
    totals = streaming.run(setup, out, **options)
    assert totals.closed
    assert totals.quality == "good"
    assert totals.frames["planned"] == totals.frames["accepted"] == setup.frames
    return totals


@pytest.fixture(scope="module")
def offline(configs, name, tmp_path_factory):
    return run(setup_of(configs, name), tmp_path_factory.mktemp(name) / "offline", offline=True)


@pytest.mark.parametrize(
    "workers", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(4, marks=pytest.mark.slow)]
)
def test_decisions_do_not_depend_on_workers(configs, tmp_path, name, offline, workers):
    totals = run(setup_of(configs, name, f"streaming.workers={workers}"), tmp_path / "run")
    assert totals.decisions == offline.decisions > 500
    same_decisions(totals, offline)


@quickly("babar")
@pytest.mark.parametrize("together", [pytest.param(True, marks=pytest.mark.slow), False])
def test_decisions_do_not_depend_on_who_makes_what(configs, tmp_path, name, offline, together):
    sources = sorted(setup_of(configs, name).schemas)
    groups = [sources] if together else [sources[k::5] for k in range(5)]
    shown = ", ".join("[" + ", ".join(f'"{each}"' for each in group) + "]" for group in groups)
    totals = run(setup_of(configs, name, f"streaming.producers=[{shown}]"), tmp_path / "run")
    same_decisions(totals, offline)


def test_another_seed_decides_otherwise(configs, tmp_path, name, offline):
    totals = run(setup_of(configs, name, "run.seed=99"), tmp_path / "run", offline=True)
    assert totals.decisions_sha256 != offline.decisions_sha256


@quickly("babar")
def test_replay_of_all_fragments_decides_the_same(configs, tmp_path, name, offline):
    recorded = run(setup_of(configs, name, "record.mode=all"), tmp_path / "run")
    replayed = streaming.replay(tmp_path / "run", setup_of(configs, name), tmp_path / "again")
    assert replayed.closed
    same_decisions(replayed, recorded)
    assert replayed.decisions_sha256 == offline.decisions_sha256


@quickly("babar", "besiii")
@pytest.mark.parametrize("single", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_replay_of_accepted_events_fires_the_same_bits(configs, tmp_path, name, single):
    setup = setup_of(configs, name, config=CASES[name].single if single else None)
    recorded = run(setup, tmp_path / "run", offline=True)
    replayed = streaming.replay(tmp_path / "run", setup, tmp_path / "again")
    assert replayed.closed
    assert replayed.replay is not None
    assert replayed.replay["compared"] == recorded.triggers["recorded"] > 100
    assert replayed.replay["different"] == 0


@quickly("babar")
def test_a_killed_role_changes_nothing(configs, killer, tmp_path, name):
    plan = {"worker-1": 2, "producer-0": 4, "recorder": 6}
    setup = setup_of(
        configs, name, "streaming.credits=2", "streaming.heartbeat_s=0.5", frames=CASES[name].killed
    )
    offline = run(setup, tmp_path / "offline", offline=True)
    kills = killer(tmp_path / "run", plan)
    totals = streaming.run(setup, tmp_path / "run", on_snapshot=kills)
    assert sorted(kills.killed) == sorted(plan)
    assert totals.closed
    assert totals.quality == "degraded"
    same_decisions(totals, offline)


@quickly("babar", "belle2")
def test_event_files_decide_the_same_everywhere(configs, tmp_path, name, shared_data):
    case = CASES[name]
    changes = (f"input.path={shared_data / 'events'}", case.files)
    setup = setup_of(configs, name, *changes, frames=case.file_frames)
    alone = run(setup, tmp_path / "offline", offline=True)
    recording = setup_of(configs, name, *changes, "record.mode=all", frames=case.file_frames)
    streamed = run(recording, tmp_path / "run")
    replayed = streaming.replay(tmp_path / "run", setup, tmp_path / "again")
    assert alone.decisions > case.file_decisions
    same_decisions(streamed, alone)
    same_decisions(replayed, alone)


@pytest.mark.slow
def test_a_long_run_decides_the_same_everywhere(configs, killer, tmp_path, name):
    frames = 10 * CASES[name].killed
    setup = setup_of(configs, name, frames=frames)
    expected = run(setup, tmp_path / "offline", offline=True)
    roles = ("worker-0", "producer-0", "recorder", "producer-1", "worker-1")
    plan = {role: (number + 1) * frames // 8 for number, role in enumerate(roles)}
    kills = killer(tmp_path / "run", plan)
    totals = streaming.run(
        setup_of(configs, name, "record.mode=all", frames=frames), tmp_path / "run", on_snapshot=kills
    )
    assert sorted(kills.killed) == sorted(plan)
    same_decisions(totals, expected)
    assert RunReader(tmp_path / "run").closed
    same_decisions(streaming.replay(tmp_path / "run", setup, tmp_path / "again"), expected)
