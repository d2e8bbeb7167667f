"""Who may take part in a run: the checks of a role that registers."""

from __future__ import annotations

from trigemu.streaming.core.endpoints import check_endpoint, check_name
from trigemu.streaming.core.gathering import free_name
from trigemu.streaming.core.liveness import Liveness
from trigemu.streaming.core.orders import refuse
from trigemu.streaming.core.peers import Peers
from trigemu.streaming.core.plan import Plan, Send
from trigemu.streaming.core.protocol import Note

MAX_ANSWERS = 1000
"""Refusals that are answered; whoever goes on is only counted, so that nothing piles up for one who does not listen."""


class Door:
    """Refuses roles that do not belong to a run, and counts them in ``peers.foreign``; names those that do.

    Attributes
    ----------
    home
        Where control listens; "": addresses of roles are not looked at.
    """

    def __init__(self, plan: Plan, peers: Peers, liveness: Liveness) -> None:
        self.home = ""
        self._liveness = liveness
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
        return [refuse(identity, reason)]

    def full(self, role: str) -> str:
        """Return what a producer or a recorder is told that finds its place taken."""
        plan = self._plan
        # Where people start roles, this may be the successor of one whose death nobody has noticed yet.
        missed = f"it is missed in {plan.lives * plan.heartbeat_s:g} s: try again then"
        hint = "" if plan.tickets else f" (if one has died, {missed})"
        return f"this run needs no other {role}{hint}"

    def is_foreign(self, note: Note) -> bool:
        """Return whether a message of a role that has been configured is not of this run."""
        return self._plan.tag is not None and note.fields.get("tag") != self._plan.tag

    def admit(
        self, identity: bytes, role: str, name: str, endpoint: str, note: Note, now: float
    ) -> tuple[str, str]:
        """Return what a process is called in the run, and why it cannot take part ("" if it can).

        Where people start roles, one that asks for the name of another that lives gets a name of its own.
        """
        if objection := self._objection(identity, name, endpoint if role != "producer" else None, note):
            return name, objection
        namesake = self._peers.get(name)
        if namesake is not None and self._liveness.beats(name, now):
            if not self._plan.tickets:
                name, namesake = free_name(name, {peer.name for peer in self._peers}), None
            elif namesake.ready:
                return name, f"this run has a {namesake.role} called {name} already"
        more = role == "worker" and namesake is None
        if more and len(list(self._peers.of("worker"))) >= self._most:
            return name, f"this run needs no other worker than the {self._most} it has"
        return name, ""

    def _objection(self, identity: bytes, name: str, endpoint: str | None, note: Note) -> str:
        # Nobody sends data to a process without an endpoint.
        if wrong := check_name(name):
            return wrong
        given = note.fields.get("tag")
        if (self._plan.tickets and given != self._plan.tag) or (given is not None and self.is_foreign(note)):
            return f"{name} belongs to another run"
        if self._peers.find(identity) is not None:
            return f"this process takes part already, {name} would be its second name"
        if endpoint is not None and self.home and (wrong := check_endpoint(endpoint, self.home)):
            return f"{name} cannot be sent anything: {wrong}"
        return ""
