"""A result and a report without any file or option, and commands to go on with that work."""

from __future__ import annotations

import json
from pathlib import Path

from support.calling import call
from support.runs import CLOSED

from trigemu.cli import cli
from trigemu.measure import studies
from trigemu.measure.studies import Studies


def test_it_makes_a_run_and_a_scan_and_says_how(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = call("demo").stdout
    folder = Path("runs/demo-1")
    assert sorted(path.name for path in (folder / "run").iterdir()) == list(CLOSED)
    summary = json.loads((folder / "run" / "summary.json").read_text())
    assert (summary["run"]["quality"], summary["closed"]) == ("good", True)
    rows = json.loads((folder / "efficiency" / "efficiency.json").read_text())
    assert rows["rows"]
    # The lines of the menu, the points of the scan, the report.
    for text in ("H2", "before prescale", "0.55", "acceptance", str(folder / "run" / "report.html")):
        assert text in printed
    # What it did may be typed, and gives the same again.
    (typed,) = [line for line in printed.splitlines() if line.startswith("$ trigemu run")]
    words = typed.split()[2:]
    call(*words[: words.index("--out")], "--out", "again")
    again = json.loads(Path("again/summary.json").read_text())
    assert again["decisions_sha256"] == summary["decisions_sha256"]
    go_on = [line.split() for line in printed.partition("Go on with")[2].splitlines() if line.strip()]
    assert len(go_on) == 3
    assert {words[1] for words in go_on} <= set(cli.commands)
    for words in go_on:
        if words[1] != "run":
            call(*words[1:])


def test_without_an_experiment_that_has_one_it_says_so(monkeypatch) -> None:
    monkeypatch.setattr(studies, "all_studies", lambda: {"ring": Studies("ring")})
    assert "no installed experiment has a demonstration" in call("demo", code=2).stderr
