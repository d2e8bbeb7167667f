"""Runs from Python: as on the command line, without its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import trigemu
from trigemu.cli import cli
from trigemu.errors import InputError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_is_that_of_the_command_line(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ours = trigemu.run("pulser", frames=5, seed=3, offline=True)
    assert capfd.readouterr() == ("", "")
    command = ["run", "pulser", "--frames", "5", "--seed", "3", "--offline"]
    assert CliRunner().invoke(cli, command).exit_code == 0
    theirs = trigemu.read_result("runs/pulser-2")
    assert ours.folder == Path("runs/pulser-1")
    assert ours.decisions_sha256 == theirs.decisions_sha256
    assert ours.setup.digest == theirs.setup.digest
    assert {file.name for file in ours.folder.iterdir()} == {file.name for file in theirs.folder.iterdir()}


def test_a_setup_is_run_as_it_is(here: Path) -> None:
    setup = trigemu.load_setup("pulser", ["run.frames=4"])
    result = trigemu.run(setup, "mine", offline=True)
    assert result.setup is setup
    assert (result.folder, result.frames["planned"]) == (Path("mine"), 4)
    assert trigemu.run(setup, offline=True).folder == Path("runs/pulser-1")


def test_a_replay_decides_the_same(here: Path) -> None:
    setup = trigemu.load_setup("pulser", ["run.frames=4", "record.mode=all"])
    first = trigemu.run(setup, "first", offline=True)
    again = trigemu.replay("first", offline=True)
    assert again.folder == Path("runs/first-replay-1")
    assert again.decisions_sha256 == first.decisions_sha256
    assert again.replay is not None
    assert again.replay["different"] == 0
    assert trigemu.replay(first.folder, "pulser", "other", offline=True).quality == "good"


def test_progress_is_told_to_who_asks(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[int] = []
    trigemu.run("pulser", frames=4, offline=True, progress=lambda snapshot: seen.append(snapshot.frames_done))
    assert seen[-1] == 4
    assert capfd.readouterr().err == ""
    trigemu.run("pulser", frames=4, offline=True, progress=True)
    assert "4" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"config": "pulsar"}, "did you mean 'pulser'"),
        ({"config": 7}, "a TOML file or the name"),
        ({"frames": 0}, "frames must be at least 1"),
        ({"frames": 2.5}, "frames must be a whole number"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"out": "."}, "exists already"),
    ],
)
def test_bad_input_leaves_nothing_behind(here: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        trigemu.run(**{"config": "pulser", "offline": True, **options})  # type: ignore[arg-type]
    assert list(here.iterdir()) == []


def test_a_folder_that_is_no_run_is_refused(here: Path) -> None:
    with pytest.raises(InputError):
        trigemu.read_result(here)
    with pytest.raises(InputError):
        trigemu.replay(here)
    assert list(here.iterdir()) == []
