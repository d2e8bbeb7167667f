"""Who may take part in a run: the checks of a role that registers."""

from __future__ import annotations

from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.endpoints import check_endpoint, check_name
from trigemu.streaming.core.peers import Peers
from trigemu.streaming.core.plan import Plan, Send
from trigemu.streaming.core.protocol import Note

MAX_ANSWERS = 1000
"""Refusals that are answered; whoever goes on is only counted, so that nothing piles up for one who does not listen."""


class Door:
    """Refuses roles that do not belong to a run, and counts them in ``peers.foreign``.

    Attributes
    ----------
    home
        Where control listens; "": addresses of roles are not looked at.
    """

    def __init__(self, plan: Plan, peers: Peers) -> None:
        self.home = ""
        self._plan = plan
        self._peers = peers
        self._answered = 0
        # Late-comers may help out, as many again as there are.
        self._most = 2 * plan.workers

    def refuse(self, identity: bytes, reason: str) -> list[Send]:
        """Send a role home with a sentence."""
        self._peers.foreign += 1
        self._answered += 1
        if self._answered > MAX_ANSWERS:
            return []
        return [Send(identity, p.BYE, {"reason": reason, "refused": True})]

    def is_foreign(self, note: Note) -> bool:
        """Return whether a message of a role that has been configured is not of this run."""
        return self._plan.tag is not None and note.fields.get("tag") != self._plan.tag

    def objection(self, identity: bytes, role: str, name: str, endpoint: str, note: Note) -> str:
        """Return why a role cannot take part, "" if it can."""
        if wrong := check_name(name):
            return wrong
        given = note.fields.get("tag")
        if (self._plan.tickets and given != self._plan.tag) or (given is not None and self.is_foreign(note)):
            return f"{name} belongs to another run"
        if self._peers.find(identity) is not None:
            return f"this process takes part already, {name} would be its second name"
        if (
            role == "worker"
            and self._peers.get(name) is None
            and len(list(self._peers.of("worker"))) >= self._most
        ):
            return f"this run needs no other worker than the {self._most} it has"
        if role != "producer" and self.home and (wrong := check_endpoint(endpoint, self.home)):
            return f"{name} cannot be sent anything: {wrong}"
        return ""
