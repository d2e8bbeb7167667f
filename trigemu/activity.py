"""What this process does now that takes long: said where it is done, read by whoever shows it.

Work says so with `doing`; the compiler is listened to (`trigemu.jit`); what is being imported is seen in the main
thread's stack.  Nothing is shown here: a status line (`trigemu.render.progress`), a heartbeat and a log read it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

OWN = "trigemu"


class Task:
    """A piece of work.

    Attributes
    ----------
    what
        What it is, as it is shown ("making look-up tables").
    done, wanted
        How far it is; ``wanted`` is 0 where that is not known.
    now
        What of it is done just now ("" for nothing in particular).
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.done = 0
        self.wanted = 0
        self.now = ""

    @property
    def text(self) -> str:
        """What it is and how far."""
        return f"{self.what} {self.done}/{self.wanted}" if self.wanted else self.what

    def step(self, done: int, wanted: int, now: str = "") -> None:
        """Say how far the work is."""
        self.done, self.wanted, self.now = done, wanted, now

    # A task is what functions that tell their progress call.
    __call__ = step


class Compiler:
    """What is compiled, and how much has been.

    Attributes
    ----------
    declared
        Functions of which it is known that they are compiled when they are used.
    """

    def __init__(self) -> None:
        self.declared: set[tuple[str, str]] = set()
        self._done: set[tuple[str, str]] = set()
        self._stack: list[tuple[str, str]] = []

    def begin(self, module: str, name: str) -> None:
        """Note that a function is being compiled (its callees come between its begin and its end)."""
        self._stack.append((module, name))

    def end(self) -> None:
        """Note the end of what was begun last."""
        if self._stack:
            done = self._stack.pop()
            if done in self.declared:
                self._done.add(done)

    @property
    def count(self) -> int:
        """Functions that have been compiled in this process (not those that were found cached)."""
        return len(self._done)

    @property
    def text(self) -> str:
        """What is compiled now; "" for nothing.  Functions of the compiler itself count for those that need them."""
        ours = [each for each in list(self._stack) if each in self.declared]
        if not ours:
            return "compiling" if self._stack else ""
        return f"compiling {part(ours[-1][0])} ({self.count + 1} of up to {len(self.declared)} functions)"


_tasks: list[Task] = []
compiler = Compiler()


@contextmanager
def doing(what: str) -> Iterator[Task]:
    """Say what is done in a block, which may be within others."""
    task = Task(what)
    _tasks.append(task)
    try:
        yield task
    finally:
        _tasks.remove(task)


def tasks() -> list[Task]:
    """Return the tasks that are under way, the outermost first."""
    return list(_tasks)


def part(module: str) -> str:
    """Return a module as the part of the field that it is for: ``belle2 cdc segments``."""
    names = module.split(".")
    if names[0] != OWN:
        return module
    rest = names[2:] if names[1:2] == ["experiments"] else names[1:]
    return " ".join(rest).replace("_", " ")


def imported(frame: FrameType | None) -> str:
    """Return the package that a thread imports, by its innermost frame; "" if it imports nothing.

    Of packages that import one another it is the outermost that is not ours, which is what the time is spent for.
    """
    found = ""
    while frame is not None:
        caller = frame.f_back
        # What is run as a script looks like a module that nobody imports.
        if frame.f_code.co_name == "<module>" and caller is not None and _imports(caller):
            name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            found = found or name if name == OWN else name
        frame = caller
    return found


def _imports(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith("<frozen importlib")


def importing() -> str:
    """Return what is imported now ("" for nothing), as it is shown; that of the main thread, if it imports."""
    main = threading.main_thread().ident
    frames = sorted(sys._current_frames().items(), key=lambda each: each[0] != main)  # noqa: SLF001 documented
    package = next(filter(None, (imported(frame) for _, frame in frames)), "")
    return f"importing {package}" if package else ""


def said() -> str:
    """Return what this process does now, as it is shown; "" where nothing was said.

    What is compiled or imported explains why other work takes long; so it comes first.
    """
    return compiler.text or importing() or next((task.what for task in reversed(tasks())), "")
