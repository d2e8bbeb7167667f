"""A result and a report without any file or option, and commands to go on with that work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.calling import call
from support.runs import CLOSED

from trigemu.cli import cli
from trigemu.measure import studies
from trigemu.measure.studies import Studies

INTERRUPTED = """
import os, sys
from trigemu.streaming import offline

number = int(sys.argv.pop())

def signalled(self, stop, go_on=offline._Offline.run):
    os.kill(os.getpid(), number)
    go_on(self, stop)

offline._Offline.run = signalled
from trigemu.cli import main
main()
"""


def test_it_makes_a_run_and_a_scan_and_says_how(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = call("demo").stdout
    folder = Path("runs/demo-1")
    assert sorted(path.name for path in (folder / "run").iterdir()) == list(CLOSED)
    summary = json.loads((folder / "run" / "summary.json").read_text())
    assert (summary["run"]["quality"], summary["closed"]) == ("good", True)
    rows = json.loads((folder / "efficiency" / "efficiency.json").read_text())
    assert rows["rows"]
    assert (folder / "run" / "run.log").read_text().endswith("exit code 0\n")
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


@pytest.mark.parametrize(
    ("number", "sentence", "code"), [(2, "interrupted", 130), (15, "ended by SIGTERM", 143)]
)
def test_a_signal_in_its_run_ends_it(number: int, sentence: str, code: int, tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-c", INTERRUPTED, "demo", "--out", "demo", str(number)]
    done = subprocess.run(words, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert done.stderr.splitlines()[-1] == f"trigemu: {sentence}"
    assert "Acceptance" not in done.stdout
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["run"]
    assert (tmp_path / "demo" / "run" / "run.log").read_text().endswith(f"exit code {code}\n")
