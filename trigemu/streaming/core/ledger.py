"""The ledger: every fragment, frame and trigger ends in exactly one named state.

Fragments are counted as pairs (frame, source): each planned frame owes one fragment per source.  Copies
beyond the one that was built are counted apart: ``duplicate`` (the same again), ``unexpected`` (another run
number, an unknown source, a frame nobody asked for), ``damaged`` (messages that could not be decoded; what they
carried was asked for again) and ``foreign`` (messages of another run, or of a process that does not belong to
this one, refused without a look at what they carry).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FRAGMENT_STATES = ("built", "missing", "late", "corrupt", "dropped", "in_flight")
"""States whose sum is ``expected``."""

FRAGMENT_COPIES = ("duplicate", "unexpected", "damaged", "foreign")
"""Extra copies and messages, counted apart."""

TRIGGER_STATES = ("recorded", "prescaled", "dead_time", "vetoed")
"""States of a trigger candidate, in the order of `TriggerState`."""


@dataclass(slots=True)
class Ledger:
    """Counts of one run, kept where frames become durable, so that a repeat is never counted twice.

    Attributes
    ----------
    sources
        Fragments per frame.
    accepted, rejected, lost
        Frames with a recorded trigger, without one, and given up (inhibited, or incomplete for too long).
    built, missing, dropped, corrupt
        Fragments in recorded frames; that never came for a frame that was given up; dropped by policy; that do
        not fit the others of their frame.
    candidates
        Trigger candidates seen.
    """

    sources: int
    accepted: int = 0
    rejected: int = 0
    lost: int = 0
    built: int = 0
    missing: int = 0
    dropped: int = 0
    corrupt: int = 0
    candidates: int = 0

    def record_frame(self, *, candidates: int, accepted: bool) -> None:
        """Count a complete frame."""
        self.built += self.sources
        self.candidates += candidates
        if accepted:
            self.accepted += 1
        else:
            self.rejected += 1

    def record_quiet(self, frames: int) -> None:
        """Count complete frames without candidates."""
        self.built += frames * self.sources
        self.rejected += frames

    def lose_frame(self, missing: int = 0, corrupt: int = 0) -> None:
        """Count a frame given up: fragments that never came or are wrong, the others were dropped by policy."""
        self.lost += 1
        self.missing += missing
        self.corrupt += corrupt
        self.dropped += self.sources - missing - corrupt


@dataclass(slots=True)
class Balance:
    """The three accounts at the end of a run (see `close`)."""

    frames: dict[str, int] = field(default_factory=dict)
    fragments: dict[str, int] = field(default_factory=dict)
    triggers: dict[str, int] = field(default_factory=dict)
    closed: bool = False


def close(
    ledger: Ledger, planned: int, states: Mapping[str, int], copies: Mapping[str, int], late: int = 0
) -> Balance:
    """Balance the accounts.

    Parameters
    ----------
    ledger
        What was recorded.
    planned
        Frames that were to be processed.
    states
        Triggers in each of `TRIGGER_STATES`.
    copies
        Fragment copies in each of `FRAGMENT_COPIES`.
    late
        Fragments that came after their frame had been given up.
    """
    done = ledger.accepted + ledger.rejected + ledger.lost
    late = min(late, ledger.missing)
    fragments = {
        "expected": planned * ledger.sources,
        "built": ledger.built,
        "missing": ledger.missing - late,
        "late": late,
        "corrupt": ledger.corrupt,
        "dropped": ledger.dropped,
        "in_flight": (planned - done) * ledger.sources,
        **{name: int(copies.get(name, 0)) for name in FRAGMENT_COPIES},
    }
    frames = {
        "planned": planned,
        "accepted": ledger.accepted,
        "rejected": ledger.rejected,
        "lost": ledger.lost,
    }
    triggers = {"candidates": ledger.candidates, **{name: int(states[name]) for name in TRIGGER_STATES}}
    return Balance(frames, fragments, triggers, is_closed(frames, fragments, triggers))


def is_closed(frames: Mapping[str, int], fragments: Mapping[str, int], triggers: Mapping[str, int]) -> bool:
    """Return whether all sums match."""
    return (
        frames["planned"] == frames["accepted"] + frames["rejected"] + frames["lost"]
        and fragments["expected"] == sum(fragments[name] for name in FRAGMENT_STATES)
        and triggers["candidates"] == sum(triggers[name] for name in TRIGGER_STATES)
    )
