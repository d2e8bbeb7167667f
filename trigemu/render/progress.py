"""What is shown while something takes long: a line that moves on a terminal, else a line now and then.

A thread of its own looks at what the process does (`trigemu.activity`) and shows it, so that something moves while the
main thread is deep in an import or a compiler.  What is over soon shows nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import TextIO

from trigemu.activity import Task, compiler, importing, said, tasks
from trigemu.plain import printable, short
from trigemu.render.size import given_size
from trigemu.stopping import cleaned

DELAY_S = 0.3
"""What takes less long is not shown on a terminal ..."""

PATIENCE_S = 1.0
"""... and what takes less long than this not in a line that stays."""

FRAME_S = 0.1
EVERY_S = 5.0
"""Seconds between lines where there is no terminal."""

PAUSE_S = 1.0
"""After so long without the compiler it has ended."""

CLEAR = "\r\x1b[K"
WIDTH = 80
BAR = 24
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"
_BAR = ("━", "╌"), ("#", ".")


@dataclass(frozen=True, slots=True)
class View:
    """What is done, at one moment.

    Attributes
    ----------
    what
        The work; "" where nobody has said.
    elapsed_s, eta_s
        For how long, and how long it will take (None while unknown).
    done, wanted, now
        As in `trigemu.activity.Task`; ``wanted`` is 0 without a bar.
    delay
        What holds the work up: what is compiled or imported for it.
    """

    what: str
    elapsed_s: float
    eta_s: float | None = None
    done: int = 0
    wanted: int = 0
    now: str = ""
    delay: str = ""


def is_terminal(stream: TextIO) -> bool:
    """Return whether a line on a stream can be drawn again."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def seconds(value: float) -> str:
    """Return a time as it is shown: ``1.2 s``, ``34 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def bar_text(done: int, wanted: int, *, fancy: bool = True, width: int = BAR) -> str:
    """Return a bar, as text."""
    full, empty = _BAR[not fancy]
    filled = min(width, width * done // wanted) if wanted else 0
    return full * filled + empty * (width - filled)


def how_long(view: View) -> str:
    """Return how long it has taken, and how long it will take."""
    to_go = f", {seconds(view.eta_s)} to go" if view.eta_s is not None else ""
    return f"{seconds(view.elapsed_s)}{to_go}"


def drawn(view: View, turn: int, width: int, *, fancy: bool = True) -> str:
    """Return the line of a terminal that is ``width`` columns wide."""
    spinner = _SPINNER[not fancy]
    parts = [f"{spinner[turn % len(spinner)]} {view.what or 'working'}"]
    if view.wanted:
        parts += [
            bar_text(view.done, view.wanted, fancy=fancy, width=min(BAR, max(8, width - 60))),
            f"{view.done}/{view.wanted}",
            how_long(view),
            *(each for each in (view.now, view.delay) if each),
        ]
    else:
        parts[0] += f" ... {how_long(view)}"
    return short("  ".join(parts), max(width - 1, 8))


def written(view: View) -> str:
    """Return the line of a pipe or a file."""
    what = view.what or "working"
    if view.wanted:
        now = "".join(f" ({each})" for each in (view.now, view.delay) if each)
        return f"{what}: {view.done} of {view.wanted}, {how_long(view)}{now}"
    return f"{what}, {how_long(view)}"


def _fraction(counted: Sequence[Task]) -> float:
    """Return how much of the outermost task is done, with that part of its step under way that the next one counts."""
    share = 0.0
    for task in reversed(counted):
        share = min(1.0, (task.done + share) / task.wanted)
    return share


class Tracker:
    """Follows what is done from look to look: since when, how fast, and what has ended."""

    def __init__(self, now: float) -> None:
        self._key: object = None
        self._since = now
        self._first: tuple[float, float] | None = None
        self._compiling: tuple[float, float] | None = None
        self._counted = 0

    def look(self, now: float) -> View:
        """Return what is done now."""
        under_way, delay = tasks(), compiler.text or importing()
        # The outermost bar says how long it will take, what is within it what is done just now.
        counted = [task for task in under_way if task.wanted > 0]
        what = counted[0].what if counted else said()
        # Which function is compiled changes all the time.
        key: object = counted[0] if counted else what.partition(" ")[0] if what == delay else what
        if key != self._key:
            self._key, self._since, self._first = key, now, None
        elapsed = now - self._since
        if not counted:
            return View(what, elapsed)
        outer = counted[0]
        eta = self._eta(_fraction(counted), now)
        within = outer.now if under_way[-1] is outer else under_way[-1].text
        return View(what, elapsed, eta, outer.done, outer.wanted, within, delay)

    def _eta(self, done: float, now: float) -> float | None:
        # What is compiled for the first step says nothing of the others.
        if not done:
            self._first = None
            return None
        if self._first is None or done < self._first[1]:
            self._first = (now, done)
        begun, before = self._first
        return (now - begun) * (1.0 - done) / (done - before) if done > before else None

    def compiled(self, now: float) -> str:
        """Return a sentence once something has been compiled and that is over; else ""."""
        if compiler.text:
            self._compiling = (self._compiling[0] if self._compiling else now, now)
        if self._compiling is None or now - self._compiling[1] < PAUSE_S:
            return ""
        (begun, last), self._compiling = self._compiling, None
        count, self._counted = compiler.count - self._counted, compiler.count
        if not count:
            return ""
        return f"compiled {count} functions in {seconds(last - begun)}; they are kept for the next time"


class Status:
    """Shows what is done, from a thread of its own.

    Parameters
    ----------
    stream
        Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._descriptor = stream.fileno()
        self._terminal = is_terminal(stream)
        self._fancy = "utf" in (stream.encoding or "").lower()
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._hidden = 0
        self._there = False
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        turn, quiet, due = 0, monotonic(), 0.0
        tracker = Tracker(quiet)
        while not self._over.wait(FRAME_S):
            now = monotonic()
            turn += 1
            view, compiled = tracker.look(now), tracker.compiled(now)
            with self._lock:
                if self._hidden:
                    quiet = now
                elif now - quiet < (DELAY_S if self._terminal else PATIENCE_S):
                    continue
                elif self._terminal:
                    self._write(f"\r{drawn(view, turn, self._width(), fancy=self._fancy)}\x1b[K\r")
                    self._there = True
                elif compiled or now >= due:
                    self._write(f"{printable(compiled or written(view))}\n")
                    due = now + EVERY_S

    def _width(self) -> int:
        if given := given_size("COLUMNS"):
            return given
        with suppress(OSError):
            return os.get_terminal_size(self._descriptor).columns or WIDTH
        return WIDTH

    def _write(self, text: str) -> None:
        # Straight to the system: a buffer of Python could be locked by a thread that ends with the process.
        with suppress(OSError, ValueError):
            os.write(self._descriptor, text.encode("utf-8" if self._fancy else "ascii", "replace"))

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            if self._there:
                self._there = False
                self._write(CLEAR)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Show nothing in a block in which something else is written."""
        with self._lock:
            self.clear()
            self._hidden += 1
        try:
            yield
        finally:
            with self._lock:
                self._hidden -= 1

    def stop(self) -> None:
        """Show nothing any more."""
        self._over.set()
        self.clear()


_status: Status | None = None


@contextmanager
def shown(stream: TextIO) -> Iterator[None]:
    """Show what is done in a block (the command line's whole life)."""
    global _status
    try:
        status = Status(stream)
    except (OSError, ValueError, RuntimeError):
        # No such stream, or no room for a thread: nobody could see it.
        yield
        return
    _status = status
    with cleaned(status.stop):
        try:
            yield
        finally:
            stop()


@contextmanager
def hidden() -> Iterator[None]:
    """Show nothing in a block in which something else is written."""
    if _status is None:
        yield
        return
    with _status.hidden():
        yield


def stop() -> None:
    """Show nothing from now on."""
    global _status
    if _status is not None:
        _status.stop()
        _status = None
