"""Roles that cannot be set up: control is told at once, where the next one would fare no better."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest

from trigemu.errors import RunError
from trigemu.stopping import Stop
from trigemu.streaming.core.protocol import CONFIGURE, FAILED, Note
from trigemu.streaming.roles import serve


class Told:
    """Stands in for the way to control."""

    def __init__(self, role: str) -> None:
        self.role = self.name = role
        self.tag: int | None = None
        self.control = "ipc:///nowhere"
        self.reports: list[tuple[str, Any]] = []

    def report(self, kind: str, progress: int, counters: Any, fields: Any) -> None:
        self.reports.append((kind, fields["reason"]))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch):
    """Return what serves a role that cannot be set up, and gives what control was told."""

    def run(role: str, error: Exception) -> list[tuple[str, Any]]:
        def shell(*_: object) -> None:
            raise error

        note = Note(CONFIGURE, {"identity": {"run_id": "x"}})
        monkeypatch.setattr(serve, "_configuration", lambda link, stop: note)
        monkeypatch.setattr(serve, "_shell", shell)
        told = Told(role)
        with pytest.raises((RunError, OSError, MemoryError)):
            serve._serve(told, None, Stop())  # type: ignore[arg-type]
        return told.reports

    return run


def test_a_recorder_that_cannot_begin_ends_the_run(served) -> None:
    for code in (errno.EFBIG, errno.ENOSPC, errno.EACCES):
        reason = os.strerror(code)
        told = served("recorder", OSError(code, reason))
        assert told == [(FAILED, f"recorder: cannot begin to record ({reason})")]
    assert served("recorder", RunError("no space left")) == [(FAILED, "no space left")]


def test_what_may_go_better_in_the_next_life_is_not_told(served) -> None:
    assert not served("worker", OSError(errno.EMFILE, "Too many open files"))
    assert not served("recorder", MemoryError())
