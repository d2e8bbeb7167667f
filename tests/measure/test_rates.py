"""Rates of lines against truth: thousands of short runs of the sequencer on Poisson candidates.

Seeds are fixed.  With 2000 runs the ratio of spread to reported error is known to 1.6 %, a coverage to 1 %, so that a
right estimator fails a bound of 5 % with a probability of 2e-3, one of a coverage with less than 5e-3, and a mean's
(four standard deviations) with 6e-5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.measured_run import toy_setup, toy_totals

from trigemu.arrays import I64, U64
from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.decision.together import SharedCounter
from trigemu.measure.rates import LineRates, before_prescale, level_rates, line_rates, recorded
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Menu
from trigemu.setup.data import Clock

RUNS = 2000
TICK_S = 1e-10
LENGTH = 10**8
"""Of a run, in ticks: 10 ms."""

Toy = Callable[[np.random.Generator], tuple[I64, U64]]


def poisson(rng: np.random.Generator, *rates_hz: float) -> tuple[I64, U64]:
    """Return times of independent lines' candidates, and which lines fired."""
    counts = [rng.poisson(rate * LENGTH * TICK_S) for rate in rates_hz]
    time = rng.integers(0, LENGTH, sum(counts))
    return joined(time, np.repeat(1 << np.arange(len(counts)), counts))


def joined(time: I64, line: I64) -> tuple[I64, U64]:
    """Return candidates in order; those at the same time are one."""
    order = np.argsort(time, kind="stable")
    time, line = time[order], line[order]
    first = np.flatnonzero(np.diff(time, prepend=-1))
    return time[first], np.bitwise_or.reduceat(line, first).astype(np.uint64) if len(first) else line.astype(
        np.uint64
    )


def runs(menu: dict[str, Any], toy: Toy, seed: int, count: int = RUNS) -> list[list[LineRates]]:
    """Return the rates of every line in each of many runs."""
    parsed = Menu.model_validate(menu)
    names = [line.when for line in parsed.line]
    compiled = compile_menu(parsed, bits=names, entries=(), selections=(), where="toy")
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        sequencer = Sequencer(compiled, Clock(TICK_S * 1e9, 1, LENGTH), number)
        time, fired = toy(rng)
        lines = fired.reshape(-1, 1)
        candidates = Candidates(time, lines, lines)
        outcome = sequencer.step(0, candidates)
        live_s = sequencer.live_ticks * TICK_S
        shared = SharedCounter(compiled)
        shared.add(candidates, outcome)
        unique = shared.counts().unique
        counts = zip(
            compiled.lines,
            sequencer.fired,
            sequencer.accepted,
            sequencer.generated,
            sequencer.sent,
            unique,
            strict=True,
        )
        rates = []
        for line, fired, accepted, kept, sent, alone in counts:
            raw = before_prescale(int(fired), LENGTH * TICK_S)
            sent_rate, after, only = (
                recorded(int(n), int(kept), line.scale, live_s) for n in (sent, accepted, alone)
            )
            rates.append(LineRates(raw, raw, sent_rate, after, only))
        found.append(rates)
    return found


class Summary:
    """What many rates of one kind amount to."""

    def __init__(self, found: list[list[LineRates]], line: int, kind: str) -> None:
        rates = [getattr(rates[line], kind) for rates in found]
        self.hz = np.array([rate.hz for rate in rates])
        self.error = np.array([rate.error_hz for rate in rates])
        self.low = np.array([rate.low_hz for rate in rates])
        self.high = np.array([rate.high_hz for rate in rates])

    @property
    def spread(self) -> float:
        """Standard deviation of the rate over its mean reported error."""
        return float(self.hz.std() / np.sqrt(np.mean(self.error**2)))

    def off(self, truth: float) -> float:
        """Return the mean's distance from the truth in its standard deviations."""
        return float((self.hz.mean() - truth) / (self.hz.std() / math.sqrt(len(self.hz))))

    def coverage(self, truth: float) -> float:
        """Return how often the interval holds the truth."""
        return float(np.mean((self.low <= truth) & (truth <= self.high)))


def line(name: str, every: int = 1, mode: str = "counter") -> dict[str, Any]:
    return {"name": name, "when": name, "prescale": {"every": every, "mode": mode}}


@pytest.mark.parametrize(("every", "rate_hz"), [(10, 1e5), (100, 6e5)])
def test_a_counter_removes_no_randomness(every: int, rate_hz: float) -> None:
    """Errors were sqrt(n) too large: spread over reported was 0.31 for n = 10 and 0.10 for 100."""
    found = runs({"line": [line("a", every)]}, lambda rng: poisson(rng, rate_hz), seed=every)
    before, after = Summary(found, 0, "before"), Summary(found, 0, "after")
    assert 0.95 < before.spread < 1.05
    assert 0.95 < after.spread < 1.05
    assert abs(before.off(rate_hz)) < 4
    assert 0.65 < before.coverage(rate_hz) < 0.73
    # From zero on, a counter holds back half a count on average; the interval makes room for a whole one.
    assert abs(after.off(rate_hz / every - (every - 1) / (2 * every) / (LENGTH * TICK_S))) < 4
    assert after.coverage(rate_hz / every) > 0.65


@pytest.mark.parametrize("every", [1, 10, 100])
def test_an_event_prescale_keeps_counts_independent(every: int) -> None:
    menu = {"line": [line("a", every, "event")], "dead_time": {"fixed_ns": 10_000}}
    found = runs(menu, lambda rng: poisson(rng, 1e5), seed=10 + every)
    before, after = Summary(found, 0, "before"), Summary(found, 0, "after")
    for got, truth in ((before, 1e5), (after, 1e5 / every)):
        assert 0.94 < got.spread < 1.05
        assert abs(got.off(truth)) < 4
        assert 0.65 < got.coverage(truth) < 0.76


@pytest.mark.parametrize(
    ("every", "rate_hz", "dead_ns", "others"),
    [(10, 2e5, 20_000.0, (3e4, 2e5)), (10, 1e6, 500.0, ()), (100, 1e6, 10_000.0, ())],
    ids=["among others", "short", "long"],
)
def test_dead_time_does_not_bias_the_rate_before_prescale(
    every: int, rate_hz: float, dead_ns: float, others: tuple[float, ...]
) -> None:
    """A counted line is regular and avoids its own dead time: n N / live was 25, 5 and 9 % too high."""
    menu = {
        "line": [line("a", every), line("b"), line("c", 10, "event")][: 1 + len(others)],
        "dead_time": {"fixed_ns": dead_ns},
    }
    found = runs(menu, lambda rng: poisson(rng, rate_hz, *others), seed=20 + every, count=1000)
    before, after = Summary(found, 0, "before"), Summary(found, 0, "after")
    assert abs(before.off(rate_hz)) < 4
    assert 0.93 < before.spread < 1.07
    assert 0.64 < before.coverage(rate_hz) < 0.74
    # What is recorded over live time is too high by the line's share of dead time, and its error is right all the same.
    assert after.hz.mean() * every / rate_hz > 1.03
    assert 0.85 < after.spread < 1.15


def test_candidates_that_cluster_do_not_bias_the_rate_before_prescale() -> None:
    """As NA62's control line: one in 50 of its candidates follows another line's within the dead time."""

    def toy(rng: np.random.Generator) -> tuple[I64, U64]:
        alone = rng.integers(0, LENGTH, rng.poisson(0.98e5 * LENGTH * TICK_S))
        together = rng.integers(0, LENGTH - 500, rng.poisson(0.02e5 * LENGTH * TICK_S))
        time = np.concatenate([alone, together + 400, together])
        lines = np.repeat([1, 1, 2], [len(alone), len(together), len(together)])
        return joined(time, lines)

    found = runs({"line": [line("control"), line("h2")], "dead_time": {"fixed_ns": 75}}, toy, seed=30)
    before, after = Summary(found, 0, "before"), Summary(found, 0, "after")
    assert abs(before.off(1e5)) < 4
    assert 0.95 < before.spread < 1.05
    assert 0.65 < before.coverage(1e5) < 0.73
    assert after.off(1e5) < -10
    assert after.hz.mean() == pytest.approx(0.98e5, rel=0.005)


def test_dead_time_of_others_adds_randomness_behind_a_counter() -> None:
    menu = {"line": [line("a", 50), line("b")], "dead_time": {"fixed_ns": 10_000}}
    found = runs(menu, lambda rng: poisson(rng, 5e5, 1e5), seed=31, count=1000)
    after = Summary(found, 0, "after")
    assert 0.93 < after.spread < 1.07
    assert after.error.mean() > 1.3 * math.sqrt(5e5 / LENGTH / TICK_S) / 50


@pytest.mark.parametrize("mode", ["counter", "event"])
def test_pauses_of_the_whole_trigger_do_not_bias_the_rate_before_prescale(mode: str) -> None:
    """Candidates in CHOKE are counted, and so is its time; the time that is left is live."""
    menu = {
        "line": [line("a", 10, mode)],
        "choke": {"requests": [[LENGTH // 10, LENGTH // 2]], "delay": 0, "restart": 0, "high": 9, "low": 9},
    }
    found = runs(menu, lambda rng: poisson(rng, 1e5), seed=32, count=1000)
    before, after = Summary(found, 0, "before"), Summary(found, 0, "after")
    assert abs(before.off(1e5)) < 4
    assert 0.93 < before.spread < 1.07
    lost = 0.45 / 0.6 / (LENGTH * TICK_S) if mode == "counter" else 0.0
    assert abs(after.off(1e4 - lost)) < 4
    assert 0.93 < after.spread < 1.07


@pytest.mark.parametrize(
    ("first", "second"),
    [((1, "event"), (10, "counter")), ((10, "counter"), (4, "event")), ((10, "counter"), (3, "counter"))],
)
def test_errors_of_what_a_line_alone_records(first: tuple[int, str], second: tuple[int, str]) -> None:
    """Half of line a's candidates fire line b as well, whose prescale takes some away from what a has alone."""

    def toy(rng: np.random.Generator) -> tuple[I64, U64]:
        time, fired = poisson(rng, 2e5, 1e5)
        return time, np.where(rng.random(len(time)) < 0.5, 3, fired).astype(np.uint64)

    found = runs({"line": [line("a", *first), line("b", *second)]}, toy, seed=40, count=1000)
    for number in range(2):
        unique = Summary(found, number, "unique")
        assert 0.8 < unique.spread < 1.07
    # Of 3e5 candidates per second a third fires a alone and half fires both, where b takes its share away.
    truth = (1e5 + 1.5e5 * (1 - 1 / second[0])) / first[0]
    start = 1.0 / (LENGTH * TICK_S)
    assert abs(Summary(found, 0, "unique").hz.mean() - truth) < 0.02 * truth + start


def test_a_level_that_is_one_counter_has_the_error_of_that_counter() -> None:
    totals = toy_totals(
        accepted=np.array([100, 0, 0]),
        sent=np.array([110, 40, 0]),
        levels={"l1": {"fired": 2300, "before_prescale": 2300, "sent": 120, "accepted": 100}},
    )
    alone, level = line_rates(toy_setup(), totals)[0], level_rates(toy_setup(), totals)["l1"]
    assert level.after == alone.after
    assert level.after.error_hz < 0.9 * 10.0 / 0.8
    assert level.sent.hz == pytest.approx(120 / 0.8)
    assert level.sent.error_hz == pytest.approx(120**0.5 / 0.8)
    assert level.raw.hz == level.before.hz == pytest.approx(2300.0)
