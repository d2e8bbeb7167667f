"""Ctrl-C, SIGTERM and SIGHUP in every phase of every command: one behaviour, one exit code."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.commands import alive, complaints, hears, pids, recorded, short_folder, start, until
from support.runs import CLOSED

from trigemu.frames.rundir import RunReader

END = 60.0
CODES = [
    pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
    (signal.SIGTERM, 143),
    pytest.param(signal.SIGHUP, 143, marks=pytest.mark.slow),
]
LONG = ("--frames", "4000000", "--set", "streaming.heartbeat_s=0.5")


def end(process: subprocess.Popen[str], number: int) -> tuple[int, str, str, float]:
    """Ask a command to end; return its code, what it said, and how long it took."""
    begin = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=END)
    return process.returncode, output, errors, time.monotonic() - begin


def check_closed(out: Path, quality: str = "interrupted") -> None:
    assert sorted(file.name for file in out.iterdir()) == list(CLOSED)
    totals = json.loads((out / "totals.json").read_text())
    assert totals["quality"] == quality
    # Frames under way are given up by a second signal only.
    assert totals["closed"] or quality == "aborted"
    assert json.loads((out / "summary.json").read_text())["run"]["quality"] == quality
    assert RunReader(out).closed


@pytest.mark.parametrize(("number", "code"), CODES)
def test_an_offline_run_is_closed(tmp_path: Path, number: int, code: int) -> None:
    process = start("run", "pulser", "--offline", "--out", "run", "--json", *LONG, cwd=tmp_path)
    until(lambda: recorded(tmp_path / "run"), process)
    got, output, _, _ = end(process, number)
    assert got == code
    check_closed(tmp_path / "run")
    assert json.loads(output)["closed"]


@pytest.mark.parametrize(("number", "code"), CODES)
def test_a_streamed_run_is_closed_and_leaves_nothing(tmp_path: Path, number: int, code: int) -> None:
    env = short_folder(dict(os.environ), tmp_path / "s")
    process = start("run", "pulser", "--out", "run", *LONG, cwd=tmp_path, env=env)
    until(lambda: recorded(tmp_path / "run"), process)
    roles = pids(tmp_path / "run").values()
    got, _, errors, _ = end(process, number)
    assert got == code, errors
    check_closed(tmp_path / "run")
    assert not any(alive(pid) for pid in roles)
    assert list((tmp_path / "s").glob("tge-*")) == []


@pytest.mark.slow
def test_a_replay_is_closed(tmp_path: Path) -> None:
    done = start(
        "run", "pulser", "--offline", "--record", "all", "--frames", "8000", "--out", "old", cwd=tmp_path
    )
    done.communicate(timeout=END)
    process = start("replay", "old", "--offline", "--out", "new", "--json", cwd=tmp_path)
    until(lambda: recorded(tmp_path / "new"), process)
    assert end(process, signal.SIGTERM)[0] == 143
    check_closed(tmp_path / "new")


@pytest.mark.parametrize(
    "command",
    [
        ("run", "pulser", *LONG),
        pytest.param(("run", "belle2", "--offline", *LONG), marks=pytest.mark.slow),
        ("efficiency", "pulser", "--signal", "burst", "--events", "100000000"),
        pytest.param(("validate", "na62"), marks=pytest.mark.slow),
        pytest.param(("display", "belle2"), marks=pytest.mark.slow),
        pytest.param(("worker", "--control", "tcp://127.0.0.1:9"), marks=pytest.mark.slow),
        ("recorder", "--control", "tcp://127.0.0.1:9"),
        pytest.param(("control", "pulser", "--bind", "tcp://127.0.0.1:*", *LONG), marks=pytest.mark.slow),
    ],
    ids=lambda command: "-".join(command[:2]),
)
def test_every_command_ends_as_soon_as_it_hears(tmp_path: Path, command: tuple[str, ...]) -> None:
    env = short_folder(dict(os.environ), tmp_path / "s")
    process = start(*command, cwd=tmp_path, env=env)
    until(lambda: hears(process), process)
    code, _, errors, _ = end(process, signal.SIGTERM)
    assert code == 143, errors
    assert "Traceback" not in errors
    # What was begun is closed; where nothing was, nothing is left.
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not left or any(path.name == "totals.json" for path in left)


WHILE_A_CLASS_IS_MADE = """
import os, signal, sys, types
import click
from trigemu.cli import main

class Kills:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.SIGTERM)
        sum(range(1000))

def interrupted():
    type("Made", (), {"kills": Kills()})

class Commands(types.ModuleType):
    def __getattr__(self, name):
        return interrupted()

class Group:
    def __call__(self, prog_name):
        from trigemu.cli.guard import GuardedGroup
        group = GuardedGroup("trigemu", commands={"go": click.Command("go", callback=interrupted)})
        group.main(["go"], prog_name)

commands = Commands("trigemu.cli.commands")
if sys.argv[1] == "command":
    commands.cli = Group()
sys.modules["trigemu.cli.commands"] = commands
main()
"""


@pytest.mark.parametrize("where", ["import", "command"])
def test_a_signal_is_told_from_an_error_wherever_it_comes(tmp_path: Path, where: str) -> None:
    """Python hands on what is raised while it completes a class as a RuntimeError (until 3.12)."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", WHILE_A_CLASS_IS_MADE, where],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=END,
    )
    assert (done.returncode, complaints(done.stderr)) == (143, ["trigemu: ended by SIGTERM"])


def test_an_efficiency_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    process = start(
        "efficiency", "pulser", "--signal", "burst", "--events", "100000000", "--out", "e", cwd=tmp_path
    )
    until(lambda: (tmp_path / "e").exists(), process)
    code, _, errors, _ = end(process, signal.SIGINT)
    assert (code, errors.strip().splitlines()[-1]) == (130, "trigemu: interrupted")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            "nohup",
            os.sys.executable,
            "-P",
            "-m",
            "trigemu",
            "run",
            "pulser",
            "--offline",
            "--out",
            "run",
            *LONG,
        ],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: recorded(tmp_path / "run"), process)
    process.send_signal(signal.SIGHUP)
    size = (tmp_path / "run" / "segment-000000.tgm").stat().st_size
    until(lambda: (tmp_path / "run" / "segment-000000.tgm").stat().st_size > size, process)
    assert end(process, signal.SIGTERM)[0] == 143


def take_terminal() -> None:
    """Make standard input the terminal of this session, and hear when it is gone, even in tests under nohup."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def test_a_closed_terminal_closes_the_run(tmp_path: Path) -> None:
    # The terminal is the command's own, and is gone before it has written anything of its results.
    keeper, terminal = os.openpty()
    process = subprocess.Popen(
        [os.sys.executable, "-P", "-m", "trigemu", "run", "pulser", "--out", "run", *LONG],
        cwd=tmp_path,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=take_terminal,
    )
    os.close(terminal)
    os.set_blocking(keeper, False)

    def reads_until_recorded() -> bool:
        with suppress(BlockingIOError):
            os.read(keeper, 1 << 16)
        return recorded(tmp_path / "run")

    until(reads_until_recorded)
    os.close(keeper)
    assert process.wait(END) == 143
    check_closed(tmp_path / "run")


@pytest.mark.slow
def test_a_second_signal_gives_up(tmp_path: Path) -> None:
    process = start("run", "pulser", "--out", "run", *LONG, "--set", "streaming.lives=100", cwd=tmp_path)
    until(lambda: recorded(tmp_path / "run"), process)
    # With a worker that does not move, draining takes long.
    os.kill(pids(tmp_path / "run")["worker-0"], signal.SIGSTOP)
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.0)
    assert end(process, signal.SIGTERM)[0] == 143
    check_closed(tmp_path / "run", "aborted")


def test_control_killed_leaves_no_role_and_no_socket(tmp_path: Path) -> None:
    env = short_folder(dict(os.environ), tmp_path / "s")
    grace = ("--set", "streaming.control_grace_s=2", "--set", "streaming.heartbeat_s=30")
    process = start("run", "pulser", "--out", "run", "--frames", "4000000", *grace, cwd=tmp_path, env=env)
    until(lambda: recorded(tmp_path / "run"), process)
    roles = pids(tmp_path / "run").values()
    process.kill()
    process.communicate(timeout=END)
    until(lambda: not any(alive(pid) for pid in roles), seconds=20)
    until(lambda: not list((tmp_path / "s").glob("tge-*")), seconds=1)
    assert RunReader(tmp_path / "run").closed
    assert json.loads((tmp_path / "run" / "totals.json").read_text())["quality"] == "aborted"
    assert not (tmp_path / "run" / "processes.json").exists()
