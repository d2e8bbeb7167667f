"""A role's end of the control socket: messages, heartbeats, and noticing that control is gone."""

from __future__ import annotations

import math
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

from trigemu.errors import RunError
from trigemu.frames.wire import WireError
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.link.addresses import ipc_folder_of
from trigemu.streaming.link.pulse import Pulse
from trigemu.streaming.link.transport import Transport
from trigemu.streaming.process import resident_bytes

PATIENCE_S = 600.0
"""How long a role waits for its configuration."""


class ControlLostError(RunError):
    """Control is gone: its process ended, or it sends no heartbeats."""


class Link:
    """Talks to control.

    Parameters
    ----------
    transport
        The sockets of this process.
    control
        Control's endpoint.
    role, name
        What this process is.
    parent
        Process id of control, if this process was started by it (0: somewhere else).

    Attributes
    ----------
    damaged
        Messages from control that could not be read.
    foreign
        Messages that are not of this run.
    tag
        Number of the run that this process takes part in; None until control has said.
    pulse
        Its heartbeats.
    patience_s
        Longest time to wait for anything without a look at whether control lives.
    """

    def __init__(self, transport: Transport, control: str, role: str, name: str, parent: int = 0) -> None:
        self.transport = transport
        self.control = control
        self.role = role
        self.name = name
        self.damaged = 0
        self.foreign = 0
        self.tag: int | None = None
        self._parent = parent
        # A name of its own for every life: what was meant for an earlier one does not reach this one.
        self.identity = f"{name}/{os.getpid()}/{secrets.token_hex(4)}".encode()[-254:]
        self.port = transport.dealer(control, self.identity)
        # A folder that control has made for its sockets goes with it; a user's own is not touched.
        folder = ipc_folder_of(control) if parent else None
        self.pulse = Pulse(transport, control, self.identity, parent, folder)
        self._heartbeat_s = 1.0
        # Control may have much to compile; whether it lives is seen otherwise where it is the parent.
        self._patience_s = math.inf if parent else PATIENCE_S
        self.patience_s = 0.2
        self._seen = time.monotonic()
        self._beaten = 0.0

    def configure(self, heartbeat_s: float, grace_s: float) -> None:
        """Take over the run's heartbeat, and how long a role may outlive control."""
        self._heartbeat_s = heartbeat_s
        self._patience_s = math.inf
        # So often at least a role that waits for something looks whether control lives.
        self.patience_s = min(heartbeat_s / 2, grace_s / 8)
        self.pulse.configure(heartbeat_s, grace_s)

    def send(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Send a message to control."""
        self.port.send(p.write_note(kind, {**fields, "tag": self.tag}))

    def notes(self) -> Iterator[Note]:
        """Yield the messages that are there; unreadable ones are counted."""
        for parts in self.port.receive():
            self._seen = time.monotonic()
            try:
                note = p.read_note(parts)
            except WireError:
                self.damaged += 1
                continue
            if self.tag is not None and note.fields.get("tag") != self.tag:
                self.foreign += 1
                continue
            yield note

    def refused(self) -> int:
        """Return how many messages and connections that do not belong to this run were refused so far."""
        return self.foreign + self.transport.strangers

    def beat_due(self, now: float) -> bool:
        """Return whether it is time for a heartbeat.

        Raises
        ------
        ControlLostError
            Control has not been heard of for too long.
        """
        if self.pulse.orphaned:
            how = "the control process has ended" if self._parent else "control sends no heartbeats"
            raise ControlLostError(f"{self.name}: {how}")
        if now - self._beaten < self._heartbeat_s:
            return False
        self._beaten = now
        if now - self._seen > self._patience_s:
            raise ControlLostError(f"{self.name}: control sends no heartbeats")
        return True

    def close(self) -> None:
        """Close all sockets of this process."""
        self.pulse.stop()
        self.transport.close()

    def report(
        self, kind: str, progress: int, counters: Mapping[str, int], fields: Mapping[str, Any]
    ) -> None:
        """Send a message with the figures of this process."""
        figures = {"progress": progress, "memory": resident_bytes(), "counters": dict(counters)}
        self.send(kind, {**figures, **fields})

    @property
    def heartbeat_s(self) -> float:
        """Seconds between heartbeats."""
        return self._heartbeat_s
