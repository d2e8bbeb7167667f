"""Which lines count for an efficiency: prescaled ones alone, totals only of those that keep everything."""

from __future__ import annotations

import numpy as np

from trigemu.decision.candidates import Candidates
from trigemu.decision.tally import lines_near
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Line, Menu

MENU = compile_menu(
    Menu(
        line=(
            Line(name="kept", when="a"),
            Line(name="scaled", when="b", prescale=10),
            Line(name="off", when="c", prescale=0),
            Line(name="soft", when="d", level="hlt"),
            Line(name="soft-scaled", when="e", level="hlt", prescale=3),
        )
    ),
    bits=["a", "b", "c", "d", "e"],
    entries=(),
    selections=(),
    where="test",
)


def test_totals_are_what_the_menu_is_sure_to_keep() -> None:
    # Lines that passed in each candidate, bit i: line i.
    passed = np.array([[0b00001], [0b00010], [0b01010], [0b01001], [0b11100], [0b10001]], np.uint64)
    time = np.arange(len(passed), dtype=np.int64) * 100
    found = lines_near(time, Candidates(time, passed, passed), 0, MENU)
    kept, scaled, off, soft, soft_scaled, l1, hlt = found.T.tolist()
    assert kept == [True, False, False, True, False, True]
    assert scaled == [False, True, True, False, False, False]
    assert off == [False, False, False, False, True, False]
    assert soft == [False, False, False, True, False, False]
    assert soft_scaled == [False, False, False, False, False, True]
    assert l1 == kept
    assert hlt == soft
