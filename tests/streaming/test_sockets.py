"""Folders of sockets: held while control lives, swept when it has died, never another's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from trigemu.streaming.roles.sockets import LOCK, SocketFolder, sweep

HOLD = "import sys; from trigemu.streaming.roles.sockets import SocketFolder; print(SocketFolder().path, flush=True); "
HOLD += "sys.stdin.read()"


@pytest.fixture
def short_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder for temporary files with a path that sockets can have, however deep pytest's own lies."""
    with tempfile.TemporaryDirectory(prefix="s-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Path(folder)


def test_only_folders_of_dead_runs_are_swept(short_path: Path) -> None:
    keeper = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdin
    assert keeper.stdout
    held = Path(keeper.stdout.readline().strip())
    (held / "1-1").touch()
    strange = short_path / "tge-strange"
    strange.mkdir()
    (short_path / "tge-link").symlink_to(held)
    # Somebody else's lock is a link to a file that matters.
    trap = short_path / "tge-trap"
    trap.mkdir()
    (trap / LOCK).symlink_to(short_path / "precious")
    (short_path / "precious").touch()
    assert sweep(short_path) == []
    with SocketFolder() as mine:
        assert held.exists()
        assert os.stat(mine.path).st_mode & 0o777 == 0o700
        keeper.kill()
        keeper.communicate()
        assert sweep(short_path) == [held]
        assert not held.exists()
        assert mine.path.exists()
    assert not mine.path.exists()
    assert sorted(path.name for path in short_path.iterdir()) == [
        "precious",
        "tge-link",
        "tge-strange",
        "tge-trap",
    ]


def test_the_next_run_sweeps(short_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-P", "-c", HOLD],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(dead.stdout.strip()).exists()
    with SocketFolder() as mine:
        assert list(short_path.iterdir()) == [mine.path]
