"""The log of a run: plain lines with times, bounded, and never a reason to lose a run."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trigemu.frames import runlog
from trigemu.frames.runlog import LOG_FILE, RunLog, warned


def clock() -> datetime:
    return datetime(2026, 3, 1, 12, 30, 5, 250_000, UTC)


def lines(folder: Path) -> list[str]:
    return (folder / LOG_FILE).read_text().splitlines()


def test_entries_have_the_time_in_utc_and_further_lines_are_set_in(tmp_path: Path) -> None:
    log = RunLog(tmp_path, clock)
    log.say("worker-0 joins")
    log.say("worker-0 fails\nTraceback:\n  line 3")
    assert lines(tmp_path) == [
        "2026-03-01T12:30:05.250Z worker-0 joins",
        "2026-03-01T12:30:05.250Z worker-0 fails",
        "    Traceback:",
        "      line 3",
    ]


def test_what_comes_from_outside_cannot_forge_an_entry_or_move_a_cursor(tmp_path: Path) -> None:
    RunLog(tmp_path, clock).say("title \x1b[2J\u202ex\r2026-01-01T00:00:00Z run control: stopped\x85y")
    text = (tmp_path / LOG_FILE).read_text()
    assert text.isascii()
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if not line.startswith((" ", "2026-03-01"))] == []


def test_a_second_process_appends(tmp_path: Path) -> None:
    RunLog(tmp_path, clock).say("one")
    RunLog(tmp_path, clock).say("two")
    assert [line[-3:] for line in lines(tmp_path)] == ["one", "two"]


def test_a_long_log_keeps_room_for_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runlog, "MAX_BYTES", 2000)
    monkeypatch.setattr(runlog, "END_BYTES", 1000)
    log = RunLog(tmp_path, clock)
    for number in range(100):
        log.say(f"notice {number} {'x' * 50}")
    log.say("ends: quality good", end=True)
    found = lines(tmp_path)
    assert sum("the log is full" in line for line in found) == 1
    assert found[-1].endswith("ends: quality good")
    for _ in range(100):
        log.say("again and again", end=True)
    assert (tmp_path / LOG_FILE).stat().st_size <= 3000
    assert max(map(len, found)) < 100
    RunLog(tmp_path, clock).say("x" * 10**6 + "\n" * 10**4)
    assert (tmp_path / LOG_FILE).stat().st_size <= 3000


def test_a_log_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    RunLog(tmp_path / "gone", clock).say("x")
    (tmp_path / "target").write_text("precious")
    (tmp_path / LOG_FILE).symlink_to(tmp_path / "target")
    RunLog(tmp_path, clock).say("x")
    assert (tmp_path / "target").read_text() == "precious"


def test_warnings_of_libraries_are_kept_and_shown(tmp_path: Path) -> None:
    log = RunLog(tmp_path, clock)
    with warnings.catch_warnings(record=True) as shown, warned(log):
        warnings.simplefilter("always")
        warnings.warn("no such style", UserWarning, stacklevel=1)
    assert len(shown) == 1
    (line,) = lines(tmp_path)
    assert "warning: UserWarning: no such style (test_runlog.py, line" in line
