"""Ctrl-C, SIGTERM and SIGHUP: where they are heard, what they end, and with which exit code.

A command listens from its first moment.  Work that leaves nothing half-done is ended by an exception (`Stopped`).
Work that has something to close asks for the signals to be held: they are counted, and it looks at the count.
A signal reaches Python code only between two of its instructions; while a compiler or a kernel runs there are none.
So a thread of its own, which the system wakes, ends the process where the main thread has not done so in time.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
"""Signals that end a command, and its exit code (128 + 15 for both kinds of a polite kill)."""

GRACE_S = 0.7
"""How long the main thread has to end what nobody needs."""


class Stopped(KeyboardInterrupt):
    """The user (or a batch system, or a terminal that was closed) wants this command to end."""


class Stop:
    """The signals that have been heard."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.numbers)

    @property
    def code(self) -> int:
        """Exit code of the first one (0: there was none)."""
        return CODES[signal.Signals(self.numbers[0])] if self.numbers else 0

    @property
    def sentence(self) -> str:
        """What to say of the first one."""
        return sentence(self.numbers[0]) if self.numbers else "interrupted"


def sentence(number: int) -> str:
    """Return what a command says that a signal has ended."""
    return "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"


class _Session:
    """A time in which signals are heard; ``raising``: those that nobody holds end what is done."""

    def __init__(self, *, raising: bool) -> None:
        self.stop = Stop()
        self.raising = raising
        self.held = 0
        self.closing = False
        self.raised = False
        self.settled = 0
        self.abandoned = False
        self.cleanups: list[Callable[[], object]] = []
        self.earlier = {
            number: signal.signal(number, self.hear)
            for number in CODES
            # A command that was started with nohup outlives its terminal.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
        }

    @property
    def hard(self) -> bool:
        """Whether what is being done now may be cut off."""
        return self.raising and (not self.held or self.closing)

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Count a signal; end what nobody holds, and the last writings when they are asked to end again."""
        self.stop.numbers.append(number)
        if self.hard and not self.raised and (not self.closing or self.stop.count > 1):
            self.raised = True
            raise Stopped(sentence(number))

    def restore(self) -> None:
        for number, handler in self.earlier.items():
            signal.signal(number, handler)

    def watch(self) -> None:
        """Wake with every signal; end the process if the main thread does not do it in time."""
        read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=(read,), name="signals", daemon=True).start()

    def _watch(self, read: int) -> None:
        due, first, told = 0.0, 0, 0
        while True:
            patience = max(0.0, due - time.monotonic()) if due else None
            if select.select([read], [], [], patience)[0]:
                numbers = [number for number in os.read(read, 64) if number in CODES]
                told += len(numbers)
                # This thread may come late: what had been counted before the last writings began is not about them.
                if numbers and told > self.settled and self.hard and not due:
                    due, first = time.monotonic() + GRACE_S, numbers[0]
            elif self.hard:
                self._leave(first)
            else:
                # Meanwhile there is something to close, and the signal has been counted.
                due = 0.0

    def _leave(self, first: int) -> NoReturn:
        for cleanup in reversed(list(self.cleanups)):
            with contextlib.suppress(Exception):
                cleanup()
        show_cursor = "\x1b[?25h" if os.isatty(2) else ""
        with contextlib.suppress(OSError):
            os.write(2, f"{show_cursor}trigemu: {sentence(first)}\n".encode())
        os._exit(self.stop.code or CODES[signal.Signals(first)])


_session: _Session | None = None


def listen() -> Stop:
    """Hear signals from now on until the process ends (the command line's first act)."""
    global _session
    _session = _Session(raising=True)
    _session.watch()
    return _session.stop


@contextmanager
def held() -> Iterator[Stop]:
    """Count signals instead of ending at once; only in the main thread there are any."""
    global _session
    own = _session is None
    if own:
        if threading.current_thread() is not threading.main_thread():
            yield Stop()
            return
        _session = _Session(raising=False)
    session = _session
    assert session is not None  # noqa: S101 made above
    session.held += 1
    try:
        yield session.stop
    finally:
        session.held -= 1
        if own:
            session.restore()
            _session = None


@contextmanager
def released() -> Iterator[None]:
    """End at once, in the middle of a time in which signals are held, because there is nothing to close yet."""
    session = _session
    if session is None or not session.raising:
        yield
        return
    held, session.held = session.held, 0
    try:
        if session.stop.count:
            raise Stopped(session.stop.sentence)
        yield
    finally:
        session.held = held


@contextmanager
def closing() -> Iterator[None]:
    """Write what can be made again: a first signal leaves it a moment, a further one ends it (`Stopped`)."""
    session = _session
    if session is None:
        yield
        return
    session.settled = session.stop.count
    session.closing = True
    try:
        yield
    finally:
        session.closing = False


@contextmanager
def cleaned(cleanup: Callable[[], object]) -> Iterator[None]:
    """Have something cleaned up even if the process must be ended without its main thread."""
    session = _session
    if session is not None:
        session.cleanups.append(cleanup)
    try:
        yield
    finally:
        if session is not None:
            session.cleanups.remove(cleanup)


def heard() -> Stop:
    """Return what has been heard so far."""
    return _session.stop if _session is not None else Stop()


def is_listening() -> bool:
    """Return whether signals are heard here: then what they raise is `Stopped`, and no bare KeyboardInterrupt."""
    return _session is not None


def comes_of_signal(error: BaseException | None) -> bool:
    """Whether an exception is that of a signal, or what other code made of it on its way.

    Python itself hands on whatever is raised while it completes a class as a RuntimeError (until 3.12), which may be
    anywhere in an import.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def abandon() -> None:
    """Say that a thread goes on that nobody waits for: the process must then end without it."""
    if _session is not None:
        _session.abandoned = True


def leave(code: int) -> NoReturn:
    """End the process with an exit code; what is still heard changes nothing."""
    if _session is not None and threading.current_thread() is threading.main_thread():
        for number in _session.earlier:
            signal.signal(number, signal.SIG_IGN)
        if _session.abandoned:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            # A thread in the middle of a compiler would crash the interpreter on its way out.
            os._exit(code)
    sys.exit(code)
