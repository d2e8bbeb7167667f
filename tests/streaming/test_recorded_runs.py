"""Which frames of a recorded run are whole, what a replay compares, and frames that nobody can make."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigemu.decision.candidates import Candidates
from trigemu.decision.rows import LOST, Row
from trigemu.streaming.census import Spans
from trigemu.streaming.comparison import Comparison
from trigemu.streaming.core.dispatcher import Assign, Dispatcher, Pace, Skip

# --- spans


@given(st.lists(st.integers(0, 60), unique=True))
def test_spans_hold_what_was_added(frames: list[int]) -> None:
    spans = Spans()
    for frame in sorted(frames):
        spans.add(frame, frame + 1)
    assert [frame for frame in range(70) if frame in spans] == sorted(frames)
    assert spans.count == len(frames)
    assert [f for first, count in spans.pairs for f in range(first, first + count)] == sorted(frames)
    assert "no frame" not in spans


# --- frames that nobody can make


@given(
    absent=st.lists(st.integers(0, 39), unique=True, max_size=30),
    credits=st.integers(1, 9),
    realtime=st.booleans(),
)
def test_every_frame_is_assigned_or_skipped_once(absent: list[int], credits: int, realtime: bool) -> None:
    spans = Spans()
    for frame in sorted(absent):
        spans.add(frame, frame + 1)
    dispatcher = Dispatcher(40, credits, 12, spans.pairs)
    dispatcher.start(Pace(0, 1.0) if realtime else None)
    dispatcher.add_worker("a")
    assigned: list[int] = []
    skipped: list[int] = []
    for _ in range(100):
        for each in dispatcher.pump(1000):
            frames = range(each.first, each.first + each.count)
            (assigned if isinstance(each, Assign) else skipped).extend(frames)
        assert dispatcher.next - dispatcher.upto <= 12 or realtime
        told = {f for skip in dispatcher.skips() for f in range(skip.first, skip.first + skip.count)}
        assert told == {f for f in skipped if f >= dispatcher.upto}
        dispatcher.durable(dispatcher.next)
        if dispatcher.finished:
            break
    assert dispatcher.finished
    assert sorted(assigned + skipped) == list(range(40))
    assert set(absent) <= set(skipped)
    if not realtime:
        assert sorted(skipped) == sorted(absent)


def test_a_long_stretch_is_skipped_as_far_as_the_window_goes() -> None:
    dispatcher = Dispatcher(10**9, 4, 100, [(0, 10**9 - 1)])
    dispatcher.start(None)
    dispatcher.add_worker("a")
    assert dispatcher.pump(0) == [Skip(0, 100)]
    assert dispatcher.pump(0) == []


# --- comparison


def row(frame: int, *triggers: tuple[int, int, int, int]) -> Row:
    """Return a row with triggers (time, fired, state, accepted)."""
    time, fired, state, accepted = (
        (np.array(column) for column in zip(*triggers, strict=True)) if triggers else ([np.zeros(0, int)] * 4)
    )
    words = fired.astype(np.uint64)[:, None]
    return Row(
        frame,
        candidates=Candidates(time.astype(np.int64), words, words),
        state=state.astype(np.uint8),
        accepted=accepted.astype(np.uint64)[:, None],
    )


def compare(recorded: list[Row], now: list[Row], names: tuple[str, ...] = ("a", "b")) -> Comparison:
    def entries() -> Iterator[Row]:
        yield from recorded

    comparison = Comparison(entries(), ("a", "b"), names)
    for each in now:
        comparison.take(each)
    return comparison


OLD = [row(0, (5, 1, 0, 1), (9, 3, 0, 2)), row(1), row(2, (7, 2, 1, 0))]


def test_equal_decisions_are_the_same() -> None:
    assert compare(OLD, OLD).totals() == {"compared": 3, "same": 3, "different": 0, "first": None}


@pytest.mark.parametrize(
    ("changed", "different", "first"),
    [
        (row(0, (5, 3, 0, 1), (9, 3, 0, 2)), 1, [0, 5, ["a"], ["a", "b"], "fired"]),
        (row(0, (5, 1, 0, 1), (9, 3, 0, 3)), 1, [0, 9, ["b"], ["a", "b"], "accepted"]),
        (row(0, (5, 1, 0, 1), (9, 3, 2, 2)), 1, [0, 9, ["recorded"], ["dead_time"], "state"]),
        (row(0, (5, 1, 0, 1)), 1, [0, 9, ["a", "b"], [], "fired"]),
        (row(0, (4, 1, 0, 1), (5, 1, 0, 1), (9, 3, 0, 2)), 1, [0, 4, [], ["a"], "fired"]),
        (row(0), 2, [0, 5, ["a"], [], "fired"]),
    ],
)
def test_the_first_difference_is_named(changed: Row, different: int, first: list[object]) -> None:
    totals = compare(OLD, [changed, *OLD[1:]]).totals()
    assert totals["different"] == different
    assert totals["first"] == first


def test_lines_go_by_their_names() -> None:
    swapped = [row(0, (5, 2, 0, 2), (9, 3, 0, 1)), row(1), row(2, (7, 1, 1, 0))]
    assert compare(OLD, swapped, ("b", "a")).totals()["different"] == 0
    assert compare(OLD, OLD, ("a", "c")).totals()["first"] == [0, 9, ["a", "b"], ["a", "c"], "fired"]


def test_frames_that_one_side_lost_are_left_out_and_order_counts_no_more() -> None:
    later = row(2, (7, 2, 0, 2))
    assert compare(OLD, [*OLD[:2], later]).totals()["different"] == 1
    for recorded, now in (
        ([OLD[0], OLD[2]], [OLD[0], Row(1, lost=LOST), later]),
        ([OLD[0], Row(1, lost=LOST), OLD[2]], [OLD[0], row(1), later]),
        (OLD, [Row(0, lost=LOST), row(1), later]),
    ):
        assert compare(recorded, now).totals()["different"] == 0
    # What both have lost changes nothing.
    both = [OLD[0], Row(1, lost=LOST), OLD[2]]
    assert compare(both, [*both[:2], later]).totals()["different"] == 1


def test_quiet_frames_are_compared_with_what_was_recorded() -> None:
    comparison = Comparison(iter(OLD), ("a", "b"), ("a", "b"))
    comparison.take_quiet([[frame, *[0] * 14] for frame in range(3)])
    assert comparison.totals()["different"] == 3
