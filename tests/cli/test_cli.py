"""The command line as scripts use it: results, exit codes, what goes where."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.calling import call

import trigemu
from trigemu.cli import cli
from trigemu.cli.options import RunOptions, changed
from trigemu.errors import InputError, RunError

FRAMES = 40


@pytest.fixture(scope="module")
def offline(tmp_path_factory) -> tuple[Path, dict]:
    """An offline run that kept all fragments, and its summary from standard output."""
    out = tmp_path_factory.mktemp("cli") / "offline"
    done = call("run", "pulser", "--offline", "--record", "all", "--frames", FRAMES, "--out", out, "--json")
    return out, json.loads(done.stdout)


def test_json_is_the_summary_that_is_written(offline):
    out, printed = offline
    assert json.loads((out / "summary.json").read_text()) == printed
    assert (out / "report.html").read_text().startswith("<!doctype html>")


def test_summary_of_a_real_run_closes(offline):
    _, summary = offline
    assert summary["run"]["quality"] == "good"
    assert summary["triggers"]["closed"] is True
    assert summary["frames"]["planned"] == FRAMES
    assert summary["decisions"] == summary["triggers"]["candidates"] > 100
    for line in summary["lines"].values():
        assert line["accepted"] <= line["fired"]
        assert line["rate_hz"] == pytest.approx(line["accepted"] / summary["live_time_s"])
    assert all(row["total"] > 0 for lines in summary["efficiency"].values() for row in lines.values())


def test_processes_and_replay_decide_the_same(offline, tmp_path):
    source, summary = offline
    live = call("run", "pulser", "--frames", FRAMES, "--workers", 1, "--out", tmp_path / "live", "--json")
    again = call("replay", source, "--offline", "--out", tmp_path / "again", "--json")
    for done in (live, again):
        assert json.loads(done.stdout)["decisions_sha256"] == summary["decisions_sha256"]


def test_progress_goes_to_stderr_and_tables_to_stdout(tmp_path):
    done = call("run", "pulser", "--offline", "--frames", FRAMES, "--out", tmp_path / "run")
    assert "frame" in done.stderr
    assert "trigger lines" in done.stdout
    assert "±" in done.stdout
    assert "signal efficiency" in done.stdout
    assert "sha256" in done.stdout


def test_seed_changes_decisions(offline, tmp_path):
    arguments = ("run", "pulser", "--offline", "--frames", FRAMES, "--json")
    other = json.loads(call(*arguments, "--seed", 99, "--out", tmp_path / "a").stdout)
    assert other["run"]["seed"] == 99
    assert other["decisions_sha256"] != offline[1]["decisions_sha256"]


def test_replay_with_another_menu(offline, tmp_path):
    source, summary = offline
    line = next(iter(summary["lines"]))
    change = f"menu.line.{line}.prescale=7"
    done = call("replay", source, "--offline", "--set", change, "--out", tmp_path / "out", "--json")
    replayed = json.loads(done.stdout)
    assert replayed["lines"][line]["prescale"] == 7
    assert replayed["lines"][line]["fired"] == summary["lines"][line]["fired"]


def test_replay_of_accepted_triggers_fires_the_same_lines(tmp_path):
    kept = tmp_path / "kept"
    call("run", "pulser", "--offline", "--frames", FRAMES, "--out", kept)
    replayed = json.loads(call("replay", kept, "--offline", "--out", tmp_path / "again", "--json").stdout)
    assert replayed["replay"]["compared"] > 50
    assert replayed["replay"]["different"] == 0


def test_export(offline, tmp_path):
    pytest.importorskip("pyarrow", reason="the extra arrow is not installed")
    file = tmp_path / "run.parquet"
    done = call("export", offline[0], "--to", "parquet", file)
    assert f"{offline[1]['decisions']} decisions" in done.stdout
    assert file.stat().st_size > 0


def test_results_go_to_the_next_free_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        call("run", "pulser", "--offline", "--frames", 2)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["pulser-1", "pulser-2"]


def test_options_change_the_configuration():
    data = {"run": {"frames": 10, "seed": 1}, "streaming": {"workers": 2}}
    options = RunOptions(duration=0.5, workers=4, seed=7, record="all", realtime=True, checksum=False)
    assert changed(data, options) == {
        "run": {"duration_s": 0.5, "seed": 7},
        "streaming": {"workers": 4, "policy": "realtime", "checksum": False},
        "record": {"mode": "all"},
    }
    assert changed(data, RunOptions()) == data
    assert changed(data, RunOptions(speed=0.25))["streaming"] == {
        "workers": 2,
        "policy": "realtime",
        "speed": 0.25,
    }
    assert changed(data, RunOptions(frames=5, duration=0.5))["run"] == {
        "frames": 5,
        "duration_s": 0.5,
        "seed": 1,
    }


def fail_with(monkeypatch, error: BaseException) -> None:
    def run(setup, out, **options):
        (out / "run.json").touch()
        raise error

    monkeypatch.setattr("trigemu.streaming.run", run)


@pytest.mark.parametrize(
    ("error", "code", "left"),
    [
        (InputError("a file is bad: make it good"), 2, False),
        (RunError("no space left on device: run directory is closed"), 1, True),
        (OSError(28, "No space left on device", "segment"), 1, True),
        (KeyError("surprise"), 1, True),
        (KeyboardInterrupt(), 130, True),
    ],
)
def test_errors_in_a_run(tmp_path, monkeypatch, error, code, left):
    fail_with(monkeypatch, error)
    out = tmp_path / "deep" / "run"
    done = call("run", "pulser", "--out", out, code=code)
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    # What could not be written is named, and what writes it.
    assert [line for line in lines if "trigemu finish" in line] == lines[:-1]
    assert len(lines) == (2 if left else 1)
    assert out.exists() == left
    assert (tmp_path / "deep").exists() == left


def test_debug_shows_where(tmp_path, monkeypatch):
    fail_with(monkeypatch, KeyError("surprise"))
    done = CliRunner().invoke(cli, ["--debug", "run", "pulser", "--out", str(tmp_path / "run")])
    assert isinstance(done.exception, KeyError)


@pytest.mark.parametrize(
    ("quality", "closed", "code"),
    [
        ("good", True, 0),
        ("degraded", True, 0),
        ("tainted", True, 1),
        ("good", False, 1),
        ("incomplete", False, 1),
        ("aborted", True, 1),
        ("overloaded", True, 1),
        ("interrupted", True, 130),
    ],
)
def test_exit_code_follows_quality_and_ledger(offline, tmp_path, monkeypatch, quality, closed, code):
    from trigemu.streaming import run as real

    def run(setup, out, **options):
        totals = real(setup, out, offline=True)
        totals.quality, totals.closed = quality, closed
        return totals

    monkeypatch.setattr("trigemu.streaming.run", run)
    call("run", "pulser", "--frames", 2, "--out", tmp_path / "run", code=code)


def test_an_overloaded_run_says_how_fast_it_could_go(offline, tmp_path, monkeypatch):
    from trigemu.streaming import run as real

    def run(setup, out, **options):
        assert setup.config.streaming.speed == 2.5
        totals = real(setup, out, offline=True)
        totals.quality, totals.frames = (
            "overloaded",
            {"planned": 40, "accepted": 5, "rejected": 5, "lost": 30},
        )
        totals.throughput = {"open_loop": True, "frames_per_s": 100.0, "offered_frames_per_s": 400.0}
        return totals

    monkeypatch.setattr("trigemu.streaming.run", run)
    done = call("run", "pulser", "--frames", 2, "--speed", 2.5, "--json", "--out", tmp_path / "run", code=1)
    assert "30 of 40 frames (75 %) came faster than this machine takes them" in done.stderr
    assert "try --speed 0.5, more --workers, or neither --realtime nor --speed" in done.stderr
    assert json.loads(done.stdout)["throughput"]["speed"] == 2.5
    assert "did not keep up" in (tmp_path / "run" / "report.html").read_text()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--speed", "0"), "trigemu: --speed 0.0: streaming.speed: must be at least 1e-06, not 0"),
        (("--speed", "1e7"), "speed: must be at most 1000000"),
        (
            ("--speed", "2e5"),
            "speed: at 200000 there are 2e+08 frames per second; at most 100000 can be offered",
        ),
        (("--speed", "nan"), "trigemu: --speed nan: streaming.speed: must be a finite number"),
        (("--realtime", "--offline"), "--realtime is the pace of a run that streams"),
        (("--speed", "0.5", "--offline"), "--speed is the pace of a run that streams"),
    ],
)
def test_speeds_that_make_no_sense(tmp_path, options, sentence):
    done = call("run", "pulser", *options, "--out", tmp_path / "run", code=2)
    assert sentence in done.stderr
    assert not (tmp_path / "run").exists()


def test_lists(tmp_path):
    configs = json.loads(call("list", "configs", "--json").stdout)
    assert {"na62-dump", "na62-dump-ee", "na62-hepmc"} <= {row["name"] for row in configs}
    signals = json.loads(call("list", "signals", "--json").stdout)
    assert any(row["name"] == "aprime-mumu" and "mass" in row["parameters"] for row in signals)
    lines = json.loads(call("list", "lines", "na62-dump", "--json").stdout)
    assert [row["line"] for row in lines] == ["Q1", "H2", "control"]
    assert lines[0]["prescale"] == 20
    call("list", "triggers")
    assert "na62-dump" in call("list", "configs").stdout


def test_version_and_help():
    assert trigemu.__version__ in call("--version").stdout
    assert "Exit codes" in call("--help").stdout


def test_every_command_has_help():
    for name in cli.commands:
        assert call(name, "--help").stdout.startswith("Usage:")


def test_help_imports_nothing_heavy():
    code = "import sys, trigemu.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert not {"numpy", "numba", "scipy", "matplotlib", "zmq", "pydantic", "rich"} & set(loaded.split())


def test_public_names_are_imported_when_asked_for():
    code = "import sys, trigemu; assert 'numpy' not in sys.modules; print(trigemu.efficiency.__module__)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "trigemu.measure.efficiency"
    assert set(trigemu.__all__) <= set(dir(trigemu))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = trigemu.nonsense


def start(*arguments: object, cwd: Path, **options) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "trigemu", *(str(a) for a in arguments)]
    return subprocess.Popen(command, cwd=cwd, text=True, **options)


def test_closed_pipe_is_no_error(tmp_path):
    read, write = os.pipe()
    os.close(read)
    arguments = ("run", "pulser", "--offline", "--frames", 2, "--out", tmp_path / "run")
    with start(*arguments, cwd=tmp_path, stdout=write, stderr=subprocess.PIPE) as process:
        os.close(write)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "Broken" not in said
    assert (tmp_path / "run" / "summary.json").exists()


def test_interrupt_closes_the_run(tmp_path):
    out = tmp_path / "run"
    arguments = ("run", "pulser", "--frames", 10**7, "--workers", 1, "--out", out)
    with start(*arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        # Wait for the run to be under way: the first line that counts a frame.
        deadline = time.monotonic() + 120
        for line in process.stderr:
            if "running: frame" in line and "frame 0 of" not in line:
                break
            assert time.monotonic() < deadline, "the run did not start"
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    summary = json.loads((out / "summary.json").read_text())
    assert summary["run"]["quality"] == "interrupted"
    assert summary["closed"] is True
    assert 0 < summary["frames"]["accepted"] + summary["frames"]["rejected"] < 10**7
    assert "trigger lines" in printed
