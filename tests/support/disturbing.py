"""Runs that are disturbed at a random moment, and what must be true of each afterwards."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trigemu.cli import cli
from trigemu.frames.rundir import RunReader

FRAMES = {"pulser": 5000, "na62-dump": 1200, "belle2": 120, "besiii": 60, "babar": 40}
"""Configurations, and lengths that take a few seconds."""

FAST = (
    "streaming.heartbeat_s=0.5",
    "streaming.lives=4",
    "streaming.control_grace_s=3",
    "streaming.stall_s=30",
)
DEADLINE_S = 90.0
GONE_S = 20.0
"""How long roles may outlive a control that was killed: the grace, on a machine that has much else to do."""

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
HAND_IN = ("totals.json", "summary.json", "report.html")


@dataclass(frozen=True)
class Act:
    """One signal: so many seconds after the one before, to control or a role."""

    after_s: float
    victim: str
    number: signal.Signals


@dataclass
class Story:
    """What was done to a run, and how it ended."""

    config: str
    offline: bool
    acts: list[Act]
    done: list[Act] = field(default_factory=list)
    code: int | None = None
    errors: str = ""
    summary: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        acts = ", ".join(f"{a.number.name} to {a.victim} after {a.after_s:.2f} s" for a in self.acts)
        how = "offline " if self.offline else ""
        return f"{how}{self.config}: {acts}; done {len(self.done)}, code {self.code}, {self.errors[-1500:]}"


def random_acts(rng: random.Random, roles: list[str], length_s: float, offline: bool) -> list[Act]:
    """Draw what is done to a run: a kill, a stop (with or without an end), or one or two polite signals."""
    when = rng.uniform(0.0, length_s)
    kind = rng.choice(["kill", "stop", "pause", "end", "end", "end twice"])
    victim = "control" if offline or rng.random() < 0.45 else rng.choice(roles)
    if kind == "stop" and victim == "control":
        kind = "pause"
    if kind == "kill":
        return [Act(when, victim, signal.SIGKILL)]
    if kind in ("stop", "pause"):
        acts = [Act(when, victim, signal.SIGSTOP)]
        return acts + ([Act(rng.uniform(0.1, 6.0), victim, signal.SIGCONT)] if kind == "pause" else [])
    acts = [Act(when, victim, rng.choice(ENDING))]
    if kind == "end twice":
        acts.append(Act(rng.uniform(0.0, 1.0), victim, rng.choice(ENDING)))
    return acts


class Disturbed:
    """A place for runs, each in a folder of its own.

    Parameters
    ----------
    place
        Where runs and sockets go; the path is short, for the sockets' sake.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.expected: dict[str, str] = {}
        self.length_s: dict[str, float] = {}

    def command(self, config: str, out: Path, offline: bool = False) -> list[str]:
        sets = [part for key in FAST for part in ("--set", key)]
        return [
            *(sys.executable, "-P", "-m", "trigemu", "run", config),
            *("--frames", str(FRAMES[config]), "--out", str(out), "--json", *sets),
            *(["--offline"] if offline else []),
        ]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.place), "TRIGEMU_DISTURBED": str(self.place)}

    def learn(self, config: str) -> None:
        """Do a run that nobody disturbs: what it decides, and how long it takes."""
        if config in self.expected:
            return
        for _ in range(1 if config == "pulser" else 2):
            # The first one may have to compile.
            out = self.place / f"good-{config}"
            shutil.rmtree(out, ignore_errors=True)
            begin = time.monotonic()
            subprocess.run(
                self.command(config, out),
                check=True,
                env=self.environment(),
                capture_output=True,
                timeout=300,
            )
            self.length_s[config] = time.monotonic() - begin
        summary = json.loads((out / "summary.json").read_text())
        assert summary["run"]["quality"] == "good"
        self.expected[config] = summary["decisions_sha256"]

    def roles(self, config: str) -> list[str]:
        out = self.place / f"good-{config}"
        return [
            name for name in json.loads((out / "summary.json").read_text())["memory"] if name != "control"
        ]

    def disturb(self, story: Story, out: Path) -> None:
        """Do a run, and to it what the story says; check everything that must be true afterwards."""
        with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                self.command(story.config, out, story.offline),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
            try:
                for act in story.acts:
                    time.sleep(act.after_s)
                    if strike(process, out, act):
                        story.done.append(act)
                story.code = process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                raise AssertionError(f"it hangs: {story} {ps(self.place)}") from None
            finally:
                for pid in alive(self.place) if process.poll() is None else ():
                    os.kill(pid, signal.SIGKILL)
                process.wait()
                errors.seek(0)
                story.errors = errors.read().decode()
        self.check(story, out)

    def check(self, story: Story, out: Path) -> None:
        controls = [act.number for act in story.done if act.victim == "control"]
        killed = signal.SIGKILL in controls
        wait_until(lambda: not alive(self.place), GONE_S if killed else 1.0, f"roles are left: {story}")
        if killed and not story.offline:
            wait_until(lambda: not sockets(self.place), 1.0, f"sockets are left: {story}")
        assert not sockets(self.place), str(story)
        asked = [number for number in controls if number in ENDING]
        if killed:
            assert story.code == -signal.SIGKILL, str(story)
        elif asked:
            # It may have ended before it heard of anything, or before Python could hear.
            assert story.code in {CODES[asked[0]], CODES[asked[-1]], 0, -asked[0]}, str(story)
        else:
            assert story.code == 0, str(story)
        if not (out / "run.json").exists():
            assert killed or not out.exists() or not any(out.iterdir()), str(story)
            assert story.code != 0, str(story)
            return
        if killed:
            self.finish(story, out)
            self.check_records(story, out)
            return
        left = [file.name for file in out.iterdir() if file.name.startswith(".") or file.suffix == ".tmp"]
        assert not left, f"{left}: {story}"
        assert not (out / "processes.json").exists(), str(story)
        totals = json.loads((out / "totals.json").read_text())
        assert totals["closed"] or totals["quality"] == "aborted", str(story)
        if story.code == 0:
            assert all((out / name).exists() for name in HAND_IN), str(story)
            assert totals["quality"] in ("good", "degraded"), f"{totals['quality']}: {story}"
        else:
            assert totals["quality"] in ("good", "degraded", "interrupted", "aborted"), str(story)
            lacking = [name for name in HAND_IN if not (out / name).exists()]
            assert not lacking or "trigemu finish" in story.errors, f"{lacking}: {story}"
        if totals["quality"] in ("good", "degraded"):
            assert totals["decisions_sha256"] == self.expected[story.config], str(story)
        assert RunReader(out).closed, str(story)
        self.check_records(story, out)

    def finish(self, story: Story, out: Path) -> None:
        """What was killed can be finished from its records."""
        if "finish" not in cli.commands:
            return
        command = [sys.executable, "-P", "-m", "trigemu", "finish", str(out)]
        done = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        # 1: it is finished, and something is missing in it.
        assert done.returncode in (0, 1), f"{done.stderr}: {story}"
        assert all((out / name).exists() for name in HAND_IN), f"{done.stderr}: {story}"

    def check_records(self, story: Story, out: Path) -> None:
        """What is recorded can be read, in order, and each frame is there once."""
        assert not (out / "config.json").exists() or json.loads((out / "config.json").read_text())
        first = [record.frame for record in RunReader(out).records("verdicts")]
        assert first == sorted(set(first)), str(story)


def strike(process: subprocess.Popen[bytes], out: Path, act: Act) -> bool:
    """Send a signal; return whether there was somebody to send it to."""
    if process.poll() is not None:
        return False
    if act.victim == "control":
        process.send_signal(act.number)
        return True
    try:
        entries = json.loads((out / "processes.json").read_text())["processes"]
        os.kill(next(each["pid"] for each in entries if each["name"] == act.victim), act.number)
    except (OSError, ValueError, StopIteration):
        return False
    return True


def processes(place: Path) -> Iterator[int]:
    mark = f"TRIGEMU_DISTURBED={place}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)
            except OSError:
                continue


def alive(place: Path) -> list[int]:
    found = []
    for pid in processes(place):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            found.append(pid)
    return found


def ps(place: Path) -> str:
    lines = []
    for pid in alive(place):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            lines.append(f"{pid} {state} {command[-120:]}")
        except OSError:
            continue
    return "; ".join(lines)


def sockets(place: Path) -> list[Path]:
    return list(place.glob("tge-*"))


def wait_until(done: Any, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
