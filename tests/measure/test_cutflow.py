"""Cut flows against a slow recount event by event, and against what the tables of the scan say."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cutting import CUTS, Bare, empty, events, with_selection
from support.event_texts import lhe
from support.weighted_events import lhe_config

import trigemu
from trigemu.errors import InputError, RunError
from trigemu.experiments.pulser.generator import APART, EDGE, PulseGenerator
from trigemu.measure import efficiency as scans
from trigemu.measure.cut_counting import CutCounter
from trigemu.measure.cutflow import CutFlow, FlowRow
from trigemu.measure.statistics import clopper_pearson, weighted_efficiency
from trigemu.measure.table import EfficiencyTable
from trigemu.setup.offline import Cut

FRACTIONS = ("of_generated", "of_previous", "of_triggered", "fails_only")


def recount(rows: list[dict[str, Any]], cuts: int) -> list[list[float]]:
    """Return count, sum of weights, independent events and fractions of each step, event by event."""
    reached: list[list[dict[str, Any]]] = [[] for _ in range(3 + cuts)]
    alone: list[list[dict[str, Any]]] = [[] for _ in range(cuts)]
    for row in rows:
        reached[0].append(row)
        if row["accepted"]:
            reached[1].append(row)
        if not row["triggered"]:
            continue
        reached[2].append(row)
        failed = [cut for cut in range(cuts) if not row["passes"][cut]]
        for cut in range(failed[0] if failed else cuts):
            reached[3 + cut].append(row)
        if len(failed) == 1:
            alone[failed[0]].append(row)

    def weight(some: list[dict[str, Any]]) -> float:
        return sum(row["weight"] for row in some)

    def ratio(some: list[dict[str, Any]], every: list[dict[str, Any]]) -> float:
        return weight(some) / weight(every) if every else math.nan

    reached.append(reached[-1])
    found = []
    for step, some in enumerate(reached):
        kinds = {("of file", row["event"]) if row["event"] >= 0 else ("alone", row["number"]) for row in some}
        is_cut = 3 <= step < 3 + cuts
        found.append(
            [
                *(len(some), weight(some), len(kinds), ratio(some, reached[0])),
                ratio(some, reached[max(step - 1, 0)]),
                ratio(some, reached[2]) if step >= 2 else math.nan,
                ratio(alone[step - 3], reached[2]) if is_cut else math.nan,
            ]
        )
    return found


@st.composite
def samples(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], int, int, bool]:
    """Return frames of events, how many cuts, how many events are wanted, and whether events have weights."""
    cuts, weighted = draw(st.integers(1, 4)), draw(st.booleans())
    number = 0
    frames = []
    for size in draw(st.lists(st.integers(0, 12), min_size=1, max_size=4)):
        rows = []
        for _ in range(size):
            accepted = draw(st.booleans())
            rows.append(
                {
                    "number": number,
                    "accepted": accepted,
                    "triggered": accepted and draw(st.booleans()),
                    "passes": draw(st.lists(st.booleans(), min_size=cuts, max_size=cuts)),
                    "weight": draw(st.floats(0.01, 1.0)) if weighted else 1.0,
                    "event": draw(st.integers(-1, 5)) if weighted else -1,
                }
            )
            number += 1
        frames.append(rows)
    return frames, cuts, draw(st.integers(1, 40)), weighted


def counted(sample: tuple[list[list[dict[str, Any]]], int, int, bool]) -> list[FlowRow]:
    frames, cuts, wanted, weighted = sample
    counter = CutCounter(wanted, empty([Cut(f"cut {i}", "", "") for i in range(cuts)]), 2)
    for rows in frames:
        flags = [[row[name] for row in rows] for name in ("accepted", "triggered")]
        passes = np.array([row["passes"] for row in rows], bool).reshape(-1, cuts)
        more = {name: [row[name] for row in rows] for name in ("event", "weight")} if weighted else {}
        counter.add(events(np.ones(len(rows)), *flags, **more), passes)
    return counter.finish({})


@settings(deadline=None)
@given(samples())
def test_a_flow_is_the_slow_recount(sample: tuple[list[list[dict[str, Any]]], int, int, bool]) -> None:
    frames, cuts, wanted, _ = sample
    rows = [row for frame in frames for row in frame][:wanted]
    expected = recount(rows, cuts)
    found = counted(sample)
    for row, numbers in zip(found, expected, strict=True):
        values = [row.count, row.weight, row.distinct, *(getattr(row, name) for name in FRACTIONS)]
        assert values == pytest.approx(numbers, nan_ok=True)
        for name in FRACTIONS:
            low, value, high = (getattr(row, f"{name}{end}") for end in ("_low", "", "_high"))
            assert math.isnan(value) or low <= value <= high or low == pytest.approx(value)


@settings(deadline=None)
@given(samples())
def test_what_is_left_falls_and_fractions_multiply(sample: tuple[Any, int, int, bool]) -> None:
    rows = counted(sample)
    assert [row.kind for row in rows] == [
        "generated",
        "accepted",
        "triggered",
        *["cut"] * sample[1],
        "selected",
    ]
    for before, after in pairwise(rows):
        assert after.count <= before.count
        assert after.weight <= before.weight * (1 + 1e-12)
    triggered, selected = rows[2], rows[-1]
    assert (selected.count, selected.weight) == (rows[-2].count, rows[-2].weight)
    if selected.count:
        product = math.prod(row.of_previous for row in rows)
        assert product == pytest.approx(selected.of_generated)
        assert selected.of_triggered == pytest.approx(selected.weight / triggered.weight)
        assert math.prod(row.of_previous for row in rows[3:]) == pytest.approx(selected.of_triggered)


def test_intervals_are_those_of_counts_and_of_weights() -> None:
    random = np.random.default_rng(3)
    n = 500
    accepted, passes = random.random(n) < 0.8, random.random((n, 2)) < 0.7
    weight = random.random(n)
    for weights in (None, weight):
        more = {} if weights is None else {"event": np.full(n, -1), "weight": weights}
        counter = CutCounter(n, empty(CUTS[:2]), 2)
        counter.add(events(np.ones(n), accepted, accepted, **more), passes)
        selected = counter.finish({})[-1]
        left = passes.all(axis=1)[accepted]
        if weights is None:
            low, high = map(float, clopper_pearson(left.sum(), len(left), 0.6826894921))
        else:
            again = weighted_efficiency(weights[accepted], left, 0.6826894921)
            low, high = again.low, again.high
        assert (selected.of_triggered_low, selected.of_triggered_high) == pytest.approx((low, high))


@pytest.fixture(scope="module")
def table() -> EfficiencyTable:
    return trigemu.efficiency("pulser", "burst", events=400, seed=7, selection="alone", lines="triple")


def test_a_scan_counts_the_events_that_its_table_counts(table: EfficiencyTable) -> None:
    flow = table.flow
    assert flow is not None
    assert flow.trigger == "triple"
    line = table.rows[0]
    for step, count in (
        ("generated", line.generated),
        ("accepted", line.accepted),
        ("triggered", line.passed),
    ):
        (row,) = flow.step(step)
        assert row.count == row.weight == row.distinct == count
    plain = trigemu.efficiency("pulser", "burst", events=400, seed=7, lines=["triple"])
    assert plain.flow is None
    assert plain.rows == table.rows


def test_cuts_are_those_of_the_same_events(table: EfficiencyTable) -> None:
    setup = trigemu.load_setup("pulser", ["run.seed=7"])
    ticks, generator = setup.section.frame_ticks, setup.make_generator(tuple(setup.schemas))
    decisions = trigemu.decide(setup, range(100))
    counts, seen = dict.fromkeys(("triggered", "inside", "apart"), 0), 0
    for frame in range(100):
        bursts = [int(time) for time in generator.fragment("truth", frame)["time"]]
        fired = decisions.time[(decisions.frame == frame) & decisions.passed_by("triple")]
        for burst in bursts:
            seen += 1
            if not any(abs(int(time) - burst) <= setup.match_window for time in fired):
                continue
            counts["triggered"] += 1
            if EDGE * ticks < burst < (1 - EDGE) * ticks:
                counts["inside"] += 1
                counts["apart"] += sum(abs(other - burst) <= APART * ticks for other in bursts) == 1
    assert seen == 400
    assert table.flow is not None
    assert {step: int(table.flow.step(step)["count"][0]) for step in counts} == counts
    assert 0 < counts["apart"] < counts["inside"] < counts["triggered"] < 400


@pytest.mark.parametrize(
    ("lines", "trigger"),
    [((), "any l1"), (["pair", "triple"], "any l1"), (["pair"], "pair"), ("PAIR", "pair")],
)
def test_what_triggers(lines: Any, trigger: str) -> None:
    found = trigemu.efficiency("pulser", "burst", events=5, selection="alone", lines=lines).flow
    assert found is not None
    assert found.trigger == trigger


def test_a_software_trigger_triggers_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with_selection(monkeypatch, "belle2")
    found = trigemu.efficiency("belle2", "gamma-aprime", {"mass": [0.5]}, events=5, selection="half").flow
    assert found is not None
    assert found.trigger == "any hlt"


def test_events_and_cuts_belong_together_in_every_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    # Rows of truth that are not of the frame, or of no signal, are left out of the count, not of the rows.
    with_selection(monkeypatch, "na62")
    grid = {"mass": [0.3, 0.5]}
    found = trigemu.efficiency("na62-dump", "aprime-mumu", grid, events=1100, seed=3, selection="half").flow
    assert found is not None
    spec = scans.find_signal(trigemu.load_setup("na62-dump"), "aprime-mumu")
    for mass, rows in zip(grid["mass"], found.points, strict=True):
        single = scans.signal_setup(trigemu.load_setup("na62-dump"), spec, {"mass": mass}, 3)
        generator, seen, odd, two = single.make_generator(tuple(single.schemas)), 0, 0, 0
        for verdict in scans.decide_frames(single, range(3)):
            assert verdict.judged is not None
            passes = generator.offline("half", verdict.frame)  # type: ignore[attr-defined]
            truth = generator.fragment("truth", verdict.frame)
            for place in range(len(truth["time"])):
                if not 0 <= truth["time"][place] < single.clock.frame_ticks or seen == 1100:
                    continue
                (here,) = np.flatnonzero(verdict.judged.rows == place)
                seen += 1
                if verdict.judged.flags[here, -2]:
                    odd += passes[place, 0]
                    two += passes[place].all()
        assert seen == 1100
        assert rows[0].point == {"mass": mass}
        assert [row.count for row in rows[3:]] == [odd, two, two]
        assert 0 < two < odd < rows[2].count


def test_nothing_triggered_is_no_number() -> None:
    counter = CutCounter(5, empty(CUTS[:1]), 2)
    counter.add(events(np.ones(5), np.zeros(5), np.zeros(5)), np.ones((5, 1), bool))
    row = counter.finish({})[-1]
    assert (row.count, row.of_generated) == (0, 0.0)
    assert math.isnan(row.of_triggered)
    assert math.isnan(row.of_previous)


def test_steps_of_finished_points_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with_selection(monkeypatch, "na62")
    count, calls = scans.count_signal, []

    def fails(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise RunError("no more")
        return count(*arguments)

    monkeypatch.setattr(scans, "count_signal", fails)
    with pytest.raises(scans.ScanError) as error:
        trigemu.efficiency("na62-dump", "aprime-mumu", {"mass": [0.3, 0.4, 0.5]}, events=9, selection="half")
    assert error.value.table is not None
    assert isinstance(error.value.table.flow, CutFlow)
    assert error.value.table.flow.step("selected")["mass"].tolist() == [0.3, 0.4]


def never(done: int, wanted: int) -> None:
    pytest.fail("events were generated")


@pytest.mark.parametrize(
    ("config", "signal", "name", "words"),
    [
        ("pulser", "burst", "aone", r"^pulser has no offline selection 'aone'; did you mean 'alone'\?"),
        ("pulser", "burst", 3, "^pulser has no offline selection 3; "),
        ("pulser", "burst", "\x1b[1m", r"^pulser has no offline selection '\\+x1b"),
        ("besiii", "gamma-aprime", "alone", "^selection 'alone': besiii has no offline selections with this"),
    ],
)
def test_a_selection_that_is_not_there(config: str, signal: str, name: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        trigemu.efficiency(config, signal, selection=name, progress=never)


def test_a_generator_that_does_not_select(monkeypatch: pytest.MonkeyPatch) -> None:
    with_selection(monkeypatch, "pulser", Bare)
    with pytest.raises(InputError, match="its generator Bare has no method 'offline'"):
        trigemu.efficiency("pulser", "burst", selection="half", progress=never)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda n: [[True, True]] * n, "of type list, not bool"),
        (lambda n: np.ones((n, 3), bool), r"bool\[\d+, 3\], not bool\[\d+, 2\]"),
        (lambda n: np.ones((n + 1, 2), bool), r"not bool\[\d+, 2\]"),
        (lambda n: np.ones((n, 2), np.uint8), "uint8"),
    ],
)
def test_what_a_generator_answers_is_checked(
    monkeypatch: pytest.MonkeyPatch, answer: Any, words: str
) -> None:
    def offline(self: Any, name: str, frame: int) -> Any:
        return answer(len(self.fragment("truth", frame)["time"]))

    monkeypatch.setattr(PulseGenerator, "offline", offline)
    with pytest.raises(
        InputError, match=f"selection 'alone': the generator's method 'offline' returned.*{words}"
    ):
        trigemu.efficiency("pulser", "burst", events=5, selection="alone")


def test_weights_and_intervals_are_those_of_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_selection(monkeypatch, "belle2")
    config = lhe_config(tmp_path, lhe([1.0, 4.0, 2.0] * 5), seed=4, frames=3, rate_hz=1000.0)
    table = trigemu.efficiency(config, "lhe-signal", events=60, selection="half", lines="any hlt")
    assert table.flow is not None
    (row,), (generated, accepted, triggered, *_) = table.rows, table.flow.rows
    weights = row.weight_generated, row.weight_accepted, row.weight_passed
    assert (generated.weight, accepted.weight, triggered.weight) == pytest.approx(weights)
    assert generated.weight != generated.count
    assert (generated.distinct, accepted.distinct) == (15, row.distinct)
    for ours, theirs in ((accepted, "acceptance"), (triggered, "")):
        found = ours.of_previous, ours.of_previous_low, ours.of_previous_high
        names = (theirs, f"{theirs}_low", f"{theirs}_high") if theirs else ("value", "low", "high")
        assert found == pytest.approx([getattr(row, name) for name in names])
