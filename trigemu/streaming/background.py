"""Work in a thread of its own, so that the main thread hears signals while a compiler or a kernel runs."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from trigemu.stopping import abandon

T = TypeVar("T")


class Background(Generic[T]):
    """A function that has been started; its kernels release the interpreter's lock, and so does a compiler."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result.append(self._function())
        except BaseException as error:
            self._error = error
        self._ended.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it has ended, at most so long; return whether it has."""
        return self._ended.wait(timeout_s)

    def result(self) -> T:
        """Return what it returned, or raise what it raised (it has ended)."""
        if self._error is not None:
            raise self._error
        return self._result[0]

    def give_up(self) -> None:
        """Go on without it; the process must not wait for it, either."""
        if not self._ended.is_set() and self._thread.ident is not None:
            abandon()
            # A compiler is Python for the greater part: it ends soon and leaves the processor to others.
            number, reason = ctypes.c_ulong(self._thread.ident), ctypes.py_object(SystemExit)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(number, reason)
