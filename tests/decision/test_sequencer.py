"""The sequencer against the tick-by-tick reference, and its golden numbers."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import sequencer as reference
from reference.sequencer import Frame, Rule, Settings
from support.sequencing import (
    DEAD,
    PRESCALED,
    RECORDED,
    VETOED,
    candidates,
    masks_of,
    menu_of,
    rows_of,
    sequencer,
    simple,
    states,
)

from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.decision.together import SharedCounter
from trigemu.errors import RunError
from trigemu.menu.schema import Bucket, Choke, DeadTime
from trigemu.setup.data import Clock

ENDS = ("accepted", "prescaled", "choked", "refused", "vetoed")


@st.composite
def runs(draw: st.DrawFn) -> tuple[Settings, list[Frame]]:
    clock_ticks = draw(st.sampled_from([1, 4, 6]))
    frame_ticks = clock_ticks * draw(st.sampled_from([8, 12, 20]))
    software = draw(st.booleans())
    lines = [
        Rule(
            f"L{i}",
            draw(st.sampled_from([1, 1, 2, 3, 5, 0])),
            draw(st.booleans()),
            hlt=software and i > 0 and draw(st.booleans()),
        )
        for i in range(draw(st.integers(1, 4)))
    ]
    # Lines that never fire push the last ones into another word.
    silent = draw(st.sampled_from([0, 0, 62, 128]))
    lines[1:1] = [Rule(f"silent {i}") for i in range(silent)]
    real = [0, *range(1 + silent, len(lines))]
    hardware = [i for i in real if not lines[i].hlt]
    edges = sorted(draw(st.lists(st.integers(0, 70), max_size=6, unique=True)))
    s = Settings(
        lines,
        frame_ticks,
        clock_ticks,
        seed=draw(st.integers(0, 2**63 - 1)),
        minimum_distance=draw(st.sampled_from([None, None, 0, 1, 3, 30])),
        fixed=draw(st.sampled_from([0, 0, 1, 5, 17, 150])),
        bucket_size=draw(st.sampled_from([0, 0, 1, 2, 3])),
        leak=draw(st.integers(1, 60)),
        choke=draw(st.booleans()),
        high=draw(st.integers(3, 12)),
        words_per_step=draw(st.integers(1, 3)),
        delay=draw(st.integers(0, 5)),
        restart=draw(st.integers(0, 15)),
        requests=[(edges[i], edges[i + 1]) for i in range(0, len(edges) - 1, 2)],
    )
    s.low = draw(st.integers(0, s.high))
    frames = []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.integers(0, 9)) == 0:
            frames.append(Frame([], lost=True))
            continue
        times = sorted(draw(st.sets(st.integers(0, frame_ticks - 1), max_size=14)))
        fired = [
            sum(1 << i for i in {draw(st.sampled_from(hardware)), *draw(st.sets(st.sampled_from(real)))})
            for _ in times
        ]
        passed = [
            bits & draw(st.sampled_from([0, 1, -2, -1, -1, -1])) & ~(draw(st.booleans()) << real[-1])
            for bits in fired
        ]
        steps = draw(st.sampled_from([0, 4, 8]))
        load = draw(st.lists(st.integers(0, 9), min_size=steps, max_size=steps))
        frames.append(Frame(list(zip(times, fired, passed, strict=True)), load))
    return s, frames


@settings(max_examples=250, deadline=None)
@given(runs())
def test_equals_the_tick_by_tick_reference(run: tuple[Settings, list[Frame]]) -> None:
    s, frames = run
    expected = reference.run(s, frames)
    bucket = Bucket(size=s.bucket_size, leak_ns=s.leak) if s.bucket_size else None
    menu = menu_of(
        s.lines,
        DeadTime(minimum_distance=s.minimum_distance, fixed_ns=s.fixed, bucket=bucket),
        Choke(
            enabled=s.choke,
            high=s.high,
            low=s.low,
            words_per_step=s.words_per_step,
            delay=s.delay,
            restart=s.restart,
            requests=tuple(s.requests),
        ),
    )
    under_test = Sequencer(menu, Clock(1.0, s.clock_ticks, s.frame_ticks), s.seed)
    found_states: list[int] = []
    accepted: list[int] = []
    shared = SharedCounter(menu)
    for number, frame in enumerate(frames):
        if frame.lost:
            under_test.skip(number)
            continue
        words = -(-len(s.lines) // 64)
        found = candidates(frame.candidates, frame.load, words)
        outcome = under_test.step(number, found)
        shared.add(found, outcome)
        found_states += states(outcome)
        accepted += masks_of(outcome.accepted)
    assert found_states == expected.states
    assert accepted == expected.accepted
    assert sum(getattr(under_test, row) for row in ENDS).tolist() == expected.counts["fired"]
    for row, counts in expected.counts.items():
        assert getattr(under_test, row).tolist() == counts, row
    assert under_test.states.tolist() == [expected.states.count(state) for state in range(4)]
    assert under_test.decisions == len(expected.states)
    assert under_test.dead_ticks == expected.dead_ticks
    assert under_test.live_ticks == expected.live_ticks
    assert under_test.choke_log == expected.transitions
    assert under_test.choke_transitions == len(expected.transitions)
    counts = shared.counts()
    places = np.argwhere(counts.overlap).tolist()
    assert {(i, j): counts.overlap[i, j] for i, j in places} == expected.shared
    assert counts.overlap.diagonal().tolist() == under_test.accepted.tolist()
    assert counts.unique.tolist() == expected.alone
    assert counts.software.tolist() == expected.offered
    assert [counts.software_fired, counts.software_offered] == expected.software


def test_order_of_decisions() -> None:
    """A counter prescale advances for a trigger that dead time refuses, not for one that CHOKE refuses."""
    menu = menu_of(
        [Rule("kept"), Rule("third", 3, counting=True)],
        DeadTime(fixed_ns=10),
        Choke(requests=((0, 1),), delay=0, restart=2),
    )
    under_test = Sequencer(menu, Clock(1.0, 10, 1000), 1)
    outcome = under_test.step(
        0, candidates([(5, 3, 3), (40, 3, 3), (45, 2, 2), (46, 2, 2), (60, 2, 2), (80, 1, 2 & 1), (95, 2, 2)])
    )
    assert states(outcome) == [DEAD, RECORDED, PRESCALED, DEAD, PRESCALED, VETOED, PRESCALED]
    assert masks_of(outcome.accepted) == [0, 1, 0, 0, 0, 0, 0]
    assert under_test.fired.tolist() == [3, 6]
    assert under_test.prescaled.tolist() == [0, 4]
    assert under_test.generated.tolist() == [2, 1]
    assert under_test.sent.tolist() == [2, 0]
    assert under_test.accepted.tolist() == [1, 0]


def test_a_veto_has_cost_dead_time() -> None:
    under_test = sequencer(Clock(1.0, 1, 100), DeadTime(fixed_ns=10))
    assert states(under_test.step(0, candidates([(0, 1, 0), (9, 1, 1), (10, 1, 1)]))) == [
        VETOED,
        DEAD,
        RECORDED,
    ]


def test_only_lines_that_passed_are_accepted() -> None:
    under_test = Sequencer(menu_of([Rule("A"), Rule("B")]), Clock(1.0, 1, 100), 1)
    assert under_test.step(0, candidates([(0, 3, 2)])).accepted.tolist() == [[2]]
    assert under_test.sent.tolist() == [1, 1]
    assert under_test.accepted.tolist() == [0, 1]


def test_the_hash_covers_what_it_says() -> None:
    under_test = Sequencer(menu_of([Rule("A"), Rule("B")], DeadTime(fixed_ns=5)), Clock(1.0, 1, 100), 1)
    under_test.step(0, candidates([(3, 1, 1), (4, 3, 2), (50, 3, 2)]))
    under_test.step(1, candidates([]))
    under_test.skip(2)
    data = struct.pack("<QQ3q3Q3Q3Q3B", 0, 3, 3, 4, 50, 1, 3, 3, 1, 2, 2, 1, 0, 2, RECORDED, DEAD, RECORDED)
    data += struct.pack("<QQQQ", 1, 0, 2, 2**64 - 1)
    assert under_test.sha256() == hashlib.sha256(data).hexdigest()


def test_lost_frames_count_neither_as_live_nor_as_dead() -> None:
    under_test = sequencer(Clock(1.0, 1, 100), DeadTime(fixed_ns=250))
    under_test.step(0, simple([10]))
    under_test.skip(1)
    assert states(under_test.step(2, simple([59, 60]))) == [DEAD, RECORDED]
    assert (under_test.frames, under_test.lost_frames) == (2, 1)
    assert under_test.dead_ticks == 89 + 60 + 39
    assert under_test.live_ticks == 200 - under_test.dead_ticks


@pytest.mark.parametrize("frame", [0, 2, -1])
def test_frames_must_come_in_order(frame: int) -> None:
    under_test = sequencer(Clock(1.0, 1, 100))
    under_test.step(0, simple([1]))
    for call in (lambda: under_test.step(frame, simple([1])), lambda: under_test.skip(frame)):
        with pytest.raises(RunError, match=f"given frame {frame} where frame 1 is due"):
            call()
    assert states(under_test.step(1, simple([1]))) == [RECORDED]


@pytest.mark.parametrize(
    "rows",
    [
        [(5, 1, 1), (5, 1, 1)],
        [(5, 1, 1), (4, 1, 1)],
        [(-1, 1, 1)],
        [(100, 1, 1)],
        [(5, 0, 0)],
        [(5, 2, 0)],
        [(5, 1, 3)],
    ],
)
def test_bad_candidates_are_refused_and_change_nothing(rows: list[tuple[int, int, int]]) -> None:
    under_test = sequencer(Clock(1.0, 1, 100))
    before = under_test.sha256()
    with pytest.raises(RunError, match=r"^frame 0: candidate \d .* is not in order, not inside the frame"):
        under_test.step(0, candidates(rows))
    assert under_test.sha256() == before
    assert under_test.decisions == 0
    assert states(under_test.step(0, simple([1]))) == [RECORDED]


def test_columns_of_different_lengths_are_refused() -> None:
    bad = Candidates(np.zeros(2, np.int64), np.ones((1, 1), np.uint64), np.ones((2, 1), np.uint64))
    with pytest.raises(RunError, match="frame 0: candidates have columns of different lengths"):
        sequencer(Clock(1.0, 1, 100)).step(0, bad)


def test_lines_of_another_menu_are_refused() -> None:
    bad = Candidates(np.zeros(1, np.int64), rows_of([1], 2), rows_of([1], 2))
    with pytest.raises(RunError, match=r"frame 0: candidates have \(1, 2\) lines where \(1, 1\) are due"):
        sequencer(Clock(1.0, 1, 100)).step(0, bad)


def test_the_software_trigger_decides_what_is_recorded() -> None:
    """Lines: L1, L1 with an online selection, HLT, HLT prescaled 1 in 2."""
    menu = menu_of([Rule("A"), Rule("B"), Rule("C", hlt=True), Rule("D", 2, counting=True, hlt=True)])
    under_test = Sequencer(menu, Clock(1.0, 1, 100), 1)
    rows = [
        (0, 0b0001, 0b0001),  # no HLT line fired
        (1, 0b0101, 0b0101),
        (2, 0b0101, 0b0001),  # the HLT line did not pass
        (3, 0b0110, 0b0100),  # no L1 line passed
        (4, 0b1011, 0b1001),  # D is the first of two
        (5, 0b1011, 0b1001),
    ]
    outcome = under_test.step(0, candidates(rows))
    assert states(outcome) == [VETOED, RECORDED, VETOED, VETOED, VETOED, RECORDED]
    assert masks_of(outcome.accepted) == [0, 0b0101, 0, 0, 0, 0b1001]
    assert under_test.accepted.tolist() == [2, 0, 1, 1]
    assert under_test.vetoed.tolist() == [3, 3, 2, 0]
    assert under_test.prescaled.tolist() == [0, 0, 0, 1]
    with pytest.raises(RunError, match="candidate 0"):
        under_test.step(1, candidates([(0, 0b0100, 0b0100)]))  # only an HLT line


def test_a_line_with_prescale_0_is_counted_but_never_kept() -> None:
    under_test = Sequencer(menu_of([Rule("off", 0), Rule("A")]), Clock(1.0, 1, 100), 1)
    outcome = under_test.step(0, candidates([(0, 1, 1), (1, 3, 3)]))
    assert states(outcome) == [PRESCALED, RECORDED]
    assert masks_of(outcome.accepted) == [0, 2]
    assert (under_test.fired.tolist(), under_test.accepted.tolist()) == ([2, 1], [0, 1])


def test_read_only_candidates() -> None:
    lines = np.ones((1, 1), np.uint64)
    arrays: list[Any] = [np.array([1]), lines, lines, np.ones(4, np.uint16)]
    for array in arrays:
        array.setflags(write=False)
    under_test = sequencer(Clock(1.0, 1, 100), None, Choke())
    assert states(under_test.step(0, Candidates(*arrays))) == [RECORDED]
