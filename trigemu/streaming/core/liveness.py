"""Who is alive and who gets on: signs of life, progress, and lives that run out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class Pulse:
    """Last sign of life of a role, and when its progress last changed (seconds of the caller's clock)."""

    seen: float
    moved: float
    progress: Hashable = None


class Liveness:
    """Counts missed heartbeats, and looks for roles that are alive but do not get on.

    Heartbeats come from a thread of their own, so a role whose trigger takes long for a frame is alive; they carry
    how far its work is, so one that hangs is found as well.

    Parameters
    ----------
    interval
        Seconds between heartbeats.
    lives
        Heartbeats in a row that may be missed; one more means dead.
    stall_s
        Seconds without progress after which a role counts as stuck (0: never).
    """

    def __init__(self, interval: float, lives: int, stall_s: float = 0.0) -> None:
        self.interval = interval
        self.lives = lives
        # Progress is heard of with heartbeats.
        self.stall_s = max(stall_s, 3 * interval) if stall_s else 0.0
        self._pulses: dict[str, Pulse] = {}

    def watch(self, name: str, now: float) -> None:
        """Begin to watch a role (again)."""
        self._pulses[name] = Pulse(now, now)

    def watches(self, name: str) -> bool:
        """Return whether a role is watched."""
        return name in self._pulses

    def forget(self, name: str) -> None:
        """Stop watching."""
        self._pulses.pop(name, None)

    def beat(self, name: str, now: float, progress: Hashable = None) -> None:
        """Note a sign of life; ``progress`` is anything that changes while work is being done."""
        pulse = self._pulses.get(name)
        if pulse is None:
            return
        pulse.seen = now
        if progress is not None and progress != pulse.progress:
            pulse.progress = progress
            pulse.moved = now

    def excuse(self, seconds: float, now: float) -> None:
        """Do not count a time in which nobody looked (the watcher itself was stopped)."""
        for pulse in self._pulses.values():
            pulse.seen = min(pulse.seen + seconds, now)
            pulse.moved = min(pulse.moved + seconds, now)

    def lives_left(self, name: str, now: float) -> int:
        """Return how many more heartbeats a role may miss."""
        missed = int((now - self._pulses[name].seen) / self.interval)
        return max(0, self.lives - missed)

    def beats(self, name: str, now: float) -> bool:
        """Return whether a role is watched and has missed no more than one heartbeat."""
        pulse = self._pulses.get(name)
        return pulse is not None and now - pulse.seen < 2 * self.interval

    def idle_for(self, name: str, now: float) -> float:
        """Return for how many seconds a role has made no progress (it may be alive all the same)."""
        return now - self._pulses[name].moved

    def dead(self, now: float) -> list[str]:
        """Return the roles whose lives have run out; they are no longer watched."""
        names = [name for name in self._pulses if self.lives_left(name, now) == 0]
        for name in names:
            self.forget(name)
        return names

    def stalled(self, now: float) -> list[str]:
        """Return the roles that do not get on; they are no longer watched."""
        if not self.stall_s:
            return []
        names = [name for name in self._pulses if self.idle_for(name, now) > self.stall_s]
        for name in names:
            self.forget(name)
        return names
