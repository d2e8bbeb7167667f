"""Prescales: exact sequences, and statistics of the event mode."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.sequencer import Rule, event_is_kept
from scipy import stats
from support.sequencing import PRESCALED, RECORDED, candidates, menu_of, simple, states

from trigemu.decision.sequencer import Sequencer
from trigemu.menu.compile import compile_menu
from trigemu.menu.prescale import kept, line_key, mix64
from trigemu.menu.schema import Line, Menu, Prescale
from trigemu.setup.data import Clock


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
    everything = simple(list(range(0, count * 50, 50)))
    under_test = Sequencer(menu_of([Rule("A", factor)]), Clock(1.0, 1, count * 50), seed=factor)
    kept = []
    for frame in range(frames):
        before = under_test.states[RECORDED]
        under_test.step(frame, everything)
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
        kept[seed] = [(outcome.accepted[:, 0] & np.uint64(bit)) > 0 for bit in (1, 2)]
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


@settings(max_examples=200, deadline=None)
@given(
    frame=st.integers(0, 2**32 - 1),
    time=st.integers(0, 2**30 - 1),
    seed=st.integers(0, 2**63 - 1),
    name=st.text(min_size=1, max_size=64),
    factor=st.integers(1, 2**32),
)
def test_numpy_hash_equals_the_reference(frame: int, time: int, seed: int, name: str, factor: int) -> None:
    times = np.arange(time, time + 20)
    found = kept(frame, times, line_key(name, seed), factor).tolist()
    assert found == [event_is_kept(frame, t, seed, name, factor) for t in times.tolist()]


def test_kernel_equals_the_numpy_hash_in_late_frames() -> None:
    """The kernel hashes the frame number, not only small ones: let 70 frames pass, compare the last."""
    under_test = Sequencer(menu_of([Rule("late", 3)]), Clock(1.0, 1, 2**30), seed=2**63 - 1)
    times = list(range(2**29, 2**30, 2**18))
    for frame in range(70):
        outcome = under_test.step(frame, simple(times))
    expected = kept(69, np.array(times), line_key("late", 2**63 - 1), 3)
    assert 100 < expected.sum() < 1500
    assert (outcome.accepted[:, 0] == 1).tolist() == expected.tolist()


def test_the_hash_stays_what_it_is() -> None:
    """SplitMix64 from state 0 begins with these numbers (reference code); runs must stay repeatable."""
    gamma = 0x9E3779B97F4A7C15
    assert [mix64(gamma * n % 2**64) for n in (1, 2, 3)] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]
