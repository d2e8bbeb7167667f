"""Who is alive: heartbeats that carry progress, and lives that run out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pulse:
    """Last sign of life of a role, and when its progress last changed (seconds of the caller's clock)."""

    seen: float
    moved: float
    progress: int = -1


class Liveness:
    """Counts missed heartbeats.

    Heartbeats come from the loop that does the work, so a role that hangs in a kernel stops beating although
    its network threads still answer.

    Parameters
    ----------
    interval
        Seconds between heartbeats.
    lives
        Heartbeats in a row that may be missed; one more means dead.
    """

    def __init__(self, interval: float, lives: int) -> None:
        self.interval = interval
        self.lives = lives
        self._pulses: dict[str, Pulse] = {}

    def watch(self, name: str, now: float) -> None:
        """Begin to watch a role (again)."""
        self._pulses[name] = Pulse(now, now)

    def forget(self, name: str) -> None:
        """Stop watching."""
        self._pulses.pop(name, None)

    def beat(self, name: str, now: float, progress: int | None = None) -> None:
        """Note a sign of life; ``progress`` is any number that changes while work is being done."""
        pulse = self._pulses.get(name)
        if pulse is None:
            return
        pulse.seen = now
        if progress is not None and progress != pulse.progress:
            pulse.progress = progress
            pulse.moved = now

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
