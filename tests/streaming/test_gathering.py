"""Roles that people start one by one: each gets a name of its own, and control knows who is missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigemu.streaming.core.assemble import snapshot
from trigemu.streaming.core.conductor import Conductor
from trigemu.streaming.core.endpoints import check_name
from trigemu.streaming.core.gathering import free_name, lacking, ready, waits_for
from trigemu.streaming.core.plan import Plan, Send
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.core.runstate import State

S = 1_000_000_000
FIGURES: dict[str, Any] = {"memory": 0, "counters": {}, "progress": 0, "next": 0}


class Party:
    """A run of three producers, two workers and a recorder that somebody starts."""

    def __init__(self, *, tickets: bool = False) -> None:
        plan = Plan(100, (("a",), ("b",), ("c",)), 2, 4, 16, None, 1.0, 3, 9, tickets=tickets)
        self.conductor = Conductor(plan)
        self.now = S

    def say(self, identity: str, kind: str, **fields: Any) -> list[Send]:
        out = self.conductor.receive(identity.encode(), Note(kind, fields), self.now)
        return [each for each in out if isinstance(each, Send)]

    def join(self, identity: str, role: str, name: str) -> tuple[str, str]:
        """Register a process; return the name it gets, and why it is sent home."""
        out = self.say(
            identity, "register", role=role, name=name, endpoint=f"tcp://127.0.0.1:{len(identity)}"
        )
        mine = [each for each in out if each.identity == identity.encode()]
        fields = mine[-1].fields
        return str(fields.get("name", "")), str(fields.get("reason", ""))

    def missing(self) -> str:
        conductor = self.conductor
        return waits_for(lacking(conductor.plan, conductor.peers, conductor.state.state))


@pytest.mark.parametrize(
    ("name", "taken", "free"),
    [
        ("worker-0", {"worker-0"}, "worker-1"),
        ("worker-0", {"worker-0", "worker-1", "worker-3"}, "worker-2"),
        ("alice", {"alice"}, "alice-1"),
        ("node-a", {"node-a"}, "node-a-1"),
        ("x" * 64, {"x" * 64}, "x" * 48 + "-1"),
    ],
)
def test_a_name_that_is_taken_gets_another_number(name: str, taken: set[str], free: str) -> None:
    assert free_name(name, taken) == free
    assert not check_name(free)


def test_each_role_has_a_name_of_its_own_and_who_is_missing_is_said() -> None:
    party = Party()
    said = [party.missing()]
    for identity, role, name in (
        ("w1", "worker", "worker-0"),
        ("w2", "worker", "worker-0"),
        ("p1", "producer", "producer-0"),
        ("p2", "producer", "producer-0"),
        ("r1", "recorder", "recorder-0"),
        ("p3", "producer", "mine"),
    ):
        assert party.join(identity, role, name)[1] == ""
        said.append(party.missing())
    assert said == [
        "waiting for 3 of 3 producers, 2 of 2 workers and the recorder",
        "waiting for 3 of 3 producers, 1 of 2 workers and the recorder",
        "waiting for 3 of 3 producers and the recorder",
        "waiting for 2 of 3 producers and the recorder",
        "waiting for 1 of 3 producers and the recorder",
        "waiting for 1 of 3 producers",
        "",
    ]
    names = {"worker-0", "worker-1", "producer-0", "producer-1", "recorder-0", "mine"}
    assert {peer.name for peer in party.conductor.peers} == names
    assert party.conductor.story == [
        f"{name} joins" for name in ("worker-0", "worker-1", "producer-0", "producer-1", "recorder-0", "mine")
    ]
    # One too many has no part to play, whatever it is called.
    for role, name in (("producer", "mine"), ("recorder", "recorder-0"), ("recorder", "other")):
        again = "if one has died, it is missed in 3 s: try again then"
        told = f"this run needs no other {role} ({again})"
        assert party.join(f"late {role} {name}", role, name)[1] == told


def test_the_groups_of_renamed_producers_are_all_different() -> None:
    party = Party()
    sources = set()
    for identity in ("p1", "p2", "p3"):
        out = party.say(identity, "register", role="producer", name="producer-0", endpoint="")
        sources |= set(out[-1].fields["sources"])
    assert sources == {"a", "b", "c"}


def test_a_name_is_free_again_when_its_role_is_dead() -> None:
    party = Party()
    assert party.join("w1", "worker", "worker-0") == ("worker-0", "")
    party.now += int(2.5 * S)
    # It has been silent for longer than a heartbeat may be late: this is its next life.
    assert party.join("w2", "worker", "worker-0") == ("worker-0", "")
    assert [peer.identity for peer in party.conductor.peers] == [b"w2"]
    # The first one wakes up, and is sent home.
    (answer,) = party.say("w1", "ready", **FIGURES)
    assert answer.fields["refused"]
    assert len(list(party.conductor.peers)) == 1


def test_where_control_starts_the_roles_names_stay_theirs() -> None:
    party = Party(tickets=True)
    assert party.join("w1", "worker", "worker-0") == ("worker-0", "")
    # The process of a name is started again before anybody has noticed the end of the first.
    assert party.join("w2", "worker", "worker-0") == ("worker-0", "")
    assert [peer.identity for peer in party.conductor.peers] == [b"w2"]


def test_a_run_that_flows_waits_for_those_without_whom_it_stands() -> None:
    party = Party()
    for identity, role in (("p1", "producer"), ("p2", "producer"), ("p3", "producer"), ("w1", "worker"),
                           ("w2", "worker"), ("r", "recorder")):  # fmt: skip
        party.join(identity, role, role)
        assert ready(party.conductor.plan, party.conductor.peers)[0] < 6
        party.say(identity, "ready", **FIGURES)
    assert ready(party.conductor.plan, party.conductor.peers) == (6, 6)
    assert party.conductor.state.state is State.RUNNING
    party.conductor.lost("worker", "was stopped by its user", party.now)
    assert party.missing() == ""
    assert "another may take its place" in party.conductor.notices[0]
    party.conductor.lost("worker-1", "was stopped by its user", party.now)
    party.conductor.lost("producer-2", "was stopped by its user", party.now)
    assert party.missing() == "waiting for 1 of 3 producers and the worker"
    assert party.join("w9", "worker", "worker-7") == ("worker-7", "")
    assert party.join("p9", "producer", "producer-7") == ("producer-7", "")
    assert party.missing() == ""


def test_what_a_role_does_while_it_is_set_up_is_in_the_snapshot() -> None:
    party = Party()
    party.join("w1", "worker", "worker-0")
    party.say("w1~", "pulse", progress=0, turns=1, doing="compiling na62 halo" + "!" * 10_000)
    seen = snapshot(party.conductor, (), party.now, missing="who")
    assert seen.doing.startswith("worker-0: compiling na62 halo")
    assert len(seen.doing) < 300
    assert (seen.missing, seen.ready) == ("who", (0, 6))
    party.say("w1", "ready", **FIGURES)
    assert snapshot(party.conductor, (), party.now).doing == ""
    assert snapshot(party.conductor, (), party.now, doing="control compiles").doing == "control compiles"


def test_the_traceback_of_a_role_goes_into_the_story() -> None:
    party = Party()
    party.join("w1", "worker", "worker-0")
    party.say(
        "w1", "failed", reason="worker-0: unexpected", totals={}, trace="Traceback ...\nline 3", **FIGURES
    )
    assert "worker-0 fails\nTraceback ...\nline 3" in party.conductor.story
    assert party.conductor.story[-1] == "the run fails: worker-0: unexpected"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["producer", "worker", "recorder"]),
            st.sampled_from(["a", "a-1", "worker-0", "worker-1"]),
            st.sampled_from([0, S // 4, 3 * S]),
        ),
        max_size=30,
    )
)
def test_in_any_order_no_two_living_roles_share_a_name(joins: list[tuple[str, str, int]]) -> None:
    party = Party()
    admitted: dict[str, str] = {}
    for place, (role, name, wait) in enumerate(joins):
        party.now += wait
        if wait < S:
            for identity in admitted:
                party.say(f"{identity}~", "pulse", progress=0, turns=place)
        else:
            # All were silent for too long.
            admitted.clear()
            for _ in range(3):
                party.conductor.tick(party.now)
        given_name, refused = party.join(f"i{place}", role, name)
        if not refused:
            assert given_name not in admitted.values()
            admitted[f"i{place}"] = given_name
    living = {peer.identity.decode(): peer.name for peer in party.conductor.peers}
    assert admitted.items() <= living.items()
