"""What a conductor is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to a role."""

    identity: bytes
    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Restart:
    """Start a role again (kill what is left of it first)."""

    name: str
    reason: str


Instruction = Send | Restart


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs.

    Attributes
    ----------
    frames
        Frames in the run.
    producers
        Sources of each producer.
    workers, credits, window
        How many workers there are at the start, frames each may hold, and how far ahead of the first frame
        that is not durable one may be assigned.
    frame_ns
        Wall time per frame for ``realtime``; None for ``lossless``.
    heartbeat_s, lives, stall_s, max_restarts
        Liveness (see `trigemu.streaming.core.watch`), and how many restarts a run may have.
    configuration
        What every role is sent.
    tag
        Number of the run, which all its messages carry (`trigemu.frames.records.run_tag`); None: nobody looks.
    tickets
        Whether a role must know `tag` when it registers: control has started all roles itself.
    skips
        Frames that nobody can make (first and how many): a damaged recording does not have them.
    """

    frames: int
    producers: Sequence[Sequence[str]]
    workers: int
    credits: int
    window: int
    frame_ns: float | None
    heartbeat_s: float
    lives: int
    max_restarts: int
    configuration: Mapping[str, Any] = field(default_factory=dict)
    tag: int | None = None
    tickets: bool = False
    skips: Sequence[tuple[int, int]] = ()
    stall_s: float = 0.0

    @property
    def wanted(self) -> int:
        """Roles that a run begins with."""
        return len(self.producers) + self.workers + 1
