"""Something moves before what takes long is done: the order is tested, by holding that up until it has been seen.

The command stands still in the middle of an import until its terminal (or pipe) has shown something.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

GATED = """
import os, sys

class Gate:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy.linalg":
            sys.meta_path.remove(self)
            os.read(int(os.environ["GATE"]), 1)

sys.meta_path.insert(0, Gate())
from trigemu.cli import main
main()
"""

LIGHT = """
import sys
sys.argv = ["trigemu", "--help"]
try:
    from trigemu.cli import main
    main()
finally:
    heavy = {"numba", "numpy", "pydantic", "rich", "matplotlib", "scipy", "zmq"}
    print("heavy:", sorted(heavy & set(sys.modules)))
"""


class Held:
    """A command that waits in an import, with a terminal or a pipe as its standard error."""

    def __init__(self, tmp_path: Path, arguments: tuple[object, ...], *, terminal: bool) -> None:
        self.keeper, errors = pty.openpty() if terminal else os.pipe()
        gate, self.release = os.pipe()
        self.seen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", GATED, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "GATE": str(gate), "TERM": "xterm", "COLUMNS": "100"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            pass_fds=(gate,),
        )
        os.close(errors)
        os.close(gate)
        # If nothing is ever shown the test ends all the same.
        self.watchdog = threading.Timer(100, self.process.kill)
        self.watchdog.start()

    def read(self) -> bool:
        try:
            got = os.read(self.keeper, 1 << 16)
        except OSError:
            # A terminal whose last user is gone.
            got = b""
        self.seen += got
        return bool(got)

    def shows(self, text: bytes) -> None:
        while text not in self.seen:
            assert self.read(), self.seen

    def end(self, code: int = 0) -> str:
        """Let it go on; return its standard output."""
        os.close(self.release)
        thread = threading.Thread(target=lambda: all(iter(self.read, False)))
        thread.start()
        with self.process:
            printed, _ = self.process.communicate()
        self.watchdog.cancel()
        thread.join()
        os.close(self.keeper)
        assert self.process.returncode == code, self.seen
        return printed.decode()


RUN = ("run", "pulser", "--offline", "--frames", 5, "--json", "--out", "run")
SCAN = ("efficiency", "pulser", "--signal", "burst", "--events", 20, "--json", "--out", "scan")


@pytest.mark.parametrize(
    ("arguments", "terminal"),
    [(RUN, True), (RUN, False), (SCAN, True), (("list", "signals", "--json"), False)],
    ids=["run on a terminal", "run in a pipe", "scan on a terminal", "list in a pipe"],
)
def test_something_is_shown_before_an_import_is_done(
    tmp_path: Path, arguments: tuple[object, ...], terminal: bool
) -> None:
    held = Held(tmp_path, arguments, terminal=terminal)
    held.shows(b"importing numpy")
    printed = held.end()
    # Standard output holds the result and nothing else.
    assert json.loads(printed)
    if terminal:
        # Nothing that moved is left behind.
        assert held.seen.endswith((b"\x1b[K", b"\x1b[2K", b"\x1b[?25h")), held.seen[-100:]
    else:
        assert b"\x1b" not in held.seen
        assert held.seen.endswith(b"\n")


def test_help_waits_for_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", LIGHT], capture_output=True, text=True, timeout=100, check=True
    )
    assert "Usage: trigemu" in done.stdout
    assert done.stdout.endswith("heavy: []\n")
    assert done.stderr == ""


def test_an_interrupted_command_leaves_one_sentence_and_no_half_line(tmp_path: Path) -> None:
    held = Held(tmp_path, SCAN, terminal=True)
    held.shows(b"importing numpy")
    held.process.send_signal(signal.SIGINT)
    held.end(code=130)
    screen = held.seen.decode()
    drawn, cleared, after = screen.rpartition("\x1b[K")
    assert "importing numpy" in drawn
    assert cleared
    assert after.split() == ["trigemu:", "interrupted"]
