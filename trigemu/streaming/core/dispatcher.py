"""The dispatcher: gives frames to workers against credits, and gives them again when a worker dies."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assign:
    """``count`` frames from ``first`` on go to ``worker``."""

    worker: str
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Frames ``first`` to ``first + count - 1`` are lost: nobody had credit at their planned time, or can make them."""

    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Pace:
    """When frame k is due: ``start_ns + k * frame_ns``."""

    start_ns: int
    frame_ns: float

    def due(self, frame: int) -> int:
        """Return the planned time of a frame, ns."""
        return self.start_ns + int(frame * self.frame_ns)


class Dispatcher:
    """Frames against credits.

    A worker's credit returns when the frame is durable, which bounds everything down to the recorder's
    reorder buffer.  Frames become durable in order, so one number says it all: ``upto``.

    The frames of a worker that is gone may hold up all others, whose workers then get no credit back.  So
    those among the first ``credits`` that are not durable are given without credit: nobody ever holds more
    than ``2 * credits``.

    Parameters
    ----------
    frames
        Frames in the run.
    credits
        Frames a worker may hold.
    window
        How far beyond the first frame that is not durable a frame may be assigned.
    skips
        Frames that nobody can make, first and how many, in order.
    """

    def __init__(self, frames: int, credits: int, window: int, skips: Sequence[tuple[int, int]] = ()) -> None:
        self.limit = frames
        self.credits = credits
        self.window = window
        self.next = 0
        self.upto = 0
        self.pace: Pace | None = None
        self._free: dict[str, int] = {}
        self._owner: dict[int, str] = {}
        self._returned: list[int] = []
        self._skipped: set[int] = set()
        self._ahead = deque((first, first + count) for first, count in skips)

    def start(self, pace: Pace | None) -> None:
        """Begin; with a pace, frames that find no credit at their planned time are skipped (``realtime``)."""
        self.pace = pace

    def add_worker(self, name: str) -> None:
        """Count on a worker that is ready for frames."""
        self._free[name] = self.credits

    def remove_worker(self, name: str) -> list[int]:
        """Take back the frames of a worker that is gone (returned here); they will be assigned again."""
        self._free.pop(name, None)
        back = [frame for frame, owner in self._owner.items() if owner == name]
        for frame in back:
            del self._owner[frame]
            heapq.heappush(self._returned, frame)
        return back

    def durable(self, upto: int) -> None:
        """All frames below ``upto`` are on disk: their credits return."""
        frames = range(self.upto, upto)
        take = self._owner.pop
        for owner, count in Counter([take(frame, None) for frame in frames]).items():
            if owner in self._free:
                self._free[owner] += count
        self._skipped.difference_update(frames if self._skipped else ())
        self.upto = max(self.upto, upto)
        # A frame may have become durable just before its worker died.
        while self._returned and self._returned[0] < self.upto:
            heapq.heappop(self._returned)

    def stop(self) -> None:
        """Assign no new frames; those under way are finished."""
        self.limit = min(self.limit, self.next)

    def pump(self, now_ns: int) -> list[Assign | Skip]:
        """Return what is to be assigned or skipped now."""
        out: list[Assign | Skip] = []
        while self._returned and (worker := self._heir(self._returned[0])):
            self._give(heapq.heappop(self._returned), 1, worker, out)
        while self.next < self.limit and (self.pace is None or self.pace.due(self.next) <= now_ns):
            room = self.upto + self.window - self.next
            first, stop = self._absent()
            if first <= self.next:
                if room <= 0:
                    break
                count = min(stop - self.next, room, self.limit - self.next)
                for frame in range(self.next, self.next + count):
                    self._skip(frame, out)
                self.next += count
                continue
            best = self._best() if room > 0 else None
            count = 1
            if best:
                if self.pace is None:
                    count = min(best[1], room, self.limit - self.next, first - self.next)
                self._give(self.next, count, best[0], out)
            elif self.pace is not None:
                self._skip(self.next, out)
            else:
                break
            self.next += count
        return out

    def _absent(self) -> tuple[int, int]:
        """Return the next stretch of frames that nobody can make; beyond the end if there is none."""
        while self._ahead and self._ahead[0][1] <= self.next:
            self._ahead.popleft()
        return self._ahead[0] if self._ahead else (self.limit, self.limit)

    def _best(self) -> tuple[str, int] | None:
        """Return the worker with most credit and by how much it leads (at least 1); None without credit."""
        free = self._free
        best = max(free, key=free.__getitem__, default=None)
        if best is None or free[best] <= 0:
            return None
        second = max((credit for worker, credit in free.items() if worker != best and credit > 0), default=0)
        return best, max(1, free[best] - second)

    def _heir(self, frame: int) -> str | None:
        """Return who gets a frame that came back; the oldest need no credit, for all others wait for them."""
        if frame < self.upto + self.credits:
            return max(self._free, key=self._free.__getitem__, default=None)
        best = self._best()
        return best[0] if best else None

    def _give(self, first: int, count: int, worker: str, out: list[Assign | Skip]) -> None:
        self._owner.update(dict.fromkeys(range(first, first + count), worker))
        self._free[worker] -= count
        last = out[-1] if out else None
        if isinstance(last, Assign) and last.worker == worker and last.first + last.count == first:
            out[-1] = Assign(worker, last.first, last.count + count)
        else:
            out.append(Assign(worker, first, count))

    def _skip(self, frame: int, out: list[Assign | Skip]) -> None:
        self._skipped.add(frame)
        _extend(out, frame)

    def outstanding(self) -> list[Assign]:
        """Return all assignments that are not durable: what a restarted producer has to send."""
        return [Assign(worker, frame, 1) for frame, worker in sorted(self._owner.items())]

    def skips(self) -> list[Skip]:
        """Return all skipped frames that are not durable: what a restarted recorder has to know."""
        out: list[Skip] = []
        for frame in sorted(self._skipped):
            _extend(out, frame)
        return out

    def owner(self, frame: int) -> str | None:
        """Return who holds a frame."""
        return self._owner.get(frame)

    def due_in_ns(self, now_ns: int) -> int | None:
        """Return ns until the next frame is due (None without a pace or without frames left)."""
        if self.pace is None or self.next >= self.limit:
            return None
        return max(0, self.pace.due(self.next) - now_ns)

    @property
    def has_work(self) -> bool:
        """Whether somebody holds a frame, or none needs to wait for its planned time."""
        return self.next > self.upto or self.pace is None

    @property
    def finished(self) -> bool:
        """Whether every frame up to the limit is durable."""
        return self.next >= self.limit and self.upto >= self.limit


def _extend(out: list[Skip] | list[Assign | Skip], frame: int) -> None:
    """Add a skipped frame to the last stretch, or begin another."""
    last = out[-1] if out else None
    if isinstance(last, Skip) and last.first + last.count == frame:
        out[-1] = Skip(last.first, last.count + 1)
    else:
        out.append(Skip(frame, 1))
