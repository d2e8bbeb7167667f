"""The loop that all roles share: wait, hear control, work, beat."""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from trigemu.errors import InputError, RunError
from trigemu.frames.wire import WireError
from trigemu.plain import one_sentence, short
from trigemu.stopping import Stop, Stopped
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.endpoints import check_endpoint
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.link.link import Link
from trigemu.streaming.link.transport import Port

TOLD = 10
"""Refused messages of control that a role tells of; all are counted."""


class Shell(ABC):
    """A role at work.

    Parameters
    ----------
    link
        The way to control.

    Attributes
    ----------
    progress
        A number that changes while the role works.
    stop
        Signals that are held for it.
    """

    def __init__(self, link: Link) -> None:
        self.link = link
        self.progress = 0
        self.stop = Stop()
        self._turns = 0
        self._over = False

    def run(self) -> None:
        """Work until control says goodbye.

        Raises
        ------
        ControlLostError
            Control is gone.
        RunError
            The run does not want this role any more.
        """
        self.link.report(p.READY, self.progress, self.counters(), self.ready())
        self.link.pulse.follow(lambda: (self.progress, self._turns))
        while not self._over:
            self._turns += 1
            if self.stop.count:
                raise Stopped(self.stop.sentence)
            ports = self.link.transport.wait(min(self.timeout(), self.link.patience_s))
            if self.link.port in ports:
                for note in self.link.notes():
                    self._hear(note)
            try:
                self.work(ports)
            except InputError as error:
                # A trigger or generator that answers nonsense does so again in the next life.
                self.link.report(p.FAILED, self.progress, self.counters(), p.failed_fields(error))
                raise
            now = time.monotonic()
            if self.link.beat_due(now):
                self.idle(now)
                self.link.report(p.BEAT, self.progress, self.counters(), {"run": self.figures()})

    def _hear(self, note: Note) -> None:
        if note.kind == p.BYE:
            if note.fields.get("refused"):
                raise RunError(f"{self.link.name}: {note.text('reason')}")
            self._over = True
            return
        try:
            self.hear(note)
        except (WireError, InputError, LookupError, TypeError, ValueError) as error:
            # Control speaks another protocol, or somebody else does: count it and go on.
            self.link.damaged += 1
            if self.link.damaged <= TOLD:
                what = f"message {short(note.kind)!r} from control is refused: {error}"
                sys.stderr.write(f"{self.link.name}: {one_sentence(what)}\n")

    def connect(self, who: str, endpoint: str, high_water: int) -> Port:
        """Return a socket that sends data to another role.

        Raises
        ------
        InputError
            Nobody could be connected to there.
        """
        if wrong := check_endpoint(endpoint, self.link.control):
            raise InputError(f"{who} cannot be sent anything: {wrong}")
        return self.link.transport.push(endpoint, high_water)

    def ready(self) -> Mapping[str, Any]:
        """Return what control must know when the role is set up."""
        return {}

    def figures(self) -> Mapping[str, Any]:
        """Return what a heartbeat carries besides counters."""
        return {}

    def last_words(self) -> Mapping[str, Any]:
        """Return the totals, of a role that has some, before it ends because of an error."""
        return {}

    def timeout(self) -> float:
        """Return how long to wait for messages when there is nothing else to do, in seconds."""
        return self.link.heartbeat_s / 2

    def idle(self, now: float) -> None:  # noqa: B027 most roles have nothing to do
        """Do what is to be done once per heartbeat."""

    @abstractmethod
    def counters(self) -> Mapping[str, int]:
        """Return the role's counters."""

    @abstractmethod
    def hear(self, note: Note) -> None:
        """Take a message from control."""

    @abstractmethod
    def work(self, ports: list[Port]) -> None:
        """Do some work; ``ports`` can be read."""
