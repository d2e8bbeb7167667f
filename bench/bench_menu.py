"""Speed of menus: expressions on columns of trigger words, and the sequencer."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.base import Candidates, Clock
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Choke, DeadTime, Line, Menu, Prescale
from trigemu.streaming.core.sequencer import Sequencer

ROWS = 100_000
BITS = [f"b{i}" for i in range(128)]
CLOCK = Clock(tick_ns=24.951059536 / 256, clock_ticks=256, frame_ticks=40960 * 256)


@pytest.fixture(scope="module")
def menu():
    """Return 16 lines over two words, every second one with a firmware counter."""
    lines = tuple(
        Line(
            name=f"line{i}",
            when=f"b{i} and not b{i + 64} or b{i + 20} and b{i + 90}",
            prescale=Prescale(every=i + 1, mode="counter" if i % 2 else "event"),
        )
        for i in range(16)
    )
    made = Menu(line=lines, dead_time=DeadTime(minimum_distance=2), choke=Choke())
    return compile_menu(made, bits=BITS, entries=("reference",), selections=(), where="bench")


def test_evaluate(benchmark, menu):
    """100 000 rows of two words through 16 lines."""
    words = np.random.default_rng(1).integers(0, 1 << 63, (ROWS, 2)).astype(np.uint64)
    entry = np.ones(ROWS, np.uint8)
    fired = benchmark(menu.evaluate, words, entry)
    assert fired.any()


def test_sequencer(benchmark, menu):
    """One frame of 10 000 candidates (10 MHz) through prescales, dead time and CHOKE."""
    rng = np.random.default_rng(2)
    time = np.unique(rng.integers(0, CLOCK.frame_ticks, 10_000))
    fired = rng.integers(1, 1 << 16, (len(time), 1)).astype(np.uint64)
    candidates = Candidates(time, fired, fired, np.full(160, 64, np.uint16))

    def step():
        Sequencer(menu, CLOCK, seed=3).step(0, candidates)

    benchmark(step)
