"""Plug-ins that fail, hang or are slow: noticed, named, and no run waits forever."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from support.commands import pids, start, until
from support.mishaps import install

END = 120.0


@pytest.fixture
def mishap(tmp_path: Path):
    """Return what does a run with a mishap: code, errors and, where there is one, the summary."""
    env = install(tmp_path)

    def run(*settings: str, during=None, **mishap: object):
        sets = [f"mishap.{key}={value}" for key, value in mishap.items()] + list(settings)
        arguments = [part for each in sets for part in ("--set", each)]
        process = start("run", "mishap.toml", "--out", "run", "--json", *arguments, cwd=tmp_path, env=env)
        if during is not None:
            during(process)
        _, errors = process.communicate(timeout=END)
        summary = tmp_path / "run" / "summary.json"
        return process.returncode, errors, json.loads(summary.read_text()) if summary.exists() else {}

    return run


@pytest.mark.parametrize("where", [pytest.param("generator", marks=pytest.mark.slow), "trigger"])
def test_what_always_fails_ends_the_run_at_once(mishap, tmp_path: Path, where: str) -> None:
    trace = tmp_path / "trace"
    code, errors, summary = mishap(what="fail", where=where, trace=trace)
    assert code == 1
    last = errors.strip().splitlines()[-1]
    assert "no luck with frame 20" in last
    assert "unexpected ValueError" in last
    assert ("worker-" if where == "trigger" else "producer-1") in last
    # One life, or one more where the sentence came after the end of its process had been seen.
    assert len(trace.read_text().splitlines()) <= 2
    assert summary["run"]["quality"] == "aborted"
    # The log has the traceback of the process that failed.
    log = (tmp_path / "run" / "run.log").read_text()
    for part in ("fails\n", "Traceback (most recent call last)", "ValueError: no luck with frame 20"):
        assert part in log
    assert "the run fails: " in log


@pytest.mark.slow
def test_a_failing_plugin_closes_an_offline_run(tmp_path: Path) -> None:
    env = install(tmp_path)
    process = start(
        "run", "mishap.toml", "--offline", "--out", "run", "--set", "mishap.what=fail", cwd=tmp_path, env=env
    )
    _, errors = process.communicate(timeout=END)
    assert process.returncode == 1
    assert "no luck with frame 20" in errors.strip().splitlines()[-1]
    totals = json.loads((tmp_path / "run" / "totals.json").read_text())
    assert (totals["quality"], totals["closed"], totals["frames"]["planned"]) == ("aborted", True, 20)
    assert (tmp_path / "run" / "summary.json").exists()


@pytest.mark.parametrize("where", [pytest.param("generator", marks=pytest.mark.slow), "trigger"])
def test_a_role_that_hangs_is_replaced(mishap, tmp_path: Path, where: str) -> None:
    expected = mishap("run.seed=3")[2]["decisions_sha256"]
    os.rename(tmp_path / "run", tmp_path / "expected")
    once = tmp_path / "once"
    code, errors, summary = mishap(
        "streaming.stall_s=2", "streaming.lives=20", "run.seed=3", what="hang", where=where, once=once
    )
    assert code == 0, errors
    assert once.exists()
    assert summary["run"]["quality"] == "degraded"
    assert summary["decisions_sha256"] == expected
    who = "producer-" if where == "generator" else "worker-"
    assert any(who in line and "streaming.stall_s" in line for line in errors.splitlines()), errors


@pytest.mark.slow
def test_a_slow_trigger_is_not_stuck(mishap) -> None:
    # Longer than all lives together, but shorter than the time after which a role counts as stuck.
    code, errors, summary = mishap(what="slow", seconds=3.0)
    assert code == 0, errors
    assert summary["run"]["quality"] == "good"


@pytest.mark.slow
def test_a_role_that_dies_is_named(mishap, tmp_path: Path) -> None:
    code, errors, summary = mishap(what="die", once=tmp_path / "once")
    assert (code, summary["run"]["quality"]) == (0, "degraded")
    assert any("worker-" in line and "ended with code 7" in line for line in errors.splitlines())
    assert sum(each["restarts"] for each in summary["memory"].values()) == 1


@pytest.mark.parametrize("number", [pytest.param(signal.SIGKILL, marks=pytest.mark.slow), signal.SIGSTOP])
def test_a_role_that_dies_or_stops_before_it_registers(mishap, tmp_path: Path, number: int) -> None:
    def during(process) -> None:
        until(lambda: "worker-1" in pids(tmp_path / "run"), process)
        os.kill(pids(tmp_path / "run")["worker-1"], number)

    code, errors, summary = mishap(during=during)
    assert (code, summary["run"]["quality"]) == (0, "degraded"), errors
    assert any("worker-1" in line and "started again" in line for line in errors.splitlines())
    assert summary["memory"]["worker-1"]["restarts"] == 1


@pytest.mark.slow
def test_a_control_that_is_stopped_for_a_while_goes_on(mishap, tmp_path: Path) -> None:
    def during(process) -> None:
        until(lambda: (tmp_path / "run" / "segment-000000.tgm").exists(), process)
        process.send_signal(signal.SIGSTOP)
        # Longer than all lives of the roles.
        with pytest.raises(AssertionError, match="come to this"):
            until(lambda: False, process, 3.0)
        process.send_signal(signal.SIGCONT)

    code, errors, summary = mishap("run.frames=3000", "streaming.control_grace_s=0.5", during=during)
    assert (code, summary["run"]["quality"]) == (0, "good"), errors
