"""Looking back: ``trigemu show`` and ``trigemu list runs``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.calling import call

import trigemu


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looking") / "runs"
    call("run", "pulser", "--offline", "--frames", 30, "--out", folder / "whole")
    return folder


@pytest.fixture
def runs(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "runs"))


def test_a_run_is_shown_as_it_ended(tmp_path: Path) -> None:
    ended = call("run", "pulser", "--offline", "--frames", 30, "--out", tmp_path / "run")
    before = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "run").iterdir()}
    shown = call("show", tmp_path / "run")
    assert shown.stdout == ended.stdout
    assert not shown.stderr
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "run").iterdir()} == before
    as_json = json.loads(call("show", tmp_path / "run", "--json").stdout)
    assert as_json == json.loads((tmp_path / "run" / "summary.json").read_text())


def test_without_totals_it_is_counted_from_the_records(runs: Path) -> None:
    run = runs / "whole"
    summary = json.loads((run / "summary.json").read_text())
    for name in ("totals.json", "summary.json", "report.html"):
        (run / name).unlink()
    shown = call("show", run, "--json")
    found = json.loads(shown.stdout)
    assert f"trigemu finish {run}" in shown.stderr
    for key in ("lines", "overlap", "levels", "efficiency", "decisions_sha256", "frames", "triggers"):
        assert found[key] == summary[key]
    assert found["run"]["quality"] == "good"
    assert not (run / "totals.json").exists()
    result = trigemu.read_result(str(run))
    assert "has no totals" in result.note
    assert result.summary["lines"] == summary["lines"]


def test_a_run_that_was_cut_off_says_what_is_missing(runs: Path) -> None:
    run = runs / "whole"
    for name in ("totals.json", "summary.json", "report.html", "index.json"):
        (run / name).unlink()
    segment = run / "segment-000000.tgm"
    segment.write_bytes(segment.read_bytes()[:-500])
    (run / "reserve.tmp").touch()
    shown = call("show", run)
    assert "aborted" in shown.stdout
    assert f"the run was not closed in order: trigemu finish {run}" in " ".join(shown.stdout.split())
    call("finish", run)
    again = call("show", run)
    assert not again.stderr
    assert "aborted, 16 of 30 frames, the ledger closes" in again.stdout


@pytest.mark.parametrize("gone", [True, False])
def test_damage_that_sizes_tell_is_named(runs: Path, gone: bool) -> None:
    run = runs / "whole"
    segment = run / "segment-000000.tgm"
    if gone:
        segment.unlink()
    else:
        with segment.open("r+b") as file:
            file.truncate(segment.stat().st_size // 2)
    shown = call("show", run)
    assert "segment-000000.tgm: " in shown.stderr
    assert f"trigemu finish {run} says what is missing" in " ".join(shown.stderr.split())
    assert "trigger lines" in shown.stdout
    (listed,) = json.loads(call("list", "runs", runs, "--json").stdout)
    assert listed["quality"] == "damaged"
    assert "segment-000000.tgm" in listed["problem"]
    call("finish", run, code=1)
    (listed,) = json.loads(call("list", "runs", runs, "--json").stdout)
    assert listed["quality"] == "tainted"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("high", float("inf"), "numbers without an end (rows.0.high)"),
        ("high", None, ""),
        ("groups", "odd", "groups of lines that there are not (groups."),
    ],
)
def test_an_edited_scan_is_shown_or_refused(tmp_path: Path, key: str, value: object, words: str) -> None:
    scan = tmp_path / "scan"
    call("efficiency", "pulser", "--signal", "burst", "--events", 20, "--out", scan)
    data = json.loads((scan / "efficiency.json").read_text())
    if key == "groups":
        data["groups"] = dict.fromkeys(data["groups"], value)
    else:
        data["rows"][0][key] = value
    (scan / "efficiency.json").write_text(json.dumps(data))
    done = call("show", scan, code=2 if words else 0)
    assert words in done.stderr


def test_a_scan_is_shown(tmp_path: Path) -> None:
    done = call("efficiency", "pulser", "--signal", "burst", "--events", 20, "--out", tmp_path / "scan")
    shown = call("show", tmp_path / "scan").stdout.rstrip("\n")
    assert done.stdout.startswith(shown)
    data = json.loads(call("show", tmp_path / "scan", "--json").stdout)
    assert data == json.loads((tmp_path / "scan" / "efficiency.json").read_text())


def test_what_is_no_run_cannot_be_shown(tmp_path: Path) -> None:
    assert "no such run directory" in call("show", tmp_path / "none", code=2).stderr
    assert "is not a trigemu run directory" in call("show", tmp_path, code=2).stderr


def test_runs_are_listed_whatever_is_wrong_with_some(runs: Path) -> None:
    for name in ("unfinished", "edited", "broken", "gone"):
        shutil.copytree(runs / "whole", runs / name)
    (runs / "unfinished" / "totals.json").unlink()
    totals = runs / "edited" / "totals.json"
    totals.write_text(totals.read_text().replace('"decisions": ', '"decisions": 1'))
    (runs / "broken" / "run.json").write_text("{")
    (runs / "gone" / "config.json").unlink()
    (runs / "other").mkdir()
    (runs / "a file").write_text("")
    listed = json.loads(call("list", "runs", runs, "--json").stdout)
    found = {each["name"]: each for each in listed}
    assert {name: each["quality"] for name, each in found.items()} == {
        "whole": "good",
        "unfinished": "unfinished",
        "edited": "damaged",
        "broken": "damaged",
        "gone": "damaged",
    }
    summary = json.loads((runs / "whole" / "summary.json").read_text())
    whole = found["whole"]
    assert (whole["experiment"], whole["title"], whole["frames"]) == ("pulser", "Pulser", 30)
    assert whole["decisions"] == summary["decisions"]
    assert whole["bytes"] == sum(file.stat().st_size for file in (runs / "whole").iterdir())
    assert whole["problem"] == ""
    assert "is not JSON" in found["broken"]["problem"]
    assert f"trigemu finish {runs / 'unfinished'}" in found["unfinished"]["problem"]
    said = " ".join(call("list", "runs", runs).stdout.split())
    assert "checksum does not match" in said
    assert listed[0]["name"] == "broken"


def test_listed_runs_say_what_tells_them_apart(runs: Path) -> None:
    more = (
        "--frames",
        5,
        "--seed",
        3,
        "--set",
        "pulser.coincidence_ticks=2",
        "--set",
        "menu.line.triple.prescale=4",
    )
    call("run", "pulser", "--offline", *more, "--out", runs / "yonder" / "run")
    first, last = json.loads(call("list", "runs", runs, "--json").stdout)
    assert (first["name"], first["differs"]) == ("whole", [])
    assert (last["name"], last["seed"], last["frames"]) == ("yonder/run", 3, 5)
    assert "pulser.coincidence_ticks=2" in last["differs"]
    assert any(each.startswith("menu.line.triple.prescale") for each in last["differs"])
    assert not any(each.startswith("run.") for each in last["differs"])
    said = call("list", "runs", runs).stdout
    assert said.startswith(f"runs in {runs}/")
    assert "yonder/run" in said
    assert "pulser.coincidence_ticks=2" in said


def test_no_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there are no runs here" in call("list", "runs").stdout
    assert json.loads(call("list", "runs", "--json").stdout) == []
    assert "no such folder" in call("list", "runs", tmp_path / "none", code=2).stderr
