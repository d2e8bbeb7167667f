"""Folders for results: one command has each, and only what a command has made itself is ever removed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.commands import start
from support.runs import CLOSED

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.frames.rundir import create_run

CONFIG = {"run": {"number": 1}}


def test_two_runs_that_want_the_same_folder(tmp_path: Path) -> None:
    for pair in range(2):
        runs = [
            start("run", "pulser", "--offline", "--frames", 100, "--out", f"X{pair}", cwd=tmp_path)
            for _ in range(2)
        ]
        said = [run.communicate(timeout=120)[1] for run in runs]
        assert sorted(run.returncode for run in runs) == [0, 2]
        refused = next(errors for run, errors in zip(runs, said, strict=True) if run.returncode == 2)
        assert "already" in refused
        assert len(list((tmp_path / f"X{pair}").iterdir())) == len(CLOSED)


def test_two_runs_without_a_name_have_two_folders(tmp_path: Path) -> None:
    runs = [start("run", "pulser", "--offline", "--frames", 20, cwd=tmp_path) for _ in range(3)]
    for run in runs:
        run.communicate(timeout=120)
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["pulser-1", "pulser-2", "pulser-3"]


def test_an_empty_directory_is_claimed_once(tmp_path: Path) -> None:
    for attempt in range(20):
        folder = tmp_path / f"run-{attempt}"
        folder.mkdir()
        barrier = threading.Barrier(6)
        won: list[str] = []
        refused: list[str] = []

        def claim(name: str, folder: Path = folder, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            try:
                create_run(folder, CONFIG, name)
                won.append(name)  # noqa: B023 the threads have ended before the next attempt
            except InputError:
                refused.append(name)  # noqa: B023

        threads = [threading.Thread(target=claim, args=(f"r{i}",)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), len(refused)) == (1, 5)
        assert won[0] in (folder / "run.json").read_text()


def test_a_recorder_does_not_go_on_with_anothers_run(tmp_path: Path) -> None:
    from trigemu.report.folder import claimed

    create_run(tmp_path / "run", CONFIG, "other")
    with pytest.raises(InputError, match="already"), claimed(tmp_path / "run", "x"):
        pass
    assert (tmp_path / "run" / "run.json").exists()


def test_a_run_is_kept_whatever_cannot_be_made_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What takes the function by its name does so before it is another one.
    import trigemu.measure.results  # noqa: F401

    def refuse(*_: object) -> None:
        raise InputError("an efficiency that is none")

    monkeypatch.setattr("trigemu.measure.summary.summarise", refuse)
    out = tmp_path / "run"
    result = CliRunner().invoke(cli, ["run", "pulser", "--frames", "3", "--offline", "--out", str(out)])
    assert result.exit_code == 1
    assert "an efficiency that is none" in result.stderr
    assert f"trigemu finish {out}" in result.stderr
    assert (out / "totals.json").exists()
