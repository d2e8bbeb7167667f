"""The page on roles by hand, as it stands: its commands, each in a process of its own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.commands import complaints

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
DEADLINE_S = 200.0


def commands(port: str) -> list[list[str]]:
    """Return the commands of the page, with an address that is free and a run that is short."""
    (block,) = re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lines = [line.replace("tcp://127.0.0.1:5755", port) for line in block.splitlines()]
    return [shlex.split(line) for line in lines]


def start(words: list[str], cwd: Path) -> subprocess.Popen[str]:
    assert words[0] == "trigemu"
    command = [sys.executable, "-P", "-m", *words]
    return subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


class Said:
    """Follows what a process writes, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[str] = []
        self.news = threading.Condition()
        self.thread = threading.Thread(target=self._read, args=(process.stderr,))
        self.thread.start()

    def _read(self, stream) -> None:
        for line in stream:
            with self.news:
                self.lines.append(line.rstrip("\n"))
                self.news.notify_all()

    def until(self, pattern: str) -> re.Match[str]:
        found: list[re.Match[str]] = []

        def look() -> bool:
            found[:] = [match for line in self.lines if (match := re.search(pattern, line))]
            return bool(found)

        with self.news:
            assert self.news.wait_for(look, DEADLINE_S), (pattern, self.lines)
        return found[0]


@pytest.fixture
def running():
    children: list[subprocess.Popen[str]] = []
    yield children
    for child in children:
        child.kill()
        child.communicate()


def test_the_commands_of_the_page_make_a_run(tmp_path: Path, running: list[subprocess.Popen[str]]) -> None:
    # The system chooses a free port; control says which.
    (first, *_) = commands("")
    control = start([*first, "--bind", "tcp://127.0.0.1:*", "--frames", "5"], tmp_path)
    running.append(control)
    said = Said(control)
    address = said.until(r"control listens at (\S+)")[1]
    said.until(r"waiting for 3 of 3 producers, 2 of 2 workers and the recorder; start one: trigemu producer")
    roles = commands(address)[1:]
    assert [words[1] for words in roles] == ["producer"] * 3 + ["worker"] * 2 + ["recorder"]
    # One after the other: who is missing is told at once when one has joined.
    first_role, *others = roles
    running.append(start(first_role, tmp_path))
    said.until("waiting for 2 of 3 producers, 2 of 2 workers and the recorder")
    running += [start(words, tmp_path) for words in others]
    told = [child.communicate(timeout=DEADLINE_S) for child in running[1:]]
    assert control.wait(DEADLINE_S) == 0, said.lines
    said.thread.join()
    assert [child.returncode for child in running[1:]] == [0] * 6, told
    names = [re.findall(r"^(\S+) takes part in run na62-", err, re.MULTILINE) for _, err in told]
    assert sorted(name for (name,) in names) == [
        *("producer-0", "producer-1", "producer-2"),
        *("recorder-0", "worker-0", "worker-1"),
    ]
    assert all(not complaints(err) for _, err in told)
    log = (tmp_path / "runs" / "by-hand" / "run.log").read_text()
    for line in (
        "command: trigemu control na62-dump",
        "worker-1 joins",
        "run control: running",
        "exit code 0",
    ):
        assert line in log
    assert "quality good" in log
    assert os.listdir(tmp_path / "runs") == ["by-hand"]
