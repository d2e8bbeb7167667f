"""What run control watches: whether each role lives and gets on, and whether the run as a whole does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trigemu.streaming.core.dispatcher import Dispatcher
from trigemu.streaming.core.liveness import Liveness
from trigemu.streaming.core.peers import Peers


class Watch:
    """Signs of life of all roles, and what the run waits for.

    A role that control has started itself is watched before it has registered, too: then by what the system says of
    its process.

    Parameters
    ----------
    peers
        The roles that have registered.
    interval, lives, stall_s
        As for `Liveness`; the run as a whole may stand still for ``stall_s``, too.
    """

    def __init__(self, peers: Peers, interval: float, lives: int, stall_s: float) -> None:
        self.liveness = Liveness(interval, lives, stall_s)
        self._peers = peers
        self._clocks: dict[str, int] = {}
        self._work: dict[str, int] = {}
        self._looked: float | None = None
        self._moved = 0.0
        self._ends: dict[str, tuple[str, int]] = {}
        self._lacking: dict[str, tuple[frozenset[int], dict[int, tuple[str, ...]]]] = {}

    def moved(self, now: float) -> None:
        """Note that the run as a whole has got on."""
        self._moved = now

    def forget(self, name: str) -> None:
        """Stop watching a role that is gone or has done its part."""
        self.liveness.forget(name)
        self._clocks.pop(name, None)
        self._work.pop(name, None)
        self._lacking.pop(name, None)

    def process(self, name: str, clock: int, stopped: bool, now: float) -> None:
        """Note what the system says of a process on this machine: processor time used, and whether it is stopped."""
        ran, self._clocks[name] = clock != self._clocks.get(name), clock
        if stopped:
            return
        if self._peers.get(name) is None:
            # It cannot say so itself yet.
            self.liveness.beat(name, now, ("starts", clock))
        elif ran:
            # A kernel that keeps the interpreter's lock keeps the heartbeats from leaving.
            self.liveness.beat(name, now)

    def pulse(self, name: str, work: int, turns: int, now: float) -> None:
        """Note a heartbeat: how much a role has done, and how often its loop has turned."""
        self.liveness.beat(name, now, (work, turns))
        if self._work.get(name) != work:
            self._work[name] = work
            self.moved(now)

    def lacking(self, worker: str, have: Any, partial: Any) -> None:
        """Note what a worker says that it waits for."""
        self._lacking[worker] = (
            frozenset(have),
            {frame: tuple(map(str, sources)) for frame, sources in partial},
        )

    def look(self, now: float) -> Iterator[tuple[str, str]]:
        """Yield the roles that are to be replaced, and why."""
        last, self._looked = self._looked, now
        if last is not None and now - last > self.liveness.interval:
            # Control itself was stopped: what the others did meanwhile it cannot know.
            self.liveness.excuse(now - last, now)
            self._moved = min(self._moved + now - last, now)
        for name in self.liveness.dead(now):
            yield name, "sends no heartbeats"
        for name in self.liveness.stalled(now):
            yield name, f"is alive but has not got on for {self.liveness.stall_s:g} s (streaming.stall_s)"

    def stands_still(self, now: float) -> bool:
        """Return whether the run as a whole has not got on for too long (roles that start are watched alone)."""
        stall_s = self.liveness.stall_s
        watched = self.liveness.watches
        starting = any(watched(name) and self._peers.get(name) is None for name in self._clocks)
        if starting or any(not peer.ready for peer in self._peers):
            self._moved = now
        return bool(stall_s) and now - self._moved > stall_s

    def ended_again(self, role: str, story: str, upto: int) -> bool:
        """Return whether a role has ended in the same way before, and nothing was recorded in between."""
        again = self._ends.get(role) == (story, upto)
        self._ends[role] = (story, upto)
        return again

    def who_waits(self, dispatcher: Dispatcher, ending: str | None, producers: Mapping[str, str]) -> str:
        """Return who waits for what, as a sentence; ``producers``: source -> name of the role that makes it."""
        for role in ("recorder", "worker", "producer"):
            if not any(self._peers.of(role)):
                return f"the run has no {role}"
        if ending is not None:
            names = [peer.name for peer in self._peers.of(ending) if not peer.ended]
            return f"control waits for the totals of {_listed(names) or ending}"
        frame = dispatcher.upto
        worker = dispatcher.owner(frame)
        if worker is None:
            return f"frame {frame} was given to nobody"
        have, partial = self._lacking.get(worker, (frozenset(), {}))
        if frame in partial:
            makers = [f"{source} (of {producers.get(source, 'nobody')})" for source in partial[frame]]
            return f"{worker} waits for frame {frame}: {_listed(makers)}"
        if frame in have:
            return f"the recorder waits for frame {frame}, which {worker} has decided"
        return f"the recorder waits for frame {frame}, which was given to {worker}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def is_failure(story: str) -> bool:
    """Return whether a process ended by itself (what kills it from outside may be gone the next time)."""
    return story.startswith("ended with code")
