"""A standard stream that is closed takes nothing from what a command does, and from how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.runs import CLOSED

COMMAND = 'exec "$0" -P -m trigemu "$@"'
CLOSINGS = (">&-", "2>&-", "<&- >&- 2>&-")


def _call(closed: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = ["/bin/sh", "-c", f"{COMMAND} {closed}", sys.executable, *map(str, arguments)]
    return subprocess.run(words, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.mark.parametrize("closed", CLOSINGS)
def test_a_run_is_done(closed: str, tmp_path: Path) -> None:
    done = _call(closed, "run", "pulser", "--offline", "--frames", 5, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == list(CLOSED)
    # What was not closed says what it always does.
    assert ("report.html" in done.stdout) == (closed == "2>&-")
    assert "unexpected" not in done.stderr


@pytest.mark.parametrize("closed", CLOSINGS)
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--version",), 0),
        (("list", "lines", "pulser"), 0),
        (("config", "show", "pulser"), 0),
        (("completion", "bash"), 0),
        (("show", "nowhere"), 2),
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else None,
)
def test_the_exit_code_is_as_always(
    closed: str, arguments: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    done = _call(closed, *arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert bool(done.stdout + done.stderr) == ((closed == "2>&-") == (code == 0) and len(closed) < 6)
