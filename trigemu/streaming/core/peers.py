"""Who takes part in a run: the roles that have registered, and what they last said of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

COPIES = ("duplicate", "unexpected", "damaged", "late", "foreign")
"""Counters that roles report with their heartbeats."""


@dataclass(slots=True)
class Peer:
    """A role process.

    Attributes
    ----------
    role, name, identity, endpoint
        What it is, what it is called, its address on the control socket, and where it takes data.
    ready, ended
        Whether it has been set up, and has delivered its totals.
    progress
        Any number that changes while it works.
    doing
        What it does while it is being set up, in words.
    """

    role: str
    name: str
    identity: bytes
    endpoint: str
    ready: bool = False
    ended: bool = False
    progress: int = -1
    doing: str = ""


@dataclass(slots=True)
class History:
    """What outlives the processes of one name: memory (MiB), restarts and the counters of earlier lives."""

    start_mib: float = 0.0
    end_mib: float = 0.0
    peak_mib: float = 0.0
    restarts: int = 0
    earlier: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def memory(self) -> dict[str, float]:
        """Return plain data."""
        return {
            "start_mib": self.start_mib,
            "end_mib": self.end_mib,
            "peak_mib": self.peak_mib,
            "restarts": self.restarts,
        }


class Peers:
    """The roles of a run by name and by identity.

    Attributes
    ----------
    damaged, foreign
        Control's own counts: messages that it could not read, and those of processes that do not belong to the run.
    """

    def __init__(self) -> None:
        self._peers: dict[str, Peer] = {}
        self._names: dict[bytes, str] = {}
        self.histories: dict[str, History] = {}
        self.damaged = 0
        self.foreign = 0

    def add(self, peer: Peer) -> None:
        """Add a role that has registered."""
        self._peers[peer.name] = peer
        self._names[peer.identity] = peer.name
        self.histories.setdefault(peer.name, History())

    def remove(self, name: str) -> Peer | None:
        """Remove a role that is gone; what it had counted is kept."""
        peer = self._peers.pop(name, None)
        if peer is not None:
            self._names.pop(peer.identity, None)
            history = self.histories[name]
            for key, count in history.counters.items():
                history.earlier[key] = history.earlier.get(key, 0) + count
            history.counters = {}
        return peer

    def get(self, name: str) -> Peer | None:
        """Return a role by name."""
        return self._peers.get(name)

    def find(self, identity: bytes) -> Peer | None:
        """Return a role by its identity on the control socket."""
        name = self._names.get(identity)
        return None if name is None else self._peers[name]

    def of(self, role: str, *, ready: bool = False) -> Iterator[Peer]:
        """Yield the peers of a role (only those that are set up, if asked)."""
        for peer in list(self._peers.values()):
            if peer.role == role and (peer.ready or not ready):
                yield peer

    def __iter__(self) -> Iterator[Peer]:
        return iter(list(self._peers.values()))

    def report(self, peer: Peer, memory_mib: float, counters: Mapping[str, int]) -> None:
        """Take note of what a role says of itself."""
        history = self.histories[peer.name]
        history.counters = {key: counters[key] for key in counters if key in COPIES}
        if memory_mib > 0:
            # The first report comes when the role is ready, with all its tables and caches.
            history.start_mib = history.start_mib or memory_mib
            history.end_mib = memory_mib
            history.peak_mib = max(history.peak_mib, memory_mib)

    def count(self, key: str) -> int:
        """Return a counter summed over all roles and their earlier lives."""
        own = {"damaged": self.damaged, "foreign": self.foreign}.get(key, 0)
        return own + sum(h.counters.get(key, 0) + h.earlier.get(key, 0) for h in self.histories.values())
