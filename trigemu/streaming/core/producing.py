"""The producer's core: what to make and send next, and what to keep until it is durable."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Task(NamedTuple):
    """Send the fragments of these sources in this frame to this worker."""

    worker: str
    frame: int
    sources: tuple[str, ...]


class ProducerCore(Generic[T]):
    """A queue of tasks and the fragments of frames that are not durable yet.

    Parameters
    ----------
    sources
        The sources this producer makes.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self.sources = tuple(sources)
        self.upto = 0
        self.sent = 0
        self.resent = 0
        self._workers: set[str] = set()
        self._queue: deque[Task] = deque()
        self._held: dict[int, dict[str, T]] = {}
        self._planned: dict[int, int] = {}
        self._owner: dict[int, str] = {}

    def add_worker(self, worker: str) -> None:
        """Add a worker that can be sent to."""
        self._workers.add(worker)

    def remove_worker(self, worker: str) -> None:
        """Remove a worker that is gone: what waited for it will be assigned again."""
        self._workers.discard(worker)
        self._queue = deque(task for task in self._queue if task.worker != worker)
        self._owner = {frame: owner for frame, owner in self._owner.items() if owner != worker}

    def assign(self, worker: str, first: int, count: int, planned_ns: int, frame_ns: float = 0.0) -> None:
        """Give frames to a worker; frame ``first + i`` was planned at ``planned_ns + i * frame_ns``."""
        for frame in range(max(first, self.upto), first + count):
            # The planned time of a frame that is assigned again stays what it was.
            self._planned.setdefault(frame, planned_ns + int((frame - first) * frame_ns))
            if worker in self._workers:
                self._owner[frame] = worker
                self._queue.append(Task(worker, frame, self.sources))

    def ask_again(self, worker: str, have: Collection[int], partial: Mapping[int, Collection[str]]) -> None:
        """Send again what a worker lacks of the frames assigned to it.

        Parameters
        ----------
        worker
            Who asks.
        have
            Frames it has built.
        partial
            Frames it has in part, with the sources they lack.
        """
        waiting = {task.frame for task in self._queue}
        for frame, owner in sorted(self._owner.items()):
            if owner != worker or frame in have or frame in waiting:
                continue
            lacking = partial.get(frame, self.sources)
            mine = tuple(source for source in self.sources if source in lacking)
            if mine:
                self.resent += len(mine)
                self._queue.append(Task(worker, frame, mine))

    def release(self, upto: int) -> None:
        """Drop the frames below ``upto``: they are durable."""
        for frame in range(self.upto, upto):
            self._held.pop(frame, None)
            self._planned.pop(frame, None)
            self._owner.pop(frame, None)
        self.upto = max(self.upto, upto)

    def pop(self) -> Task | None:
        """Return the next task, skipping frames that have become durable in the meantime."""
        while self._queue:
            task = self._queue.popleft()
            if task.frame >= self.upto:
                return task
        return None

    def planned_ns(self, frame: int) -> int:
        """Return when a frame was planned."""
        return self._planned[frame]

    def held(self, frame: int, source: str) -> T | None:
        """Return a fragment that was made before."""
        return self._held.get(frame, {}).get(source)

    def hold(self, frame: int, source: str, fragment: T) -> None:
        """Keep a fragment until its frame is durable."""
        self._held.setdefault(frame, {})[source] = fragment

    @property
    def waiting(self) -> int:
        """Tasks in the queue."""
        return len(self._queue)

    @property
    def holding(self) -> int:
        """Frames kept."""
        return len(self._held)
