"""Roles that join: what they are called, how many are there, and who is missing."""

from __future__ import annotations

from collections.abc import Container
from itertools import count

from trigemu.streaming.core.peers import Peers
from trigemu.streaming.core.plan import Plan
from trigemu.streaming.core.protocol import ROLES
from trigemu.streaming.core.runstate import State

_STEM = 48
"""Characters of a name that a number is put after."""


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name like this one that nobody has: ``worker-1`` where ``worker-0`` is taken."""
    stem, dash, number = name.rpartition("-")
    if not (dash and number.isdecimal()):
        stem = name
    return next(other for i in count(1) if (other := f"{stem[:_STEM]}-{i}") not in taken)


def wanted(plan: Plan) -> dict[str, int]:
    """Return how many of each role a run begins with."""
    return dict(zip(ROLES, (len(plan.producers), plan.workers, 1), strict=True))


def ready(plan: Plan, peers: Peers) -> tuple[int, int]:
    """Return how many of the roles that a run begins with are set up, and how many these are."""
    there = [min(len(list(peers.of(role, ready=True))), most) for role, most in wanted(plan).items()]
    return sum(there), plan.wanted


def lacking(plan: Plan, peers: Peers, state: State) -> dict[str, tuple[int, int]]:
    """Return the roles that a run in this state waits for: how many are missing, and of how many."""
    found: dict[str, tuple[int, int]] = {}
    if state not in (State.IDLE, State.CONFIGURED, State.RUNNING):
        return found
    for role, number in wanted(plan).items():
        # Once frames flow, one worker is enough for them to go on.
        most = 1 if state is State.RUNNING and role == "worker" else number
        missing = most - len(list(peers.of(role)))
        if missing > 0:
            found[role] = (missing, most)
    return found


def waits_for(lacks: dict[str, tuple[int, int]]) -> str:
    """Return who is missing, as a sentence: ``waiting for 2 of 3 producers and the recorder``; "" for nobody."""
    parts = [
        f"the {role}" if most == 1 else f"{missing} of {most} {role}s"
        for role, (missing, most) in lacks.items()
    ]
    listed = ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1] if parts else ""
    return f"waiting for {listed}" if listed else ""
