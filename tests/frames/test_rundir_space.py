"""No space left: one sentence, and a run directory that is closed and readable."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from trigemu.errors import RunError
from trigemu.frames import segments
from trigemu.frames.rundir import RunReader, RunWriter, create_run, write_json

Record = Callable[..., Path]
CONFIG = {"run": {"number": 1}}


class FullDisk:
    """Stands in for os.pwritev: takes so many bytes in small bites, then fails."""

    def __init__(self, room: int, bite: int, code: int) -> None:
        self.room, self.bite, self.code = room, bite, code
        self._pwritev = os.pwritev

    def __call__(self, file: int, pieces: list[memoryview], offset: int) -> int:
        if not self.room:
            raise OSError(self.code, os.strerror(self.code))
        data = b"".join(pieces)[: min(self.room, self.bite)]
        self.room -= len(data)
        return self._pwritev(file, [data], offset)


@pytest.mark.parametrize("room", [0, 10, 64, 100, 1000, 5000, 12345])
@pytest.mark.parametrize(
    ("code", "what"),
    [
        (errno.ENOSPC, "no space left on"),
        (errno.EFBIG, "no space left on"),
        (errno.EIO, "cannot write the run on"),
    ],
)
def test_full_disk_closes_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, code: int, what: str
) -> None:
    path = tmp_path / "run"
    create_run(path, CONFIG, "x")
    writer = RunWriter(path, 4096)
    monkeypatch.setattr(segments.os, "pwritev", FullDisk(room, 37, code))
    written = 0
    with pytest.raises(RunError, match=f"{what} .*run directory is closed and keeps its") as caught:  # noqa: PT012
        while written < 1000:
            writer.append([b"header", bytes(500)], frame=written, kind="any")
            written += 1
    monkeypatch.undo()
    assert caught.value.exit_code == 1
    assert f"keeps its {written} records" in str(caught.value)
    with pytest.raises(RunError, match="is closed"):
        writer.append([b"header"], frame=0, kind="any")
    writer.close()
    reader = RunReader(path)
    assert [record.frame for record in reader.records()] == list(range(written))
    assert (reader.torn_bytes, reader.closed) == (0, True)
    assert not list(path.glob("*.tmp"))


def test_partial_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_run(tmp_path / "run", CONFIG, "x")
    monkeypatch.setattr(segments.os, "pwritev", FullDisk(10**9, 7, errno.EIO))
    with RunWriter(tmp_path / "run", 1000) as writer:
        for frame in range(20):
            writer.append([b"header", bytes([frame]) * 100], frame=frame, kind="any")
    found = [bytes(record.parts[1]) for record in RunReader(tmp_path / "run").records()]
    assert found == [bytes([frame]) * 100 for frame in range(20)]


def test_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_run(tmp_path / "run", CONFIG, "x")
    with RunWriter(tmp_path / "run", 4096) as writer:
        writer.append([b"first"], frame=0, kind="any")
        pwritev = os.pwritev

        def interrupt(file: int, pieces: list[memoryview], offset: int) -> int:
            pwritev(file, [b"".join(pieces)[:90]], offset)
            raise KeyboardInterrupt

        monkeypatch.setattr(segments.os, "pwritev", interrupt)
        with pytest.raises(KeyboardInterrupt):
            writer.append([b"second", bytes(900)], frame=1, kind="any")
        monkeypatch.undo()
        writer.append([b"third"], frame=2, kind="any")
    reader = RunReader(tmp_path / "run")
    assert [record.frame for record in reader.records()] == [0, 2]
    assert reader.torn_bytes == 0


def test_fsync_error_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_run(tmp_path / "run", CONFIG, "x")
    writer = RunWriter(tmp_path / "run", 4096)
    writer.append([b"first"], frame=0, kind="any")

    def fail(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(segments.os, "fsync", fail)
    with pytest.raises(RunError, match="cannot write the run"):
        writer.close()
    monkeypatch.undo()
    assert len(list(RunReader(tmp_path / "run").records())) == 1


LIMITED = """
import resource, signal, sys
from pathlib import Path
from trigemu.errors import RunError
from trigemu.frames.rundir import RunWriter, create_run

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
create_run(path, {"run": {"number": 1}}, "x")
resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
writer = RunWriter(path, 64 << 20)
try:
    for frame in range(10_000):
        writer.append([b"header", bytes(10_000)], frame=frame, kind="any")
except RunError as error:
    sys.stderr.write(f"{error}")
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_real_limit_of_the_system(tmp_path: Path) -> None:
    path = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-P", "-c", LIMITED, str(path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(f"no space left on {path} (")
    reader = RunReader(path)
    found = [record.frame for record in reader.records()]
    assert found == list(range(len(found)))
    assert len(found) > 100
    assert f"keeps its {len(found)} records" in done.stderr
    assert reader.closed


def test_json_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "totals.json"
    write_json(file, {"good": 1})

    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(RunError, match=r"cannot write .*totals\.json: No space left"):
        write_json(file, {"good": 2})
    with pytest.raises(RunError):
        create_run(tmp_path / "run", CONFIG, "x")
    monkeypatch.undo()
    assert file.read_text() == '{\n "good": 1\n}\n'
    assert list(tmp_path.glob("**/*.tmp")) == []
    assert list((tmp_path / "run").iterdir()) == []
