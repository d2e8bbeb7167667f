"""What a comparison of two recorded runs counts, and the candidates in which they differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from trigemu.arrays import I64


@dataclass(frozen=True, slots=True)
class EventDifference:
    """A candidate that two runs decide differently.

    Attributes
    ----------
    frame, time
        Frame number, and TDC counts since its start.
    what
        What differs first: ``fired``, ``passed`` (online selections), ``accepted`` or ``state``.
    only_a, only_b
        Lines of that kind on one side alone.
    state_a, state_b
        Where it ended (``recorded``, ``prescaled``, ``dead_time``, ``vetoed``); "" where a side has no such candidate.
    nearest
        For a candidate that one side alone has: TDC counts to the other side's nearest one in this frame.  A time that
        moved by a few counts is another fault than a trigger that is missing.  None if there is none.
    """

    frame: int
    time: int
    what: str
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    state_a: str
    state_b: str
    nearest: int | None = None


@dataclass(slots=True)
class Pairs:
    """What a comparison of two runs A and B counts.

    Attributes
    ----------
    names
        Lines of both.
    frames, frames_a, frames_b
        Frames that both have decided, and that one of the two has alone.
    compared, different
        Candidates at a time at which one of the two has one; those that are not decided alike.
    only_a, only_b
        Candidates that one side has alone.
    fired, offered, accepted
        int64[3, lines]: candidates in which the line fired; that were sent by level 1 with the line's selection passed;
        that it recorded.  Each in A alone, in B alone, in both.
    events
        The first of those that differ.
    """

    names: tuple[str, ...]
    frames: int = 0
    frames_a: int = 0
    frames_b: int = 0
    compared: int = 0
    different: int = 0
    only_a: int = 0
    only_b: int = 0
    fired: I64 = field(default_factory=lambda: np.zeros((3, 0), np.int64))
    offered: I64 = field(default_factory=lambda: np.zeros((3, 0), np.int64))
    accepted: I64 = field(default_factory=lambda: np.zeros((3, 0), np.int64))
    events: list[EventDifference] = field(default_factory=list)
