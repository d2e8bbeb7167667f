"""Speed of menus: expressions on columns of trigger words, and the sequencer."""

from __future__ import annotations

import time

import numpy as np
import pytest

from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.experiments.belle2.gdl.ftdl import sums_of_products
from trigemu.menu.compile import compile_menu
from trigemu.menu.planes import pack_lines, unpack_lines
from trigemu.menu.schema import Choke, DeadTime, Line, Menu, Prescale
from trigemu.setup.data import Clock

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


OUTPUTS = 175
"""As many as version 36 of Belle II's menu has; the sums below have as many terms and factors as that one."""


@pytest.fixture(scope="module")
def wide():
    """Return 175 sums of 3 products of 3 or 4 out of 151 bits, as formulas over a word of 7 x 64 bits."""
    rng = np.random.default_rng(36)
    formulas = []
    for _ in range(OUTPUTS):
        products = [rng.choice(151, rng.integers(3, 5), replace=False) for _ in range(3)]
        words = [" ".join(f"{'!' * int(rng.integers(2))}{bit}" for bit in bits) for bits in products]
        formulas.append(" + ".join(words))
    return formulas


def numpy_evaluate(formulas, inputs):
    """Return what the formulas say, one vectorised operation per factor (inputs: bool[bits, n])."""
    found = np.zeros((len(formulas), inputs.shape[1]), bool)
    for output, formula in enumerate(formulas):
        for product in formula.split("+"):
            term = np.ones(inputs.shape[1], bool)
            for word in product.split():
                bit = inputs[int(word.lstrip("!"))]
                term &= ~bit if word[0] == "!" else bit
            found[output] |= term
    return found


def test_gdl(benchmark, wide):
    """Words of 7 x 64 bits through 175 sums of products: at least 5 million a second."""
    inputs = np.random.default_rng(3).random((ROWS, 448)) < 0.5
    sums = sums_of_products(wide, 448)
    words, entry = pack_lines(inputs), np.ones(ROWS, np.uint8)
    fired = benchmark(sums.evaluate, words, entry)
    columns = np.ascontiguousarray(inputs.T)
    begin = time.perf_counter()
    expected = numpy_evaluate(wide, columns)
    seconds = time.perf_counter() - begin
    assert np.array_equal(unpack_lines(fired, OUTPUTS), expected.T)
    if benchmark.stats:
        mine = benchmark.stats.stats.median
        benchmark.extra_info["million_words_per_s"] = ROWS / mine / 1e6
        benchmark.extra_info["times_numpy"] = seconds / mine


def test_sequencer(benchmark, menu):
    """One frame of 10 000 candidates (10 MHz) through prescales, dead time and CHOKE."""
    rng = np.random.default_rng(2)
    times = np.unique(rng.integers(0, CLOCK.frame_ticks, 10_000))
    fired = rng.integers(1, 1 << 16, (len(times), 1)).astype(np.uint64)
    candidates = Candidates(times, fired, fired, np.full(160, 64, np.uint16))

    def step():
        Sequencer(menu, CLOCK, seed=3).step(0, candidates)

    benchmark(step)
