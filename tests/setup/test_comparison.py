"""Comparisons with recorded words: counting, and the way of the sums through a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import trigemu.streaming
from trigemu.decision.decide import Decider
from trigemu.errors import InputError
from trigemu.experiments.pulser.trigger import PulserTrigger
from trigemu.frames.frame import TimeFrame
from trigemu.measure.summary import summarise
from trigemu.render.table import Table
from trigemu.report.run import render
from trigemu.report.tables import run_tables
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.comparison import (
    BIT_STATES,
    ComparisonSpec,
    count_bits,
    count_columns,
    count_near,
    count_within,
)
from trigemu.setup.declared import check_section
from trigemu.streaming.core.totals import RunTotals

SPECS = {
    "bits": ComparisonSpec("Bits", ("even", "odd")),
    "values": ComparisonSpec("Values", ("only",), values=True),
}
FRAMES = 40


class ComparingTrigger(PulserTrigger):
    """Compares numbers of frames."""

    def compare(self, frame, words):
        bits = np.zeros((2, 4), np.int64)
        bits[frame.number % 2, frame.number % 4] = 1
        return {"bits": bits, "values": np.array([[1, frame.number, 0]])}


def setup_with(trigger=ComparingTrigger, specs=SPECS):
    setup = load_setup("pulser", ["record.monitor_every=1000", f"run.frames={FRAMES}"])
    return replace(setup, experiment=replace(setup.experiment, comparisons=specs, trigger=trigger))


def empty_frame(setup):
    return TimeFrame(1, 3, {name: schema.empty() for name, schema in setup.schemas.items()})


two = st.tuples(st.integers(1, 5), st.integers(1, 9)).flatmap(
    lambda shape: st.tuples(*(arrays(np.bool_, shape) for _ in range(2)))
)


@given(two)
def test_bits_are_counted_one_by_one(pair):
    one, other = pair
    states = {"neither": 0, "only_emulated": 0, "only_recorded": 0, "both": 0}
    for a, b in zip(one.ravel().tolist(), other.ravel().tolist(), strict=True):
        states["both" if a and b else "only_emulated" if a else "only_recorded" if b else "neither"] += 1
    assert count_bits(one, other).tolist() == [states[name] for name in BIT_STATES]
    assert np.array_equal(count_columns(one, other).sum(axis=0), count_bits(one, other))
    assert np.array_equal(
        count_columns(one, other), [count_bits(one[:, i], other[:, i]) for i in range(one.shape[1])]
    )


@given(two)
def test_cells_near_by_count(pair):
    one, other = pair
    n = one.shape[1]
    near = [(-1) % n, 0, 1 % n]
    found = both = only_one = 0
    for a, b in zip(one, other, strict=True):
        for cell in range(n):
            if b[cell]:
                found += 1
                both += any(a[(cell + step) % n] for step in near)
            if a[cell]:
                only_one += not any(b[(cell + step) % n] for step in near)
    assert count_near(one, other).tolist() == [one.size - only_one - found, only_one, found - both, both]


def test_values_within_a_tolerance():
    emulated, recorded = np.array([[10, 10], [12, 30], [13, 7]]), np.array([[10, 20], [10, 20], [10, 10]])
    assert count_within(emulated, recorded, 2).tolist() == [[2, 1, 0], [0, 1, 2]]
    assert count_within(emulated, recorded, 0.5 * recorded).tolist() == [[3, 0, 0], [3, 0, 0]]


def expected():
    bits = np.zeros((2, 4), np.int64)
    for frame in range(FRAMES):
        bits[frame % 2, frame % 4] += 1
    return bits, FRAMES * (FRAMES - 1) // 2


def test_every_frame_counts(tmp_path):
    setup = setup_with()
    totals = trigemu.streaming.run(setup, tmp_path / "run", offline=True)
    bits, above = expected()
    assert np.array_equal(totals.comparisons["bits"], bits)
    assert totals.comparisons["values"].tolist() == [[FRAMES, above, 0]]
    # On disk and back; older runs have none.
    again = RunTotals.from_dict(totals.to_dict())
    assert np.array_equal(again.comparisons["bits"], bits)
    old = {key: value for key, value in totals.to_dict().items() if key != "comparisons"}
    assert RunTotals.from_dict(old).comparisons == {}
    summary = summarise(setup, totals)
    assert summary["comparisons"] == {
        "bits": {
            row: dict(zip(BIT_STATES, counts, strict=True))
            for row, counts in zip(("even", "odd"), bits.tolist(), strict=True)
        },
        "values": {"only": {"within": FRAMES, "above": above, "below": 0}},
    }
    page = render(setup, totals, summary)
    assert "Comparison with recorded words" in page
    assert "bits: Bits" in page
    titles = [each.title for each in run_tables(setup, summary) if isinstance(each, Table)]
    assert {"comparison with recorded words", "rows that differ most"} <= set(titles)


def test_nothing_is_shown_where_nothing_is_compared(tmp_path):
    setup = load_setup("pulser", ["run.frames=3"])
    totals = trigemu.streaming.run(setup, tmp_path / "run", offline=True)
    summary = summarise(setup, totals)
    assert summary["comparisons"] == {}
    assert "Comparison with recorded words" not in render(setup, totals, summary)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "compare: returned None, not a mapping of comparisons"),
        ({"bist": np.zeros((2, 4), int)}, "comparison 'bist' is not declared; did you mean 'bits'?"),
        ({"bits": np.zeros((2, 3), int)}, "comparison 'bits' is int64[2, 3], not int64[2, 4]"),
        ({"values": np.zeros((1, 3))}, "comparison 'values' is float64[1, 3]"),
    ],
)
def test_wrong_answers_are_refused(monkeypatch, answer, said):
    setup = setup_with()
    monkeypatch.setattr(ComparingTrigger, "compare", lambda *given: answer)
    decider = Decider(setup)
    with pytest.raises(InputError) as caught:
        decider.decide(empty_frame(setup))
    assert said in str(caught.value)


def test_a_trigger_that_does_not_compare():
    with pytest.raises(
        InputError, match="declares comparisons, but its trigger PulserTrigger has no method 'compare'"
    ):
        Decider(setup_with(trigger=PulserTrigger))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("x", "comparisons: 'bits' is of type str, not a ComparisonSpec"),
        (ComparisonSpec("Bits", ()), "comparisons: 'bits' needs rows, all with different names"),
        (ComparisonSpec("Bits", ("a", "a")), "comparisons: 'bits' needs rows, all with different names"),
    ],
)
def test_wrong_declarations_are_refused(spec, said):
    setup = setup_with(specs={"bits": spec})
    with pytest.raises(InputError, match=said):
        check_section(setup.experiment, setup.section)


def test_a_configuration_is_completed_before_it_is_checked(monkeypatch):
    setup = load_setup("pulser", ["run.frames=3"])

    def complete(data):
        return {**data, "run": {**data["run"], "frames": 7}}

    spec = replace(setup.experiment, complete=complete)
    monkeypatch.setattr("trigemu.setup.build.find_experiment", lambda name: spec)
    assert build_setup(setup.to_dict()).frames == 7
