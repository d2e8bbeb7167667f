"""Control messages: kinds, and how they are written.  docs/streaming.md lists their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trigemu.errors import TrigemuError
from trigemu.frames.columns import Buffer
from trigemu.frames.wire import WireError, decode, encode

REGISTER, READY, BEAT, PULSE, DURABLE, MISSING, FAILED, LEAVE, ENDED = (
    "register",
    "ready",
    "beat",
    "pulse",
    "durable",
    "missing",
    "failed",
    "leave",
    "ended",
)
"""From a role to control."""

PULSE_SUFFIX = b"~"
"""Heartbeats come over a socket of their own; its identity is that of the role with this after it."""

CONFIGURE, START, WORKER, GONE, RECORDER, ASSIGN, RELEASE, RESEND, SKIP, END, BYE = (
    "configure",
    "start",
    "worker",
    "gone",
    "recorder",
    "assign",
    "release",
    "resend",
    "skip",
    "end",
    "bye",
)
"""From control to a role (``beat`` goes both ways)."""

ROLES = ("producer", "worker", "recorder")


@dataclass(frozen=True, slots=True)
class Note:
    """A control message."""

    kind: str
    fields: Mapping[str, Any]

    def number(self, name: str) -> int:
        """Return a non-negative integer field.

        Raises
        ------
        WireError
            It is not there or something else.
        """
        value = self.fields.get(name)
        if type(value) is not int or value < 0:
            raise WireError(f"control message {self.kind!r}: {name} must be a non-negative integer")
        return value

    def text(self, name: str) -> str:
        """Return a text field (at most 4096 characters); raises `WireError` otherwise."""
        value = self.fields.get(name)
        if not isinstance(value, str) or len(value) > 4096:
            raise WireError(f"control message {self.kind!r}: {name} must be text")
        return value

    def table(self, name: str) -> Mapping[str, Any]:
        """Return a table field; raises `WireError` otherwise."""
        value = self.fields.get(name)
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise WireError(f"control message {self.kind!r}: {name} must be a table")
        return value


MOST_DETAIL = 4000
"""Characters of an error's detail or traceback that a message carries: its end, which says what went wrong."""


def failed_fields(error: TrigemuError, totals: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the fields of `FAILED`."""
    return {"reason": str(error), "detail": error.detail[-MOST_DETAIL:], "totals": totals or {}}


def detail_of(note: Note, name: str = "detail") -> str:
    """Return the detail of a `FAILED` message (or its ``trace``: a traceback for the log), "" where it has none."""
    detail = note.fields.get(name)
    return detail[-MOST_DETAIL:] if isinstance(detail, str) else ""


def write_note(kind: str, fields: Mapping[str, Any]) -> list[Buffer]:
    """Return the parts of a control message."""
    return encode(kind, fields)


def read_note(parts: Sequence[Buffer]) -> Note:
    """Read a control message; raises `WireError` if it is none."""
    message = decode(parts, {})
    return Note(message.kind, message.fields)
