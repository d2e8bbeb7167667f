"""NA62 through real processes: the same decisions for any number of workers, offline, and on replay."""

from __future__ import annotations

import subprocess

import pytest

import trigemu
from trigemu import streaming
from trigemu.errors import InputError
from trigemu.experiments.na62 import sources
from trigemu.measure.export.run import export_run
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


def test_frames_too_full_are_refused_alike_and_leave_nothing(configs, tmp_path, monkeypatch):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    changes = ["run.frames=4", "na62.losses.muv3_noise_hz=1e7"]
    setup = load_setup(configs / "na62-dump.toml", changes)
    said = []
    for offline in (True, False):
        with pytest.raises(InputError) as error:
            trigemu.run(setup, tmp_path / "run", offline=offline)
        said.append(str(error.value))
        assert list(tmp_path.iterdir()) == []
    assert said[0].startswith("na62.losses.muv3_noise_hz: about 3.03e+06 noise hits")
    assert said[0] == said[1]
    assert started
    assert all(process.poll() is not None for process in started)


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


def test_weighted_decays_of_all_kinds_decide_the_same_everywhere(configs, tmp_path):
    alone = run(configs, tmp_path / "offline", "na62-dump-llp", offline=True)
    assert alone.decisions > 5000
    # One producer makes the tables of the three signals once, not three times; other tests have several.
    alone_in_one = "streaming.producers=[['newchod', 'truth', 'muv3', 'rich', 'lkr', 'lav', 'anti0']]"
    for workers in (1, 2, 4):
        options = (f"streaming.workers={workers}", f"record.mode={'all' if workers == 1 else 'accepted'}")
        streamed = run(configs, tmp_path / f"run{workers}", "na62-dump-llp", alone_in_one, *options)
        assert streamed.decisions_sha256 == alone.decisions_sha256
    replayed = again(configs, tmp_path / "run1", tmp_path / "again", "na62-dump-llp")
    assert replayed.decisions_sha256 == alone.decisions_sha256


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


PULSED = (
    "na62.l0.talk_every_ns=2000",
    "na62.l0.control='talk'",
    "menu.line.control.when='talk and not chod'",
)


def test_chod_and_talk_decide_as_other_inputs_do(configs, tmp_path, offline):
    changes = ("menu.line.H2.when='h2 and chod'", *PULSED)
    alone = run(configs, tmp_path / "offline", "na62-dump", *changes, offline=True)
    fired = dict(zip(alone.line_names, alone.fired, strict=True))
    pulses = FRAMES * 40960 * 24.951059536 / 2000
    # A pulse fires the line unless a muon, of which there are 0.28 per us, is at the CHOD within 6 ns of it.
    assert 0.98 * pulses < fired["control"] <= pulses + 1
    streamed = run(configs, tmp_path / "run", "na62-dump", *changes, "record.mode=all")
    assert streamed.decisions_sha256 == alone.decisions_sha256
    setup = load_setup(configs / "na62-dump.toml", [f"run.frames={FRAMES}", *changes])
    assert (
        streaming.replay(tmp_path / "run", setup, tmp_path / "again").decisions_sha256
        == alone.decisions_sha256
    )
    before = dict(zip(offline.line_names, offline.fired, strict=True))
    assert 0.9 * before["H2"] < fired["H2"] < before["H2"]


@pytest.mark.parametrize("mode", ["all", "accepted"])
def test_a_run_without_a_source_is_replayed_without_it(configs, tmp_path, monkeypatch, mode):
    """As one of a version that did not have the source yet."""
    groups = 'streaming.producers=[["newchod", "truth"], ["muv3", "rich"], ["lkr", "lav", "anti0"]]'
    with monkeypatch.context() as patch:
        patch.setattr(sources, "DETECTORS", sources.DETECTORS[:-1])
        recorded = run(configs, tmp_path / "run", "na62-dump", groups, f"record.mode={mode}", offline=True)
    assert recorded.fragments["built"] == 7 * FRAMES
    setup = load_setup(configs / "na62-dump.toml", [f"run.frames={FRAMES}"])
    totals = streaming.replay(tmp_path / "run", setup, tmp_path / "again", offline=mode == "accepted")
    assert totals.closed
    assert totals.fragments["built"] == 7 * FRAMES
    if mode == "all":
        assert totals.decisions_sha256 == recorded.decisions_sha256
    else:
        assert totals.replay["compared"] == recorded.triggers["recorded"] > 500
        assert totals.replay["different"] == 0
    pytest.importorskip("pyarrow")
    assert export_run(tmp_path / "run", "parquet", tmp_path / "run.parquet") == recorded.decisions
    needs = load_setup(configs / "na62-dump.toml", ["run.frames=2", "menu.line.H2.when='h2 and chod'"])
    with pytest.raises(InputError, match="recorded without chod, which lines of the menu look at"):
        streaming.replay(tmp_path / "run", needs, tmp_path / "refused")
    assert not (tmp_path / "refused").exists()
