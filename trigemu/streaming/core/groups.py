"""Which producer makes which sources."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.streaming.core.peers import Peers


class Groups:
    """The groups of sources, and the names of the producers that hold them.

    Parameters
    ----------
    groups
        Sources of each group.
    peers
        The roles that take part.
    """

    def __init__(self, groups: Sequence[Sequence[str]], peers: Peers) -> None:
        self._groups = groups
        self._peers = peers
        self._held: dict[str, int] = {}

    def take(self, name: str) -> Sequence[str] | None:
        """Return the sources that the producer of this name makes, or None if all are made by others."""
        if name not in self._held:
            free = set(range(len(self._groups))) - set(self._held.values())
            if not free:
                # The group of a producer that is gone may be taken over under another name.
                free = {i for held, i in self._held.items() if self._peers.get(held) is None}
                self._held = {held: i for held, i in self._held.items() if i not in free}
            if not free:
                return None
            self._held[name] = min(free)
        return self._groups[self._held[name]]

    def makers(self) -> dict[str, str]:
        """Return who makes each source."""
        return {source: name for name, group in self._held.items() for source in self._groups[group]}
