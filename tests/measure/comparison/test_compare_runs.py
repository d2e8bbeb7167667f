"""Runs that differ in a known way: what a comparison says, against a slow and obvious one."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.calling import call

import trigemu
from trigemu.decision.sequencer import TriggerState
from trigemu.errors import InputError
from trigemu.frames.rundir import RunReader
from trigemu.measure.comparison.data import Compared, RateDifference
from trigemu.setup.named import recorded_setup
from trigemu.streaming.comparison import as_row
from trigemu.streaming.reading import recorded_entries

CONFIG = """
experiment = "pulser"
run = { seed = 3, frames = 40 }
pulser = { pulses = 30 }
signal = [{ signal = "burst" }]
[menu]
dead_time = { fixed_ns = 2000.0 }
line = [
  { name = "pair", when = "two", prescale = 4 },
  { name = "triple", when = "three" },
  { name = "clean", level = "hlt", when = "three" },
  { name = "some", level = "hlt", when = "two", prescale = { every = 3, mode = "counter" } },
]
"""

VARIANTS: dict[str, list[object]] = {
    "a": [],
    "prescale": ["--set", "menu.line.pair.prescale=2"],
    "moved": ["--set", "pulser.coincidence_ticks=7"],
    "seed": ["--seed", 9],
    "short": ["--frames", 25],
}

Key = tuple[int, int]
Lines = dict[str, set[Key]]


@dataclass
class Slow:
    """Decisions by frame and time; per line the candidates in which it fired, was offered, and recorded."""

    decisions: dict[Key, tuple[object, ...]] = field(default_factory=dict)
    fired: Lines = field(default_factory=dict)
    offered: Lines = field(default_factory=dict)
    accepted: Lines = field(default_factory=dict)


def slow(path: Path) -> Slow:
    reader, setup = RunReader(path), recorded_setup(path)
    found = Slow()
    names = setup.menu.names
    for table in (found.fired, found.offered, found.accepted):
        table.update({name: set() for name in names})
    for entry in recorded_entries(reader, setup):
        row = as_row(entry)
        for i, time in enumerate(row.candidates.time.tolist()):
            key = (row.frame, time)
            masks = [int(w[i, 0]) for w in (row.candidates.fired, row.candidates.passed, row.accepted)]
            fired, passed, accepted = (
                {name for at, name in enumerate(names) if mask >> at & 1} for mask in masks
            )
            state = TriggerState(int(row.state[i]))
            found.decisions[key] = (fired, passed, accepted, state)
            sent = state in (TriggerState.RECORDED, TriggerState.VETOED)
            for table, lines in ((found.fired, fired), (found.offered, passed if sent else ())):
                for name in lines:
                    table[name].add(key)
            for name in accepted:
                found.accepted[name].add(key)
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    (folder / "menu.toml").write_text(CONFIG)
    for name, options in VARIANTS.items():
        call("run", folder / "menu.toml", "--offline", *options, "--out", folder / name)
    call("replay", folder / "a", "--offline", "--out", folder / "replay")
    call("run", folder / "menu.toml", "--workers", 2, "--record", "all", "--out", folder / "streamed")
    return folder


def rate_of(compared: Compared, line: str, quantity: str) -> RateDifference:
    return next(each for each in compared.rates if (each.line, each.quantity) == (line, quantity))


@pytest.mark.parametrize("other", ["prescale", "moved", "short"])
def test_decisions_of_the_same_candidates(runs: Path, other: str) -> None:
    found = trigemu.compare(runs / "a", runs / other, events=10**6)
    one, two = slow(runs / "a"), slow(runs / other)
    if other == "short":
        one.decisions = {key: each for key, each in one.decisions.items() if key[0] < 25}
    keys = one.decisions.keys() | two.decisions.keys()
    different = [key for key in sorted(keys) if one.decisions.get(key) != two.decisions.get(key)]
    decided = found.decisions
    assert decided is not None
    assert (decided.compared, decided.different) == (len(keys), len(different))
    assert decided.same == decided.compared - decided.different
    assert [(each.frame, each.time) for each in decided.events] == different
    assert decided.only_a == len(one.decisions.keys() - two.decisions.keys())
    assert decided.only_b == len(two.decisions.keys() - one.decisions.keys())
    assert (decided.frames, decided.frames_a, decided.frames_b) == (
        (25, 15, 0) if other == "short" else (40, 0, 0)
    )
    assert not found.same
    for each in decided.events:
        place = ("fired", "passed", "accepted", "state").index(each.what)
        left, right = (run.decisions.get((each.frame, each.time)) for run in (one, two))
        sides = [set() if side is None else side[place] for side in (left, right)]
        if each.what != "state":
            assert (set(each.only_a), set(each.only_b)) == (sides[0] - sides[1], sides[1] - sides[0])
        states = ["" if side is None else side[3].name.lower() for side in (left, right)]
        assert [each.state_a, each.state_b] == states
        if left is None or right is None:
            times = [key[1] for key in (one if left is None else two).decisions if key[0] == each.frame]
            distance = min((abs(time - each.time) for time in times), default=None)
            assert (each.nearest is None) == (distance is None)
            assert each.nearest is None or abs(each.nearest) == distance


@pytest.mark.parametrize("other", ["prescale", "moved"])
def test_rates_of_the_same_candidates(runs: Path, other: str) -> None:
    found = trigemu.compare(runs / "a", runs / other)
    one, two = slow(runs / "a"), slow(runs / other)
    results = [trigemu.read_result(runs / name) for name in ("a", other)]
    for line in ("pair", "triple", "clean", "some"):
        hlt = line in ("clean", "some")
        kinds = {"rate": "accepted", "before_prescale_rate": "offered" if hlt else "fired"}
        for quantity, kind in kinds.items():
            left, right = getattr(one, kind)[line], getattr(two, kind)[line]
            got = rate_of(found, line, quantity)
            assert (got.only_a, got.only_b) == (len(left - right), len(right - left))
            assert got.significance is None
            live = quantity == "rate" or hlt
            times = [r.totals.live_s if live else r.totals.observed_s for r in results]
            difference = len(right) / times[1] - len(left) / times[0]
            assert got.difference_hz == pytest.approx(difference, abs=1e-6)
            # Those that both have cancel, but for the small difference in time.
            variance = len(left - right) / times[0] ** 2 + len(right - left) / times[1] ** 2
            shared = len(left & right) * (1 / times[1] - 1 / times[0]) ** 2
            assert got.error_hz == pytest.approx(math.sqrt(variance + shared))
    fewer = rate_of(found, "triple", "before_prescale_rate")
    assert fewer.differs is (other == "moved")


def test_configurations_and_what_is_the_same(runs: Path) -> None:
    found = trigemu.compare(runs / "a", runs / "prescale")
    assert [(each.key, each.first, each.second) for each in found.configuration] == [
        ("menu.line.pair.prescale", 4, 2)
    ]
    assert not any(each.differs for each in found.efficiencies)
    # A streamed run, which also keeps all fragments, decides the same.
    found = trigemu.compare(runs / "a", runs / "streamed")
    assert found.same
    assert {each.key for each in found.configuration} == {"streaming.workers", "record.mode"} & {
        each.key for each in found.configuration
    }
    assert found.configuration
    call("compare", runs / "a", runs / "streamed")
    call("compare", runs / "a", runs / "a")


def test_a_replay_of_recorded_triggers_is_compared_with_its_run(runs: Path) -> None:
    for a, b in (("a", "replay"), ("replay", "a")):
        found = trigemu.compare(runs / a, runs / b)
        recorded = sum(state == TriggerState.RECORDED for *_, state in slow(runs / "a").decisions.values())
        assert found.same
        assert found.decisions is not None
        assert found.decisions.compared == found.decisions.same == recorded > 10
        assert found.rates == found.efficiencies == ()
    assert "in what fires in the recorded triggers" in call("compare", runs / "a", runs / "replay").stdout


def test_independent_runs_have_significances(runs: Path) -> None:
    found = trigemu.compare(runs / "a", runs / "seed")
    assert (found.shared, found.decisions, found.same) == (False, None, False)
    got = rate_of(found, "triple", "before_prescale_rate")
    results = [trigemu.read_result(runs / name) for name in ("a", "seed")]
    counts = [int(result.totals.fired[1]) for result in results]
    assert (got.only_a, got.only_b) == (None, None)
    assert got.significance == pytest.approx((counts[1] - counts[0]) / math.sqrt(sum(counts)), abs=0.15)
    assert all(abs(each.significance) < 5 for each in found.rates if each.significance is not None)
    # Of a counter's output the variance is smaller than the count.
    some = rate_of(found, "some", "rate")
    assert some.a is not None
    assert some.b is not None
    assert some.error_hz is not None
    assert some.error_hz == pytest.approx(math.hypot(some.a.error_hz, some.b.error_hz))
    assert "the runs are independent" in call("compare", runs / "a", runs / "seed", code=1).stdout


def test_on_the_command_line(runs: Path) -> None:
    said = call("compare", runs / "a", runs / "prescale", "--events", 3, code=1).stdout
    for text in (
        "menu.line.pair.prescale",
        "events that differ",
        "--events N shows them",
        "Prescales that count keep",
        "time (TDC counts)",
        "a difference of it has no error",
    ):
        assert text in said
    data = json.loads(call("compare", runs / "a", runs / "prescale", "--events", 2, "--json", code=1).stdout)
    assert len(data["decisions"]["events"]) == 2
    assert data["kind"] == "runs"
    assert data == json.loads(json.dumps(trigemu.compare(runs / "a", runs / "prescale", events=2).to_dict()))


def test_a_run_without_totals_is_compared_and_said(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    call("run", runs / "menu.toml", "--offline", "--out", out)
    (out / "totals.json").unlink()
    found = trigemu.compare(runs / "a", out)
    assert found.same
    assert any(f"trigemu finish {out}" in note for note in found.notes)


def test_what_cannot_be_compared(runs: Path, tmp_path: Path) -> None:
    call("efficiency", "pulser", "--signal", "burst", "--events", 20, "--out", tmp_path / "scan")
    for a, b, said in (
        (runs / "a", tmp_path / "scan", "is a run and .* is a scan"),
        (runs / "a", tmp_path / "none", "no such run directory"),
        (runs / "a", tmp_path, "is neither a run"),
    ):
        with pytest.raises(InputError, match=said):
            trigemu.compare(a, b)
        call("compare", a, b, code=2)
    with pytest.raises(InputError, match="events must be at least 0"):
        trigemu.compare(runs / "a", runs / "a", events=-1)
