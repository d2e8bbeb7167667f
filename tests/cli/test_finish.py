"""``trigemu finish``: what an interrupted end did not write, made again from the records."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.calling import call
from support.runs import CLOSED, same_decisions, totals_of

from trigemu import streaming
from trigemu.errors import RunError
from trigemu.frames.rundir import RunReader, RunWriter, read_json, write_json
from trigemu.frames.runlog import LOG_FILE
from trigemu.setup.build import load_setup

MADE = ("totals.json", "summary.json", "report.html")
FRAMES = 40


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("complete") / "run"
    call("run", "pulser", "--offline", "--frames", FRAMES, "--out", out)
    return out


@pytest.fixture
def path(complete: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(complete, tmp_path / "run"))


def test_a_complete_run_stays_as_it_is(path: Path) -> None:
    before = content(path)
    stamps = {file.name: file.stat().st_mtime_ns for file in path.iterdir()}
    assert "is complete" in call("finish", path).stdout
    assert content(path) == before
    assert {file.name: file.stat().st_mtime_ns for file in path.iterdir()} == stamps


@pytest.mark.parametrize(
    "gone",
    [("summary.json",), ("report.html",), MADE, ("index.json", *MADE)],
    ids=lambda names: "+".join(names),
)
def test_what_is_missing_is_made_again(path: Path, gone: tuple[str, ...]) -> None:
    before = totals_of(path)
    summary = json.loads((path / "summary.json").read_text())
    for name in gone:
        (path / name).unlink()
    hint = call(
        "replay", path, "--offline", "--frames", 2, "--out", path.with_name("again"), code=int(len(gone) > 3)
    )
    assert f"trigemu finish {path}" in hint.stderr
    done = call("finish", path)
    assert f"{FRAMES} of {FRAMES} frames are recorded" in done.stdout
    after = totals_of(path)
    same_decisions(before, after)
    assert (after.run_id, after.config_digest, after.quality) == (before.run_id, before.config_digest, "good")
    assert after.latency["record"].count == before.latency["record"].count
    again = json.loads((path / "summary.json").read_text())
    unknown = {"memory", "throughput", "run"}
    assert {k: v for k, v in again.items() if k not in unknown} == {
        k: v for k, v in summary.items() if k not in unknown
    }
    assert (path / "report.html").read_text().startswith("<!doctype html>")
    assert "is complete" in call("finish", path).stdout
    assert RunReader(path).closed


def test_what_an_older_version_did_not_count_is_added(path: Path) -> None:
    whole = totals_of(path)
    assert whole.levels["l1"]["accepted"] == whole.triggers["recorded"] > 0
    data = read_json(path / "totals.json")
    for name in ("checksum", "overlap", "unique", "before_prescale", "levels"):
        del data[name]
    write_json(path / "totals.json", data, RunReader(path).info.run_id)
    assert not len(totals_of(path).overlap)
    assert "totals, summary and report are written" in call("finish", path).stdout
    same_decisions(totals_of(path), whole)
    assert totals_of(path).memory == whole.memory


def break_off(path: Path, tail: bytes) -> None:
    """Make a run one whose recorder was killed: no index, a reserve, something behind the last verdicts."""
    for name in ("index.json", *MADE):
        (path / name).unlink()
    (path / "reserve.tmp").write_bytes(bytes(100))
    (path / "processes.json").write_text(
        json.dumps({"processes": [{"role": "control", "name": "control", "pid": 2**22 + 1}]})
    )
    (path / "summary.json.99.tmp").write_text("{")
    with max(path.glob("segment-*")).open("ab") as file:
        file.write(tail)


@pytest.mark.parametrize(
    "tail", [b"", b"TGMr" + bytes(1000), b"\0" * 64], ids=["nothing", "half a record", "zeros"]
)
def test_a_run_that_was_killed_is_closed(path: Path, tail: bytes) -> None:
    before = totals_of(path)
    file = "segment-000000.tgm"
    whole = content(path)[file]
    break_off(path, tail)
    done = call("finish", path)
    assert (f"{len(tail)} bytes of frames that were not complete were cut" in done.stdout) == bool(tail)
    same_decisions(before, totals_of(path))
    assert content(path)[file] == whole
    assert sorted(content(path)) == list(CLOSED)
    assert "is complete" in call("finish", path).stdout
    replayed = call("replay", path, "--offline", "--out", path.with_name("again"), "--json")
    assert json.loads(replayed.stdout)["run"]["quality"] == "good"


def test_a_run_that_was_killed_on_its_way_is_aborted(path: Path) -> None:
    break_off(path, b"")
    file = path / "segment-000000.tgm"
    os.truncate(file, file.stat().st_size * 3 // 4)
    done = call("finish", path)
    totals = totals_of(path)
    recorded = totals.frames["planned"]
    assert 0 < recorded < FRAMES
    assert f"{recorded} of {FRAMES} frames are recorded" in done.stdout
    assert (totals.quality, totals.closed, totals.missing) == ("aborted", True, None)
    summary = json.loads((path / "summary.json").read_text())
    assert summary["run"]["quality"] == "aborted"
    assert summary["memory"] == {}
    # What was recorded is that of an undisturbed run.
    setup = load_setup("pulser", [f"run.frames={recorded}"])
    same_decisions(totals, streaming.run(setup, path.with_name("short"), offline=True))
    assert call("replay", path, "--offline", "--out", path.with_name("again")).exit_code == 0


@pytest.mark.parametrize("frames", [0, 3])
def test_a_run_that_was_killed_before_its_first_record(path: Path, frames: int) -> None:
    break_off(path, b"")
    (path / "segment-000000.tgm").unlink()
    if frames:
        (path / "segment-000000.tgm").write_bytes(b"TGMSEG")
    assert f"0 of {FRAMES} frames are recorded" in call("finish", path).stdout
    assert totals_of(path).quality == "aborted"
    assert json.loads((path / "summary.json").read_text())["run"]["wall_s"] is None
    assert "is closed (aborted)" in call("finish", path).stdout


def test_records_that_were_cut_after_the_end_are_told_and_not_hidden(path: Path) -> None:
    file = path / "segment-000000.tgm"
    os.truncate(file, file.stat().st_size // 2)
    before = content(path)
    done = call("finish", path, code=1)
    assert "frames" in done.stderr
    assert "missing" in done.stderr
    assert "the run is tainted" in done.stdout
    after = content(path)
    assert {k for k, v in after.items() if v != before[k]} == {*MADE, LOG_FILE}
    # The log of the run goes on.
    assert after[LOG_FILE].startswith(before[LOG_FILE])
    assert after[LOG_FILE].endswith(b"quality tainted\n")
    # Without a summary, one is made that says so.
    for name in MADE:
        (path / name).unlink()
    done = call("finish", path, code=1)
    assert "the run is tainted" in done.stdout
    summary = json.loads((path / "summary.json").read_text())
    assert (summary["run"]["quality"], summary["closed"]) == ("tainted", True)
    assert summary["missing"]["frames"] == FRAMES - summary["frames"]["planned"]
    assert summary["missing"]["frames"] > 0
    assert "are missing" in (path / "report.html").read_text()
    before = content(path)
    call("finish", path, code=1)
    assert content(path) == before


def halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    # So many that they are not all in the padding behind a record, which means nothing.
    for place in range(len(data) // 2, len(data) // 2 + 128):
        data[place] ^= 4
    file.write_bytes(data)


@pytest.mark.parametrize("damage", [halve, flip, Path.unlink])
def test_totals_and_summary_say_what_is_missing(path: Path, damage: Callable[[Path], None]) -> None:
    before = totals_of(path)
    file = path / "segment-000000.tgm"
    kept = file.read_bytes()
    summary = json.loads((path / "summary.json").read_text())
    damage(file)
    done = call("finish", path, code=1)
    assert "totals, summary and report are written, the run is tainted" in done.stdout
    after, said = totals_of(path), json.loads((path / "summary.json").read_text())
    assert after.missing is not None
    assert f"of {FRAMES} frames {FRAMES - after.missing['frames']} are whole" in done.stderr
    assert f"{FRAMES - after.missing['frames']} of {FRAMES} frames are whole" in done.stdout
    assert (after.quality, said["run"]["quality"], said["missing"]) == ("tainted", "tainted", after.missing)
    # What was counted while the run went on stays.
    same_decisions(before, after)
    unchanged = content(path)
    assert "is closed (tainted)" in call("finish", path, code=1).stdout
    assert content(path) == unchanged
    # Records that were put back make it what it was.
    file.write_bytes(kept)
    assert "the run is good" in call("finish", path).stdout
    assert totals_of(path).to_dict() == before.to_dict()
    assert json.loads((path / "summary.json").read_text()) == summary


def test_a_summary_that_was_edited_is_made_again(path: Path) -> None:
    file = path / "summary.json"
    before = file.read_bytes()
    summary = json.loads(before)
    summary["frames"]["accepted"], summary["run"]["quality"] = 999, "good!"
    file.write_text(json.dumps(summary))
    assert "summary and report are written, the run is good" in call("finish", path).stdout
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "gone"),
    [(halve, ("index.json",)), (Path.unlink, ("index.json",)), (halve, ("index.json", *MADE))],
    ids=["half a segment", "no segment", "half a segment alone"],
)
def test_records_of_a_run_that_was_closed_are_not_cut(
    path: Path, damage: Callable[[Path], None], gone: tuple[str, ...]
) -> None:
    for name in gone:
        (path / name).unlink()
    file = path / "segment-000000.tgm"
    damage(file)
    kept = file.read_bytes() if file.exists() else None
    done = call("finish", path, code=1)
    assert (file.read_bytes() if file.exists() else None) == kept
    assert "cut" not in done.stdout
    assert "the run is tainted" in done.stdout
    totals = totals_of(path)
    assert totals.quality == "tainted"
    assert totals.missing is not None
    assert "was not closed in order" in done.stderr
    assert f"trigemu finish {path}" not in done.stderr
    unchanged = content(path)
    assert "is closed (tainted)" in call("finish", path, code=1).stdout
    assert content(path) == unchanged


def test_totals_that_are_there_are_kept(path: Path) -> None:
    totals = (path / "totals.json").read_bytes()
    (path / "summary.json").write_text("{")
    (path / "report.html").unlink()
    assert "summary and report are written" in call("finish", path).stdout
    assert (path / "totals.json").read_bytes() == totals
    assert json.loads((path / "summary.json").read_text())["memory"]


def test_a_run_that_is_still_going_on_is_left_alone(path: Path) -> None:
    break_off(path, b"")
    writer, _ = RunWriter.reopen(path, 1 << 20)
    before = content(path)
    assert "is still running" in call("finish", path, code=2).stderr
    assert content(path) == before
    writer.close()
    # Control alone is enough: its recorder may be about to start.
    (path / "processes.json").write_text(
        json.dumps({"processes": [{"role": "control", "name": "control", "pid": os.getpid()}]})
    )
    assert "is still running" in call("finish", path, code=2).stderr
    (path / "processes.json").unlink()
    call("finish", path)


def test_interrupted_it_leaves_nothing_half_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MADE:
        (path / name).unlink()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("os.fsync", "trigemu.report.run.render"):
        monkeypatch.setattr(place, stop)
        call("finish", path, code=130)
        monkeypatch.undo()
        for file in path.glob("*.json"):
            json.loads(file.read_text())
        assert not list(path.glob("*.tmp"))
        assert not (path / "report.html").exists()
    call("finish", path)


def test_what_is_no_run(tmp_path: Path) -> None:
    assert "no such run directory" in call("finish", tmp_path / "nothing", code=2).stderr
    (tmp_path / "folder").mkdir()
    assert "is not a trigemu run directory" in call("finish", tmp_path / "folder", code=2).stderr


def test_a_recorder_does_not_go_on_behind_frames_that_are_gone(complete: Path, tmp_path: Path) -> None:
    from trigemu.streaming.core import protocol as p
    from trigemu.streaming.core.conductor import Conductor
    from trigemu.streaming.core.protocol import Note
    from trigemu.streaming.planning import Job, make_plan

    plan = make_plan(Job.of(load_setup("pulser"), tmp_path / "out"))
    conductor = Conductor(replace(plan, tag=None, tickets=False))
    figures = {"memory": 0, "counters": {}, "progress": 0}
    conductor.receive(
        b"r", Note(p.REGISTER, {"role": "recorder", "name": "recorder", "endpoint": "ipc:///tmp/x"}), 0
    )
    conductor.receive(b"r", Note(p.READY, {**figures, "next": 0}), 0)
    conductor.dispatcher.next = conductor.dispatcher.upto = 7
    conductor.receive(b"r", Note(p.READY, {**figures, "next": 5}), 0)
    assert conductor.failure == "frames 5 to 6 were recorded and are gone from the run directory"


def test_a_run_decided_by_another_menu_is_not_finished(path: Path) -> None:
    from trigemu.frames.rundir import read_json, write_json

    config = read_json(path / "config.json")
    config.pop("checksum")
    config["menu"]["line"][0]["prescale"] = 7
    write_json(path / "config.json", config, RunReader(path).info.run_id)
    (path / "totals.json").unlink()
    done = call("finish", path, code=RunError.exit_code)
    assert "the recorded decisions are not those of this configuration" in done.stderr
