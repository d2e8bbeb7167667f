"""Each core on its own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.streaming.core.builder import EventBuilder, Incomplete
from trigemu.streaming.core.dispatcher import Assign, Dispatcher, Pace, Skip
from trigemu.streaming.core.latency import HdrHistogram
from trigemu.streaming.core.ledger import Ledger, close
from trigemu.streaming.core.liveness import Liveness
from trigemu.streaming.core.producing import ProducerCore, Task
from trigemu.streaming.core.reorder import Reorder
from trigemu.streaming.core.runstate import InvalidTransitionError, RunState, State

# --- latency


@given(st.lists(st.integers(0, 2**43), min_size=1, max_size=200), st.floats(0, 100))
def test_percentiles_are_those_of_the_sorted_values(values: list[int], q: float) -> None:
    histogram = HdrHistogram()
    histogram.record_many(np.array(values, np.int64))
    exact = sorted(values)[max(0, math.ceil(q / 100 * len(values)) - 1)]
    assert exact <= histogram.percentile(q) <= exact + exact // 1024 + 1
    assert histogram.max == max(values)
    assert histogram.count == len(values)


@given(st.lists(st.integers(-5, 2**50), max_size=50), st.lists(st.integers(-5, 2**50), max_size=50))
def test_merging_is_recording_all(first: list[int], second: list[int]) -> None:
    one, other, both = HdrHistogram(), HdrHistogram(), HdrHistogram()
    one.record_many(np.array(first, np.int64))
    other.record_many(np.array(second, np.int64))
    both.record_many(np.array(first + second, np.int64))
    one.merge(other)
    assert one.to_dict() == both.to_dict() == HdrHistogram.from_dict(both.to_dict()).to_dict()


# --- builder


@given(st.permutations([(f, s) for f in range(4) for s in "abc"] * 2))
def test_frames_are_built_once_whatever_the_order(fragments: list[tuple[int, str]]) -> None:
    builder: EventBuilder[str] = EventBuilder(7, "abc", 4, 10)
    built = [builder.add(7, frame, source, f"{frame}{source}", 0.0) for frame, source in fragments]
    complete = [tuple(sorted(each.values())) for each in built if each is not None]
    assert sorted(complete) == [(f"{f}a", f"{f}b", f"{f}c") for f in range(4)]
    assert builder.duplicate == 12
    assert builder.pending == 0
    assert builder.have() == [0, 1, 2, 3]


def test_what_nobody_asked_for_is_unexpected() -> None:
    builder: EventBuilder[int] = EventBuilder(7, "ab", 100, 10)
    for run, frame, source in ((8, 0, "a"), (7, 0, "c"), (7, -1, "a"), (7, 100, "a"), (7, 10, "a")):
        assert builder.add(run, frame, source, 0, 0.0) is None
    assert builder.unexpected == 5
    builder.release(1)
    builder.add(7, 10, "a", 0, 0.0)
    assert builder.unexpected == 5


def test_a_frame_that_is_given_up_counts_what_comes_late() -> None:
    builder: EventBuilder[int] = EventBuilder(7, "abc", 100, 10)
    builder.add(7, 3, "a", 0, 10.0)
    assert not builder.stale(10.5, 1.0)
    assert builder.stale(11.5, 1.0)
    assert not builder.stale(11.6, 1.0), "asked a moment ago"
    assert builder.lacking() == [Incomplete(3, ("b", "c"))]
    assert builder.give_up(20.0, 5.0) == [Incomplete(3, ("b", "c"))]
    builder.add(7, 3, "b", 0, 21.0)
    builder.add(7, 3, "b", 0, 21.0)
    builder.add(7, 3, "a", 0, 21.0)
    assert (builder.late, builder.duplicate) == (1, 2)


# --- dispatcher


def test_frames_wait_for_credit_and_return_when_durable() -> None:
    dispatcher = Dispatcher(10, 2, 100)
    dispatcher.add_worker("x")
    dispatcher.add_worker("y")
    assert dispatcher.pump(0) == [Assign("x", 0, 1), Assign("y", 1, 1), Assign("x", 2, 1), Assign("y", 3, 1)]
    assert dispatcher.pump(0) == []
    dispatcher.durable(1)
    assert dispatcher.pump(0) == [Assign("x", 4, 1)]
    assert dispatcher.remove_worker("x") == [2, 4]
    # What all others wait for needs no credit.
    assert dispatcher.pump(0) == [Assign("y", 2, 1)]
    dispatcher.add_worker("z")
    assert dispatcher.pump(0) == [Assign("z", 4, 2)]
    dispatcher.stop()
    dispatcher.durable(6)
    assert dispatcher.finished


def test_realtime_skips_what_finds_no_credit() -> None:
    dispatcher = Dispatcher(5, 1, 100)
    dispatcher.add_worker("x")
    dispatcher.start(Pace(100, 10.0))
    assert dispatcher.pump(99) == []
    assert dispatcher.due_in_ns(99) == 1
    assert dispatcher.pump(125) == [Assign("x", 0, 1), Skip(1, 2)]
    assert dispatcher.skips() == [Skip(1, 2)]
    dispatcher.durable(3)
    assert dispatcher.pump(1000) == [Assign("x", 3, 1), Skip(4, 1)]
    assert dispatcher.skips() == [Skip(4, 1)]


# --- producer, reorder, liveness, state, ledger


def test_skipped_frames_are_told_in_stretches() -> None:
    """One by one, those of a run that offers far too much do not fit into a message."""
    dispatcher = Dispatcher(frames=100_000, credits=2, window=4)
    dispatcher.add_worker("a")
    dispatcher.start(Pace(0, 10.0))
    assert dispatcher.pump(10**9) == [Assign("a", 0, 2), Skip(2, 99_998)]
    assert dispatcher.skips() == [Skip(2, 99_998)]
    dispatcher.durable(50)
    assert dispatcher.skips() == [Skip(50, 99_950)]


def test_a_producer_keeps_frames_until_they_are_durable() -> None:
    core: ProducerCore[int] = ProducerCore(("a", "b"))
    core.add_worker("x")
    core.assign("x", 0, 2, 1000, 5.0)
    assert [core.pop(), core.pop(), core.pop()] == [Task("x", 0, ("a", "b")), Task("x", 1, ("a", "b")), None]
    core.hold(0, "a", 1)
    core.hold(1, "a", 2)
    core.release(1)
    assert (core.held(0, "a"), core.held(1, "a"), core.holding) == (None, 2, 1)
    assert core.planned_ns(1) == 1005
    core.add_worker("y")
    core.remove_worker("x")
    core.assign("y", 1, 1, 2000)
    assert core.pop() == Task("y", 1, ("a", "b"))
    assert core.planned_ns(1) == 1005, "a frame that is sent again keeps its planned time"
    core.ask_again("y", frozenset(), {1: ["b", "z"]})
    core.ask_again("y", frozenset(), {1: ["b"]})
    assert (core.pop(), core.pop()) == (Task("y", 1, ("b",)), None)
    core.ask_again("y", frozenset({1}), {})
    assert core.pop() is None


@given(st.permutations(list(range(12)) * 2))
def test_the_reorder_buffer_yields_each_frame_once_and_in_order(frames: list[int]) -> None:
    order: Reorder[int] = Reorder(12, 100)
    out: list[int] = []
    for frame in frames:
        order.add(frame, frame)
        out += order.ready()
    assert out == list(range(12))
    assert order.repeats == 12
    assert len(order) == 0
    assert not order.add(12, 12)
    assert order.unexpected == 1


def test_lives_run_out_without_heartbeats() -> None:
    liveness = Liveness(1.0, 3)
    liveness.watch("x", 0.0)
    liveness.watch("y", 0.0)
    liveness.beat("x", 2.0, progress=1)
    assert liveness.lives_left("y", 2.5) == 1
    assert liveness.dead(3.0) == ["y"]
    assert liveness.dead(3.0) == []
    liveness.beat("x", 4.0, progress=1)
    assert liveness.idle_for("x", 5.0) == 3.0


def test_a_run_ends_once() -> None:
    state = RunState()
    state.to(State.CONFIGURED)
    with pytest.raises(InvalidTransitionError, match="configured -> draining after idle -> configured"):
        state.to(State.DRAINING)
    state.to(State.RUNNING)
    state.to(State.FAILED)
    with pytest.raises(InvalidTransitionError):
        state.to(State.STOPPED)


def test_the_ledger_closes_only_if_every_sum_does() -> None:
    ledger = Ledger(3)
    ledger.record_frame(candidates=5, accepted=True)
    ledger.record_frame(candidates=0, accepted=False)
    ledger.lose_frame()
    ledger.lose_frame(missing=2)
    states = {"recorded": 2, "prescaled": 1, "dead_time": 1, "vetoed": 1}
    balance = close(ledger, 4, states, {"duplicate": 7}, late=1)
    assert balance.closed
    assert balance.fragments == {
        "expected": 12,
        "built": 6,
        "missing": 1,
        "late": 1,
        "corrupt": 0,
        "dropped": 4,
        "in_flight": 0,
        "duplicate": 7,
        "unexpected": 0,
        "damaged": 0,
        "foreign": 0,
    }
    assert not close(ledger, 5, states, {}).closed
    assert close(ledger, 5, states, {}).fragments["in_flight"] == 3
    assert not close(ledger, 4, {**states, "recorded": 1}, {}).closed
