"""Killing any process at any time loses nothing and doubles nothing."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from support.runs import same_decisions, totals_of

from trigemu import streaming
from trigemu.decision.rows import SCHEMAS, Row, decode_rows
from trigemu.errors import RunError
from trigemu.frames.columns import Buffer
from trigemu.frames.rundir import Record, RunReader
from trigemu.frames.segments import SegmentWriter
from trigemu.frames.wire import decode
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.finishing import finish_records

FRAMES = 900


@pytest.mark.parametrize(
    "plan",
    [
        {"worker-0": 200},
        {"producer-1": 200},
        {"recorder": 200},
        {"worker-0": 100, "worker-1": 100},
        {"recorder": 100, "worker-1": 300, "producer-0": 500},
        {"recorder": 300, "worker-0": 300, "producer-0": 300, "producer-1": 300, "producer-2": 300},
    ],
    ids=lambda plan: "+".join(plan),
)
@pytest.mark.parametrize("mode", ["accepted", "all"])
def test_a_killed_role_changes_nothing(
    pulser, killer, tmp_path: Path, plan: dict[str, int], mode: str
) -> None:
    setup = pulser(f"run.frames={FRAMES}", f"record.mode={mode}", "streaming.credits=16")
    expected = streaming.run(setup, tmp_path / "offline", offline=True)
    kills = killer(tmp_path / "live", plan)
    totals = streaming.run(setup, tmp_path / "live", on_snapshot=kills)
    assert sorted(kills.killed) == sorted(plan)
    assert totals.closed
    assert totals.quality == "degraded"
    same_decisions(totals, expected)
    log = (tmp_path / "live" / "run.log").read_text()
    for name in plan:
        assert f"{name} was killed by signal 9; it is started again" in log
    # Nothing is there twice: the records are those of the undisturbed run, frame by frame.
    read = [
        [(record.kind, record.frame) for record in RunReader(path).records() if record.kind != "verdicts"]
        for path in (tmp_path / "offline", tmp_path / "live")
    ]
    assert read[0] == read[1]


def test_a_role_that_hangs_is_replaced(pulser, killer, tmp_path: Path) -> None:
    setup = pulser(f"run.frames={FRAMES}", "streaming.credits=16", "streaming.lives=3")
    expected = streaming.run(setup, tmp_path / "offline", offline=True)
    kills = killer(tmp_path / "live", {"worker-0": 200}, signal.SIGSTOP)
    totals = streaming.run(setup, tmp_path / "live", on_snapshot=kills)
    assert kills.killed == ["worker-0"]
    assert totals.quality == "degraded"
    same_decisions(totals, expected)


def test_too_many_deaths_end_the_run(pulser, killer, tmp_path: Path) -> None:
    setup = pulser(f"run.frames={FRAMES}", "streaming.max_restarts=0")
    with pytest.raises(RunError, match="worker-1 was killed by signal 9; 0 restarts"):
        streaming.run(setup, tmp_path / "live", on_snapshot=killer(tmp_path / "live", {"worker-1": 200}))
    assert RunReader(tmp_path / "live").closed
    assert json.loads((tmp_path / "live" / "totals.json").read_text())["quality"] == "aborted"


SCRIPT = """
import json, resource, sys
from pathlib import Path
from trigemu import streaming
from trigemu.errors import TrigemuError
from trigemu.setup.build import load_setup

limit = int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    totals = streaming.run(load_setup(sys.argv[1], sys.argv[4:]), Path(sys.argv[2]))
except TrigemuError as error:
    sys.exit(f"{error.exit_code} {error}")
print(totals.quality)
"""


def start(configs: Path, out: Path, *overrides: str, limit: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-c",
            SCRIPT,
            configs / "pulser.toml",
            out,
            str(limit),
            "streaming.heartbeat_s=0.5",
            *overrides,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_records(out: Path) -> list[int]:
    """Wait until frames are being recorded; return the process ids of the roles."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        segment = out / "segment-000000.tgm"
        if segment.exists() and segment.stat().st_size > 20000:
            return [each["pid"] for each in json.loads((out / "processes.json").read_text())["processes"]][1:]
        time.sleep(0.05)
    raise AssertionError("nothing was recorded within a minute")


def test_ctrl_c_drains(configs: Path, tmp_path: Path) -> None:
    process = start(configs, tmp_path / "run", "run.frames=1000000")
    pids = wait_for_records(tmp_path / "run")
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output.strip()) == (0, "interrupted"), errors
    totals = json.loads((tmp_path / "run" / "totals.json").read_text())
    assert totals["closed"]
    assert 0 < totals["frames"]["planned"] < 1000000
    assert totals["fragments"]["in_flight"] == 0
    assert RunReader(tmp_path / "run").closed
    assert all_gone(pids)


def test_a_second_ctrl_c_aborts(configs: Path, tmp_path: Path) -> None:
    process = start(configs, tmp_path / "run", "run.frames=1000000", "streaming.lives=100")
    pids = wait_for_records(tmp_path / "run")
    # With a worker that does not move, draining takes forever.
    processes = json.loads((tmp_path / "run" / "processes.json").read_text())["processes"]
    os.kill(next(each["pid"] for each in processes if each["name"] == "worker-0"), signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.0)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output.strip()) == (0, "aborted"), errors
    assert RunReader(tmp_path / "run").closed
    assert all_gone(pids)


def test_roles_notice_that_control_is_gone(configs: Path, tmp_path: Path) -> None:
    process = start(configs, tmp_path / "run", "run.frames=1000000")
    pids = wait_for_records(tmp_path / "run")
    process.kill()
    process.wait(10)
    deadline = time.monotonic() + 60
    while not all_gone(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all_gone(pids)
    assert RunReader(tmp_path / "run").closed
    assert json.loads((tmp_path / "run" / "totals.json").read_text())["quality"] == "aborted"
    process.communicate()


def test_no_space_left_fails_with_one_sentence(configs: Path, tmp_path: Path) -> None:
    # A limit on the size of files stands in for a full disk.
    limit = (1 << 20) + 4096
    process = start(configs, tmp_path / "run", "run.frames=1000000", "record.mode=all", limit=limit)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert errors.startswith("1 no space left on")
    assert len(errors.strip().splitlines()) == 1
    reader = RunReader(tmp_path / "run")
    assert reader.closed
    assert sum(1 for _ in reader.records("verdicts")) > 0
    counts_what_is_on_disk(tmp_path / "run")


def recorded_rows(record: Record) -> list[Row]:
    return decode_rows(decode(record.parts, SCHEMAS), ())


def counts_what_is_on_disk(path: Path) -> RunTotals:
    totals = totals_of(path)
    rows = [row for record in RunReader(path).records("verdicts") for row in recorded_rows(record)]
    assert totals.quality == "aborted"
    assert totals.frames["accepted"] + totals.frames["rejected"] == len(rows) > 0
    assert totals.decisions == sum(len(row.candidates.time) for row in rows)
    assert totals.latency["record"].count == len(rows)
    done = finish_records(path)
    assert (done.rebuilt, done.whole, done.missing) == (False, len(rows), None)
    return totals


@pytest.mark.parametrize("replay", [False, True])
def test_no_space_left_offline_counts_what_is_on_disk(pulser, tmp_path: Path, monkeypatch, replay) -> None:
    setup = pulser("run.frames=100", "record.mode=all")
    source = tmp_path / "source"
    if replay:
        streaming.run(setup, source, offline=True)
    append, left = SegmentWriter.append, [2]

    def full(self: SegmentWriter, kind: str, frame: int, parts: Sequence[Buffer]) -> None:
        left[0] -= kind == "verdicts"
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        append(self, kind, frame, parts)

    monkeypatch.setattr(SegmentWriter, "append", full)
    start_run = partial(streaming.replay, source) if replay else streaming.run
    with pytest.raises(RunError, match="no space left on"):
        start_run(setup, tmp_path / "run", offline=True)
    totals = counts_what_is_on_disk(tmp_path / "run")
    assert totals.closed
    if replay:
        assert totals.replay is not None
        assert (totals.replay["compared"], totals.replay["different"]) == (totals.decisions, 0)


def all_gone(pids: list[int]) -> bool:
    return not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    try:
        # A zombie of a parent that was killed is gone as well.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
