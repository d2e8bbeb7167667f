"""Folders of sockets: held while control lives, swept when it has died, never another's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from trigemu.streaming.roles.sockets import LOCK, SocketFolder, sweep

HOLD = "import sys; from trigemu.streaming.roles.sockets import SocketFolder; print(SocketFolder().path, flush=True); "
HOLD += "sys.stdin.read()"


def test_only_folders_of_dead_runs_are_swept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    keeper = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdin
    assert keeper.stdout
    held = Path(keeper.stdout.readline().strip())
    (held / "1-1").touch()
    strange = tmp_path / "tge-strange"
    strange.mkdir()
    (tmp_path / "tge-link").symlink_to(held)
    # Somebody else's lock is a link to a file that matters.
    trap = tmp_path / "tge-trap"
    trap.mkdir()
    (trap / LOCK).symlink_to(tmp_path / "precious")
    (tmp_path / "precious").touch()
    assert sweep(tmp_path) == []
    with SocketFolder() as mine:
        assert held.exists()
        assert os.stat(mine.path).st_mode & 0o777 == 0o700
        keeper.kill()
        keeper.communicate()
        assert sweep(tmp_path) == [held]
        assert not held.exists()
        assert mine.path.exists()
    assert not mine.path.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "precious",
        "tge-link",
        "tge-strange",
        "tge-trap",
    ]


def test_the_next_run_sweeps(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    dead = subprocess.run(
        [sys.executable, "-P", "-c", HOLD],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(dead.stdout.strip()).exists()
    with SocketFolder() as mine:
        assert list(tmp_path.iterdir()) == [mine.path]
