"""The sequencer against the tick-by-tick reference, and its golden numbers."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import sequencer_reference as reference
from reference.sequencer_reference import Frame, Rule, Settings
from scipy import stats

from trigemu.errors import RunError
from trigemu.experiments.base import Candidates, Clock
from trigemu.menu.compile import CompiledMenu, compile_menu
from trigemu.menu.schema import Bucket, Choke, DeadTime, Line, Menu, Prescale
from trigemu.streaming.core.sequencer import Outcome, Sequencer, TriggerState

RECORDED, PRESCALED, DEAD, VETOED = TriggerState
NA62_TICK_NS = 24.951059536 / 256


def menu_of(lines: list[Rule], dead_time: DeadTime | None = None, choke: Choke | None = None) -> CompiledMenu:
    menu = Menu(
        line=tuple(
            Line(
                name=line.name,
                when="any",
                prescale=Prescale(every=line.factor, mode="counter" if line.counting else "event"),
            )
            for line in lines
        ),
        dead_time=dead_time or DeadTime(),
        choke=choke or Choke(enabled=False),
    )
    return compile_menu(menu, bits=["any"], entries=(), selections=(), where="test")


def candidates(rows: list[tuple[int, int, int]], load: list[int] | None = None) -> Candidates:
    time, fired, passed = zip(*rows, strict=True) if rows else ((), (), ())
    return Candidates(
        np.array(time, np.int64),
        np.array(fired, np.uint64),
        np.array(passed, np.uint64),
        np.array(load or [], np.uint16),
    )


def simple(times: list[int]) -> Candidates:
    return candidates([(time, 1, 1) for time in times])


def sequencer(clock: Clock, dead_time: DeadTime | None = None, choke: Choke | None = None) -> Sequencer:
    return Sequencer(menu_of([Rule("A")], dead_time, choke), clock, seed=1)


def states(outcome: Outcome) -> list[int]:
    return outcome.state.tolist()


@st.composite
def runs(draw: st.DrawFn) -> tuple[Settings, list[Frame]]:
    clock_ticks = draw(st.sampled_from([1, 4, 6]))
    frame_ticks = clock_ticks * draw(st.sampled_from([8, 12, 20]))
    lines = [
        Rule(f"L{i}", draw(st.sampled_from([1, 1, 2, 3, 5])), draw(st.booleans()))
        for i in range(draw(st.integers(1, 3)))
    ]
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
        fired = [draw(st.integers(1, 2 ** len(lines) - 1)) for _ in times]
        passed = [bits & draw(st.sampled_from([0, 1, 7, 7, 7])) for bits in fired]
        steps = draw(st.sampled_from([0, 4, 8]))
        load = draw(st.lists(st.integers(0, 9), min_size=steps, max_size=steps))
        frames.append(Frame(list(zip(times, fired, passed, strict=True)), load))
    return s, frames


@settings(max_examples=400, deadline=None)
@given(runs())
def test_equals_the_tick_by_tick_reference(run: tuple[Settings, list[Frame]]) -> None:
    s, frames = run
    expected = reference.run(s, frames)
    bucket = Bucket(size=s.bucket_size, leak_ns=s.leak) if s.bucket_size else None
    under_test = Sequencer(
        menu_of(
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
        ),
        Clock(1.0, s.clock_ticks, s.frame_ticks),
        s.seed,
    )
    found_states: list[int] = []
    accepted: list[int] = []
    for number, frame in enumerate(frames):
        if frame.lost:
            under_test.skip(number)
            continue
        outcome = under_test.step(number, candidates(frame.candidates, frame.load))
        found_states += states(outcome)
        accepted += outcome.accepted.tolist()
    assert found_states == expected.states
    assert accepted == expected.accepted
    for row, counts in expected.counts.items():
        assert getattr(under_test, row).tolist() == counts, row
    assert under_test.states.tolist() == [expected.states.count(state) for state in range(4)]
    assert under_test.decisions == len(expected.states)
    assert under_test.dead_ticks == expected.dead_ticks
    assert under_test.live_ticks == expected.live_ticks
    assert under_test.choke_log == expected.transitions
    assert under_test.choke_transitions == len(expected.transitions)


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
    assert outcome.accepted.tolist() == [0, 1, 0, 0, 0, 0, 0]
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
    assert under_test.step(0, candidates([(0, 3, 2)])).accepted.tolist() == [2]
    assert under_test.sent.tolist() == [1, 1]
    assert under_test.accepted.tolist() == [0, 1]


@pytest.mark.parametrize("setting", [0, 1, 2, 3, 10])
def test_minimum_distance_exact(setting: int) -> None:
    """Refused unless more than setting + 1 clock periods after the last sent, whatever the fine time."""
    clock = Clock(NA62_TICK_NS, 256, 256 * 64)
    for first in (0, 1, 255):
        for second in range(first + 1, 256 * (setting + 4)):
            under_test = sequencer(clock, DeadTime(minimum_distance=setting))
            found = states(under_test.step(0, simple([first, second])))
            assert found == [RECORDED, RECORDED if second // 256 > setting + 1 else DEAD]


def test_minimum_distance_across_frames() -> None:
    """The last trigger of frame 0 at timestamp 62 of 64; setting 1: timestamps up to 64 are refused."""
    under_test = sequencer(Clock(NA62_TICK_NS, 256, 256 * 64), DeadTime(minimum_distance=1))
    assert states(under_test.step(0, simple([62 * 256 + 200]))) == [RECORDED]
    assert under_test.dead_ticks == 256 * 64 - (62 * 256 + 201)
    assert states(under_test.step(1, simple([0, 255, 256]))) == [DEAD, DEAD, RECORDED]


def test_fixed_dead_time_does_not_extend() -> None:
    under_test = sequencer(Clock(1.0, 1, 1000), DeadTime(fixed_ns=100))
    found = states(under_test.step(0, simple([0, 60, 99, 100, 199, 200])))
    assert found == [RECORDED, DEAD, DEAD, RECORDED, DEAD, RECORDED]
    assert under_test.dead_ticks == 3 * 99


def test_leaky_bucket_exact() -> None:
    """Three triggers fill it; the first leaks out 100 after it came, and so on."""
    under_test = sequencer(Clock(1.0, 1, 10_000), DeadTime(bucket=Bucket(size=3, leak_ns=100)))
    found = states(under_test.step(0, simple([0, 1, 2, 3, 99, 100, 101, 199, 200, 400, 401, 402, 403])))
    assert found == [
        *[RECORDED] * 3,  # full at 2
        *[DEAD] * 2,
        RECORDED,  # 100: the one that leaked made room
        *[DEAD] * 2,
        RECORDED,  # 200
        *[RECORDED] * 2,  # 400: it leaked at 300 and at 400
        *[DEAD] * 2,
    ]


def test_dead_time_of_75_ns_at_1_mhz_loses_7_percent() -> None:
    """Golden number: r d with r = 1 MHz / (1 + 0.075), that is 6.98 %, within 0.2 % absolute."""
    rng = np.random.default_rng(75)
    frames, frame_ticks = 100, 10_485_760  # 1.02 ms
    under_test = sequencer(Clock(NA62_TICK_NS, 256, frame_ticks), DeadTime(fixed_ns=75.0))
    for frame in range(frames):
        count = rng.poisson(1e6 * frame_ticks * NA62_TICK_NS * 1e-9)
        time = np.unique(rng.integers(0, frame_ticks, count))
        under_test.step(frame, Candidates(time, np.ones(len(time), np.uint64), np.ones(len(time), np.uint64)))
    lost = under_test.states[DEAD] / under_test.decisions
    seconds = frames * frame_ticks * NA62_TICK_NS * 1e-9
    rate = under_test.states[RECORDED] / seconds
    assert under_test.decisions > 100_000
    assert lost == pytest.approx(0.0698, abs=0.002)
    assert lost == pytest.approx(rate * 75e-9, abs=0.002)
    assert under_test.dead_ticks / (frames * frame_ticks) == pytest.approx(rate * 75e-9, rel=0.002)


def test_counter_prescale_sequence() -> None:
    """NA62: "set s" skips s, then keeps one; the count goes on across frames."""
    for s in (0, 1, 2, 19):
        menu = Menu(line=(Line(name="A", when="any", prescale=Prescale(set=s, mode="counter")),))
        compiled = compile_menu(menu, bits=["any"], entries=(), selections=(), where="test")
        under_test = Sequencer(compiled, Clock(1.0, 1, 10), 1)
        found: list[int] = []
        for frame in range(20):
            found += states(under_test.step(frame, simple(list(range(7)))))
        assert found == [RECORDED if i % (s + 1) == s else PRESCALED for i in range(140)]


@pytest.mark.parametrize("factor", [2, 3, 20, 64, 1000])
def test_event_prescale_keeps_one_in_n(factor: int) -> None:
    """Chi-square of kept per frame against the binomial; p-value between 1e-4 and 1 - 1e-4 (fixed seeds)."""
    frames, count = 200, 5000
    under_test = Sequencer(menu_of([Rule("A", factor)]), Clock(1.0, 1, count * 50), seed=factor)
    kept = []
    for frame in range(frames):
        before = under_test.states[RECORDED]
        under_test.step(frame, simple(list(range(0, count * 50, 50))))
        kept.append(under_test.states[RECORDED] - before)
    expected = count / factor
    chi2 = float(np.sum((np.array(kept) - expected) ** 2 / (expected * (1 - 1 / factor))))
    assert 1e-4 < stats.chi2.sf(chi2, frames) < 1 - 1e-4
    assert stats.binomtest(sum(kept), frames * count, 1 / factor).pvalue > 1e-4


def test_event_prescales_of_lines_are_independent() -> None:
    """Contingency table of two lines with the same factor, and one line in two runs: p-values above 1e-4."""
    time = list(range(0, 200_000, 4))
    kept = {}
    for seed in (1, 2):
        under_test = Sequencer(menu_of([Rule("A", 4), Rule("B", 4)]), Clock(1.0, 1, 200_000), seed)
        outcome = under_test.step(0, candidates([(t, 3, 3) for t in time]))
        kept[seed] = [(outcome.accepted & np.uint64(bit)) > 0 for bit in (1, 2)]
    for one, other in ((kept[1][0], kept[1][1]), (kept[1][0], kept[2][0])):
        table = np.histogram2d(one, other, bins=2)[0]
        assert stats.chi2_contingency(table).pvalue > 1e-4


def test_event_prescale_depends_on_nothing_else() -> None:
    """Neither other lines, nor their order, nor other candidates change what a line keeps."""
    time = list(range(0, 5000, 5))
    alone = Sequencer(menu_of([Rule("B", 5)]), Clock(1.0, 1, 5000), 7)
    both = Sequencer(menu_of([Rule("A", 3), Rule("B", 5)]), Clock(1.0, 1, 5000), 7)
    half = Sequencer(menu_of([Rule("B", 5), Rule("A", 3)]), Clock(1.0, 1, 5000), 7)
    kept = alone.step(0, simple(time)).accepted
    assert 100 < kept.sum() < 300
    together = both.step(0, candidates([(t, 3, 3) for t in time])).accepted
    assert ((together >> np.uint64(1)) == kept).all()
    assert (
        half.step(0, candidates([(t, 3, 3) for t in time[::2]])).accepted & np.uint64(1) == kept[::2]
    ).all()


def test_choke_at_the_firmwares_numbers() -> None:
    """Above 8000 words on, below 7500 off; refused from 3 clocks after on to one latency after off."""
    clock = Clock(NA62_TICK_NS, 256, 256 * 256 * 160)
    under_test = sequencer(clock, None, Choke(restart=1000))
    load = [0] * 160
    load[0], load[1] = 256 + 8000, 256 + 1  # 8000: not yet; 8001: on, at the end of step 1
    on = 2 * 256
    off = 4 * 256  # 8001 -> 7745 -> 7489 at the end of step 3
    edges = [(on + 3) * 256 - 1, (on + 3) * 256, (off + 1000) * 256 - 1, (off + 1000) * 256]
    assert states(under_test.step(0, candidates([(t, 1, 1) for t in edges], load))) == [
        RECORDED,
        DEAD,
        DEAD,
        RECORDED,
    ]
    assert under_test.choke_log == [(on, True), (off, False)]
    assert under_test.dead_ticks == (off + 1000 - on - 3) * 256


def test_choke_requests_across_frames() -> None:
    """A detector asks from period 90 to 120; frames have 100 periods."""
    under_test = sequencer(Clock(1.0, 10, 1000), None, Choke(requests=((90, 120),), delay=3, restart=5))
    assert states(under_test.step(0, simple([929, 930, 999]))) == [RECORDED, DEAD, DEAD]
    assert states(under_test.step(1, simple([0, 249, 250]))) == [DEAD, DEAD, RECORDED]
    assert under_test.choke_log == [(90, True), (120, False)]
    assert (under_test.dead_ticks, under_test.live_ticks) == (320, 1680)


def test_disabled_choke_refuses_nothing() -> None:
    under_test = sequencer(
        Clock(1.0, 10, 1000), None, Choke(enabled=False, requests=((0, 50),), high=1, low=0)
    )
    assert (
        states(under_test.step(0, candidates([(t, 1, 1) for t in (0, 300)], [65535] * 10))) == [RECORDED] * 2
    )
    assert under_test.choke_log == []


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
    bad = Candidates(np.zeros(2, np.int64), np.ones(1, np.uint64), np.ones(2, np.uint64))
    with pytest.raises(RunError, match="frame 0: candidates have columns of different lengths"):
        sequencer(Clock(1.0, 1, 100)).step(0, bad)


def test_read_only_candidates() -> None:
    arrays: list[Any] = [np.array([1]), np.ones(1, np.uint64), np.ones(1, np.uint64), np.ones(4, np.uint16)]
    for array in arrays:
        array.setflags(write=False)
    under_test = sequencer(Clock(1.0, 1, 100), None, Choke())
    assert states(under_test.step(0, Candidates(*arrays))) == [RECORDED]
