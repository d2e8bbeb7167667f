"""The status line: what it says, how long it says it takes, and that it goes away."""

from __future__ import annotations

import os
import pty
import re
import threading
from collections.abc import Iterator

import pytest

from trigemu.activity import Compiler, compiler, doing
from trigemu.render import progress
from trigemu.render.progress import Tracker, View, bar_text, drawn, hidden, seconds, shown, written


def test_times_are_short() -> None:
    shown = [seconds(value) for value in (0.04, 9.94, 9.96, 61.0, 200.0, 7500.0)]
    assert shown == ["0.0 s", "9.9 s", "10 s", "61 s", "3 min 20 s", "2 h 5 min"]


def test_a_bar_grows() -> None:
    assert [bar_text(n, 4, fancy=False, width=8) for n in (0, 1, 4, 9)] == [
        "........",
        "##......",
        "########",
        "########",
    ]
    assert bar_text(0, 0, fancy=False, width=3) == "..."


@pytest.mark.parametrize("width", [10, 40, 80, 200])
def test_a_line_fits_its_terminal_and_moves(width: int) -> None:
    view = View("events", 3.2, 24.0, 120, 1000, "mass 0.25", "compiling belle2 cdc (3 of up to 11 functions)")
    lines = [drawn(view, turn, width) for turn in range(3)]
    assert all(len(line) < width for line in lines)
    assert len(set(lines)) == 3


def test_a_line_says_how_far_and_how_long() -> None:
    view = View("events", 3.2, 24.0, 120, 1000, "mass 0.25", "importing numba")
    for text in (drawn(view, 0, 200), written(view)):
        for part in ("events", "120", "1000", "3.2 s, 24 s to go", "mass 0.25", "importing numba"):
            assert part in text
    assert written(View("importing numba", 0.6)) == "importing numba, 0.6 s"
    assert written(View("", 1.0)) == "working, 1.0 s"
    drawn(view, 0, 80, fancy=False).encode("ascii")


def test_the_time_to_go_leaves_out_what_the_first_step_waited_for() -> None:
    tracker = Tracker(0.0)
    with doing("events") as task:
        task.step(0, 100)
        assert tracker.look(1.0).eta_s is None
        task.step(10, 100)
        assert tracker.look(30.0).eta_s is None
        task.step(20, 100)
        view = tracker.look(31.0)
    assert (view.what, view.done, view.wanted) == ("events", 20, 100)
    assert view.elapsed_s == pytest.approx(30.0)
    assert view.eta_s == pytest.approx(8.0)


def test_steps_within_a_step_count_for_the_time_to_go() -> None:
    tracker = Tracker(0.0)
    with doing("folds") as folds, doing("training steps") as steps:
        folds.step(0, 2)
        steps.step(10, 100)
        tracker.look(1.0)
        steps.step(60, 100)
        view = tracker.look(6.0)
    assert (view.what, view.done, view.now) == ("folds", 0, "training steps 60/100")
    assert view.eta_s == pytest.approx(14.0)


def test_other_work_begins_with_its_own_clock_and_other_functions_do_not(monkeypatch) -> None:
    tracker = Tracker(0.0)
    with doing("reading"):
        tracker.look(0.0)
        assert tracker.look(2.0).elapsed_s == 2.0
    with doing("writing"):
        assert tracker.look(3.0).elapsed_s == 0.0
    for now, text in (
        (4.0, "compiling na62 halo (1 of up to 9 functions)"),
        (6.0, "compiling na62 lkr (2 of ..."),
    ):
        monkeypatch.setattr(Compiler, "text", text)
        view = tracker.look(now)
        assert view.what == text
    assert view.elapsed_s == 2.0


def test_compiling_is_summed_up_once_it_is_over(monkeypatch) -> None:
    tracker, text, done = Tracker(0.0), [""], [0]
    monkeypatch.setattr(Compiler, "text", property(lambda self: text[0]))
    monkeypatch.setattr(Compiler, "count", property(lambda self: done[0]))
    said = []
    for now, text[0], done[0] in (
        (0.0, "", 0),
        (1.0, "x", 0),
        (3.0, "x", 4),
        (3.5, "", 5),
        (4.5, "", 5),
        (9.0, "", 5),
    ):
        said.append(tracker.compiled(now))
    assert said[:4] == ["", "", "", ""]
    assert said[4].startswith("compiled 5 functions in 2.0 s")
    assert said[5] == ""
    assert compiler.text == ""


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(progress, "DELAY_S", 0.0)
    monkeypatch.setattr(progress, "FRAME_S", 0.001)


class Screen:
    """A terminal (or a pipe) that is read."""

    def __init__(self, *, terminal: bool) -> None:
        self.keeper, end = pty.openpty() if terminal else os.pipe()
        self.stream = os.fdopen(end, "w", encoding="utf-8")
        self.text = ""
        self.seen = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with open(self.keeper, "rb", buffering=0) as file:
            while True:
                try:
                    read = file.read(4096)
                except OSError:
                    return
                if not read:
                    return
                with self.seen:
                    self.text += read.decode(errors="replace")
                    self.seen.notify_all()

    def until(self, pattern: str) -> str:
        with self.seen:
            assert self.seen.wait_for(lambda: re.search(pattern, self.text, re.DOTALL), 60), self.text[-500:]
            return self.text


@pytest.fixture
def terminal(monkeypatch) -> Iterator[Screen]:
    monkeypatch.setenv("TERM", "xterm")
    made = Screen(terminal=True)
    yield made
    made.stream.close()


@pytest.mark.usefixtures("quick")
def test_a_line_moves_while_the_main_thread_is_busy_and_goes_away(terminal: Screen) -> None:
    with shown(terminal.stream), doing("making look-up tables"):
        terminal.until("⠋ making look-up tables.*⠙")
    terminal.until("\r\x1b\\[K$")


@pytest.mark.usefixtures("quick")
def test_a_pipe_gets_whole_lines_and_few() -> None:
    pipe = Screen(terminal=False)
    with shown(pipe.stream), doing("making look-up tables"):
        text = pipe.until("\n")
    assert re.fullmatch(r"making look-up tables, \d\.\d s\n", text)
    pipe.stream.close()


@pytest.mark.usefixtures("quick")
def test_a_terminal_that_cannot_move_its_cursor_is_a_pipe(monkeypatch, terminal: Screen) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with shown(terminal.stream), doing("a scan"):
        assert "\x1b" not in terminal.until("a scan.*\n")


@pytest.mark.usefixtures("quick")
def test_what_is_printed_finds_an_empty_line(terminal: Screen) -> None:
    with shown(terminal.stream), doing("a scan"):
        terminal.until("a scan")
        with hidden():
            terminal.stream.write("a result\n")
            terminal.stream.flush()
            text = terminal.until("a result")
            line = text[: text.index("a result")].rpartition("\r")[2]
            assert line.replace("\x1b[K", "") == ""
        terminal.until("a result.*a scan")


@pytest.mark.usefixtures("quick")
def test_without_a_status_nothing_is_in_the_way() -> None:
    with hidden(), doing("x"):
        pass
    progress.stop()
