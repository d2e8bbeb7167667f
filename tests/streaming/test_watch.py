"""Who is replaced, who is not, and when a run gives up: the conductor with time in the test's hands."""

from __future__ import annotations

from typing import Any

import pytest

from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.conductor import Conductor
from trigemu.streaming.core.liveness import Liveness
from trigemu.streaming.core.plan import Plan, Restart, Send
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.core.runstate import State

S = 1_000_000_000
ROLES = {"producer-0": "producer", "worker-0": "worker", "recorder": "recorder"}


class Run:
    """A run of one role of each kind whose clock the test moves, second by second."""

    def __init__(self, stall_s: float = 10.0, max_restarts: int = 3) -> None:
        plan = Plan(100, (("a", "b"),), 1, 4, 16, None, 1.0, 3, max_restarts, stall_s=stall_s)
        self.conductor = Conductor(plan)
        self.now = S
        self.work = dict.fromkeys(ROLES, 0)
        self.turns = dict.fromkeys(ROLES, 0)
        self.silent: set[str] = set()
        self.stuck: set[str] = set()
        self.said: list[Any] = []

    def say(self, whose: str, kind: str, suffix: bytes = b"", **fields: Any) -> None:
        self.said += self.conductor.receive(whose.encode() + suffix, Note(kind, fields), self.now)

    def join(self, name: str) -> None:
        self.say(name, "register", role=ROLES[name], name=name, endpoint=name)
        self.say(name, "ready", memory=0, counters={}, progress=0, next=0)

    def gather(self) -> Run:
        for name in ROLES:
            self.join(name)
        assert self.conductor.state.state is State.RUNNING
        return self

    def second(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.now += S
            for name in ROLES:
                if name not in self.silent:
                    self.turns[name] += name not in self.stuck
                    self.say(name, "pulse", p.PULSE_SUFFIX, progress=self.work[name], turns=self.turns[name])
            self.said += self.conductor.tick(self.now)

    @property
    def restarted(self) -> list[str]:
        return [each.name for each in self.said if isinstance(each, Restart)]


def test_a_role_that_hangs_while_its_heart_beats_is_replaced() -> None:
    run = Run().gather()
    run.stuck.add("worker-0")
    run.second(10)
    assert run.restarted == []
    run.second(2)
    assert run.restarted == ["worker-0"]
    assert "has not got on for 10 s" in run.conductor.notices[0]


def test_a_slow_frame_is_no_hanging() -> None:
    run = Run().gather()
    run.stuck.add("worker-0")
    for _ in range(5):
        run.second(8)
        run.work["worker-0"] += 1
    assert run.restarted == []


def test_nothing_is_stuck_where_this_is_switched_off() -> None:
    run = Run(stall_s=0.0).gather()
    run.stuck |= {"worker-0", "recorder"}
    run.second(1000)
    assert run.restarted == []
    assert not run.conductor.failure


def test_a_role_that_is_silent_is_dead_before_it_is_ready_too() -> None:
    run = Run()
    run.say("worker-0", "register", role="worker", name="worker-0", endpoint="w")
    run.silent.add("worker-0")
    run.second(4)
    assert run.restarted == ["worker-0"]


def test_a_process_that_never_registers_is_replaced_when_it_is_stopped_or_idle() -> None:
    run = Run()
    for name, stopped, since in (("worker-0", True, 4), ("producer-0", False, 12)):
        run.conductor.watch.liveness.watch(name, run.now / S)
        for _ in range(since):
            run.now += S
            run.conductor.watch.process(name, 5, stopped, run.now / S)
            run.said += run.conductor.tick(run.now)
        assert run.restarted == [name]
        assert run.conductor.peers.histories[name].restarts == 1
        run.said.clear()


def test_processor_time_is_a_sign_of_life() -> None:
    run = Run().gather()
    run.silent.add("worker-0")
    for clock in range(8):
        run.conductor.watch.process("worker-0", clock, False, run.now / S)
        run.second()
    assert run.restarted == []
    run.second(4)
    assert run.restarted == ["worker-0"]


def test_what_control_did_not_see_is_not_held_against_the_roles() -> None:
    run = Run().gather()
    run.second(3)
    run.now += 3600 * S
    run.said += run.conductor.tick(run.now)
    assert run.restarted == []
    run.second(3)
    assert run.restarted == []


@pytest.mark.parametrize(
    ("have", "partial", "sentence"),
    [
        ([], [[0, ["b"]]], "worker-0 waits for frame 0: b (of producer-0)"),
        ([0], [], "the recorder waits for frame 0, which worker-0 has decided"),
        ([], [], "the recorder waits for frame 0, which was given to worker-0"),
    ],
)
def test_a_run_in_which_nothing_moves_fails_and_says_who_waits(
    have: Any, partial: Any, sentence: str
) -> None:
    run = Run().gather()
    run.say("worker-0", "missing", have=have, partial=partial)
    run.second(9)
    assert run.conductor.failure == ""
    run.second(3)
    assert run.conductor.failure == f"nothing has moved for 10 s: {sentence}"
    assert run.restarted == []


def test_a_run_that_lost_a_role_for_good_does_not_wait_forever() -> None:
    run = Run().gather()
    run.silent.add("worker-0")
    run.second(20)
    assert run.conductor.failure == "nothing has moved for 10 s: the run has no worker"


def test_the_same_end_twice_at_the_same_place_is_the_last() -> None:
    run = Run().gather()
    story = "ended with code 1 (ImportError: no such thing)"
    run.said += run.conductor.lost("worker-0", story, run.now)
    assert run.restarted == ["worker-0"]
    run.said += run.conductor.lost("worker-0", story, run.now)
    assert "no such thing" in run.conductor.failure
    assert run.restarted == ["worker-0"]


def test_kills_from_outside_may_repeat() -> None:
    run = Run().gather()
    for _ in range(3):
        run.said += run.conductor.lost("worker-0", "was killed by signal 9", run.now)
        run.join("worker-0")
    assert not run.conductor.failure
    assert len(run.conductor.notices) == 3


def test_who_wakes_up_when_his_place_is_taken_is_sent_home() -> None:
    run = Run().gather()
    run.said += run.conductor.lost("worker-0", "sends no heartbeats", run.now)
    run.said.clear()
    run.say("worker-0", "beat", memory=0, counters={}, progress=1)
    (told,) = run.said
    assert isinstance(told, Send)
    assert (told.kind, told.fields["refused"]) == ("bye", True)


def test_a_role_that_leaves_is_missed_at_once() -> None:
    run = Run().gather()
    run.say("worker-0", "leave", reason="was stopped by its user")
    assert run.restarted == ["worker-0"]


def test_heartbeats_bound_the_time_after_which_something_is_stuck() -> None:
    assert Liveness(5.0, 3, 1.0).stall_s == 15.0
    assert Liveness(5.0, 3, 0.0).stall_s == 0.0
