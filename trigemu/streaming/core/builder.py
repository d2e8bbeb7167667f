"""The event builder: fragments in, complete time frames out, every other copy counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Partial(Generic[T]):
    """A frame that is being built: its fragments so far, and when the first came (the caller's clock, s)."""

    first: float
    asked: float
    fragments: dict[str, T] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A frame that still lacks fragments."""

    frame: int
    missing: tuple[str, ...]


class EventBuilder(Generic[T]):
    """Collects one fragment per source and frame.

    Memory is bounded: only frames in ``[upto, upto + window)`` are accepted, where ``upto`` is the first
    frame that is not durable yet.

    Parameters
    ----------
    run
        Run number; fragments of another run are unexpected.
    sources
        Sources that make a frame complete.
    frames
        Frames in the run.
    window
        How many frames beyond the first one that is not durable may be under way.

    Attributes
    ----------
    duplicate, unexpected, late
        Fragments that came again, that nobody asked for, that came after their frame was given up.
    """

    def __init__(self, run: int, sources: Sequence[str], frames: int, window: int) -> None:
        self.run = run
        self.sources = frozenset(sources)
        self.frames = frames
        self.window = window
        self.upto = 0
        self.duplicate = 0
        self.unexpected = 0
        self.late = 0
        self._partial: dict[int, Partial[T]] = {}
        self._done: set[int] = set()
        self._given_up: dict[int, set[str]] = {}

    def add(self, run: int, frame: int, source: str, fragment: T, now: float) -> dict[str, T] | None:
        """Take a fragment; return all fragments of its frame when it completes it."""
        if run != self.run or source not in self.sources or not 0 <= frame < self.frames:
            self.unexpected += 1
            return None
        if frame in self._given_up:
            self._late(frame, source)
            return None
        if frame < self.upto or frame in self._done:
            self.duplicate += 1
            return None
        if frame >= self.upto + self.window:
            self.unexpected += 1
            return None
        partial = self._partial.get(frame)
        if partial is None:
            partial = self._partial[frame] = Partial(now, now)
        if source in partial.fragments:
            self.duplicate += 1
            return None
        partial.fragments[source] = fragment
        if len(partial.fragments) < len(self.sources):
            return None
        del self._partial[frame]
        self._done.add(frame)
        return partial.fragments

    def _late(self, frame: int, source: str) -> None:
        missing = self._given_up[frame]
        if source in missing:
            missing.discard(source)
            self.late += 1
        else:
            self.duplicate += 1

    def release(self, upto: int) -> None:
        """Forget all frames below ``upto``: they are durable, whoever decided them."""
        if upto <= self.upto:
            return
        self.upto = upto
        self._done = {frame for frame in self._done if frame >= upto}
        for frame in [frame for frame in self._partial if frame < upto]:
            del self._partial[frame]
        # Given-up frames are remembered a while longer: what comes for them is late, not a duplicate.
        for frame in [frame for frame in self._given_up if frame < upto - self.window]:
            del self._given_up[frame]

    def stale(self, now: float, age: float) -> bool:
        """Return whether a frame has lacked fragments, and nobody asked, for longer than ``age`` seconds."""
        old = [partial for partial in self._partial.values() if now - partial.asked > age]
        for partial in old:
            partial.asked = now
        return bool(old)

    def have(self) -> list[int]:
        """Return the frames that were built and are not durable yet."""
        return sorted(self._done)

    def lacking(self) -> list[Incomplete]:
        """Return the frames that are being built, with what they lack."""
        return [Incomplete(frame, self._missing(partial)) for frame, partial in self._partial.items()]

    def give_up(self, now: float, age: float) -> list[Incomplete]:
        """Drop frames that have been incomplete for longer than ``age`` seconds and return them."""
        old = [frame for frame, partial in self._partial.items() if now - partial.first > age]
        found = []
        for frame in old:
            missing = self._missing(self._partial.pop(frame))
            self._given_up[frame] = set(missing)
            found.append(Incomplete(frame, missing))
        return found

    def _missing(self, partial: Partial[T]) -> tuple[str, ...]:
        return tuple(sorted(self.sources - partial.fragments.keys()))

    @property
    def pending(self) -> int:
        """Frames that are being built."""
        return len(self._partial)
