"""The recorder's reorder buffer: frames in any order in, each exactly once and in order out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Reorder(Generic[T]):
    """Holds what came too early; drops what came before.

    Credits bound how far ahead of the first frame that is not durable anything can come; ``window`` only
    guards against senders outside the run.

    Attributes
    ----------
    next
        The frame that is wanted.
    repeats, unexpected
        Items dropped because their frame was there already, or lies outside the run or the window.
    """

    def __init__(self, frames: int, window: int, first: int = 0) -> None:
        self.frames = frames
        self.window = window
        self.next = first
        self.repeats = 0
        self.unexpected = 0
        self._waiting: dict[int, T] = {}

    def add(self, frame: int, item: T, *, anywhere: bool = False) -> bool:
        """Take an item (``anywhere``: however far ahead); return whether it is new."""
        if not 0 <= frame < self.frames or (frame >= self.next + self.window and not anywhere):
            self.unexpected += 1
            return False
        if frame < self.next or frame in self._waiting:
            self.repeats += 1
            return False
        self._waiting[frame] = item
        return True

    def ready(self) -> Iterator[T]:
        """Yield and forget the items whose turn it is."""
        while self.next in self._waiting:
            item = self._waiting.pop(self.next)
            self.next += 1
            yield item

    def __len__(self) -> int:
        return len(self._waiting)
