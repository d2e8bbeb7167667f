"""Runs from a raw data file: the same decisions and comparisons however they are made, and bad files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.setup.build import load_setup

SPLIT = "besiii.raw.events_per_frame=3"


def trigemu(*arguments, cwd):
    command = [sys.executable, "-P", "-m", "trigemu", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=200)


@pytest.fixture(scope="module")
def real(shared_data):
    return shared_data / "besiii" / "run91668.raw"


def summary_of(done, folder):
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "summary.json").read_text())


@pytest.fixture(scope="module")
def offline(real, tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw") / "offline"
    copy = shutil.copy(real, folder.parent / "copy.raw")
    done = trigemu(
        *("run", "besiii-raw", "--set", f"input.path={copy}", "--set", SPLIT, "--offline", "--record", "all"),
        *("--out", folder),
        cwd=folder.parent,
    )
    return folder, summary_of(done, folder), done.stdout


@pytest.mark.parametrize("workers", [pytest.param(workers, marks=pytest.mark.slow) for workers in (1, 2, 4)])
def test_the_same_with_any_number_of_workers(offline, real, tmp_path, workers):
    done = trigemu(
        *("run", "besiii-raw", "--set", f"input.path={real}", "--set", SPLIT, "--workers", workers),
        *("--out", tmp_path / "run"),
        cwd=tmp_path,
    )
    found = summary_of(done, tmp_path / "run")
    for key in ("decisions", "decisions_sha256", "comparisons", "closed"):
        assert found[key] == offline[1][key]
    assert found["fragments"]["built"] == 4 * 5


def test_a_replay_needs_no_file(offline, tmp_path):
    recorded = json.loads((offline[0] / "config.json").read_text())
    assert (recorded["section"]["conditions"], recorded["run"]["frames"]) == ("2026", 4)
    Path(recorded["input"]["path"]).unlink()
    done = trigemu("replay", offline[0], "--out", tmp_path / "again", cwd=tmp_path)
    found = summary_of(done, tmp_path / "again")
    assert found["decisions_sha256"] == offline[1]["decisions_sha256"]
    assert found["comparisons"] == offline[1]["comparisons"]


def test_what_the_run_shows(offline):
    folder, summary, shown = offline
    assert "comparison with recorded words" in shown
    page = (folder / "report.html").read_text()
    assert "Comparison with recorded words" in page
    assert "conditions_any_tick: Conditions in any tick" in page
    counts = summary["comparisons"]
    assert set(counts["channels_tick"]) == {f"channel_{i}" for i in range(16)}
    assert sum(len(rows) for name, rows in counts.items() if name == "conditions_or4") == 44
    # Ten events, and every bit of each is counted.
    assert all(sum(row.values()) == 10 for row in counts["conditions_or4"].values())
    assert sum(row["both"] + row["only_recorded"] for row in counts["segments"].values()) == 80


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """The command line in this process."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, [str(each) for each in arguments])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            ["run.frames=5", SPLIT],
            "holds 10 events: 4 frames of 3 (besiii.raw.events_per_frame), but run.frames is 5",
        ),
        (["besiii.conditions=2009"], "which the detector of besiii.conditions = '2009' does not have"),
        (["besiii.conditions=1999"], "conditions"),
        (["besiii.events=simulated"], 'besiii.conditions = "auto" follows from a raw data file'),
    ],
)
def test_what_does_not_fit_the_file(real, tmp_path, refused, settings, said):
    given = [word for setting in settings for word in ("--set", setting)]
    done = refused("run", "besiii-raw", "--set", f"input.path={real}", *given, "--out", "run")
    assert done.exit_code == 2, done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("run*"))


@pytest.mark.parametrize("size", [0, 1000, 60_001, -1])
def test_files_that_are_cut(real, tmp_path, refused, size):
    (tmp_path / "cut.raw").write_bytes(real.read_bytes()[:size])
    done = refused("run", "besiii-raw", "--set", "input.path=cut.raw", "--out", "run")
    assert done.exit_code == 2, done.stderr
    assert done.stderr.startswith("trigemu: raw data file cut.raw, byte ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("run*"))


def test_no_file_given(refused):
    done = refused("run", "besiii-raw", "--out", "run")
    assert done.exit_code == 2
    assert "this configuration needs a file of events: --set input.path=FILE" in done.stderr
    # It can be looked at all the same.
    assert load_setup("besiii-raw").section.events == "raw"


def test_recorded_events_cannot_be_scanned(real, refused, tmp_path):
    done = refused(
        *("efficiency", "besiii-raw", "--signal", "gamma-aprime", "--grid", "mass=1:2:1"),
        *("--set", f"input.path={real}", "--out", "scan"),
    )
    assert done.exit_code == 2, done.stderr
    assert "gamma-aprime" in done.stderr
    assert not list(tmp_path.glob("scan*"))
