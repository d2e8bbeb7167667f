"""A role's heartbeats, and its look at whether control lives, from a thread of their own.

A trigger may take long for a frame and a compiler for a kernel; neither means that the role is dead, and neither may
keep it alive when control has died.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from trigemu.activity import said
from trigemu.streaming.core import protocol as p
from trigemu.streaming.link.transport import Transport

STEP_S = 0.1
"""How often it looks whether control lives."""

_ELSEWHERE = 0.7
"""Part of the grace after which a control on another machine that does not answer counts as gone."""


class Pulse:
    """Sends heartbeats until it is stopped.

    Parameters
    ----------
    transport, control, identity
        Sockets of this process, control's endpoint, and this role's identity on the control socket.
    parent
        Process id of control if it started this process (0: somewhere else).
    folder
        What is removed if control dies: the folder that it made for its sockets; None: nothing.

    Attributes
    ----------
    orphaned
        Whether control is gone.
    """

    def __init__(
        self, transport: Transport, control: str, identity: bytes, parent: int, folder: Path | None
    ) -> None:
        self._port = transport.dealer(control, identity[:254] + p.PULSE_SUFFIX, polled=False)
        self._parent = parent
        self._folder = folder
        self._figures: Callable[[], tuple[int, int]] = _processor_time
        self._heartbeat_s = STEP_S
        self._grace_s = 0.0
        self._heard = time.monotonic()
        self._stop = threading.Event()
        self.orphaned = False
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def configure(self, heartbeat_s: float, grace_s: float) -> None:
        """Take over the run's heartbeat, and how long this role may outlive control."""
        self._heard = time.monotonic()
        # Control answers each of them: so it is missed in time.
        self._heartbeat_s, self._grace_s = min(heartbeat_s, grace_s / 4), grace_s

    def follow(self, figures: Callable[[], tuple[int, int]]) -> None:
        """Say how far the work is from now on: a number of things done, and one that changes with every turn."""
        self._figures = figures

    def stop(self) -> None:
        """Send no more heartbeats and close the socket."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        beaten, due = 0.0, 0.0
        while not self._stop.wait(min(STEP_S, self._heartbeat_s)):
            now = time.monotonic()
            for _ in self._port.receive():
                self._heard = now
            if now - beaten >= self._heartbeat_s:
                beaten = now
                progress, turns = self._figures()
                # From its configuration until it is ready: what holds the role up.
                doing = said() if self._grace_s and self._figures is _processor_time else ""
                self._port.send(p.write_note(p.PULSE, {"progress": progress, "turns": turns, "doing": doing}))
            if not self.orphaned and self._is_orphaned(now):
                self.orphaned = True
                due = now + (1.0 - _ELSEWHERE if not self._parent else _ELSEWHERE) * (self._grace_s or 3.0)
            if due and now > due:
                self._end()
        self._port.close()

    def _is_orphaned(self, now: float) -> bool:
        if self._parent:
            # Heartbeats say no more than this: a control that is stopped for a while is still there.
            return os.getppid() != self._parent
        return bool(self._grace_s) and now - self._heard > _ELSEWHERE * self._grace_s

    def _end(self) -> None:
        """End without the main thread, which is deep in something."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        os._exit(1)


def _processor_time() -> tuple[int, int]:
    """Return what gets on while a role is being set up: the processor time that it uses, in units of 0.1 s."""
    return 0, int(10 * time.process_time())
